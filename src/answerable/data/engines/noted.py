"""What the data leaves open about a query's result."""

from __future__ import annotations

from answerable.data.engines.repository import ReadyTable
from answerable.data.engines.snapshot import DataSnapshot
from answerable.data.engines.sources import Sources
from answerable.data.engines.statements import LiveStatement, Statement
from answerable.data.questions.notes import LiveNoted, NarrowedNoted, Note, OpenNoted, ZeroDatesNoted
from answerable.data.semantics.model import SemanticModel
from answerable.data.semantics.query import SemanticQuery, read_fields
from answerable.data.semantics.segments import expanded


def notes_of(
    query: SemanticQuery, data: DataSnapshot, statement: Statement, sources: Sources
) -> tuple[Note, ...]:
    """Of rows that are read where they lie, of columns that nobody has decided about, of rows kept back."""
    model = data.model
    if isinstance(statement, LiveStatement):
        notes: tuple[Note, ...] = (
            LiveNoted(code="read_live", connection=statement.connection.name),
            *(_zero_dates(model, *place) for place in statement.zero_dates),
        )
    else:
        notes = _open_questions(query, model, {t.dataset_id: t for t in sources.files.values()})
    if narrowed := [d.label for d in model.datasets if d.name in sources.read & data.limits.keys()]:
        notes = (*notes, NarrowedNoted(code="rows_narrowed", datasets=tuple(narrowed)))
    return notes


def _open_questions(
    query: SemanticQuery, model: SemanticModel, ready: dict[str, ReadyTable]
) -> tuple[Note, ...]:
    names = {dataset.id: dataset.name for dataset in model.datasets}
    asked = {(names[table.dataset_id], q.column): q for table in ready.values() for q in table.open_questions}
    if not asked:
        return ()
    read = read_fields(expanded(query, model), model)
    return tuple(
        OpenNoted(code="open_question", dataset=dataset, sentence=q.sentence, finding=q.arguments)
        for (dataset, column), q in asked.items()
        if (dataset, column) in read
    )


def _zero_dates(model: SemanticModel, dataset: str, field: str) -> Note:
    owner = model.dataset(dataset)
    found = owner.field(field) if owner is not None else None
    label = found.label if found is not None else field
    return ZeroDatesNoted(
        code="zero_dates_unknown", dataset=owner.label if owner is not None else dataset, field=label
    )
