"""Explains a change: computes the number beside the one before for each dimension, and tells the parts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from answerable.data.engines.service import DataSnapshot, ExecutedQuery, run_query
from answerable.data.explanations.contributions import Contribution, of_averages, of_sums, surprise
from answerable.data.explanations.reading import Wanted
from answerable.data.explanations.sentences import Found, Split, told
from answerable.data.questions.formatting import format_period
from answerable.data.questions.time.resolve import add_months
from answerable.data.questions.wording import measure_alias
from answerable.data.semantics.filters import (
    AllOf,
    Condition,
    Filter,
    Operator,
)
from answerable.data.semantics.model import Aggregation, Dataset, FieldRole, ModelField, SemanticModel
from answerable.data.semantics.paths import sole_paths
from answerable.data.semantics.query import (
    GroupBy,
    Measure,
    Period,
    SemanticQuery,
    TimeSlice,
)
from answerable.data.semantics.result import Cell
from answerable.kit.errors import AnswerableError
from answerable.kit.runtime import Runtime

MOST_DIMENSIONS = 8
_MOST_VALUES = 60
_TOLD_DIMENSIONS = 2
_LEAST_SURPRISE = 0.05
_ADDITIVE = frozenset({Aggregation.SUM, Aggregation.COUNT})


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a change is made of. `sentences` name their query by its place in `executed` from 1; `drivers` are
    the groups that gave most of it; `splits` all dimensions with the parts, which sum to the change."""

    sentences: tuple[tuple[str, int], ...]
    executed: tuple[ExecutedQuery, ...]
    drivers: tuple[str, ...]
    splits: tuple[Split, ...]
    period: str
    measure: str


async def explain(runtime: Runtime, data: DataSnapshot, wanted: Wanted) -> Explanation | None:
    """The explanation of a change of a sum, a count or an average; None for other numbers, and where one of
    the sides has no value. What the query itself raises, as `run_query` does."""
    query = wanted.query
    kind = _kind(query.measures[0], data.model)
    dataset = data.model.dataset(query.dataset)
    if kind is None or dataset is None:
        return None
    total = await run_query(runtime, data, query)
    alias = measure_alias(query.measures[0])
    now, before = (_number(total, name) for name in (alias, f"{alias}_previous"))
    if now is None or before is None:
        return None
    counted = await run_query(runtime, data, _with(query, _counting(query.measures[0], data.model)))
    splits = await _splits(runtime, data, query, kind, now - before)
    shown = [split for split in splits if split.surprise >= _LEAST_SURPRISE][:_TOLD_DIMENSIONS]
    found = Found(
        query=query,
        model=data.model,
        average=kind is Aggregation.AVG,
        counts_rows=kind is Aggregation.COUNT,
        unit=next((c.unit for c in total.result.columns if c.name == alias), None),
        before=before,
        now=now,
        rows=(_number(counted, "rows_previous") or 0.0, _number(counted, "rows") or 0.0),
        splits=tuple(shown),
        year_ago=await _year_ago(runtime, data, query, alias),
        largest=await _largest(runtime, data, query, kind),
    )
    executed = (total, counted, *(split.executed for split in shown))
    return Explanation(
        sentences=told(found, wanted.direction),
        executed=executed,
        drivers=tuple(name for split in shown if (name := _driver(split, now - before)) is not None),
        splits=tuple(splits),
        period=format_period(query.time.period).removeprefix("in ") if query.time is not None else "",
        measure=found.name,
    )


def _driver(split: Split, change: float) -> str | None:
    """The group that gave most of the change."""
    return next((part.group for part in split.parts if part.amount * change > 0), None)


def _kind(measure: Measure, model: SemanticModel) -> Aggregation | None:
    """How the number is made, where its change can be split; stocks and computed numbers cannot."""
    metric = model.metric(measure.metric) if measure.metric is not None else None
    aggregation = metric.aggregation if metric is not None else measure.aggregation
    plain = not (measure.per or measure.minus or measure.where or measure.elapsed)
    stock = metric is not None and (metric.non_additive or metric.computed)
    known = aggregation in _ADDITIVE or aggregation is Aggregation.AVG
    return aggregation if known and plain and not stock else None


def _field_of(measure: Measure, model: SemanticModel) -> str | None:
    metric = model.metric(measure.metric) if measure.metric is not None else None
    return metric.field if metric is not None else measure.field


def _counting(measure: Measure, model: SemanticModel) -> Measure:
    """How many values the number is made of."""
    return Measure(aggregation=Aggregation.COUNT, field=_field_of(measure, model), alias="rows")


def _with(query: SemanticQuery, *measures: Measure, group: str | None = None) -> SemanticQuery:
    groups = (GroupBy(field=group),) if group is not None else ()
    return query.model_copy(update={"measures": measures, "group_by": groups, "order": ()})


async def _splits(
    runtime: Runtime, data: DataSnapshot, query: SemanticQuery, kind: Aggregation, change: float
) -> list[Split]:
    """Every dimension with the parts of its groups, those that explain most first."""
    found: list[Split] = []
    measure = query.measures[0]
    for name, label in _dimensions(data.model, query):
        try:
            executed = await run_query(
                runtime, data, _with(query, measure, _counting(measure, data.model), group=name)
            )
        except AnswerableError:
            continue  # a dimension of a table that is not ready explains nothing
        parts = _parts(executed, name, measure_alias(measure), kind)
        if parts and not executed.result.truncated:
            found.append(Split(name, label, tuple(parts), surprise(parts, change), executed))
    return sorted(found, key=lambda split: -split.surprise)


def _dimensions(model: SemanticModel, query: SemanticQuery) -> list[tuple[str, str]]:
    """Names and labels of the fields to split by: few values, no data of persons, none that is filtered."""
    fixed = {condition.field for condition in _conditions(query.where) if condition.operator is Operator.EQ}
    found: list[tuple[str, str]] = []
    dataset = model.dataset(query.dataset)
    near: list[tuple[str, Dataset]] = [("", dataset)] if dataset is not None else []
    for goal in sole_paths(model, query.dataset):
        other = model.dataset(goal)
        near += [(f"{goal}__", other)] if other is not None else []
    for prefix, table in near:
        found += [(prefix + f.name, f.label) for f in table.fields if _splits_well(f)]
    return [(name, label) for name, label in found if name not in fixed and len(name) <= 63][:MOST_DIMENSIONS]


def _splits_well(field: ModelField) -> bool:
    if field.personal or field.role is not FieldRole.DIMENSION:
        return False
    if field.type.value == "boolean":
        return True
    return field.values is not None and 2 <= len(field.values) <= _MOST_VALUES


def _conditions(where: Filter | None) -> list[Condition]:
    if isinstance(where, Condition):
        return [where]
    return [c for part in where.all for c in _conditions(part)] if isinstance(where, AllOf) else []


def _parts(executed: ExecutedQuery, group: str, alias: str, kind: Aggregation) -> list[Contribution]:
    names = [column.name for column in executed.result.columns]
    place = {name: at for at, name in enumerate(names)}
    sides: list[dict[str, tuple[float, float]]] = [{}, {}]
    for row in executed.result.rows:
        name = _told(row[place[group]])
        for side, suffix in ((sides[0], "_previous"), (sides[1], "")):
            value, count = _float(row[place[alias + suffix]]), _float(row[place["rows" + suffix]])
            if count or value:
                side[name] = (value or 0.0, count or 0.0)
    if kind is Aggregation.AVG:
        totals = [{n: (average * count, count) for n, (average, count) in side.items()} for side in sides]
        return of_averages(totals[0], totals[1])
    before, now = ({n: value for n, (value, _) in side.items()} for side in sides)
    return of_sums(before, now)


async def _year_ago(
    runtime: Runtime, data: DataSnapshot, query: SemanticQuery, alias: str
) -> tuple[float, float] | None:
    """The same step a year earlier, (before, now); None where there are no numbers of it."""
    time = query.time
    if time is None or time.comparison is None or time.comparison.kind == "previous_year":
        return None
    periods = [_earlier(period) for period in (time.period, time.comparison.period)]
    if periods[0] is None or periods[1] is None:
        return None
    earlier = query.model_copy(
        update={
            "time": TimeSlice(
                field=time.field,
                period=periods[0],
                comparison=time.comparison.model_copy(update={"period": periods[1]}),
            )
        }
    )
    executed = await run_query(runtime, data, earlier)
    now, before = (_number(executed, name) for name in (alias, f"{alias}_previous"))
    return (before, now) if before and now is not None else None


def _earlier(period: Period | None) -> Period | None:
    if period is None or not isinstance(period.start, date) or not isinstance(period.end, date):
        return None
    return Period(start=add_months(period.start, -12), end=add_months(period.end, -12))


async def _largest(
    runtime: Runtime, data: DataSnapshot, query: SemanticQuery, kind: Aggregation
) -> tuple[float, float] | None:
    """The largest single value on both sides, (before, now), of what is summed."""
    field = _field_of(query.measures[0], data.model)
    if kind is not Aggregation.SUM or field is None:
        return None
    largest = Measure(aggregation=Aggregation.MAX, field=field, alias="largest")
    executed = await run_query(runtime, data, _with(query, largest))
    now, before = (_number(executed, name) for name in ("largest", "largest_previous"))
    return (before or 0.0, now or 0.0)


def _number(executed: ExecutedQuery, name: str) -> float | None:
    names = [column.name for column in executed.result.columns]
    if name not in names or not executed.result.rows:
        return None
    return _float(executed.result.rows[0][names.index(name)])


def _float(cell: Cell) -> float | None:
    return float(str(cell)) if cell is not None and not isinstance(cell, bool) else None


def _told(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return "(empty)" if cell is None else str(cell)
