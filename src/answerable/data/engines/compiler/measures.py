"""Measures resolved: which aggregation over which field, in which unit, and whether that is sound."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from answerable.data.engines.compiler.calendar import whole_buckets
from answerable.data.engines.compiler.columns import FRACTION
from answerable.data.engines.compiler.conditions import Resolve
from answerable.data.engines.compiler.names import nearest
from answerable.data.engines.compiler.plan import ADDITIVE, COUNTS, FieldRef, PlannedMeasure
from answerable.data.engines.compiler.problems import Problems
from answerable.data.semantics.filters import AllOf, Filter
from answerable.data.semantics.model import (
    NUMERIC_TYPES,
    TEMPORAL_TYPES,
    Aggregation,
    Dataset,
    FieldRole,
    FieldType,
    Metric,
    SemanticModel,
    Unit,
)
from answerable.data.semantics.query import Grain, Measure, SemanticQuery
from answerable.data.semantics.units import Conversion, conversion, convertible

_UNIT_OF_LABEL = re.compile(r"\s*[(\[][^()\[\]]*[)\]]$")
_ORDERABLE = NUMERIC_TYPES | TEMPORAL_TYPES | {FieldType.TIME}
# What counting a joined row once for each of the rows that point at it does not change.
_SAFE_OVER_JOINS = frozenset({Aggregation.COUNT_DISTINCT, Aggregation.MIN, Aggregation.MAX})
_WORDS = {
    Aggregation.SUM: "Total",
    Aggregation.AVG: "Average",
    Aggregation.COUNT: "Number of",
    Aggregation.COUNT_DISTINCT: "Distinct",
    Aggregation.MIN: "Smallest",
    Aggregation.MAX: "Largest",
    Aggregation.MEDIAN: "Median",
}


def plan_measures(
    query: SemanticQuery,
    model: SemanticModel,
    dataset: Dataset,
    resolve: Resolve,
    problems: Problems,
    check_where: Callable[[Filter], None],
) -> tuple[PlannedMeasure, ...]:
    """The measures that are sound; for each of the others a problem is noted. `check_where` looks into
    the filter of a measure."""
    planner = _MeasurePlanner(query, model, dataset, resolve, problems, check_where)
    planned = [planner.plan(measure, f"measures[{i}]") for i, measure in enumerate(query.measures)]
    sound = tuple(measure for measure in planned if measure is not None)
    if len({measure.things for measure in sound if measure.things is not None}) > 1:
        problems.add("measures", "these are stocks of different things; ask for each in a query of its own")
    return sound


class _MeasurePlanner:
    def __init__(
        self,
        query: SemanticQuery,
        model: SemanticModel,
        dataset: Dataset,
        resolve: Resolve,
        problems: Problems,
        check_where: Callable[[Filter], None],
    ) -> None:
        self._check_where = check_where
        self._query = query
        self._model = model
        self._dataset = dataset
        self._resolve = resolve
        self._problems = problems

    def plan(self, measure: Measure, where: str) -> PlannedMeasure | None:
        """The measure in the unit and over the periods that are asked for, or None with a problem noted."""
        planned = self._computed(measure, where)
        if planned is not None and measure.unit is not None:
            planned = self._in_unit(planned, measure.unit, where)
        if planned is None or measure.average_per is None:
            return planned
        return self._averaged(planned, measure, measure.average_per, where)

    def _averaged(
        self, planned: PlannedMeasure, measure: Measure, grain: Grain, where: str
    ) -> PlannedMeasure | None:
        """The total by the number of periods; refused where the time is not of whole ones, or not of as many
        on both sides of a comparison."""
        where = f"{where}.average_per"
        metric = self._model.metric(measure.metric) if measure.metric is not None else None
        stock = planned.last_of is not None or (metric is not None and metric.cumulative)
        computed = planned.minus is not None or planned.per is not None
        derived = measure.share_of_total or measure.running_total or measure.moving_average is not None
        if planned.aggregation not in ADDITIVE or stock or computed or derived:
            message = f"only a plain sum or count has an average per period; {planned.label} has none"
            self._problems.add(where, message)
            return None
        time = self._query.time
        if time is None or time.grain is not None:
            message = "an average per period is of a time without a grain; set time.period alone"
            self._problems.add(where, message)
            return None
        count = whole_buckets(time.period, grain, self._model.calendar)
        other = time.comparison.period if time.comparison is not None else time.period
        if count is None or whole_buckets(other, grain, self._model.calendar) != count:
            message = f"the time is no whole number of {grain}s; let it start and end with one"
            self._problems.add(where, message)
            return None
        known = planned.conversion or Conversion(Fraction(1))
        return replace(
            planned,
            label=f"Average {planned.label} per {grain}",
            type=FieldType.FLOAT,
            conversion=replace(known, factor=known.factor / count),
        )

    def _in_unit(self, planned: PlannedMeasure, wanted: str, where: str) -> PlannedMeasure | None:
        found = conversion(planned.unit, wanted)
        if found is None or planned.type not in NUMERIC_TYPES:
            own = f"is in {_print(planned.unit)}" if planned.unit is not None else "has no unit"
            known = dict.fromkeys(symbol for symbol, _ in convertible(planned.unit))
            others = f"; it can be said in {', '.join(known)}" if known else ""
            self._problems.add(
                f"{where}.unit", f"{planned.label} {own} and cannot be said in {wanted}{others}"
            )
            return None
        how, unit = found
        planned = replace(planned, label=_UNIT_OF_LABEL.sub("", planned.label))
        computed = planned.minus is not None or planned.per is not None
        if how.offset and (planned.aggregation is Aggregation.SUM or computed):
            # A difference of two temperatures has no zero to move.
            message = f"a sum, difference or rate of {planned.label} moves with no zero; use avg, min or max"
            self._problems.add(f"{where}.unit", message)
            return None
        if how == Conversion(Fraction(1)):
            return replace(planned, unit=unit)
        return replace(planned, unit=unit, type=FieldType.FLOAT, conversion=how)

    def _computed(self, measure: Measure, where: str) -> PlannedMeasure | None:
        """The measure with what it is less and divided by, or None with a problem noted."""
        planned = self._plain(measure, where)
        if planned is None:
            return None
        metric = self._model.metric(measure.metric) if measure.metric is not None else None
        computed = metric is not None and (metric.minus is not None or metric.per is not None)
        parts = {"minus": measure.minus, "per": measure.per}
        if metric is not None and computed:
            if measure.minus is not None or measure.per is not None:
                self._problems.add(where, f"{metric.name} is computed already; name a plain metric")
                return None
            names = {"minus": metric.minus, "per": metric.per}
            parts = {key: Measure(metric=n, where=measure.where) if n else None for key, n in names.items()}
        inner: dict[str, PlannedMeasure] = {}
        for name, part in parts.items():
            if part is None:
                continue
            found = self._inner(part, f"{where}.{name}")
            if found is None:
                return None
            inner[name] = found
        if not inner:
            return planned
        combined = self._combined(
            planned, inner.get("minus"), inner.get("per"), where, asked=metric is None or not computed
        )
        if combined is None or metric is None or not computed:
            return combined
        return replace(combined, label=metric.label, unit=metric.unit or combined.unit)

    def _inner(self, measure: Measure, where: str) -> PlannedMeasure | None:
        metric = self._model.metric(measure.metric) if measure.metric is not None else None
        computed = metric is not None and (metric.minus is not None or metric.per is not None)
        if measure.minus is not None or measure.per is not None or computed:
            self._problems.add(where, "this is computed with already; name a plain measure")
            return None
        if measure.unit is not None:
            self._problems.add(f"{where}.unit", "the unit is that of the whole measure")
            return None
        if measure.share_of_total or measure.running_total or measure.moving_average is not None:
            self._problems.add(where, "shares, running totals and moving averages are of the whole measure")
            return None
        return self._plain(measure, where)

    def _combined(
        self,
        whole: PlannedMeasure,
        minus: PlannedMeasure | None,
        per: PlannedMeasure | None,
        where: str,
        *,
        asked: bool,
    ) -> PlannedMeasure | None:
        """The whole less and divided by the others, as the query (`asked`) or the metric itself says."""
        parts = [part for part in (whole, minus, per) if part is not None]
        if any(part.last_of is not None for part in parts):
            self._problems.add(where, "a stock counts by its last day; it cannot be computed with others")
            return None
        if any(part.accumulates for part in (parts if asked else parts[1:])):
            self._problems.add(where, "a number that runs on over time cannot be computed with others")
            return None
        if any(part.type not in NUMERIC_TYPES for part in parts):
            self._problems.add(where, "only numbers can be taken off or divided by")
            return None
        minus, per = (_alike(part, whole) for part in (minus, per))
        if minus is not None and minus.unit != whole.unit:
            self._problems.add(f"{where}.minus", f"{whole.label} and {minus.label} are in different units")
            return None
        label = whole.label if minus is None else f"{whole.label} less {minus.label}"
        if per is None:
            return replace(whole, minus=minus, label=label)
        return replace(
            whole,
            minus=minus,
            per=per,
            label=f"{label} per {per.label}" if not _is_part(whole, per) else f"Share of {per.label}",
            unit=FRACTION if _is_part(whole, per) else whole.unit if per.unit is None else None,
            type=FieldType.FLOAT,
        )

    def _plain(self, measure: Measure, where: str) -> PlannedMeasure | None:
        ways = (measure.metric, measure.aggregation, measure.percentile)
        if sum(way is not None for way in ways) != 1:
            self._problems.add(where, "set either metric, aggregation or percentile")
            return None
        metric = self._metric(measure.metric, where) if measure.metric is not None else None
        narrowed = _both(metric.where if metric is not None else None, measure.where)
        if narrowed is not None:
            self._check_where(narrowed)
        if measure.metric is not None and metric is None:
            return None
        if metric is not None and (measure.field is not None or measure.elapsed is not None):
            self._problems.add(f"{where}.field", "a metric has its own field; leave this out")
            return None
        aggregation = metric.aggregation if metric is not None else measure.aggregation
        name = metric.field if metric is not None else measure.field
        aggregation = aggregation or Aggregation.MEDIAN
        if measure.elapsed is not None and name is None:
            self._problems.add(f"{where}.field", "name the field until which time is counted")
            return None
        field = self._resolve(name, f"{where}.field", None, measure.elapsed) if name is not None else None
        if name is not None and field is None:
            return None
        if not self._sound(aggregation, field, metric, where):
            return None
        return PlannedMeasure(
            alias=measure.alias or _alias(measure),
            label=metric.label if metric is not None else self._label(aggregation, field, measure),
            aggregation=aggregation,
            field=field,
            unit=_unit(aggregation, field, metric),
            type=_type(aggregation, field),
            share=measure.share_of_total,
            running=measure.running_total,
            accumulates=metric is not None and metric.cumulative and self._begins_somewhere(),
            last_of=(last_of := self._last_of(aggregation, field, metric, where)),
            things=self._things(field, metric, last_of, where),
            quantile=measure.percentile / 100 if measure.percentile is not None else None,
            where=narrowed,
            moving=measure.moving_average,
        )

    def _begins_somewhere(self) -> bool:
        """Whether the query reads periods, or a part of all time, so that there is something before them."""
        time = self._query.time
        if time is None:
            return False
        periods = [time.period, time.comparison.period if time.comparison is not None else None]
        return time.grain is not None or any(period is not None and period.start for period in periods)

    def _metric(self, name: str, where: str) -> Metric | None:
        metric = self._model.metric(name)
        if metric is None:
            own = [m.name for m in self._model.metrics if m.dataset == self._dataset.name]
            self._problems.add(f"{where}.metric", f"there is no metric {name!r}{nearest(name, own)}")
            return None
        if metric.dataset != self._dataset.name:
            self._problems.add(
                f"{where}.metric",
                f"{name} belongs to the dataset {metric.dataset!r}; ask for it in a query of its own",
            )
            return None
        return metric

    def _sound(
        self, aggregation: Aggregation, field: FieldRef | None, metric: Metric | None, where: str
    ) -> bool:
        message = _unsound(aggregation, field, metric)
        if message is not None:
            self._problems.add(where, message)
        return message is None

    def _last_of(
        self, aggregation: Aggregation, field: FieldRef | None, metric: Metric | None, where: str
    ) -> FieldRef | None:
        """The time along which a stock must not be summed; its last day in each period counts."""
        if aggregation is not Aggregation.SUM or field is None:
            return None
        if self._stock(field, metric) is None:
            return None
        time = self._query.time.field if self._query.time is not None else self._dataset.default_time
        if time is None:
            self._problems.add(
                where, f"{field.name} is a stock, which cannot be summed over time; set time or use avg"
            )
            return None
        ref = self._resolve(time, "time.field")
        return ref if ref is not None and ref.type in TEMPORAL_TYPES else None

    def _stock(self, field: FieldRef, metric: Metric | None) -> Metric | None:
        """The metric that makes the sum one of a stock: its own, or another of the same field."""
        if metric is not None and metric.non_additive:
            return metric
        others = (m for m in self._model.metrics if m.dataset == self._dataset.name)
        return next((m for m in others if m.non_additive and m.field == field.name), None)

    def _things(
        self, field: FieldRef | None, metric: Metric | None, last_of: FieldRef | None, where: str
    ) -> tuple[FieldRef, ...] | None:
        """What the stock is of, where a time of day tells which of several numbers of a day is the last."""
        stock = self._stock(field, metric) if field is not None and last_of is not None else None
        if stock is None or stock.stock_of is None or last_of is None:
            return None
        if last_of.type is not FieldType.TIMESTAMP:
            return None
        if any(self._dataset.field(name) is None for name in stock.stock_of):
            # Gone with a version, or hidden from who asks: all rows of a day would be added up.
            message = f"{stock.label} is a stock of what cannot be told apart here; use avg, min or max"
            self._problems.add(where, message)
            return None
        found = [self._resolve(name, where) for name in stock.stock_of]
        return tuple(ref for ref in found if ref is not None)

    def _label(self, aggregation: Aggregation, field: FieldRef | None, measure: Measure) -> str:
        words = _WORDS[aggregation]
        if measure.percentile is not None:
            words = f"{measure.percentile:g}th percentile of"
        if field is None:
            return f"{words} {self._dataset.row_noun}s"
        return f"{words} {field.label}"


def _unsound(aggregation: Aggregation, field: FieldRef | None, metric: Metric | None) -> str | None:
    """Why the aggregation of that field is no sound number, with the remedy; None when it is."""
    if field is None:
        return None if aggregation is Aggregation.COUNT else f"{aggregation.value} needs a field; name one"
    if field.path and aggregation not in _SAFE_OVER_JOINS:
        return (
            f"{field.name} would count a row of {field.dataset.name} once for each row that points at it; "
            f"ask about {field.dataset.name} instead"
        )
    if aggregation in COUNTS:
        return None
    if aggregation in (Aggregation.MIN, Aggregation.MAX):
        if field.type not in _ORDERABLE:
            return f"{field.name} is {field.type.value} and has no {aggregation.value}; count it instead"
    elif field.type not in NUMERIC_TYPES:
        return f"{field.name} is {field.type.value}, no number; count it instead"
    elif field.field.role is FieldRole.KEY and field.since is None:
        return f"{field.name} only tells rows apart; use count or count_distinct"
    return _mixed_units(aggregation, field, metric)


def _alike(part: PlannedMeasure | None, whole: PlannedMeasure) -> PlannedMeasure | None:
    """The part in the unit of the whole, where both are of one dimension: grams taken off kilograms."""
    if part is None or whole.unit is None or part.unit in (None, whole.unit):
        return part
    if part.unit is None or part.unit.kind == "currency":
        return part  # amounts in thousands are told apart, not guessed at
    found = conversion(part.unit, whole.unit.symbol)
    if found is None:
        return part
    how, _ = found
    if whole.unit.scale != 1:
        how = Conversion(how.factor / Fraction(repr(whole.unit.scale)), how.offset)
    return part if how.offset else replace(part, unit=whole.unit, conversion=how)


def _both(one: Filter | None, other: Filter | None) -> Filter | None:
    if one is None or other is None:
        return one or other
    return AllOf(all=(one, other))


def _is_part(whole: PlannedMeasure, per: PlannedMeasure) -> bool:
    """Whether the quotient is a part of one kind: the orders that came back, of all orders."""
    if whole.unit is not None or per.unit is not None:
        return whole.unit == per.unit
    return whole.where is not None and (whole.aggregation, whole.field) == (per.aggregation, per.field)


def _mixed_units(aggregation: Aggregation, field: FieldRef, metric: Metric | None) -> str | None:
    unit = field.unit
    if metric is not None and metric.unit is not None and unit is not None and metric.unit != unit:
        return (
            f"the metric is in {_print(metric.unit)} but {field.name} in {_print(unit)}; "
            "give both the same unit in the model"
        )
    if aggregation is Aggregation.SUM and unit is not None and unit.kind == "percent":
        return f"percentages of {field.name} do not add up; use avg or median"
    return None


def _print(unit: Unit) -> str:
    return unit.symbol if unit.scale == 1 else f"{unit.scale:g} {unit.symbol}"


def _alias(measure: Measure) -> str:
    if measure.metric is not None:
        return measure.metric
    if measure.percentile is not None:
        return f"p{measure.percentile:g}_{measure.field}".replace(".", "_")[:63]
    assert measure.aggregation is not None
    return f"{measure.aggregation.value}_{measure.field}" if measure.field else measure.aggregation.value


def _unit(aggregation: Aggregation, field: FieldRef | None, metric: Metric | None) -> Unit | None:
    if metric is not None and metric.unit is not None:
        return metric.unit
    if aggregation in COUNTS or field is None:
        return None
    return field.unit


def _type(aggregation: Aggregation, field: FieldRef | None) -> FieldType:
    if aggregation in COUNTS or field is None:
        return FieldType.INTEGER
    if aggregation in (Aggregation.AVG, Aggregation.MEDIAN):
        return FieldType.FLOAT
    return field.type
