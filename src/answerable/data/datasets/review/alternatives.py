"""Which setting undoes which finding, and what can be chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from answerable.data.ingestion.arguments import BarePercentSaid, NumberReadSaid
from answerable.data.ingestion.cells import PLACEHOLDERS, TYPED_PLACEHOLDERS
from answerable.data.ingestion.choices import TableChoices
from answerable.data.ingestion.dates import DateFormat, DateOrder
from answerable.data.ingestion.numbers import NumberFormat
from answerable.data.ingestion.quality import Code, Finding, is_asked
from answerable.data.semantics.model import FieldType

Value = str | tuple[str, ...]

_BY_CODE: Mapping[Code, str] = {
    Code.DATE_ORDER: "date_order",
    Code.DATE_ORDER_MIXED: "date_order",
    Code.DECIMAL_MARK: "decimal_mark",
    Code.BARE_PERCENT: "bare_percent",
    Code.NUMBER_FORMAT: "type",
    Code.UNITS_CONVERTED: "type",
    Code.BARE_NUMBERS: "type",
    Code.HEADER_SCALE: "type",
    Code.NUMBERS_AS_TEXT: "type",
    Code.DATES_AS_TEXT: "type",
    Code.COMPACT_DATES: "type",
    Code.KEPT_AS_TEXT: "type",
    Code.MIXED_TYPES: "type",
    Code.UNREADABLE_CELLS: "type",
    Code.TWO_DIGIT_YEAR: "type",
    Code.TIME_ZONE: "type",
    Code.TIME_ZONE_MISSING: "type",
    Code.TIME_ZONE_UNKNOWN: "type",
    Code.MONTHS: "type",
    Code.MONTH_OR_DAY: "type",
    Code.DURATIONS: "type",
    Code.BOOLEANS: "type",
    Code.CHOICE_UNFIT: "type",
    Code.PLACEHOLDERS: "placeholders",
    Code.SPELLINGS: "spellings",
    Code.TOTALS: "totals",
    Code.TOTALS_DIFFER: "totals",
    Code.TOTALS_KEPT: "totals",
    Code.NOTES: "notes",
    Code.HEADER_REPEATED: "repeated_headers",
    Code.DUPLICATE_ROWS: "duplicates",
    Code.PERIODS_AS_COLUMNS: "periods",
    Code.DIALECT: "delimiter",
    Code.ENCODING: "encoding",
}
_LABELS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "date_order": (("dmy", "Day first"), ("mdy", "Month first")),
    "decimal_mark": ((".", "Decimal point"), (",", "Decimal comma")),
    "bare_percent": (("percent", "A percentage"), ("fraction", "A share of 1")),
    "type": (("text", "Text"), ("number", "Number"), ("date", "Date"), ("boolean", "Yes or no")),
    "spellings": (("merge", "One spelling for each value"), ("keep", "As written")),
    "totals": (("drop", "Leave totals rows out"), ("keep", "Keep totals rows")),
    "notes": (("drop", "Leave notes out"), ("keep", "Keep notes as rows")),
    "repeated_headers": (("drop", "Leave repeated headers out"), ("keep", "Keep them as rows")),
    "duplicates": (("keep", "Keep duplicate rows"), ("drop", "Keep the first of equal rows")),
    "periods": (("columns", "A column for each period"), ("rows", "A row for each period")),
    "delimiter": ((",", "Comma"), (";", "Semicolon"), ("\t", "Tab"), ("|", "Bar")),
    "encoding": (("utf-8", "UTF-8"), ("cp1252", "Windows Western"), ("iso8859-15", "ISO Latin 9"),
                 ("cp1250", "Windows Central European"), ("cp1251", "Windows Cyrillic")),
}  # fmt: skip
_READ_AS = {
    FieldType.STRING: "text",
    FieldType.INTEGER: "number",
    FieldType.DECIMAL: "number",
    FieldType.FLOAT: "number",
    FieldType.DATE: "date",
    FieldType.TIMESTAMP: "date",
    FieldType.BOOLEAN: "boolean",
}
_FIRST_OF = {"date_order": "dmy", "decimal_mark": "."}  # what the reader assumes where nothing tells


@dataclass(frozen=True, slots=True)
class Alternative:
    """A value that a setting can have. `example` is what the finding's example is read as then."""

    value: Value
    label: str
    example: str | None = None


def setting_of(finding: Finding) -> str | None:
    """The setting that undoes a finding; None where nothing was decided that could be undone."""
    return _BY_CODE.get(finding.code)


def is_open(finding: Finding) -> bool:
    """Whether a person should make the decision: the reader assumed what would make numbers wrong."""
    return is_asked(finding)


def chosen(choices: TableChoices, setting: str, column: str | None) -> Value | None:
    """What a person chose; None where nobody did."""
    holder = choices if column is None else choices.column(column)
    value: Value | None = getattr(holder, setting)
    return value


def in_force(
    finding: Finding, setting: str, choices: TableChoices, facts: Mapping[str, dict[str, Any]]
) -> Value | None:
    """The value that the version was read with; None where none of the alternatives was."""
    value = chosen(choices, setting, finding.column)
    if value is not None:
        return value
    column = facts.get(finding.column or "", {})
    if setting == "type":
        return read_as(FieldType(column["type"])) if column else None
    if isinstance(finding.arguments, BarePercentSaid):
        return finding.arguments.taken_for
    if isinstance(finding.arguments, NumberReadSaid):
        return _mark_of(finding.arguments)
    if setting in ("date_order", "decimal_mark"):
        undecided = finding.code is Code.DATE_ORDER_MIXED
        return column.get(setting) or (None if undecided else _FIRST_OF[setting])
    if setting == "placeholders":
        return tuple(sorted(_usual(column) - {""}))
    if setting == "totals" and finding.code is Code.TOTALS_KEPT:
        return "keep"
    if setting in ("delimiter", "encoding"):
        return finding.example
    return _LABELS[setting][0][0]


def _mark_of(said: NumberReadSaid) -> str:
    """The decimal mark that a text was read with."""
    last = next((c for c in reversed(said.text) if c in ".,"), ".")
    return last if said.taken_for == "decimal" else "," if last == "." else "."


def read_as(kind: FieldType) -> str | None:
    """What the type setting calls a type; None for times of day, which have none."""
    return _READ_AS.get(kind)


def alternatives(finding: Finding, setting: str, facts: Mapping[str, dict[str, Any]]) -> list[Alternative]:
    """What can be chosen for a finding."""
    if setting == "placeholders":
        usual = _usual(facts.get(finding.column or "", {})) - {""}
        return [
            Alternative(tuple(sorted(usual)), "The usual texts stand for nothing"),
            Alternative((), "Every text is a value"),
        ]
    return [
        Alternative(value, label, _read(setting, value, finding.example)) for value, label in _LABELS[setting]
    ]


def type_alternatives() -> Sequence[Alternative]:
    """What a column can be read as."""
    return [Alternative(value, label) for value, label in _LABELS["type"]]


def _usual(column: Mapping[str, Any]) -> frozenset[str]:
    return PLACEHOLDERS if column.get("type") == FieldType.STRING else TYPED_PLACEHOLDERS


def _read(setting: str, value: str, example: str | None) -> str | None:
    """An example as it would be read."""
    if example is None:
        return None
    if setting == "date_order":
        form = DateFormat(DateOrder(value), clock=True, short_years=True)
        moment = form.parse(example)
        return moment.isoformat() if moment is not None else None
    if setting == "bare_percent":
        number = NumberFormat("," if "," in example else ".").parse(example)
        return None if number is None else format(number.scaleb(2 if value == "fraction" else 0), "f")
    if setting == "type" and value == "date":
        forms = (DateFormat(DateOrder.COMPACT), DateFormat(DateOrder.NAME_SHORT))
        return next((day.isoformat() for form in forms if (day := form.parse(example)) is not None), None)
    if setting == "decimal_mark":
        number = NumberFormat(value, "," if value == "." else ".").parse(example)
        return format(number, "f") if number is not None else None
    return None
