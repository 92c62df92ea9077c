"""Values as people read them: numbers with separators and units, dates and periods in words."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from answerable.data.semantics.model import Calendar, Unit
from answerable.data.semantics.query import Grain, Period
from answerable.data.semantics.result import Cell, Column

EMPTY = "(empty)"
_LONGEST_CURRENCY = len("EUR")
_PREFIXED = frozenset({"$", "€", "£", "¥", "₹"})
# From here on nobody reads digits, and Decimal's arithmetic, of 28 digits, rounds or refuses.
_SCIENTIFIC_FROM = 10**24
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def format_cell(
    cell: Cell, column: Column, grain: Grain | None = None, calendar: Calendar | None = None
) -> str:
    """A cell in words: with its unit, or as a period of the grain when its column is one."""
    if cell is None:
        return EMPTY if column.kind != "measure" else "no value"
    if column.kind == "period" and grain is not None and isinstance(cell, date):
        return format_bucket(cell, grain, calendar or Calendar())
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, (int, float, Decimal)):
        # A number that groups rows names them (a year, a code): it gets no separators.
        plain = column.kind == "group" and column.unit is None and isinstance(cell, int)
        return str(cell) if plain else format_number(cell, column.unit)
    if isinstance(cell, (date, datetime)):
        return format_moment(cell)
    if isinstance(cell, time):
        return cell.isoformat(timespec="minutes")
    return cell


def format_number(value: float | Decimal, unit: Unit | None = None) -> str:
    """A number in its unit: 1,234,567.5 EUR, $12.30, 25.4%, 12 kg."""
    if unit is None:
        return _digits(value, money=False)
    scaled = in_unit(value, unit)
    # Thousands and millions (kEUR) have no cents, and their small parts are worth telling.
    text = _digits(scaled, money=unit.kind == "currency" and len(unit.symbol) <= _LONGEST_CURRENCY)
    if unit.kind == "percent":
        return f"{text}{unit.symbol or '%'}"
    if unit.symbol in _PREFIXED:
        return f"-{unit.symbol}{text[1:]}" if text.startswith("-") else f"{unit.symbol}{text}"
    return f"{text} {unit.symbol}".rstrip()


def in_unit(value: float | Decimal, unit: Unit | None) -> float | Decimal:
    """The stored number times the unit's scale, exact where it can be."""
    if unit is None or unit.scale == 1:
        return value
    if isinstance(value, float):
        return value * unit.scale
    return Decimal(value) * Decimal(repr(unit.scale))


def format_moment(moment: date | datetime) -> str:
    """3 March 2025, or 3 March 2025, 14:05."""
    day = f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"
    if isinstance(moment, datetime) and moment.time() != time.min:
        return f"{day}, {moment:%H:%M}" if not moment.second else f"{day}, {moment:%H:%M:%S}"
    return day


def format_bucket(start: date, grain: Grain, calendar: Calendar) -> str:
    """A time bucket by its first day: March 2025, Q1 2025, the week of 3 March 2025."""
    month = f"{_MONTHS[start.month - 1]} {start.year}"
    fiscal = calendar.fiscal_year_start != 1
    if grain is Grain.HOUR and isinstance(start, datetime):
        return f"{format_moment(start.date())}, {start:%H:%M}"
    if grain is Grain.WEEK:
        return f"the week of {format_moment(start)}"
    if grain is Grain.MONTH:
        return month
    if grain is Grain.QUARTER:
        return f"the quarter from {month}" if fiscal else f"Q{(start.month + 2) // 3} {start.year}"
    if grain is Grain.YEAR:
        return f"the year from {month}" if fiscal else str(start.year)
    return format_moment(start)


def format_period(period: Period | None) -> str:
    """A period with its preposition: `in Q3 2025`, `from 1 to 12 March 2025`, `since 2024`; "" for all time.

    What a person said in relative words is kept, with the dates that it stood for.
    """
    if period is None or (period.start is None and period.end is None):
        return ""
    if period.start is None:
        assert period.end is not None
        return f"before {format_moment(period.end)}"
    if period.end is None:
        return f"since {format_moment(period.start)}"
    relative = period.label.strip()
    fiscal = "fiscal" in relative
    name = _calendar_name(period.start, period.end)
    if name is not None and not fiscal:
        return name
    start, last = period.start, _last_day(period.end)
    dates = f"from {_start_words(start, last)} to {format_moment(last)}"
    if relative and (fiscal or not any(character.isdigit() for character in relative.split()[-1])):
        return f"{dates} ({relative})"
    return dates


def join_words(words: list[str], last: str = "and") -> str:
    """a, b and c."""
    if len(words) <= 1:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def lower_first(text: str) -> str:
    """With a small first letter, unless the first word is an abbreviation."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def upper_first(text: str) -> str:
    """With a capital first letter."""
    return text[:1].upper() + text[1:]


def plural(noun: str, count: int) -> str:
    """The noun for so many: 1 order, 2 orders, 2 countries."""
    if count == 1:
        return noun
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    if noun.endswith(("s", "x", "z", "ch", "sh")):
        return noun if noun.endswith("s") else f"{noun}es"
    return f"{noun}s"


def _digits(value: float | Decimal, *, money: bool) -> str:
    if not -_SCIENTIFIC_FROM < value < _SCIENTIFIC_FROM:
        return f"{float(value):.6g}"
    if isinstance(value, int):
        return f"{value:,}"
    number = Decimal(repr(value)) if isinstance(value, float) else value
    if not number:
        return "0"
    places = 2
    if not money and abs(number) < 1:
        places = min(12, 2 - number.adjusted())  # three significant digits
    rounded = round(number, places)
    if money and rounded != rounded.to_integral_value():
        return f"{rounded:,.2f}"
    text = f"{rounded:,.{places}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def _calendar_name(start: date | datetime, end: date | datetime) -> str | None:
    """The name of a whole day, month, quarter or year; None for any other range."""
    if any(isinstance(bound, datetime) and bound.time() != time.min for bound in (start, end)):
        return None
    first, after = _day(start), _day(end)
    if after - first == timedelta(days=1):
        return f"on {format_moment(first)}"
    if first.day != 1 or after.day != 1:
        return None
    months = (after.year - first.year) * 12 + after.month - first.month
    if months == 1:
        return f"in {_MONTHS[first.month - 1]} {first.year}"
    if months == 3 and first.month in (1, 4, 7, 10):
        return f"in Q{(first.month + 2) // 3} {first.year}"
    if months == 12 and first.month == 1:
        return f"in {first.year}"
    if months % 12 == 0 and months > 12 and first.month == 1:
        return f"from {first.year} to {after.year - 1}"
    return None


def _last_day(end: date | datetime) -> date | datetime:
    if isinstance(end, datetime) and end.time() != time.min:
        return end
    return _day(end) - timedelta(days=1)


def _day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _start_words(start: date | datetime, last: date | datetime) -> str:
    """The start without what the end repeats: `1` to 12 March 2025."""
    if isinstance(start, datetime) and start.time() != time.min:
        return format_moment(start)
    first, end = _day(start), _day(last)
    if first.year != end.year:
        return format_moment(first)
    if first.month != end.month:
        return f"{first.day} {_MONTHS[first.month - 1]}"
    return str(first.day)
