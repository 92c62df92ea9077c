"""The time of a query resolved: field, range, grain, and how a comparison's buckets are aligned."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from answerable.data.engines.compiler import calendar as buckets
from answerable.data.engines.compiler.conditions import Resolve
from answerable.data.engines.compiler.plan import PlannedTime
from answerable.data.engines.compiler.problems import Problems
from answerable.data.engines.compiler.values import localise
from answerable.data.semantics.model import TEMPORAL_TYPES, Calendar, FieldType
from answerable.data.semantics.query import (
    Comparison,
    Grain,
    Period,
    TimeSlice,
)

MAX_BUCKETS = 20_000
MAX_SHIFT = 100_000
FIRST_YEAR, LAST_YEAR = 100, 9_000


def plan_time(
    time: TimeSlice | None, calendar: Calendar, resolve: Resolve, problems: Problems
) -> PlannedTime | None:
    """The time slice, or None when there is none or it is wrong (with the problem noted)."""
    if time is None:
        return None
    ref = resolve(time.field, "time.field")
    if ref is None:
        return None
    if ref.type not in TEMPORAL_TYPES:
        problems.add("time.field", f"{ref.name} is {ref.type.value}, no date; choose a date or timestamp")
        return None
    if time.grain is Grain.HOUR and ref.type is FieldType.DATE:
        problems.add("time.grain", f"{ref.name} has no hours; choose day or longer")
        return None
    sound = _check_period(time.period, "time.period", problems)
    if time.comparison is not None:
        sound = _check_comparison(time, time.comparison, problems) and sound
    planned = PlannedTime(
        ref, time.period, time.grain, time.comparison, time.fill_gaps, fill_until=time.fill_until
    )
    if not sound or time.grain is None:
        return planned if sound else None
    return _with_buckets(planned, time.grain, calendar, problems)


def _check_period(period: Period | None, where: str, problems: Problems) -> bool:
    if period is None:
        return True
    for side, bound in (("start", period.start), ("end", period.end)):
        if bound is not None and not FIRST_YEAR <= bound.year <= LAST_YEAR:
            problems.add(f"{where}.{side}", f"give a year from {FIRST_YEAR} to {LAST_YEAR}")
            return False
    if period.start is not None and period.end is not None and _moment(period.start) >= _moment(period.end):
        problems.add(where, "the start must lie before the end, which is not included")
        return False
    return True


def _check_comparison(time: TimeSlice, comparison: Comparison, problems: Problems) -> bool:
    if not _check_period(comparison.period, "time.comparison.period", problems):
        return False
    if time.grain is None:
        return True
    if comparison.shift is not None:
        if abs(comparison.shift) > MAX_SHIFT:
            problems.add("time.comparison.shift", f"give at most {MAX_SHIFT} steps")
        return abs(comparison.shift) <= MAX_SHIFT
    for where, period in (("time.period", time.period), ("time.comparison.period", comparison.period)):
        if period is None or period.start is None or period.end is None:
            problems.add(where, "give a start and an end on both sides, or the comparison's shift")
            return False
    return True


def _with_buckets(
    planned: PlannedTime, grain: Grain, calendar: Calendar, problems: Problems
) -> PlannedTime | None:
    starts = []
    comparison = planned.comparison
    for where, period in (
        ("time.period", planned.period),
        ("time.comparison.period", comparison.period if comparison else None),
    ):
        if period is None or period.start is None or period.end is None:
            continue
        first, last = (
            buckets.bucket_of(_local(bound, calendar), grain, calendar)
            for bound in (period.start, period.end)
        )
        if buckets.steps_between(first, last, grain) > MAX_BUCKETS:
            problems.add(where, f"more than {MAX_BUCKETS} periods; choose a longer grain than {grain.value}")
            return None
        starts.append(first)
    if comparison is None:
        return planned
    if comparison.shift is not None:
        return replace(planned, shift=comparison.shift)
    if comparison.kind == "previous_year" and grain in (Grain.DAY, Grain.HOUR):
        return planned  # rows move by a calendar year
    if grain is Grain.WEEK and comparison.kind == "previous_year":
        days = (buckets.at_midnight(starts[0]) - buckets.at_midnight(starts[1])).days
        return replace(planned, shift=round(days / 7))
    return replace(planned, shift=buckets.steps_between(starts[1], starts[0], grain))


def _local(moment: date | datetime, calendar: Calendar) -> date | datetime:
    return localise(moment, calendar.time_zone) if isinstance(moment, datetime) else moment


def _moment(moment: date | datetime) -> datetime:
    # Order within one period only: an offset is taken off, as both ends carry the same one.
    return buckets.at_midnight(moment).replace(tzinfo=None)
