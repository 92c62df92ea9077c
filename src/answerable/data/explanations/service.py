"""Explains a change: computes the number beside the one before for each dimension, and tells the parts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from answerable.data.engines.service import ExecutedQuery, run_query
from answerable.data.engines.snapshot import DataSnapshot
from answerable.data.explanations.contributions import Factor, above_and_below, volume_and_value
from answerable.data.explanations.errors import ChangeNotExplained
from answerable.data.explanations.makeup import ABOVE, BELOW, FIRST, ROWS, Kind, Makeup, made_of
from answerable.data.explanations.reading import Wanted
from answerable.data.explanations.sentences import Found, YearBefore, told
from answerable.data.explanations.splitting import (
    UNNAMED,
    LeftOut,
    Sides,
    Split,
    as_float,
    sides_of,
    splits_of,
)
from answerable.data.questions.formatting import format_period, plural
from answerable.data.questions.notes import Note
from answerable.data.questions.time.resolve import add_months
from answerable.data.questions.wording import describe_filter, measure_alias, measure_words
from answerable.data.semantics.model import SemanticModel, Unit
from answerable.data.semantics.query import Comparison, Measure, Period, SemanticQuery, TimeSlice
from answerable.kit.runtime import Runtime

_TOLD_DIMENSIONS = 2
_LEAST_SURPRISE = 0.05


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a change is made of. `sentences` name their query by its place in `executed` from 1; `drivers` are
    the groups that gave most of it; `splits` all dimensions with the parts, which sum to the change, and
    `left_out` those that have none; the first `told` of the splits are in the sentences and in `executed`,
    whose last queries they are."""

    found: Found
    sentences: tuple[tuple[str, int], ...]
    executed: tuple[ExecutedQuery, ...]
    drivers: tuple[str, ...]
    splits: tuple[Split, ...]
    left_out: tuple[LeftOut, ...]
    told: int

    @property
    def days(self) -> tuple[date, date] | None:
        """The first day of the period whose number is explained, and the day after its last."""
        time = self.found.query.time
        period = time.period if time is not None else None
        if period is None or not isinstance(period.start, date) or not isinstance(period.end, date):
            return None
        return period.start, period.end

    @property
    def notes(self) -> tuple[Note, ...]:
        """What the data leaves open about the numbers, each note once."""
        return tuple(dict.fromkeys(note for executed in self.executed for note in executed.notes))

    @property
    def measure(self) -> str:
        """The number in words."""
        return self.found.name


async def explain(runtime: Runtime, data: DataSnapshot, wanted: Wanted) -> Explanation:
    """The explanation of a change. Raises ChangeNotExplained for numbers that have no parts, such as medians,
    and where one of the sides has no value; and what the queries raise, as `run_query` does."""
    name = number_name(wanted.query, data.model)
    made = made_of(wanted.query.measures[0], name, data.model)
    query = wanted.query.model_copy(update={"measures": (made.measure,), "order": ()})
    alias = measure_alias(made.measure)
    total = await run_query(runtime, data, query)
    parts = await run_query(runtime, data, _with(query, made.measure, *made.beside)) if made.beside else total
    sides = sides_of(parts, parts.result.rows[0], made)
    before, now = (side.value for side in sides)
    if before is None or now is None:
        raise _no_value(name, query, before)
    splits, left_out = await splits_of(runtime, data, query, made, sides, _scale(sides))
    shown = [split for split in splits if split.surprise >= _LEAST_SURPRISE][:_TOLD_DIMENSIONS]
    found = Found(
        query=query,
        model=data.model,
        kind=made.kind,
        name=name,
        unit=_unit(total, alias),
        before=before,
        now=now,
        rows=_pair(parts, ROWS),
        factors=_factors(parts, made, query, data.model, sides),
        units=tuple(_unit(parts, part) for part in (FIRST, ABOVE, BELOW)),
        splits=tuple(shown),
        year_before=await _year_before(runtime, data, query, alias),
        largest=await _largest(runtime, data, query, made),
    )
    lead = (total, parts) if made.beside else (total,)
    return Explanation(
        found=found,
        sentences=told(found, wanted.direction, len(lead)),
        executed=(*lead, *(split.executed for split in shown)),
        drivers=tuple(driver for split in shown if (driver := _driver(split, now - before)) is not None),
        splits=tuple(splits),
        left_out=tuple(left_out),
        told=len(shown),
    )


def number_name(query: SemanticQuery, model: SemanticModel) -> str:
    """The query's number in words, with what it is filtered by."""
    words = measure_words(query.measures[0], query, model)
    return words if query.where is None else f"{words} where {describe_filter(query.where, query, model)}"


def _no_value(name: str, query: SemanticQuery, before: float | None) -> ChangeNotExplained:
    time = query.time
    assert time is not None
    assert time.comparison is not None
    period = time.comparison.period if before is None else time.period
    return ChangeNotExplained(
        f"There is no value of {name} {format_period(period)}, so that there is no change to explain. "
        "Ask about a period that has data on both sides."
    )


def _driver(split: Split, change: float) -> str | None:
    """The group that gave most of the change; None where it has no name that a text could tell it by."""
    group = next((part.group for part in split.parts if part.amount * change > 0), None)
    return None if group in UNNAMED else group


def _scale(sides: Sides) -> float:
    """What a ratio is beside above divided by below: 1 but where the two are in different units."""
    for side in sides:
        if side.value and side.above and side.below:
            return side.value * side.below / side.above
    return 1.0


def _factors(
    parts: ExecutedQuery, made: Makeup, query: SemanticQuery, model: SemanticModel, sides: Sides
) -> tuple[Factor, ...]:
    """The numbers that the number is computed from, with the parts of its change that they give."""
    before, now = sides
    if made.kind is Kind.SUM and made.rows is not None:
        return _volume_and_value(parts, query, model, sides)
    measure = made.measure
    metric = model.metric(measure.metric) if measure.metric is not None else None
    minus = measure.minus or (Measure(metric=metric.minus) if metric is not None and metric.minus else None)
    if made.kind is Kind.DIFFERENCE:
        return _difference(parts, made, minus, query, model, sides, 1.0)
    if made.kind is not Kind.RATIO or not before.below or not now.below:
        return ()
    scale = _scale(sides)
    above, below = (scale * part for part in above_and_below(before.pair, now.pair))
    assert made.above is not None
    assert made.below is not None
    lower = Factor(measure_words(made.below, query, model), before.below, now.below, below)
    if made.first is not None:
        weight = scale * (1 / before.below + 1 / now.below) / 2
        return (*_difference(parts, made, minus, query, model, sides, weight), lower)
    return (Factor(measure_words(made.above, query, model), before.above, now.above, above), lower)


def _difference(
    parts: ExecutedQuery,
    made: Makeup,
    minus: Measure | None,
    query: SemanticQuery,
    model: SemanticModel,
    sides: Sides,
    weight: float,
) -> tuple[Factor, ...]:
    """What is taken from, and what is taken off, each with its change times `weight`."""
    assert made.first is not None
    assert minus is not None
    first = _pair(parts, FIRST)
    taken = tuple(one - side.above for one, side in zip(first, sides, strict=True))
    labels = [measure_words(part, query, model) for part in (made.first, minus)]
    return (
        Factor(labels[0], first[0], first[1], (first[1] - first[0]) * weight),
        Factor(labels[1], taken[0], taken[1], (taken[0] - taken[1]) * weight),
    )


def _volume_and_value(
    parts: ExecutedQuery, query: SemanticQuery, model: SemanticModel, sides: Sides
) -> tuple[Factor, ...]:
    before, now = sides
    counts = _pair(parts, ROWS)
    volume, value = volume_and_value((before.above, counts[0]), (now.above, counts[1]))
    dataset = model.dataset(query.dataset)
    noun = dataset.row_noun if dataset is not None else "row"
    worth = [side.above / count if count else 0.0 for side, count in zip((before, now), counts, strict=True)]
    return (
        Factor(f"number of {plural(noun, 2)}", counts[0], counts[1], volume),
        Factor(f"value per {noun}", worth[0], worth[1], value),
    )


def _with(query: SemanticQuery, *measures: Measure) -> SemanticQuery:
    return query.model_copy(update={"measures": measures})


async def _year_before(
    runtime: Runtime, data: DataSnapshot, query: SemanticQuery, alias: str
) -> YearBefore | None:
    """The same step a year earlier; None where there are no numbers of it."""
    time = query.time
    if time is None or time.comparison is None or time.comparison.kind == "previous_year":
        return None
    period, compared = (_earlier(side) for side in (time.period, time.comparison.period))
    if period is None or compared is None:
        return None
    comparison = Comparison(kind=time.comparison.kind, period=compared)
    sliced = TimeSlice(field=time.field, period=period, comparison=comparison)
    executed = await run_query(runtime, data, query.model_copy(update={"time": sliced}))
    row = executed.result.rows[0]
    names = [column.name for column in executed.result.columns]
    now, before = (as_float(row[names.index(name)]) for name in (alias, f"{alias}_previous"))
    if not before or now is None:
        return None
    return YearBefore(before, now, period, compared)


def _earlier(period: Period | None) -> Period | None:
    if period is None or not isinstance(period.start, date) or not isinstance(period.end, date):
        return None
    return Period(start=add_months(period.start, -12), end=add_months(period.end, -12))


async def _largest(
    runtime: Runtime, data: DataSnapshot, query: SemanticQuery, made: Makeup
) -> tuple[float, float] | None:
    """The largest single value on both sides, (before, now), of what is summed."""
    if made.largest is None:
        return None
    return _pair(await run_query(runtime, data, _with(query, made.largest)), "largest")


def _pair(executed: ExecutedQuery, name: str) -> tuple[float, float]:
    """A column of a result of one row, (before, now); 0 where it has no value, or is not there."""
    names = [column.name for column in executed.result.columns]
    if name not in names:
        return 0.0, 0.0
    row = executed.result.rows[0]
    before, now = (as_float(row[names.index(side)]) for side in (f"{name}_previous", name))
    return before or 0.0, now or 0.0


def _unit(executed: ExecutedQuery, name: str) -> Unit | None:
    return next((column.unit for column in executed.result.columns if column.name == name), None)
