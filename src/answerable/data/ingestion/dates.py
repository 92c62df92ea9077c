"""How a column writes its dates: the order of day, month and year, month names, times, zones.

The whole column decides the order. Where no day is beyond 12, nothing in the column can: other
columns of the table, or rows that come out sorted under one order only, give a hint; the
assumption is reported either way.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import StrEnum

from sqlglot import exp

from answerable.data.ingestion import sql, zones
from answerable.data.ingestion.sql import Strict

_MONTHS = {
    1: "january jan januar jänner janvier janv enero ene gennaio januari",
    2: "february feb februar février fevrier févr fevr febrero febbraio februari",
    3: "march mar märz mär mrz maerz mars marzo maart",
    4: "april apr avril avr abril abr aprile",
    5: "may mai mayo maggio mei",
    6: "june jun juni juin junio giugno",
    7: "july jul juli juillet juil julio luglio",
    8: "august aug août aout agosto ago augustus",
    9: "september sep sept septembre septiembre settembre",
    10: "october oct oktober okt octobre octubre ottobre",
    11: "november nov novembre noviembre",
    12: "december dec dezember dez décembre decembre déc diciembre dic dicembre",
}
MONTH_NUMBERS = {name: number for number, names in _MONTHS.items() for name in names.split()}
_NAMES = "|".join(sorted(MONTH_NUMBERS, key=len, reverse=True))

_CLOCK = (
    r"(?:[T\s]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*([AaPp]\.?[Mm]\.?)?"
    rf"\s*({zones.PATTERN})?)?"
)
_WEEKDAY = r"(?:[A-Za-zäöü]{2,10}\.?,\s*)?"


class DateOrder(StrEnum):
    YMD = "ymd"
    DMY = "dmy"
    MDY = "mdy"
    D_NAME_Y = "d_name_y"
    NAME_D_Y = "name_d_y"
    COMPACT = "compact"
    MONTH = "month"  # 2024-05: the first day of the month
    NAME_Y = "name_y"  # May 2024: the same
    NAME_SHORT = "name_short"  # May-24: the same, where the column or a person says so; else it may be a day


_ANY_YEAR = r"(\d{4}|\d{2})"
_PATTERNS = {
    DateOrder.YMD: r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})",
    DateOrder.DMY: r"(\d{1,2})[-/.]\s?(\d{1,2})[-/.]\s?(\d{4}|\d{2})",
    DateOrder.MDY: r"(\d{1,2})[-/.]\s?(\d{1,2})[-/.]\s?(\d{4}|\d{2})",
    DateOrder.D_NAME_Y: rf"(\d{{1,2}})[-\s./]{{0,2}}({_NAMES})\.?[-\s,./]{{0,2}}(\d{{4}}|\d{{2}})",
    DateOrder.NAME_D_Y: rf"({_NAMES})\.?\s(\d{{1,2}})(?:st|nd|rd|th)?,?\s(\d{{4}})",
    DateOrder.COMPACT: r"((?:19|20)\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])",
    DateOrder.MONTH: r"(\d{4})-(\d{2})()",
    DateOrder.NAME_Y: rf"({_NAMES})\.?[-\s,/]{{0,2}}(\d{{4}})()",
    DateOrder.NAME_SHORT: rf"({_NAMES})\.?[-\s/'’]{{1,2}}(\d{{2}})()",
}
_POSITIONS = {  # groups that hold (year, month, day)
    DateOrder.YMD: (1, 2, 3),
    DateOrder.DMY: (3, 2, 1),
    DateOrder.MDY: (3, 1, 2),
    DateOrder.D_NAME_Y: (3, 2, 1),
    DateOrder.NAME_D_Y: (3, 1, 2),
    DateOrder.COMPACT: (1, 2, 3),
    DateOrder.MONTH: (1, 2, 3),
    DateOrder.NAME_Y: (2, 1, 3),
    DateOrder.NAME_SHORT: (2, 1, 3),
}
_NAMED = (DateOrder.D_NAME_Y, DateOrder.NAME_D_Y, DateOrder.NAME_Y, DateOrder.NAME_SHORT)
_MONTHLY = (DateOrder.MONTH, DateOrder.NAME_Y, DateOrder.NAME_SHORT)
_DAY_OF_NO_YEAR = rf"(?i)\s*(\d{{1,2}})[-\s./]{{1,2}}({_NAMES})\.?\s*"
_DAYS = range(1, 32)
_PIVOT = 69  # two-digit years: 69-99 are 19xx, 00-68 are 20xx (POSIX strptime)
_FIRST = 300  # the most frequent texts: a column of dates has one among them
# What each pattern has but the compact one: three numbers, or two with letters between them, or a year and a
# month.
_MAYBE = re.compile(r"[0-9]\D+[0-9]+\D+[0-9]|[0-9]\W*[^\W\d_]{3}|[^\W\d_]{3}\W*[0-9]|[0-9]{4}-[0-9]{2}")
_YEARS = range(1000, 2600)


@dataclass(frozen=True)
class DateFormat:
    """How one column writes dates. `clock` says that times of day occur, `zones` that they carry
    UTC offsets (values are then stored in UTC), `short_years` that years have two digits."""

    order: DateOrder
    clock: bool = False
    zones: bool = False
    short_years: bool = False

    @property
    def pattern(self) -> str:
        """The whole cell, for Python's `re` and for RE2; groups 4 to 9 are the time of day."""
        day = _PATTERNS[self.order]
        if not self.short_years:
            day = day.replace(_ANY_YEAR, r"(\d{4})")
        return rf"(?i)\s*{_WEEKDAY if self.order in _NAMED else ''}{day}{_CLOCK}\s*"

    @property
    def months(self) -> bool:
        """Whether the cells name months, which stand for their first days."""
        return self.order in _MONTHLY

    @property
    def duckdb_type(self) -> str:
        """TIMESTAMP with times of day, else DATE."""
        return "TIMESTAMP" if self.clock else "DATE"

    def parse(self, text: str) -> date | datetime | None:
        """The value of a text (a datetime when it has a time of day, in UTC when it has a zone);
        None when it is no date in this format."""
        match = _compiled(self.pattern).fullmatch(text)
        if match is None:
            return None
        year_at, month_at, day_at = _POSITIONS[self.order]
        raw_month = match[month_at].lower()
        try:
            day = date(
                _full_year(match[year_at]),
                MONTH_NUMBERS[raw_month] if self.order in _NAMED else int(raw_month),
                int(match[day_at] or 1),
            )
            return day if match[4] is None else _with_clock(day, match)
        except (ValueError, OverflowError):
            return None

    def sql(self, cell: exp.Expression) -> exp.Expression:
        """The value as an expression over a VARCHAR; null for what is no date in this format."""
        year_at, month_at, day_at = _POSITIONS[self.order]
        year = _part(cell, self.pattern, year_at)
        month = _part(cell, self.pattern, month_at)
        day = sql.text("01") if self.months else _part(cell, self.pattern, day_at)
        if self.order in _NAMED:
            month = _month_number(month)
        if self.short_years:
            year = _long_year(year)
        written = _join([year, sql.text("-"), month, sql.text("-"), day])
        if not self.clock and not self.short_years and self.order not in _NAMED:
            # One replacement is much cheaper than an extraction a part.
            parts = rf"\{year_at}-\{month_at}-" + ("01" if self.months else rf"\{day_at}")
            written = sql.call("regexp_replace", cell, f"^{self.pattern}$", parts)
        if not self.clock:
            return sql.cast(self._guarded(cell, written), "DATE", lenient=True)
        return self._timestamp(cell, written)

    def strict_sql(self, cell: exp.Expression, value: exp.Expression) -> Strict | None:
        """The date, fast. It holds where the cell is written exactly in one pattern; None when no fast
        expression reads this format."""
        if self.order is DateOrder.YMD and not self.clock:
            # The engine also has dates called infinity, years before Christ and years of five digits.
            ten = exp.EQ(this=sql.call("strlen", cell), expression=exp.Literal.number(10))
            exact = exp.EQ(this=sql.cast(value, "VARCHAR"), expression=cell)
            return Strict(sql.cast(cell, "DATE"), exp.And(this=ten, expression=exact))
        return None

    def _guarded(self, cell: exp.Expression, written: exp.Expression) -> exp.Expression:
        return sql.when([(sql.matches(cell, self.pattern), written)], sql.null())

    def _timestamp(self, cell: exp.Expression, day: exp.Expression) -> exp.Expression:
        def part(group: int, missing: str) -> exp.Expression:
            return exp.Coalesce(
                this=sql.call("nullif", _part(cell, self.pattern, group), ""), expressions=[sql.text(missing)]
            )

        hour = sql.cast(part(4, "0"), "INTEGER", lenient=True)
        half = sql.call("lower", sql.call("substr", part(8, "-"), 1, 1))
        hour24 = sql.when(
            [
                (exp.EQ(this=half, expression=sql.text("-")), hour),
                (exp.GT(this=hour, expression=exp.Literal.number(12)), exp.Literal.number(99)),
                (
                    exp.EQ(this=half, expression=sql.text("p")),
                    _plus(exp.Mod(this=hour, expression=exp.Literal.number(12)), 12),
                ),
            ],
            exp.Mod(this=exp.Paren(this=hour), expression=exp.Literal.number(12)),
        )
        clock = _join(
            [
                sql.cast(hour24, "VARCHAR"),
                sql.text(":"),
                part(5, "00"),
                sql.text(":"),
                part(6, "00"),
                sql.text("."),
                sql.call("substr", part(7, "0"), 1, 6),
            ]
        )
        written = self._guarded(cell, _join([day, sql.text(" "), clock]))
        moment = sql.cast(written, "TIMESTAMP", lenient=True)
        if not self.zones:
            return moment
        minutes = zones.minutes_sql(part(9, "Z"))
        return exp.Sub(this=moment, expression=exp.Paren(this=sql.call("to_minutes", minutes)))


def _plus(left: exp.Expression, right: int) -> exp.Expression:
    return exp.Add(this=exp.Paren(this=left), expression=exp.Literal.number(right))


def _part(cell: exp.Expression, pattern: str, group: int) -> exp.Expression:
    return sql.call("regexp_extract", cell, f"^{pattern}$", group)


def _join(parts: Sequence[exp.Expression]) -> exp.Expression:
    joined = parts[0]
    for part in parts[1:]:
        joined = exp.DPipe(this=joined, expression=part)
    return joined


def _month_number(name: exp.Expression) -> exp.Expression:
    lowered = sql.call("lower", name)
    pairs = [
        (sql.among(lowered, names.split()), sql.text(f"{number:02}")) for number, names in _MONTHS.items()
    ]
    return sql.when(pairs, sql.text("99"))


def _long_year(year: exp.Expression) -> exp.Expression:
    short = exp.EQ(this=sql.call("length", year), expression=exp.Literal.number(2))
    old = exp.GTE(this=year, expression=sql.text(str(_PIVOT)))
    return sql.when(
        [
            (exp.And(this=short, expression=old), _join([sql.text("19"), year])),
            (short, _join([sql.text("20"), year])),
        ],
        year,
    )


_CACHE: dict[str, re.Pattern[str]] = {}


def _compiled(pattern: str) -> re.Pattern[str]:
    if pattern not in _CACHE:
        # RE2, which the engine has, knows the ASCII digits alone.
        _CACHE[pattern] = re.compile(pattern.replace(r"\d", "[0-9]"))
    return _CACHE[pattern]


def _full_year(text: str) -> int:
    if len(text) == 4:
        year = int(text)
        if year not in _YEARS:
            raise ValueError(text)
        return year
    return int(text) + (1900 if int(text) >= _PIVOT else 2000)


def _with_clock(day: date, match: re.Match[str]) -> datetime:
    hour, half = int(match[4]), (match[8] or "").lower()
    if half:
        if hour > 12:
            raise ValueError(match[0])
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    fraction = int((match[7] or "0").ljust(6, "0")[:6])
    moment = datetime.combine(day, time(hour, int(match[5]), int(match[6] or 0), fraction), tzinfo=UTC)
    offset = timedelta(minutes=zones.minutes(match[9] or "Z"))
    if offset:
        return moment.replace(tzinfo=timezone(offset)).astimezone(UTC).replace(tzinfo=None)
    return moment.replace(tzinfo=None)


@dataclass(frozen=True, slots=True)
class DateReading:
    """What the texts of a column say: the format, the share of cells it reads (0 to 1), whether
    the order of day and month is open, an example of a cell of the other order, and the cells that have a
    time and no zone, where others have one."""

    format: DateFormat
    share: float
    ambiguous: bool = False
    contrary: str | None = None
    unzoned: tuple[tuple[str, int], ...] = ()


def read(values: Sequence[tuple[str, int]], *, order_hint: DateOrder | None = None) -> DateReading | None:
    """The best format for (text, count) pairs without placeholders; None when hardly one is a date.
    `order_hint` is what other columns of the table say."""
    total = sum(count for _, count in values)
    if not total or not any(_MAYBE.search(text) for text, _ in values[:_FIRST]):
        return None
    readings = []
    for order in DateOrder:
        if order in (DateOrder.COMPACT, DateOrder.NAME_SHORT):
            continue  # dates only where something else says so: see `read_compact`, `read_short`
        reading = _reading(order, values, total)
        if reading is not None:
            readings.append(reading)
    if not readings:
        return None
    best = max(readings, key=lambda r: r.share)
    if best.format.order in (DateOrder.DMY, DateOrder.MDY):
        return _settle(readings, values, order_hint)
    return best


def read_in(order: DateOrder, values: Sequence[tuple[str, int]]) -> DateReading | None:
    """What the texts say in one order; None when none of them is a date in it."""
    total = sum(count for _, count in values)
    return _reading(order, values, total) if total else None


def read_compact(values: Sequence[tuple[str, int]]) -> DateReading | None:
    """Dates written as eight digits (20240131)."""
    return read_in(DateOrder.COMPACT, values)


def read_short(values: Sequence[tuple[str, int]], *, chosen: bool = False) -> DateReading | None:
    """Months written as May-24, where a number among them is no day of a month, or a person says so."""
    reading = read_in(DateOrder.NAME_SHORT, values)
    if reading is None or chosen:
        return reading
    numbers = (_compiled(reading.format.pattern).fullmatch(text) for text, _ in values)
    years = any(match is not None and int(match[2]) not in _DAYS for match in numbers)
    return reading if years else None


def lacks_year(text: str) -> bool:
    """Whether a text is a day and a month alone (24-May), or may be one (May-24)."""
    days = _compiled(_DAY_OF_NO_YEAR).fullmatch(text)
    return days is not None or DateFormat(DateOrder.NAME_SHORT).parse(text) is not None


def _reading(order: DateOrder, values: Sequence[tuple[str, int]], total: int) -> DateReading | None:
    form = DateFormat(order, short_years=True)
    pattern = _compiled(form.pattern)
    if not any(pattern.fullmatch(text) for text, _ in values[:_FIRST]):
        return None
    parsed, clock, short = 0, False, False
    zoned, unzoned = False, list[tuple[str, int]]()
    for text, count in values:
        if form.parse(text) is None:
            continue
        match = pattern.fullmatch(text)
        if match is None:
            continue
        parsed += count
        clock = clock or match[4] is not None
        if match[9]:
            zoned = True
        else:
            unzoned.append((text, count))
        short = short or len(match[_POSITIONS[order][0]]) == 2
    if not parsed:
        return None
    form = DateFormat(order, clock, zoned, short)
    return DateReading(form, parsed / total, unzoned=tuple(unzoned) if zoned else ())


def _settle(
    readings: Sequence[DateReading], values: Sequence[tuple[str, int]], hint: DateOrder | None
) -> DateReading:
    """Day first or month first, by the days beyond 12."""
    by_order = {reading.format.order: reading for reading in readings}
    day_first, month_first = by_order.get(DateOrder.DMY), by_order.get(DateOrder.MDY)
    if day_first is None or month_first is None:
        return day_first or month_first or readings[0]
    if day_first.share != month_first.share:
        better, worse = sorted((day_first, month_first), key=lambda r: -r.share)
        contrary = next(
            (t for t, _ in values if better.format.parse(t) is None and worse.format.parse(t) is not None),
            None,
        )
        return replace(better, contrary=contrary)
    if day_first.share < 1 and any(_beyond(text) for text, _ in values):
        contrary = next((t for t, _ in values if day_first.format.parse(t) is None and _beyond(t)), None)
        return replace(day_first, ambiguous=True, contrary=contrary)
    chosen = month_first if hint is DateOrder.MDY else day_first
    return replace(chosen, ambiguous=hint is None)


def _beyond(text: str) -> bool:
    numbers = re.findall(r"\d+", text)
    return len(numbers) >= 3 and (int(numbers[0]) > 12 or int(numbers[1]) > 12)
