"""What type a column has: decided by all of its texts together, never by one.

A type is taken when (nearly) every cell fits. Cells that do not fit become null and are reported;
where too many do not, the column stays text and loses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal

from answerable.data.ingestion import affixes, booleans, dates, durations, numbers, units, zones
from answerable.data.ingestion.arguments import (
    ColumnTextSaid,
    CompactDatesSaid,
    UnitsSaid,
)
from answerable.data.ingestion.cells import TYPED_PLACEHOLDERS
from answerable.data.ingestion.column_findings import (
    compact_dates,
    date_findings,
    month_or_day,
    number_findings,
)
from answerable.data.ingestion.column_types import TEXT, ColumnType, Decision, Hints, Values
from answerable.data.ingestion.dates import DateOrder
from answerable.data.ingestion.number_shapes import cut
from answerable.data.ingestion.numbers import NumberFormat, NumberReading
from answerable.data.ingestion.quality import Code, Finding, Severity, noted, shorten
from answerable.data.ingestion.times import parse_hours
from answerable.data.semantics.model import FieldType, Unit

_UNREADABLE_SHARE = 0.01
_WORD_SHARE = 0.10  # words among numbers ("tbd", "not yet") are no other kind of number
_ONE_MISFIT_ROWS = 20
_MOSTLY = 0.8
_SERIAL_START, _SERIALS = date(1899, 12, 30), range(20_000, 73_051)  # 1954 to 2099
_HALF = 0.5
_DAY_HOURS = 24
_HOURS = Unit(kind="duration", symbol="h")
_FEW_AFFIXES = 3  # of more than these, what stands behind numbers are words
_ID_HEADER = re.compile(
    r"\b(?:id|ids|nr|no|number|nummer|num|code|key|ref|reference|referenz|sku|ean|isbn|plz|zip|postcode|serial)\b|#",
    re.IGNORECASE,
)
_DATE_HEADER = re.compile(r"date|datum|day|tag\b|zeit|time|stamp|created|updated|fecha|jour", re.IGNORECASE)
_PHONE_HEADER = re.compile(r"phone|telef|\btel\b|fax|mobile?\b|handy|iban|account.?n|kontonr", re.IGNORECASE)
_PHONE = re.compile(r"\+\d[\d\s()/-]{6,}|0\d{2,5}[\s/-]\d{3,}[\d\s/-]*")


def decide(
    values: Values, label: str, hints: Hints = Hints(), absent: frozenset[str] = TYPED_PLACEHOLDERS
) -> Decision:
    """The type of a column from its distinct texts with their counts. `label` is its header; `absent`
    are the texts that stand for nothing."""
    filled = filled_of(values, absent)
    if not filled:
        return Decision(TEXT)
    pair = booleans.read(filled, label)
    if pair is not None:
        return as_boolean(filled, pair, label)
    if _PHONE_HEADER.search(label) or _is_phones(filled):
        return Decision(TEXT)
    return (
        _as_date(filled, label, hints)
        or as_duration(filled, label, hints)
        or _as_time(filled)
        or _as_number(filled, label, hints)
        or _as_unzoned(filled, label)
        or _as_text(filled, label)
    )


def as_boolean(filled: Values, pair: tuple[str, str], label: str) -> Decision:
    """A column of yes and no, and what to say of its words."""
    finding = booleans.finding(filled, pair, label)
    return Decision(ColumnType(FieldType.BOOLEAN, boolean=pair), [finding] if finding is not None else [])


def filled_of(values: Values, absent: frozenset[str]) -> list[tuple[str, int]]:
    """The texts that stand for something."""
    return [(text, count) for text, count in values if text.strip().lower() not in absent]


def _is_phones(filled: Values) -> bool:
    return all(_PHONE.fullmatch(text.strip()) for text, _ in filled[:200]) and len(filled) > 0


def tolerable(filled: Values, fits: list[bool], label: str = "") -> bool:
    """Whether the cells that do not fit are few enough to become null: 1 % (one cell of twenty or
    more), or 10 % when they are words without digits. None may where the header names an
    identifier, which may be of any kind."""
    total = sum(count for _, count in filled)
    misfits = [(text, count) for (text, count), ok in zip(filled, fits, strict=True) if not ok]
    bad = sum(count for _, count in misfits)
    if _ID_HEADER.search(label):
        return bad == 0
    if bad <= max(total * _UNREADABLE_SHARE, total >= _ONE_MISFIT_ROWS):
        return True
    words = all(not any(c.isdigit() for c in text) for text, _ in misfits)
    return words and len(misfits) <= 3 and bad <= max(1, total * _WORD_SHARE) and total - bad >= 3


def _as_date(filled: Values, label: str, hints: Hints) -> Decision | None:
    reading = dates.read(filled, order_hint=hints.date_order)
    if reading is None and _DATE_HEADER.search(label) and hints.unit is None:
        reading = dates.read_compact(filled)
    reading = reading or dates.read_short(filled)
    if reading is None or reading.share < 1 - _WORD_SHARE:
        return _mixed_dates(filled, label, reading)
    column = ColumnType(FieldType.TIMESTAMP if reading.format.clock else FieldType.DATE, date=reading.format)
    if not tolerable(filled, [column.fits(text) for text, _ in filled]):
        return _mixed_dates(filled, label, reading)
    decided = Decision(column, date_findings(reading, filled, label), open_question=reading.ambiguous)
    if (
        reading.format.order in (DateOrder.DMY, DateOrder.MDY)
        and not reading.ambiguous
        and hints.date_order is None
    ):
        decided.order = reading.format.order
    return decided


def _mixed_dates(filled: Values, label: str, reading: dates.DateReading | None) -> Decision | None:
    if reading is None or reading.contrary is None or reading.share < 0.5:
        return None
    finding = noted(
        Code.DATE_ORDER_MIXED,
        Severity.DOUBTFUL,
        ColumnTextSaid(code="date_order_mixed", column=label, text=reading.contrary),
        column=label,
        count=sum(c for _, c in filled),
        example=reading.contrary,
    )
    return Decision(TEXT, [finding])


def _as_time(filled: Values) -> Decision | None:
    column = ColumnType(FieldType.TIME)
    if not any(":" in text for text, _ in filled):
        return None
    if tolerable(filled, [column.fits(text) for text, _ in filled]) and any(
        column.fits(t) for t, _ in filled
    ):
        return Decision(column)
    return None


def as_duration(filled: Values, label: str, hints: Hints, *, chosen: bool = False) -> Decision | None:
    """Lengths of time in hours: where some are no times of day, or the header or a person says so. One such
    among many times of day is a slip."""
    if not any(":" in text for text, _ in filled):
        return None
    if hints.unit is not None and hints.unit.symbol != _HOURS.symbol:
        return None  # minutes and seconds, perhaps
    column = ColumnType(FieldType.FLOAT, hours=True, unit=_HOURS)
    clock = ColumnType(FieldType.TIME)
    if not tolerable(filled, [column.fits(text) for text, _ in filled]):
        return None
    said = chosen or hints.unit is not None or durations.is_named(_words(label))
    # Midnight at the end of a day is no length.
    beyond = any((parse_hours(text) or 0) > _DAY_HOURS for text, _ in filled)
    if not said and (not beyond or tolerable(filled, [clock.fits(text) for text, _ in filled])):
        return None
    return Decision(column, [durations.finding(filled, label)])


def _as_number(filled: Values, label: str, hints: Hints) -> Decision | None:
    reading = numbers.read(filled, comma_hint=hints.decimal_comma)
    if reading is None or reading.share < 0.5:
        return None
    meant = affixes.meant(reading, filled, label, hints.unit, hints.bare_percent)
    if meant is None:
        return None
    if meant.mixed:
        return Decision(TEXT, meant.findings)
    reading = meant.reading
    kept = _kept_as_text(reading, filled, label)
    if kept is not None:
        return kept
    form = reading.format
    column = ColumnType(type_of(form), number=form, unit=meant.unit)
    if not tolerable(filled, [column.fits(text) for text, _ in filled], _words(label)):
        return None
    findings = [*number_findings(reading, filled, label), *meant.findings]
    maybe_dates = (
        form.plain and column.unit is None and hints.unit is None and not _ID_HEADER.search(_words(label))
    )
    asked = compact_dates(filled, label, "compact_dates") if maybe_dates else None
    if asked is not None:
        findings.append(asked)
    serial = _serial(filled, label, form) if maybe_dates and _DATE_HEADER.search(label) else None
    if serial is not None:
        findings.append(serial)
    if form.exponents and _ID_HEADER.search(_words(label)):
        findings.append(_rounded(filled, label))
    return Decision(column, findings, reading=reading, open_question=reading.ambiguous)


def _serial(filled: Values, label: str, form: NumberFormat) -> Finding | None:
    """What to say of whole numbers below a header of dates that a spreadsheet would show as days of our
    time."""
    days = [form.parse(text) for text, _ in filled]
    if form.scale or not all(day is not None and day in _SERIALS for day in days):
        return None
    text = filled[0][0].strip()
    said = CompactDatesSaid(
        code="serial_dates", column=label, text=text, day=_SERIAL_START + timedelta(days=int(text))
    )
    count = sum(count for _, count in filled)
    return noted(Code.SERIAL_DATES, Severity.DOUBTFUL, said, column=label, count=count, example=text)


def _rounded(filled: Values, label: str) -> Finding:
    """What to say of identifiers that a spreadsheet wrote as 4.00634E+12: their last digits are gone."""
    text = next((t for t, _ in filled if "e" in t.lower()), filled[0][0]).strip()
    count = sum(c for t, c in filled if "e" in t.lower())
    said = ColumnTextSaid(code="rounded_digits", column=label, text=text)
    return noted(Code.ROUNDED_DIGITS, Severity.DOUBTFUL, said, column=label, count=count, example=text)


def _words(label: str) -> str:
    return label.replace("_", " ")


def _kept_as_text(reading: NumberReading, filled: Values, label: str) -> Decision | None:
    code_like = all(re.fullmatch(r"\d+[eE]\d+", t.strip()) or t.strip().isdigit() for t, _ in filled[:500])
    example = reading.leading_zeros if not reading.format.scale else None
    example = example or reading.long_digits
    reason: Literal["text_of_zeros", "text_of_digits", "text_of_codes"] = "text_of_digits"
    if example == reading.leading_zeros:
        reason = "text_of_zeros"
    if example is None and reading.format.exponents and code_like:
        example, reason = filled[0][0], "text_of_codes"
    if example is None:
        return None
    finding = noted(
        Code.KEPT_AS_TEXT,
        Severity.INFO,
        ColumnTextSaid(code=reason, column=label, text=example.strip()),
        column=label,
        count=sum(c for _, c in filled),
        example=shorten(example),
    )
    return Decision(TEXT, [finding])


def type_of(form: NumberFormat) -> FieldType:
    """The type of numbers in a format."""
    return {"BIGINT": FieldType.INTEGER, "DOUBLE": FieldType.FLOAT}.get(form.duckdb_type, FieldType.DECIMAL)


def _as_unzoned(filled: Values, label: str) -> Decision | None:
    """Text, where every time would be one without the word behind it."""
    if not any(":" in text for text, _ in filled):
        return None
    cut = [(text, zones.without(text.strip()), count) for text, count in filled]
    word = next((found[1] for _, found, _ in cut if found is not None), None)
    if word is None:
        return None
    reading = dates.read([(found[0] if found is not None else text, count) for text, found, count in cut])
    if reading is None or not reading.format.clock or reading.share < _MOSTLY:
        return None
    said = ColumnTextSaid(code="time_zone_unknown", column=label, text=word)
    count, example = sum(c for _, c in filled), shorten(filled[0][0])
    finding = noted(
        Code.TIME_ZONE_UNKNOWN, Severity.DOUBTFUL, said, column=label, count=count, example=example
    )
    return Decision(TEXT, [finding])


def _as_text(filled: Values, label: str) -> Decision:
    if dates.lacks_year(filled[0][0]) and tolerable(filled, [dates.lacks_year(text) for text, _ in filled]):
        return Decision(TEXT, [month_or_day(filled, label)])
    found = dates.read(filled)
    if found is not None and found.share >= _HALF:
        odd = next((text for text, _ in filled if found.format.parse(text) is None), None)
        if odd is None:
            return Decision(TEXT)
        return Decision(TEXT, [_mixed("mixed_date_types", odd, filled, label, found.share)])
    reading = numbers.read(filled)
    if reading is None or reading.share < _HALF:
        return Decision(TEXT)
    unknown = [affix for affix in reading.affixes if units.parse_affix(affix) is None]
    if unknown:
        few = len(unknown) <= _FEW_AFFIXES
        return Decision(TEXT, [_no_units(unknown, filled, label)] if few else [])
    misfit = next((t for t, _ in filled if reading.format.canonical(t) is None), None)
    if misfit is None:
        return Decision(TEXT)
    # Numbers in two styles ("1,5" and "2.5") are no words.
    share = 1.0 if cut(misfit) is not None else reading.share
    return Decision(TEXT, [_mixed("mixed_types", misfit, filled, label, share)])


def _no_units(unknown: Sequence[str], filled: Values, label: str) -> Finding:
    said = UnitsSaid(code="no_units", column=label, units=tuple(unknown))
    count, example = sum(c for _, c in filled), shorten(filled[0][0])
    return noted(Code.MIXED_TYPES, Severity.DOUBTFUL, said, column=label, count=count, example=example)


def _mixed(
    code: Literal["mixed_types", "mixed_date_types"], misfit: str, filled: Values, label: str, share: float
) -> Finding:
    return noted(
        Code.MIXED_TYPES,
        Severity.DOUBTFUL if share >= _MOSTLY else Severity.INFO,
        ColumnTextSaid(code=code, column=label, text=shorten(misfit, 40)),
        column=label,
        count=sum(c for _, c in filled),
        example=shorten(misfit),
    )
