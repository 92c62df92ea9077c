"""Columns that a person has decided about: read as chosen, where the file's texts allow it.

A choice is remembered for files that nobody has seen yet. One that would empty cells which the reader's
own judgement understands is not followed, and the report says so.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from answerable.data.ingestion import affixes, booleans, dates, numbers
from answerable.data.ingestion.arguments import ChoiceSaid, DateOrderSaid, MarkSaid
from answerable.data.ingestion.cells import TYPED_PLACEHOLDERS
from answerable.data.ingestion.choices import NO_CHOICES, ColumnChoices
from answerable.data.ingestion.column_findings import date_findings, number_findings
from answerable.data.ingestion.column_types import TEXT, ColumnType, Decision, Hints, Values
from answerable.data.ingestion.columns import as_boolean, as_duration, decide, filled_of, type_of
from answerable.data.ingestion.dates import DateOrder, DateReading
from answerable.data.ingestion.quality import Code, Finding, Severity, noted
from answerable.data.semantics.model import FieldType

_LEAST_SHARE = 0.5  # of the cells that a chosen type reads; the rest become empty and are reported


def decide_as_chosen(values: Values, label: str, hints: Hints, choices: ColumnChoices) -> Decision:
    """The type of a column, by the choices first. As `decide` where there are none."""
    if choices == NO_CHOICES:
        return decide(values, label, hints)
    hints = replace(hints, bare_percent=choices.bare_percent)
    absent = TYPED_PLACEHOLDERS if choices.nothing is None else choices.nothing | {""}
    filled = filled_of(values, absent)
    decision = _chosen(filled, label, hints, choices) if filled else Decision(TEXT)
    if decision is None:
        decision = decide(values, label, hints, absent)
        if choices.type or choices.date_order or choices.decimal_mark:
            decision.findings.append(_unfit(choices, filled, label))
    if choices.nothing is not None:
        decision.column = replace(decision.column, nothing=choices.nothing)
    return decision


def _chosen(filled: Values, label: str, hints: Hints, choices: ColumnChoices) -> Decision | None:
    if choices.type == "text":
        return Decision(TEXT)
    if choices.type == "boolean":
        pair = booleans.read(filled, "is_flag")
        return as_boolean(filled, pair, label) if pair is not None else None
    if choices.type == "date" or (choices.type is None and choices.date_order is not None):
        return _as_date(filled, label, hints, choices.date_order)
    if choices.type == "number" or (choices.type is None and choices.decimal_mark is not None):
        number = _as_number(filled, label, hints, choices.decimal_mark)
        return number or as_duration(filled, label, hints, chosen=True)
    return None


def _as_date(filled: Values, label: str, hints: Hints, order: DateOrder | None) -> Decision | None:
    own = dates.read(filled, order_hint=hints.date_order) or dates.read_compact(filled)
    own = own or dates.read_short(filled, chosen=True)
    reading = dates.read_in(order, filled) if order is not None else own
    if own is None or reading is None or reading.share < max(_LEAST_SHARE, own.share):
        return None
    form = reading.format
    findings = date_findings(reading, filled, label)
    if order is not None:
        findings.append(_order_finding(reading, filled, label))
    column = ColumnType(FieldType.TIMESTAMP if form.clock else FieldType.DATE, date=form)
    decision = Decision(column, findings, open_question=reading.ambiguous)
    if form.order in (DateOrder.DMY, DateOrder.MDY) and not reading.ambiguous:
        decision.order = form.order
    return decision


def _order_finding(reading: DateReading, filled: Values, label: str) -> Finding:
    """The finding of a doubtful order, without the doubt."""
    doubtful = date_findings(replace(reading, ambiguous=True), filled, label)[0]
    first: Literal["day", "month"] = "day" if reading.format.order is DateOrder.DMY else "month"
    return noted(
        Code.DATE_ORDER,
        Severity.INFO,
        DateOrderSaid(code="date_order_chosen", column=label, first=first),
        column=doubtful.column,
        count=doubtful.count,
        example=doubtful.example,
        examples=doubtful.examples,
    )


def _as_number(filled: Values, label: str, hints: Hints, mark: Literal[".", ","] | None) -> Decision | None:
    own = numbers.read(filled, comma_hint=hints.decimal_comma)
    reading = numbers.read(filled, comma_hint=hints.decimal_comma, mark=mark)
    if own is None or reading is None or reading.share < max(_LEAST_SHARE, own.share):
        return None
    meant = affixes.meant(reading, filled, label, hints.unit, hints.bare_percent)
    if meant is None or meant.mixed:
        return None
    reading = meant.reading
    form = replace(reading.format, padded=reading.leading_zeros is not None)
    findings = number_findings(reading, filled, label)
    if mark is not None and not findings and {",", "."} & set("".join(text for text, _ in filled)):
        findings = [_mark_finding(filled, label, mark)]
    decided = ColumnType(type_of(form), number=form, unit=meant.unit)
    return Decision(decided, [*findings, *meant.findings], reading=reading, open_question=reading.ambiguous)


def _mark_finding(filled: Values, label: str, mark: Literal[",", "."]) -> Finding:
    return noted(
        Code.DECIMAL_MARK,
        Severity.INFO,
        MarkSaid(code="decimal_mark_chosen", column=label, mark=mark),
        column=label,
        count=sum(count for _, count in filled),
        example=filled[0][0].strip(),
    )


def _unfit(choices: ColumnChoices, filled: Values, label: str) -> Finding:
    return noted(
        Code.CHOICE_UNFIT,
        Severity.DOUBTFUL,
        ChoiceSaid(
            code="choice_unfit",
            column=label,
            chosen=choices.type or ("date" if choices.date_order else "number"),
        ),
        column=label,
        count=sum(count for _, count in filled),
        example=filled[0][0].strip(),
    )
