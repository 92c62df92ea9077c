"""Which days a phrase of time means, counted from the asker's today in the model's calendar.

Conventions (docs/decisions/0005): "last 30 days" and "last 3 months" are whole units that ended
before the current one; "year to date" includes today; a month or quarter without a year is the
latest one that has begun.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from answerable.data.questions.meanings import Span, TimeUnit
from answerable.data.semantics.model import Calendar

MONTH_NAMES = tuple(calendar.month_name)
_MONTHS = {TimeUnit.MONTH: 1, TimeUnit.QUARTER: 3, TimeUnit.HALF: 6, TimeUnit.YEAR: 12}
YEARS = range(1900, 2101)


@dataclass(frozen=True, slots=True)
class Now:
    """The asker's today, and the calendar that weeks are counted in and whose years begin in `first_month`.
    `year` is the one that is spoken of: a month without a year is of it, not the latest."""

    today: date
    first_weekday: int = 0
    year: int | None = None
    first_month: int = 1

    @classmethod
    def at(cls, as_of: datetime, settings: Calendar, year: int | None = None) -> Now:
        """Today at `as_of` in the calendar's time zone; a naive time is taken to be in it."""
        zone = ZoneInfo(settings.time_zone)
        local = as_of.astimezone(zone) if as_of.tzinfo else as_of
        return cls(local.date(), settings.first_weekday, year, settings.fiscal_year_start)

    @property
    def is_fiscal(self) -> bool:
        """Whether years and quarters are not those of the calendar."""
        return self.first_month != 1

    def called(self, unit: TimeUnit) -> str:
        """What people call the unit: a fiscal year, where years begin in another month."""
        own = unit in (TimeUnit.YEAR, TimeUnit.HALF, TimeUnit.QUARTER)
        return f"fiscal {unit}" if own and self.is_fiscal else str(unit)


def add_months(day: date, months: int) -> date:
    """The same day `months` later, or the last day of that month where it has no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def add(day: date, unit: TimeUnit, count: int) -> date:
    """`day` moved by `count` units."""
    if unit in _MONTHS:
        return add_months(day, _MONTHS[unit] * count)
    return day + timedelta(days=count * (7 if unit is TimeUnit.WEEK else 1))


def floor(day: date, unit: TimeUnit, now: Now) -> date:
    """The first day of the unit that `day` lies in."""
    if unit is TimeUnit.DAY:
        return day
    if unit is TimeUnit.WEEK:
        return day - timedelta(days=(day.weekday() - now.first_weekday) % 7)
    size, shift = _MONTHS[unit], now.first_month - 1
    index = (day.year * 12 + day.month - 1 - shift) // size * size + shift
    return date(index // 12, index % 12 + 1, 1)


def whole_year(number: int) -> int:
    """The year that two digits stand for: 26 is 2026."""
    return number + 2000 if number < 100 else number


def year(number: int) -> Span:
    """1 January to the end of the year."""
    return Span(date(number, 1, 1), date(number + 1, 1, 1), TimeUnit.YEAR, label=str(number))


def part_of_year(unit: TimeUnit, number: int, year_number: int) -> Span:
    """The month, quarter or half of a year, counted from 1."""
    start = date(year_number, (number - 1) * _MONTHS[unit] + 1, 1)
    name = {
        TimeUnit.MONTH: MONTH_NAMES[number] if unit is TimeUnit.MONTH else "",
        TimeUnit.QUARTER: f"Q{number}",
    }
    label = f"{name.get(unit, f'H{number}')} {year_number}"
    return Span(start, add(start, unit, 1), unit, label=label)


def part_of_fiscal_year(unit: TimeUnit, number: int, begins: date, called: str = "") -> Span:
    """The quarter or half of the year that begins then, counted from 1; `called` is the year's name."""
    start = add_months(begins, (number - 1) * _MONTHS[unit])
    name = f"fiscal {'Q' if unit is TimeUnit.QUARTER else 'H'}{number}"
    label = f"{name} of {called}" if called else name
    return Span(start, add(start, unit, 1), unit, label=label, fiscal=True)


def iso_week(number: int, year_number: int) -> Span | None:
    """ISO 8601 week of a year, Monday to Sunday; None where the year has no such week."""
    try:
        start = date.fromisocalendar(year_number, number, 1)
    except ValueError:
        return None
    return Span(start, start + timedelta(days=7), TimeUnit.WEEK, label=f"week {number} of {year_number}")


def single_day(year_number: int, month: int, day: int) -> Span | None:
    """That day, or None where the calendar has none."""
    try:
        start = date(year_number, month, day)
    except ValueError:
        return None
    label = f"{day} {MONTH_NAMES[month]} {year_number}"
    return Span(start, start + timedelta(days=1), TimeUnit.DAY, label=label)


def latest(unit: TimeUnit, number: int, now: Now) -> Span:
    """The month, quarter or half of that number in the year that is spoken of, else the latest begun."""
    if now.year is not None:
        return part_of_year(unit, number, now.year)
    span = part_of_year(unit, number, now.today.year)
    assert span.start is not None
    return span if span.start <= now.today else part_of_year(unit, number, now.today.year - 1)


def current(unit: TimeUnit, offset: int, now: Now, label: str) -> Span:
    """The unit that today lies in, moved by `offset` units: this, last (-1), next (1)."""
    start = add(floor(now.today, unit, now), unit, offset)
    return Span(start, add(start, unit, 1), unit, label=label, relative=True)


def past(unit: TimeUnit, count: int, now: Now) -> Span:
    """The `count` whole units before the current one."""
    end = floor(now.today, unit, now)
    label = f"last {count} {now.called(unit)}s"
    return Span(add(end, unit, -count), end, unit, count, label=label, relative=True)


def coming(unit: TimeUnit, count: int, now: Now) -> Span:
    """The `count` whole units after the current one."""
    start = add(floor(now.today, unit, now), unit, 1)
    return Span(
        start, add(start, unit, count), unit, count, label=f"next {count} {now.called(unit)}s", relative=True
    )


def to_date(unit: TimeUnit, now: Now) -> Span:
    """From the start of the current unit to today, today included."""
    start = floor(now.today, unit, now)
    end = now.today + timedelta(days=1)
    return Span(start, end, unit, label=f"{now.called(unit)} to date", relative=True, to_date=True)


def between(first: Span, last: Span) -> Span | None:
    """From the start of `first` to the end of `last`, or None when that is backwards."""
    if first.start is None or last.end is None or first.start >= last.end:
        return None
    label = f"{first.label} to {last.label}"
    return Span(first.start, last.end, label=label, endpoints=(first, last))


def shifted(span: Span, unit: TimeUnit, count: int) -> Span:
    """The span moved by units; ends on a month's first day stay there, others go with the last day taken in:
    up to 30 March is up to 28 February."""
    start = add(span.start, unit, count) if span.start else None
    end = add(span.end, unit, count) if span.end else None
    if span.end is not None and span.end.day != 1:
        end = add(span.end - timedelta(days=1), unit, count) + timedelta(days=1)
    return Span(start, end, span.unit, span.count, label="")


def as_far(base: Span, other: Span) -> Span:
    """`other` up to the same day as `base`, where that ends with today: so far this month, and last month."""
    if not base.to_date or other.to_date or base.unit is None or None in (base.start, other.start, other.end):
        return other
    assert base.start is not None
    assert other.start is not None
    assert other.end is not None
    if base.unit in _MONTHS:
        months = (base.start.year - other.start.year) * 12 + base.start.month - other.start.month
        count = months // _MONTHS[base.unit]
    else:
        count = (base.start - other.start).days // (7 if base.unit is TimeUnit.WEEK else 1)
    moved = shifted(base, base.unit, -count)
    if moved.start != other.start or moved.end is None or moved.end >= other.end:
        return other
    return replace(moved, label=f"the same days of {other.label}")


def previous(span: Span) -> Span | None:
    """The span of the same length just before, in its own unit where it has one."""
    if span.start is None or span.end is None:
        return None
    months = months_between(span.start, span.end)
    if span.to_date and span.unit is not None:
        moved = shifted(span, span.unit, -1)
    elif months:
        moved = shifted(span, TimeUnit.MONTH, -months)
    else:
        moved = shifted(span, TimeUnit.DAY, -(span.end - span.start).days)
    return replace(moved, label="the period before")


def a_year_before(span: Span) -> Span | None:
    """The same days a year ago; for whole weeks, 52 weeks ago."""
    if span.start is None or span.end is None:
        return None
    if span.unit is TimeUnit.WEEK:
        return replace(shifted(span, TimeUnit.WEEK, -52), label="52 weeks before")
    return replace(shifted(span, TimeUnit.YEAR, -1), label="a year before")


def span_of(start: date, end: date, now: Now) -> Span:
    """The days as they would have been said: a month, this year to date, a week."""
    months = months_between(start, end)
    for unit in (TimeUnit.YEAR, TimeUnit.QUARTER, TimeUnit.MONTH, TimeUnit.WEEK):
        if end == now.today + timedelta(days=1) and start == floor(now.today, unit, now):
            return Span(start, end, unit, relative=True, to_date=True)
    for unit, size in _MONTHS.items():
        if months == size and (unit is TimeUnit.YEAR or start == floor(start, unit, now)):
            return Span(start, end, unit)
    if start == floor(start, TimeUnit.WEEK, now) and (end - start).days == 7:
        return Span(start, end, TimeUnit.WEEK)
    return Span(start, end, TimeUnit.DAY if (end - start).days == 1 else None)


def months_between(start: date, end: date) -> int | None:
    """Whole months from one first of a month to another, or None."""
    if start.day != 1 or end.day != 1:
        return None
    return (end.year - start.year) * 12 + end.month - start.month
