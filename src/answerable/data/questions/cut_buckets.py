"""Buckets of time that a range cuts: the weeks at either end of a month are seldom whole."""

from __future__ import annotations

from datetime import date, datetime, time

from answerable.data.semantics.model import Calendar
from answerable.data.semantics.query import Grain, Period

_MONTHS = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.YEAR: 12}


def cut_note(period: Period | None, grain: Grain | None, calendar: Calendar) -> str | None:
    """A sentence that says which buckets hold a part of their days only; None where all are whole."""
    if period is None or grain is None or grain in (Grain.HOUR, Grain.DAY):
        return None
    ends = {"first": period.start, "last": period.end}
    cut = [name for name, day in ends.items() if day is not None and not _begins(day, grain, calendar)]
    if not cut:
        return None
    named = " and the ".join(cut)
    verb = "is cut by the range and holds" if len(cut) == 1 else "are cut by the range and hold"
    return f"The {named} {grain.value} {verb} only a part of the days."


def _begins(moment: date | datetime, grain: Grain, calendar: Calendar) -> bool:
    """Whether a bucket begins at that moment."""
    day = moment.date() if isinstance(moment, datetime) else moment
    if isinstance(moment, datetime) and moment.time() != time.min:
        return False
    if grain is Grain.WEEK:
        return day.weekday() == calendar.first_weekday
    offset = 0 if grain is Grain.MONTH else calendar.fiscal_year_start - 1
    return day.day == 1 and (day.month - 1 - offset) % _MONTHS[grain] == 0
