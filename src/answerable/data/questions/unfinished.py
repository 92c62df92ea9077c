"""Periods that are not over: neither compared with whole ones, nor filled with zeros before they begin."""

from __future__ import annotations

from datetime import date, timedelta

from answerable.data.questions.meanings import TimeUnit
from answerable.data.questions.time.resolve import Now, add_months, floor
from answerable.data.semantics.query import Grain, Period, SemanticQuery, TimeSlice

_MONTHS = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.YEAR: 12}


def as_far_as_known(time: TimeSlice, now: Now, *, averaged: bool = False) -> tuple[TimeSlice, date | None]:
    """The time by periods as far as it can be told today. Periods that are compared, or `averaged` with those
    before, end with the last whole one: of a time that goes on the one that is over whenever it is asked. The
    day after it is given, where that leaves anything out. Others go on, but a period that has not begun is
    there only with rows of its own."""
    if time.grain is None or time.grain is Grain.HOUR:
        return time, None
    unit = TimeUnit(time.grain.value)
    begun = floor(now.today, unit, now)
    time = time.model_copy(update={"whole": False, "fill_until": None})
    if time.comparison is not None or averaged:
        whole = _until(time, begun)
        goes_on = time.period is None or time.period.end is None
        if whole is not None:
            return (time.model_copy(update={"whole": True}) if goes_on else whole), begun
    end = time.period.end if time.period is not None else None
    if isinstance(end, date) and floor(end - timedelta(days=1), unit, now) > begun:
        return time.model_copy(update={"fill_until": now.today}), None
    return time, None


def ended(query: SemanticQuery, now: Now) -> SemanticQuery:
    """The query with the periods that are over today, where it is of whole ones."""
    time = query.time
    if time is None or not time.whole or time.grain in (None, Grain.HOUR):
        return query
    assert time.grain is not None
    whole = _until(time, floor(now.today, TimeUnit(time.grain.value), now))
    return query if whole is None else query.model_copy(update={"time": whole})


def _until(time: TimeSlice, end: date) -> TimeSlice | None:
    """Both sides up to the period that begins on `end`; None where they end before, or nothing were left."""
    period = time.period or Period()
    if period.end is not None and (not _is_day(period.end) or period.end <= end):
        return None
    if period.start is not None and (not _is_day(period.start) or period.start >= end):
        return None
    label = f"{period.label} so far" if period.label else ""
    changed: dict[str, object] = {"period": period.model_copy(update={"end": end, "label": label})}
    other = time.comparison.period if time.comparison is not None else None
    if time.comparison is not None and other is not None and other.end is not None:
        partner = _partner(time, end)
        if partner is None:
            return None
        cut = other.model_copy(update={"end": min(other.end, partner)})
        changed["comparison"] = time.comparison.model_copy(update={"period": cut})
    return time.model_copy(update=changed)


def _partner(time: TimeSlice, day: date) -> date | None:
    """The day that the first day of a period is compared with; None where that cannot be told."""
    assert time.comparison is not None
    start, other = time.period.start if time.period else None, time.comparison.period.start
    if not isinstance(start, date) or not isinstance(other, date) or not _is_day(time.comparison.period.end):
        return None
    shift, days = time.comparison.shift, (start - other).days
    if time.grain in _MONTHS:
        months = (start.year - other.year) * 12 + start.month - other.month
        return add_months(day, -(months if shift is None else shift * _MONTHS[time.grain]))
    if time.grain is Grain.WEEK:
        return day - timedelta(weeks=round(days / 7) if shift is None else shift)
    if shift is None and time.comparison.kind == "previous_year":
        return add_months(day, -12)
    return day - timedelta(days=days if shift is None else shift)


def _is_day(moment: object) -> bool:
    return type(moment) is date
