"""The whole periods of a time, to average their totals: one that is not over would count as a small one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from answerable.data.questions.meanings import TimeUnit
from answerable.data.questions.notes import PeriodsNoted
from answerable.data.questions.time.resolve import Now, add, floor
from answerable.data.semantics.model import Aggregation
from answerable.data.semantics.query import Grain, Measure, Period, SemanticQuery, TimeSlice


@dataclass(frozen=True, slots=True)
class Whole:
    """The time of whole periods alone, and what is to be said of it."""

    time: TimeSlice
    note: PeriodsNoted


def whole_periods(now: Now, time: TimeSlice | None, grain: Grain) -> Whole | None:
    """The time up to the last period that is over. None of a time without a beginning, of one that holds no
    whole period or begins or ends within one; of weeks, which no month begins with, the whole ones count."""
    if time is None or time.grain is not None or time.comparison is not None or time.period is None:
        return None
    return _whole(now, time, time.period, grain)


def _whole(now: Now, time: TimeSlice, within: Period, grain: Grain) -> Whole | None:
    start, end = within.start, within.end
    if type(start) is not date or (end is not None and type(end) is not date) or grain is Grain.HOUR:
        return None
    unit = TimeUnit(grain.value)
    over = floor(now.today, unit, now)
    last = over if end is None or end > over else end
    assert isinstance(last, date)
    first, after = floor(start, unit, now), floor(last, unit, now)
    first = first if first == start else add(first, unit, 1)
    if first >= after or (unit is not TimeUnit.WEEK and (first, after) != (start, last)):
        return None
    count = 0
    while add(first, unit, count) < after:
        count += 1
    same = (first, after) == (start, end)
    period = within if same else Period(start=first, end=after)
    note = PeriodsNoted(code="periods_averaged", start=first, end=after, grain=grain, count=count)
    return Whole(time.model_copy(update={"period": period}), note)


def days_asked_for(query: SemanticQuery) -> SemanticQuery | None:
    """The query of the first and the last day that the rows have, where totals of periods are to be averaged
    over all of them: columns `first_day` and `last_day`. None where the time is said."""
    if _averaged_by(query) is None or query.time is None or query.time.period is not None:
        return None
    ends = ((Aggregation.MIN, "first_day"), (Aggregation.MAX, "last_day"))
    measures = tuple(Measure(aggregation=kind, field=query.time.field, alias=name) for kind, name in ends)
    return SemanticQuery(dataset=query.dataset, measures=measures)


def within_days(
    query: SemanticQuery, first: date, last: date, now: Now
) -> tuple[SemanticQuery, PeriodsNoted] | None:
    """The query over the whole periods that are over between two days that the rows have, both included; with
    what is to be said of them. None where there is no whole one."""
    grain, time = _averaged_by(query), query.time
    if grain is None or time is None:
        return None
    unit = TimeUnit(grain.value)
    start, after = floor(first, unit, now), floor(last + timedelta(days=1), unit, now)
    start = start if start == first else add(start, unit, 1)
    found = _whole(now, time, Period(start=start, end=after), grain) if start < after else None
    return (query.model_copy(update={"time": found.time}), found.note) if found is not None else None


def _averaged_by(query: SemanticQuery) -> Grain | None:
    return next((measure.average_per for measure in query.measures if measure.average_per is not None), None)
