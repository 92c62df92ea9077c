"""Answer a question from the tables: read it, run the query, state the result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from answerable.data.answering.lookups import table_of, with_nearest
from answerable.data.answering.options import offerable
from answerable.data.answering.outcome import (
    Catalogue,
    Choice,
    Computed,
    DataOutcome,
    Declined,
    Explained,
    Refused,
)
from answerable.data.answering.periods import over_whole_periods
from answerable.data.engines.reachable import with_values
from answerable.data.engines.service import run_query
from answerable.data.engines.snapshot import DataSnapshot
from answerable.data.explanations.reading import Wanted, asks_why
from answerable.data.explanations.service import explain
from answerable.data.questions.describe import TABLE
from answerable.data.questions.mixed_units import settle_units
from answerable.data.questions.outcome import Ambiguous, Intent, MetadataRequest, Parsed, Reason, Unparsed
from answerable.data.questions.service import read_question
from answerable.data.questions.wording import describe
from answerable.data.semantics.query import SemanticQuery
from answerable.data.verified.book import Book, Known
from answerable.kit.errors import AnswerableError, InvalidInput
from answerable.kit.runtime import Runtime

_VERIFIED = 0.99
"""How sure an answer is whose reading a person has confirmed: what is left are slips of that person."""
_FOUND = 0.95
"""How sure the answer is for a key that one table alone has."""


async def answer_from_data(
    runtime: Runtime,
    data: DataSnapshot,
    question: str,
    *,
    as_of: datetime,
    dataset_ids: Sequence[str] | None = None,
    book: Book | None = None,
) -> DataOutcome:
    """What the tables say to a question. `dataset_ids` narrows the tables; `as_of` is the now of
    relative times; `book` holds the verified questions, whose queries go before the grammar's own. A query
    that is refused or fails is an outcome, not an exception."""
    data = await with_values(runtime, data)
    model, book = data.model, book or Book()
    names = [d.name for d in model.datasets if dataset_ids is None or d.id in dataset_ids]
    if not names:
        return Declined((), (), 0.0, Reason.NO_DATA)
    if (known := book.by_words(question, model, as_of, names)) is not None:
        return await _compute_known(runtime, data, known, as_of)
    wanted = asks_why(question, model, as_of, scope=names)
    if wanted is not None:
        return await explain_change(runtime, data, wanted)
    read = offerable(settle_units(read_question(question, model, as_of, scope=names), model), model)
    if not isinstance(read, Unparsed):
        known = book.by_reading(question, model, as_of, names)
        if known is not None:
            return await _compute_known(runtime, data, known, as_of, read.intent)
    near = () if isinstance(read, Parsed) else book.near(question, model, names)
    match read:
        case Unparsed() as unread:
            nearest = tuple(dict.fromkeys((*near, *unread.suggestions)))
            return Declined(unread.left_over, nearest, unread.score, unread.reason)
        case Ambiguous() as ambiguous:
            found = await _only_table(runtime, data, ambiguous) if ambiguous.slot == TABLE else None
            return found or Choice(
                ambiguous.question, ambiguous.options, ambiguous.intent, ambiguous.slot, tuple(near)
            )
        case Parsed(metadata=MetadataRequest() as asked) as parsed:
            return _catalogue(data, asked, names, parsed.confidence)
        case Parsed(query=SemanticQuery() as query) as parsed:
            return await _compute(runtime, data, query, parsed, as_of)
        case _:
            return Declined((), (), 0.0, Reason.NOT_EXPRESSIBLE)


async def _only_table(runtime: Runtime, data: DataSnapshot, asked: Ambiguous) -> Computed | Refused | None:
    """The row whose key one of the tables alone has; None where that is to be asked."""
    try:
        query = await table_of(runtime, data, asked)
    except AnswerableError:
        return None
    if query is None:
        return None
    return await _compute(runtime, data, query, Parsed(query, asked.intent, _FOUND, asked.readings))


async def explain_change(runtime: Runtime, data: DataSnapshot, wanted: Wanted) -> Explained | Refused:
    """Why the number changed; refused with the reason where its change cannot be split into parts."""
    dataset = data.model.dataset(wanted.query.dataset)
    assert dataset is not None, "the question was read over this model"
    try:
        explanation = await explain(runtime, data, wanted)
    except AnswerableError as error:
        return Refused(error, Intent.EXPLANATION, describe(wanted.query, data.model))
    notes = (*wanted.notes, *explanation.notes)
    return Explained(explanation, dataset.id, wanted.confidence, notes)


async def _compute_known(
    runtime: Runtime, data: DataSnapshot, known: Known, as_of: datetime, intent: Intent = Intent.KPI
) -> Computed | Refused:
    """The outcome of a verified question's query."""
    parsed = Parsed(query=known.query, intent=intent, confidence=_VERIFIED, readings=())
    outcome = await _compute(runtime, data, known.query, parsed, as_of)
    return replace(outcome, verified=known.verified) if isinstance(outcome, Computed) else outcome


async def run_reading(runtime: Runtime, data: DataSnapshot, query: SemanticQuery) -> Computed | Refused:
    """The outcome of a reading that the person chose."""
    chosen = Parsed(query=query, intent=Intent.KPI, confidence=1.0, readings=())
    return await _compute(runtime, data, query, chosen)


async def _compute(
    runtime: Runtime,
    data: DataSnapshot,
    query: SemanticQuery,
    parsed: Parsed,
    as_of: datetime | None = None,
) -> Computed | Refused:
    dataset = data.model.dataset(query.dataset)
    if dataset is None:
        unknown = InvalidInput(f"There is no table '{query.dataset}'. Ask which tables there are.")
        return Refused(unknown, parsed.intent, query.dataset)
    try:
        query, notes = await over_whole_periods(runtime, data, query, as_of)
        executed = await with_nearest(runtime, data, await run_query(runtime, data, query, as_of=as_of))
    except AnswerableError as error:
        return Refused(error, parsed.intent, describe(query, data.model))
    notes = (*parsed.notes, *notes, *executed.notes)
    return Computed(executed, dataset.id, parsed.intent, parsed.confidence, notes)


def _catalogue(
    data: DataSnapshot, wanted: MetadataRequest, names: Sequence[str], confidence: float
) -> Catalogue:
    datasets = [d for d in data.model.datasets if d.name in names]
    fields: dict[str, tuple[str, ...]] = {}
    if wanted.kind == "fields":
        chosen = [d for d in datasets if wanted.dataset in (None, d.name)]
        text = " ".join(f"{d.label} has {', '.join(f.label for f in d.fields)}." for d in chosen)
        fields = {d.name: tuple(f.name for f in d.fields) for d in chosen}
    else:
        chosen = datasets
        text = "There are " if len(chosen) != 1 else "There is "
        text += ", ".join(f"{d.label} ({len(d.fields)} columns)" for d in chosen) + "."
    return Catalogue(text, tuple(d.name for d in chosen), fields, data.revision, confidence)
