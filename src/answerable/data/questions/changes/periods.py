"""The year that a follow-up is about: a month after "last year" is last year's, unless it says another."""

from __future__ import annotations

import re
from datetime import date, datetime

from answerable.data.questions.formatting import format_period
from answerable.data.questions.meanings import TimeUnit
from answerable.data.questions.time import resolve
from answerable.data.questions.time.resolve import Now
from answerable.data.questions.whole_periods import whole_periods
from answerable.data.semantics.query import Period, SemanticQuery

_UNIT = r"(?P<unit>year|quarter|month|week)"
_BEFORE = re.compile(
    r"^(?:in |for |during |of )?(?:the )?(?P<said>last |previous |prior |preceding )?"
    rf"{_UNIT}(?P<after> before(?: that)?)?$",
    re.I,
)

Days = tuple[date, date]
"""The first day and the day after the last."""


def days_of(period: Period | None) -> Days | None:
    """The days of a period that is closed on both sides and has no times of day; else None."""
    if period is None or period.start is None or period.end is None:
        return None
    if isinstance(period.start, datetime) or isinstance(period.end, datetime):
        return None
    return (period.start, period.end) if period.start < period.end else None


def years_of(period: Period | None) -> tuple[int, ...]:
    """The calendar years that a closed period touches; none of an open one."""
    days = days_of(period)
    if days is None:
        return ()
    last = days[1].toordinal() - 1
    return tuple(range(days[0].year, date.fromordinal(last).year + 1))


def same_part_of(year: Period, part: Period) -> Period | None:
    """What `part` is of its own year, in the year that `year` is, which may begin in any month; None where
    `year` is no whole year, or `part` no part of one: after March, "last year" may be last year's March."""
    whole, days = days_of(year), days_of(part)
    if whole is None or days is None or not _is_year(whole):
        return None
    begins = date(days[0].year - (days[0].month < whole[0].month), whole[0].month, 1)
    if days[1] > resolve.add_months(begins, 12) or _is_year(days):
        return None
    months = 12 * (whole[0].year - begins.year)
    start, end = (resolve.add_months(day, months) for day in days)
    return Period(start=start, end=end, label=_named(start, end))


def the_one_before(said: str, query: SemanticQuery, now: Now) -> SemanticQuery | None:
    """The query over the year (quarter, month, week) before the one that it is about, where `said` is no more
    than that: "the previous year" of any, and "last year" of last year itself, which is there already."""
    words, days = _BEFORE.match(said), days_of(query.time.period if query.time is not None else None)
    if words is None or days is None or query.time is None or query.time.comparison is not None:
        return None
    opening = (words["said"] or "").strip().lower()
    if bool(opening) == bool(words["after"]):
        return None
    unit = TimeUnit(words["unit"].lower())
    start, end = days
    if resolve.floor(start, unit, now) != start or resolve.add(start, unit, 1) != end:
        return None
    if opening == "last" and end != resolve.floor(now.today, unit, now):
        return None
    before = resolve.add(start, unit, -1)
    return of_whole_periods(during(query, Period(start=before, end=start, label=_named(before, start))), now)


def named(period: Period | None) -> str:
    """A period in words, without its preposition."""
    return format_period(period).removeprefix("in ").removeprefix("on ") or "all time"


def of_whole_periods(query: SemanticQuery, now: Now) -> SemanticQuery | None:
    """The query over whole periods where their totals are averaged; None where it has none of them."""
    every = next((m.average_per for m in query.measures if m.average_per is not None), None)
    if every is None:
        return query
    whole = whole_periods(now, query.time, every)
    return query.model_copy(update={"time": whole.time}) if whole is not None else None


def during(query: SemanticQuery, period: Period) -> SemanticQuery:
    """The query over another period; it has a time already."""
    assert query.time is not None
    return query.model_copy(update={"time": query.time.model_copy(update={"period": period})})


def _named(start: date, end: date) -> str:
    return named(Period(start=start, end=end))


def _is_year(days: Days) -> bool:
    return resolve.months_between(*days) == 12
