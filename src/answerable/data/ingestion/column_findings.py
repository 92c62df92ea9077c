"""What to say about how the dates and numbers of a column are read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from answerable.data.ingestion.arguments import (
    ColumnSaid,
    ColumnTextSaid,
    CompactDatesSaid,
    CountedColumnTextSaid,
    DateOrderSaid,
    DateReadSaid,
    NumberReadSaid,
    Sign,
    SignsSaid,
)
from answerable.data.ingestion.column_types import Values
from answerable.data.ingestion.dates import DateFormat, DateOrder, DateReading
from answerable.data.ingestion.numbers import NumberFormat, NumberReading
from answerable.data.ingestion.quality import SHOWN, Code, Example, Finding, Severity, noted, shorten

_COMPACT_DIGITS = 8


def date_findings(reading: DateReading, filled: Values, label: str) -> list[Finding]:
    """What to say about how dates are read."""
    example, form = filled[0][0].strip(), reading.format
    said: list[tuple[Code, Severity, DateOrderSaid | DateReadSaid | ColumnSaid]] = []
    if reading.ambiguous:
        said.append((Code.DATE_ORDER, Severity.DOUBTFUL, _assumed(form, example, label)))
    if form.short_years:
        years = ColumnSaid(code="two_digit_year", column=label)
        said.append((Code.TWO_DIGIT_YEAR, Severity.CHANGED, years))
    if form.zones:
        said.append((Code.TIME_ZONE, Severity.CHANGED, ColumnSaid(code="time_zone", column=label)))
    if form.months:
        said.append((Code.MONTHS, Severity.CHANGED, ColumnSaid(code="months", column=label)))
    count, examples = sum(c for _, c in filled), _examples(filled, form)
    findings = [
        noted(code, severity, each, column=label, count=count, example=example, examples=examples)
        for code, severity, each in said
    ]
    if reading.unzoned:
        findings.append(_unzoned(reading.unzoned, label))
    compact = compact_dates(filled, label, "compact_dates_read") if form.order is DateOrder.COMPACT else None
    return findings if compact is None else [*findings, compact]


def _unzoned(unzoned: Values, label: str) -> Finding:
    text, count = unzoned[0][0].strip(), sum(count for _, count in unzoned)
    said = CountedColumnTextSaid(code="time_zone_missing", column=label, count=count, text=text)
    return noted(Code.TIME_ZONE_MISSING, Severity.DOUBTFUL, said, column=label, count=count, example=text)


def compact_dates(
    filled: Values, label: str, code: Literal["compact_dates", "compact_dates_read"]
) -> Finding | None:
    """What to say of eight digits each that are dates or may be; None where one of them is none."""
    if code == "compact_dates" and any(len(text.strip()) != _COMPACT_DIGITS for text, _ in filled):
        return None
    form = DateFormat(DateOrder.COMPACT)
    days = [day for text, _ in filled if (day := form.parse(text)) is not None]
    if not days or (code == "compact_dates" and len(days) < len(filled)):
        return None
    text = next(text for text, _ in filled if form.parse(text) is not None).strip()
    said = CompactDatesSaid(code=code, column=label, text=text, day=days[0])
    return noted(
        Code.COMPACT_DATES,
        Severity.DOUBTFUL if code == "compact_dates" else Severity.CHANGED,
        said,
        column=label,
        count=sum(count for _, count in filled),
        example=text,
        examples=_examples(filled, form) if code == "compact_dates_read" else (),
    )


def month_or_day(filled: Values, label: str) -> Finding:
    """What to say of months beside a number that is a year or a day."""
    text = filled[0][0].strip()
    count = sum(count for _, count in filled)
    code: Literal["month_or_day", "day_without_year"] = (
        "day_without_year" if text[0].isdigit() else "month_or_day"
    )
    said = ColumnTextSaid(code=code, column=label, text=text)
    return noted(Code.MONTH_OR_DAY, Severity.DOUBTFUL, said, column=label, count=count, example=text)


def _assumed(form: DateFormat, example: str, label: str) -> DateOrderSaid | DateReadSaid:
    first: Literal["day", "month"] = "day" if form.order is DateOrder.DMY else "month"
    value = form.parse(example)
    if value is None:
        return DateOrderSaid(code="date_order_assumed", column=label, first=first)
    day = date(value.year, value.month, value.day)
    return DateReadSaid(code="date_order", column=label, first=first, text=example, day=day)


def number_findings(reading: NumberReading, filled: Values, label: str) -> list[Finding]:
    """What to say about how numbers are read."""
    form, count = reading.format, sum(c for _, c in filled)
    example = next((t for t, _ in filled if set(t) & set(".,")), filled[0][0]).strip()
    if reading.ambiguous:
        value = form.parse(example)
        read = NumberReadSaid(
            code="decimal_mark",
            column=label,
            text=example,
            taken_for="thousands" if form.group else "decimal",
            number=example if value is None else _plain(value),
        )
        return [
            noted(
                Code.DECIMAL_MARK,
                Severity.DOUBTFUL,
                read,
                column=label,
                count=count,
                example=example,
                examples=_examples(filled, form),
            )
        ]
    if form.plain:
        return []
    comma = "," if form.decimal_mark == "," and form.scale else ""
    signs = (
        Sign(kind="decimal_comma", text=comma),
        Sign(kind="thousands", text=form.group),
        Sign(kind="affix", text=form.affix),
    )
    written = SignsSaid(code="number_format", column=label, signs=tuple(sign for sign in signs if sign.text))
    return [
        noted(
            Code.NUMBER_FORMAT,
            Severity.CHANGED,
            written,
            column=label,
            count=count,
            example=example,
            examples=_examples(filled, form),
        )
    ]


def _examples(filled: Values, form: NumberFormat | DateFormat) -> tuple[Example, ...]:
    """Texts of a column and what they are read as, those with marks of their own first."""
    ordered = sorted(filled, key=lambda pair: not set(pair[0]) & set(".,/"))
    read = ((text.strip(), form.parse(text)) for text, _ in ordered)
    shown = [Example(before=shorten(text), after=_plain(value)) for text, value in read if value is not None]
    return tuple(shown[:SHOWN])


def _plain(value: Decimal | date) -> str:
    return format(value, "f") if isinstance(value, Decimal) else value.isoformat()
