"""A value chosen beside one of another field, which no row may have together: France in the region Germany.

Whether a row has both is for whoever runs the queries; this says which queries tell it, and what may have
been meant instead.
"""

from __future__ import annotations

from dataclasses import dataclass

from answerable.data.questions.changes.slots import parts_of
from answerable.data.semantics.filters import AllOf, Condition, Filter, Operator
from answerable.data.semantics.model import Aggregation
from answerable.data.semantics.query import Measure, SemanticQuery, TimeSlice

_CHOOSING = frozenset({Operator.EQ, Operator.IN})


@dataclass(frozen=True, slots=True)
class Crossed:
    """`together` counts the rows that have all values, `apart` those that have the new ones alone; `alike`
    counts the rows that have one of those before where the new ones are: above 0 they are values of one kind,
    so that the new takes the place of the old. `alone` is the changed query without those chosen before."""

    together: SemanticQuery
    apart: SemanticQuery
    alike: SemanticQuery
    alone: SemanticQuery


def crossed(last: SemanticQuery, changed: SemanticQuery) -> Crossed | None:
    """What is to be asked of the data before `changed` is believed; None where it chooses nothing new beside
    what `last` chose of another field."""
    before = parts_of(last.where)
    new = [part for part in parts_of(changed.where) if part not in before and _chooses(part)]
    fields = {part.field for part in new if isinstance(part, Condition)}
    old = [part for part in parts_of(changed.where) if part in before and _chooses(part)]
    if len(fields) != 1 or not old:
        return None
    values = tuple(value for part in old if isinstance(part, Condition) for value in part.values)
    kept = [part for part in parts_of(changed.where) if part not in old]
    known = Condition(field=next(iter(fields)), operator=Operator.IN, values=values)
    alone = changed.model_copy(update={"where": _both(kept)})
    return Crossed(
        together=_count(changed, changed.where),
        apart=_count(alone, alone.where),
        alike=_count(changed.model_copy(update={"time": None}), known),
        alone=alone,
    )


def _chooses(part: Filter) -> bool:
    return isinstance(part, Condition) and part.operator in _CHOOSING and part.other is None


def _both(parts: list[Filter]) -> Filter:
    return parts[0] if len(parts) == 1 else AllOf(all=tuple(parts))


def _count(query: SemanticQuery, where: Filter | None) -> SemanticQuery:
    """The number of rows that the query is about, with this filter for its own."""
    period = query.time.period if query.time is not None else None
    time = TimeSlice(field=query.time.field, period=period) if query.time is not None and period else None
    counted = Measure(aggregation=Aggregation.COUNT, alias="rows")
    return SemanticQuery(
        dataset=query.dataset, measures=(counted,), where=where, time=time, segments=query.segments
    )
