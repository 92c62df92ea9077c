"""The whole periods of a time, to average their totals: one that is not over would count as a small one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from answerable.data.questions.meanings import TimeUnit
from answerable.data.questions.notes import PeriodsNoted
from answerable.data.questions.time.resolve import Now, add, floor
from answerable.data.semantics.query import Grain, Period, TimeSlice


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
    start, end = time.period.start, time.period.end
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
    period = time.period if same else Period(start=first, end=after)
    note = PeriodsNoted(code="periods_averaged", start=first, end=after, grain=grain, count=count)
    return Whole(time.model_copy(update={"period": period}), note)
