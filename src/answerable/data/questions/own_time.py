"""Things that are counted by a time: their own, or that of the rows that lead to them.

Clients in May are those who joined then, by the only date that a client has; different clients in May may as
well be those of May's repairs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from answerable.data.questions.formatting import lower_first
from answerable.data.questions.notes import FieldNoted
from answerable.data.questions.outcome import Ambiguous, Option, Outcome, Parsed
from answerable.data.questions.tokens import Token
from answerable.data.semantics.model import Aggregation, Dataset, ModelField, Relationship, SemanticModel
from answerable.data.semantics.query import Measure, SemanticQuery

_DISTINCT = frozenset({"different", "distinct", "unique", "individual", "separate"})
_SAY_LITTLE = frozenset({"date", "time", "day", "on", "at", "of"})
_STEM = 4


def with_own_time(outcome: Outcome, model: SemanticModel, tokens: Sequence[Token]) -> Outcome:
    """The outcome with a note of the time that things are counted by, where rows of a time lead to them; a
    choice between the two times where different things were asked for."""
    query = outcome.query if isinstance(outcome, Parsed) else None
    dataset = model.dataset(query.dataset) if query is not None else None
    if not isinstance(outcome, Parsed) or query is None or dataset is None or query.time is None:
        return outcome
    field = dataset.field(query.time.field) if _counts_rows(query, model) else None
    links = [link for link in model.relationships if link.right == dataset.name and _time(link, model)]
    if field is None or not links or _is_said(field, tokens):
        return outcome
    words = {token.norm for token in tokens}
    plain = query.where is None and not query.group_by and not query.segments and not query.having
    if words & _DISTINCT and plain and query.time.comparison is None and len(links) == 1:
        return _asked(outcome, query, dataset, field, links[0], model)
    note = FieldNoted(code="time_counted_by", field=field.label)
    return outcome if note in outcome.notes else replace(outcome, notes=(note, *outcome.notes))


def _asked(
    outcome: Parsed,
    query: SemanticQuery,
    dataset: Dataset,
    field: ModelField,
    link: Relationship,
    model: SemanticModel,
) -> Outcome:
    rows, name = model.dataset(link.left), _time(link, model)
    if rows is None or name is None or query.time is None:
        return outcome
    alias = f"count_distinct_{link.left_field}"[:63]
    counted = Measure(aggregation=Aggregation.COUNT_DISTINCT, field=link.left_field, alias=alias)
    theirs = SemanticQuery(
        dataset=rows.name, measures=(counted,), time=query.time.model_copy(update={"field": name})
    )
    other = rows.field(name)
    label = other.label if other is not None else name
    options = (
        Option(f"{lower_first(dataset.label)} by {field.label}", query),
        Option(f"different {lower_first(dataset.label)} of {lower_first(rows.label)} by {label}", theirs),
    )
    return Ambiguous("Which time do you mean?", options, outcome.intent, "time", outcome.readings)


def _time(link: Relationship, model: SemanticModel) -> str | None:
    rows = model.dataset(link.left)
    return rows.default_time if rows is not None and link.left != link.right else None


def _counts_rows(query: SemanticQuery, model: SemanticModel) -> bool:
    if len(query.measures) != 1 or query.measures[0].per is not None or query.measures[0].where is not None:
        return False
    part = model.face(query.measures[0].metric) or query.measures[0]
    return part.aggregation is Aggregation.COUNT and part.field is None


def _is_said(field: ModelField, tokens: Sequence[Token]) -> bool:
    """Whether a word of the question is of the field: who signed up, of a sign-up date."""
    words = {*field.label.casefold().split(), *field.name.split("_")} - _SAY_LITTLE
    stems = {word[:_STEM] for word in words if len(word) >= _STEM}
    return any(token.norm[:_STEM] in stems for token in tokens)
