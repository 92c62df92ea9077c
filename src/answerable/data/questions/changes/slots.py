"""Puts what was read of a few words into the slots of the query before."""

from __future__ import annotations

from dataclasses import dataclass

from answerable.data.questions.changes.outcome import Patched, Unchanged, Why
from answerable.data.questions.wording import measure_alias
from answerable.data.semantics.filters import AllOf, Condition, Filter, Operator
from answerable.data.semantics.model import Aggregation, SemanticModel
from answerable.data.semantics.query import Order, SemanticQuery, TimeSlice

_CHOOSING = frozenset({Operator.EQ, Operator.IN})
_REFUSING = frozenset({Operator.NE, Operator.NOT_IN})


@dataclass(frozen=True, slots=True)
class Way:
    """How a change is said: beside what there is (`also`), or in place of something alike (`instead`)."""

    also: bool = False
    instead: bool = False


def put_in(
    last: SemanticQuery, change: SemanticQuery | None, model: SemanticModel, way: Way
) -> Patched | Unchanged:
    """The query `last` with the filters, the period and the groups of `change`, which is a count of the same
    rows."""
    if change is None or not _is_count(change, model):
        return Unchanged(Why.NOT_UNDERSTOOD)
    if change.dataset != last.dataset:
        return Unchanged(Why.ANOTHER_TABLE)
    beyond = change.having or change.limit is not None or any(g.top or g.only for g in change.group_by)
    if beyond or any(measure.share_of_total for measure in change.measures):
        return Unchanged(Why.NOT_UNDERSTOOD)
    grouped = bool(change.group_by or (change.time and change.time.grain))
    if grouped and (not last.measures or last.having or last.count_groups):
        return Unchanged(Why.DOES_NOT_FIT)
    if way.instead and not _replaces(last, change):
        return Unchanged(Why.DOES_NOT_FIT)
    query = last
    if change.where is not None:
        where = _narrowed(last.where, change.where)
        if where is None:
            return Unchanged(Why.DOES_NOT_FIT)
        query = query.model_copy(update={"where": where})
    if change.time is not None and (change.time.period or change.time.comparison):
        time = _in_time(last, change.time, model)
        if time is None:
            return Unchanged(Why.DOES_NOT_FIT)
        query = query.model_copy(update={"time": time})
    if grouped:
        query = _regrouped(query, change, also=way.also)
    return Patched(query) if query != last else Unchanged(Why.DOES_NOT_FIT)


def _is_count(change: SemanticQuery, model: SemanticModel) -> bool:
    """Whether nothing but the count that was put in front is measured."""
    if len(change.measures) != 1:
        return False
    metric = model.face(change.measures[0].metric)
    part = metric or change.measures[0]
    return part.aggregation is Aggregation.COUNT and part.field is None


def holds(last: SemanticQuery, change: SemanticQuery | None) -> bool:
    """Whether what `change` says is said by `last` already, and is something: of Germany, which is chosen."""
    if change is None or change.having or change.limit is not None:
        return False
    time, own = change.time, last.time
    period, grain = (time.period, time.grain) if time is not None else (None, None)
    same_time = own is not None and (own.period, own.grain) == (period or own.period, grain or own.grain)
    groups = {group.field for group in change.group_by} <= {group.field for group in last.group_by}
    said = bool(change.where or period or grain or change.group_by)
    return (
        said
        and set(parts_of(change.where)) <= set(parts_of(last.where))
        and groups
        and (not time or same_time)
    )


def _replaces(last: SemanticQuery, change: SemanticQuery) -> bool:
    """Whether the query has something of the kind of each thing that is said to come in its place."""
    chosen = {p.field for p in parts_of(last.where) if isinstance(p, Condition) and p.operator in _CHOOSING}
    new = parts_of(change.where)
    where = all(isinstance(p, Condition) and p.operator in _CHOOSING and p.field in chosen for p in new)
    grain = change.time.grain if change.time is not None else None
    period = change.time.period if change.time is not None else None
    time = last.time is not None and last.time.period is not None
    broken_down = bool(last.group_by) or (last.time is not None and last.time.grain is not None)
    return where and (time or period is None) and (broken_down or not (change.group_by or grain))


def parts_of(where: Filter | None) -> tuple[Filter, ...]:
    """The filters that must all hold."""
    return where.all if isinstance(where, AllOf) else (where,) if where is not None else ()


def _narrowed(where: Filter | None, more: Filter) -> Filter | None:
    """Both filters; a chosen value takes the place of the one chosen before, and so does one that is left out
    of what was chosen alone. None where the filter is nested, so that what it says of the field cannot be
    replaced."""
    new, old = parts_of(more), parts_of(where)
    chosen = {c.field for c in new if isinstance(c, Condition) and c.operator in _CHOOSING}
    if chosen and not all(isinstance(part, Condition) for part in old):
        return None
    left_out = {c.field: set(c.values) for c in new if isinstance(c, Condition) and c.operator in _REFUSING}
    undone = [
        p
        for p in old
        if isinstance(p, Condition)
        and (p.field in chosen or (p.operator in _CHOOSING and set(p.values) <= left_out.get(p.field, set())))
    ]
    kept = [p for p in old if p not in undone and p not in new]
    parts = tuple([*kept, *new])
    return parts[0] if len(parts) == 1 else AllOf(all=parts)


def _in_time(last: SemanticQuery, change: TimeSlice, model: SemanticModel) -> TimeSlice | None:
    """The query's time as the change moves it. None beside a comparison, whose other side would have to move
    too, and of another date than the one that a period is of: shipped in March, of the orders of a year."""
    if last.time is not None and last.time.comparison is not None:
        return None
    if change.comparison is not None and (not last.measures or change.period is None):
        return None
    moved = _moved(last.time, change, model)
    placed = last.time is not None and last.time.period is not None
    return None if placed and last.time is not None and moved.field != last.time.field else moved


def _moved(time: TimeSlice | None, change: TimeSlice, model: SemanticModel) -> TimeSlice:
    """The period (and comparison) of the change in the query's own time; a grain of the query stays."""
    if time is None:
        return change.model_copy(update={"grain": None})
    defaults = {dataset.default_time for dataset in model.datasets}
    field = time.field if change.field in defaults else change.field
    return time.model_copy(update={"field": field, "period": change.period, "comparison": change.comparison})


def _regrouped(query: SemanticQuery, change: SemanticQuery, *, also: bool) -> SemanticQuery:
    """Broken down as the change says, in place of what it was broken down by, or beside that. Of groups and
    periods side by side only those of the same kind are replaced."""
    groups = tuple(group.model_copy(update={"top": None, "only": ()}) for group in query.group_by)
    time, new = query.time, change.group_by
    grain = change.time.grain if change.time is not None else None
    old = time.grain if time is not None else None
    if also:
        new = (*groups, *(g for g in new if g.field not in {known.field for known in groups}))
    elif groups and old is not None and not new:
        new = groups
    if time is not None:
        kept = also or (bool(groups) and old is not None)
        time = time.model_copy(update={"grain": grain or (old if kept else None)})
    elif grain is not None and change.time is not None:
        time = change.time
    order: tuple[Order, ...] = ()
    if time is None or time.grain is None:
        order = (Order(by=measure_alias(query.measures[0]), descending=True),) if new else ()
    return query.model_copy(update={"group_by": new, "time": time, "order": order, "limit": None})
