"""Time buckets: the same arithmetic once as expressions over rows, once over single dates.

Weeks start on the calendar's first weekday, quarters and years with its fiscal year.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlglot import exp

from answerable.data.semantics.filters import DatePart
from answerable.data.semantics.model import Calendar
from answerable.data.semantics.query import Grain, Period

_MONTHS = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.YEAR: 12}
_UNITS = {
    Grain.HOUR: (1, "HOUR"),
    Grain.DAY: (1, "DAY"),
    Grain.WEEK: (7, "DAY"),
    Grain.MONTH: (1, "MONTH"),
    Grain.QUARTER: (3, "MONTH"),
    Grain.YEAR: (12, "MONTH"),
}


def interval(number: int, unit: str) -> exp.Interval:
    """`INTERVAL 'number' unit`."""
    return exp.Interval(this=exp.Literal.string(str(number)), unit=exp.var(unit))


def step(grain: Grain, count: int = 1) -> exp.Interval:
    """The length of `count` buckets."""
    number, unit = _UNITS[grain]
    return interval(number * count, unit)


def bucket(moment: exp.Expr, grain: Grain, calendar: Calendar) -> exp.Expr:
    """The first day (a DATE; for hours the first instant, a TIMESTAMP) of the bucket of `moment`."""
    if grain is Grain.HOUR:
        return _truncate(moment, "HOUR")
    if grain is Grain.DAY:
        return as_date(moment)
    offset, unit = _offset(grain, calendar)
    if not offset:
        return as_date(_truncate(moment, grain.name))
    shifted = exp.Sub(this=_floor_for_offset(moment, grain), expression=interval(offset, unit))
    return as_date(exp.Add(this=_truncate(shifted, grain.name), expression=interval(offset, unit)))


WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def recurring(moment: exp.Expr, part: DatePart) -> exp.Expr:
    """The hour of the day as a number, the weekday or the month by its name."""
    if part is DatePart.HOUR:
        return exp.Extract(this=exp.var("HOUR"), expression=moment)
    unit, names = ("ISODOW", WEEKDAYS) if part is DatePart.WEEKDAY else ("MONTH", MONTHS)
    named = exp.Case(this=exp.Extract(this=exp.var(unit), expression=moment))
    for number, name in enumerate(names, 1):
        named = named.when(exp.Literal.number(number), exp.Literal.string(name), copy=False)
    return named


def in_sequence(name: exp.Expr, part: DatePart) -> exp.Expr:
    """The place of a weekday's or a month's name, to sort by."""
    if part is DatePart.HOUR:
        return name
    place = exp.Case(this=name)
    for number, text in enumerate(WEEKDAYS if part is DatePart.WEEKDAY else MONTHS, 1):
        place = place.when(exp.Literal.string(text), exp.Literal.number(number), copy=False)
    return place


def moved(start: exp.Expr, grain: Grain, count: int) -> exp.Expr:
    """A bucket's start, `count` buckets later."""
    later = exp.Add(this=exp.paren(start.copy()), expression=step(grain, count))
    return later if grain is Grain.HOUR else as_date(later)


def bucket_of(moment: date | datetime, grain: Grain, calendar: Calendar) -> date | datetime:
    """The same as `bucket`, for one date."""
    if grain is Grain.HOUR:
        return at_midnight(moment).replace(minute=0, second=0, microsecond=0)
    day = moment.date() if isinstance(moment, datetime) else moment
    if grain is Grain.DAY:
        return day
    if grain is Grain.WEEK:
        return day - timedelta(days=(day.weekday() - calendar.first_weekday) % 7)
    months = _MONTHS[grain]
    index = day.year * 12 + day.month - 1 - (calendar.fiscal_year_start - 1)
    index = index // months * months + (calendar.fiscal_year_start - 1)
    return date(index // 12, index % 12 + 1, 1)


def steps_between(earlier: date | datetime, later: date | datetime, grain: Grain) -> int:
    """How many buckets lie between two bucket starts."""
    if grain in _MONTHS:
        months = (later.year - earlier.year) * 12 + later.month - earlier.month
        return months // _MONTHS[grain]
    distance = at_midnight(later) - at_midnight(earlier)
    hours = round(distance.total_seconds() / 3600)
    return hours // {Grain.HOUR: 1, Grain.DAY: 24, Grain.WEEK: 168}[grain]


def whole_buckets(period: Period | None, grain: Grain, calendar: Calendar) -> int | None:
    """How many buckets a period is; None where it is open or no whole number of them."""
    if period is None or period.start is None or period.end is None:
        return None
    sides = [at_midnight(side) for side in (period.start, period.end)]
    if any(at_midnight(bucket_of(side, grain, calendar)) != side for side in sides):
        return None
    count = steps_between(sides[0], sides[1], grain)
    return count if count > 0 else None


def later_by(start: date | datetime, grain: Grain, count: int) -> date | datetime:
    """A bucket's start, `count` buckets later (earlier when negative)."""
    if grain in _MONTHS:
        index = start.year * 12 + start.month - 1 + count * _MONTHS[grain]
        return start.replace(year=index // 12, month=index % 12 + 1)
    if grain is Grain.HOUR:
        return start + timedelta(hours=count)
    return start + timedelta(days=count * (7 if grain is Grain.WEEK else 1))


def last_moment(end: date | datetime) -> datetime:
    """The last moment before an exclusive end; before a day that is late in the evening of the day before."""
    return at_midnight(end) - timedelta(microseconds=1)


def at_midnight(moment: date | datetime) -> datetime:
    """A day as its first instant; a moment as it is."""
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time.min)


def as_date(moment: exp.Expr) -> exp.Expr:
    """The day of a moment."""
    return exp.cast(moment.copy(), exp.DataType.Type.DATE)


def _truncate(moment: exp.Expr, unit: str) -> exp.Expr:
    return exp.TimestampTrunc(this=moment.copy(), unit=exp.var(unit))


def _offset(grain: Grain, calendar: Calendar) -> tuple[int, str]:
    if grain is Grain.WEEK:
        return calendar.first_weekday, "DAY"
    if grain is Grain.MONTH:
        return 0, "MONTH"
    return (calendar.fiscal_year_start - 1) % _MONTHS[grain], "MONTH"


def _floor_for_offset(moment: exp.Expr, grain: Grain) -> exp.Expr:
    # A month subtracted from the 31st would be clamped; from the 1st it is exact.
    return moment.copy() if grain is Grain.WEEK else _truncate(moment, "MONTH")
