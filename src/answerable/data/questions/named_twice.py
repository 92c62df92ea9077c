"""A number that is called as another table's rows are: the guests of a booking, beside a table of guests.

"Guests with cancelled bookings" are persons, not a sum of the numbers of beds; "total guests" is the sum.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from answerable.data.questions.context import Context
from answerable.data.questions.describe import option_labels
from answerable.data.questions.entries import Entry
from answerable.data.questions.outcome import Ambiguous, Option, Outcome, Parsed, Reason, Unparsed
from answerable.data.questions.readings import Candidate
from answerable.data.questions.tokens import Token
from answerable.data.semantics.filters import Operator
from answerable.data.semantics.model import Aggregation, SemanticModel
from answerable.data.semantics.paths import sole_paths
from answerable.data.semantics.query import Measure, SemanticQuery, conditions_of, pointing_datasets

Spot = tuple[int, int, Entry]
_NOUNS = frozenset({"Rows", "Table"})
_NUMBERS = frozenset({"Num", "Metric"})
_IN_DOUBT = frozenset({Aggregation.SUM, Aggregation.MIN, Aggregation.MAX})
# What makes a number of the word before or after which it stands.
_SAID = frozenset(
    {"total", "totals", "sum", "combined", "minimum", "min", "maximum", "max", "median"}
    | {"average", "avg", "mean"}
)

_LEFT_OUT = frozenset({Operator.NE, Operator.NOT_IN, Operator.IS_NULL})


@dataclass(frozen=True, slots=True)
class Doubt:
    """The number that a query shows, and the table whose rows are called like it."""

    measure: Measure
    aggregation: Aggregation
    table: str


def doubted(
    query: SemanticQuery, spots: Collection[Spot], tokens: Sequence[Token], model: SemanticModel
) -> Doubt | None:
    """The number of the query that may as well be another table's rows, where nothing says that it is the
    number: neither "total" nor "average" stands beside it."""
    for measure in query.measures:
        face = model.face(measure.metric) if measure.metric is not None else None
        field = face.field if face is not None else measure.field
        aggregation = face.aggregation if face is not None else measure.aggregation
        if field is None or aggregation not in _IN_DOUBT:
            continue
        called = {
            (s, e) for s, e, entry in spots if entry.dataset == query.dataset and _is(entry, field, model)
        }
        for start, end, entry in spots:
            other = entry.category in _NOUNS and entry.tier == 0 and entry.dataset != query.dataset
            if other and (start, end) in called and not _is_said(tokens, start, end):
                return Doubt(measure, aggregation, entry.dataset)
    return None


def settled(
    told: Parsed,
    context: Context,
    doubt: Doubt,
    others: list[tuple[Candidate, Context]],
    model: SemanticModel,
) -> Outcome | None:
    """What is right where the number is in doubt: None where only the `others` can be meant, readings of the
    same words without that number. Rows that others point at, or that none do, are no numbers."""
    assert told.query is not None
    queries = {c.draft.query.canonical_hash: (c.draft.query, own) for c, own in others if c.draft is not None}
    if queries and all(pointing_datasets(query) for query, _ in queries.values()):
        return None
    alike = counting(told.query, doubt, model)
    if not queries and alike is not None:
        queries = {alike.canonical_hash: (alike, context)}
    if len(queries) != 1:
        return Unparsed((), (), 1.0, Reason.TOO_MANY_READINGS)
    both = [(told.query, context), *queries.values()]
    labels = option_labels(both, "measure")
    options = tuple(Option(label, query) for label, (query, _) in zip(labels, both, strict=True))
    return Ambiguous("Which number do you mean?", options, told.intent, "measure", told.readings)


def _is(entry: Entry, field: str, model: SemanticModel) -> bool:
    """Whether the phrase stands for the field's number."""
    if entry.category not in _NUMBERS:
        return False
    name = getattr(entry.value, "metric", None)
    face = model.face(name) if name is not None else None
    return (face.field if face is not None else getattr(entry.value, "name", None)) == field


def _is_said(tokens: Sequence[Token], start: int, end: int) -> bool:
    before = start - 1
    while before > 0 and tokens[before].norm in ("of", "all", "number"):
        before -= 1
    beside = [tokens[before].norm] if before >= 0 else []
    beside += [tokens[end].norm] if end < len(tokens) else []
    return not _SAID.isdisjoint(beside)


def counting(query: SemanticQuery, doubt: Doubt, model: SemanticModel) -> SemanticQuery | None:
    """The query with how many different rows of the other table there are in the number's place; None where
    its rows do not lead there, or where more is said of the number than a count of others has."""
    path = sole_paths(model, query.dataset).get(doubt.table)
    if path is None or doubt.aggregation is not Aggregation.SUM or len(query.measures) != 1:
        return None
    if doubt.measure.per or doubt.measure.minus or doubt.measure.average_per or doubt.measure.unit:
        return None
    if doubt.measure.share_of_total or doubt.measure.running_total or doubt.measure.moving_average:
        return None  # different guests of two months do not add up
    if any(one.operator in _LEFT_OUT for one in conditions_of(query.where)):
        return None  # guests not of Porto are not the guests of other bookings
    last = path[-1]
    field = last.left_field if last.left == query.dataset else f"{last.left}__{last.left_field}"
    old, new = doubt.measure.alias, f"count_distinct_{field}"[:63]
    measure = Measure(
        aggregation=Aggregation.COUNT_DISTINCT, field=field, alias=new, where=doubt.measure.where
    )
    if old is None:
        return None
    groups = tuple(
        g.model_copy(update={"top": g.top.model_copy(update={"by": new})}) if g.top and g.top.by == old else g
        for g in query.group_by
    )
    return query.model_copy(
        update={
            "measures": (measure,),
            "group_by": groups,
            "having": tuple(
                h.model_copy(update={"measure": new}) if h.measure == old else h for h in query.having
            ),
            "order": tuple(o.model_copy(update={"by": new}) if o.by == old else o for o in query.order),
        }
    )
