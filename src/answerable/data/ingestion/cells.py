"""What a single cell looks like, before any column decides its type."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache


class Native(str):
    """Text of a cell that a workbook typed itself: a number with a decimal point, an ISO date.

    Such text needs no guessing about decimal marks or the order of day and month."""

    __slots__ = ()


class Formatted(Native):
    """A number of a workbook with what its number format prints beside it: a unit, or a percent sign, where
    the number itself is a share of 1. `thousands` says how often it is divided by a thousand to be shown."""

    __slots__ = ("affix", "thousands")
    affix: str
    thousands: int

    @classmethod
    def of(cls, text: str, affix: str, thousands: int = 0) -> Formatted:
        """The text with what its format says."""
        formatted = cls(text)
        formatted.affix, formatted.thousands = affix, thousands
        return formatted


class Duration(Native):
    """A length of time that a workbook typed: a time of day as text, or hours as a number beyond one day."""

    __slots__ = ("hours",)
    hours: float

    @classmethod
    def of(cls, text: str, hours: float) -> Duration:
        """The text with its hours."""
        duration = cls(text)
        duration.hours = hours
        return duration


class CellKind(StrEnum):
    EMPTY = "empty"
    NUMBER = "number"
    DATE = "date"
    TIME = "time"
    BOOLEAN = "boolean"
    TEXT = "text"


# Texts that stand for nothing in any column.
PLACEHOLDERS = frozenset(
    {"", "-", "--", "---", "–", "—", "n/a", "#n/a", "n.a.", "null", "#null!", "\\n", "k.a.", "k. a.", "<na>"}
)
# Texts that stand for nothing in a column of numbers, dates or booleans, but may be values of a
# text column (NA is Namibia, None a surname, "?" an answer).
TYPED_PLACEHOLDERS = PLACEHOLDERS | {
    "na", "nan", "none", "nil", "?", ".", "..", "...", "missing", "unknown", "unbekannt", "keine angabe",
    "tbd", "tba", "#value!", "#ref!", "#div/0!", "#name?", "#num!", "offen", "x.x.", "nat",
}  # fmt: skip

_NUMBER = re.compile(
    r"""\(?[+\-−]?\s?(?:[$€£¥₹₽₩₺]|[A-Z]{2,3}\$?\s)?\s?[+\-−]?
    (?:\d{1,3}(?:[.,'’ \u00a0\u202f\u2009]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d*)?|[.,]\d+)
    (?:[eE][+\-]?\d{1,3})?\s?(?:[%‰$€£¥₹₽₩₺°]|[A-Za-z]{1,3}\b)?-?\)?""",
    re.VERBOSE,
)
_MONTH = (
    r"(?:jan|feb|mar|mär|mrz|apr|may|mai|jun|jul|aug|sep|sept|oct|okt|nov|dec|dez|january|february|march|"
    r"april|june|july|august|september|october|november|december|januar|februar|märz|juni|juli|oktober|dezember)"
)
_DATE = re.compile(
    rf"""(?:\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}[-/.]\d{{1,2}}[-/.](?:\d{{4}}|\d{{2}})
    |\d{{1,2}}[-\s./]{{1,2}}{_MONTH}\.?[-\s,./]{{0,2}}\d{{2,4}}|{_MONTH}\.?\s\d{{1,2}},?\s\d{{4}}|\d{{4}}-\d{{2}})
    (?:[T\s]\s?\d{{1,2}}:\d{{2}}(?::\d{{2}}(?:[.,]\d+)?)?\s?(?:[AaPp]\.?[Mm]\.?)?\s?(?:Z|UTC|[+-]\d{{2}}:?\d{{2}})?)?""",
    re.VERBOSE | re.IGNORECASE,
)
_TIME = re.compile(r"\d{1,2}:[0-5]\d(?::[0-5]\d(?:[.,]\d+)?)?\s?(?:[AaPp][Mm])?(?:Z|[+-]\d\d:?\d\d)?")
_BOOLEANS = frozenset({"true", "false", "yes", "no", "ja", "nein", "wahr", "falsch", "oui", "non"})


def is_blank(cell: str | None) -> bool:
    """Whether a cell holds nothing but white space."""
    return cell is None or not cell or cell.isspace()


@lru_cache(maxsize=65_536)
def kind_of(cell: str) -> CellKind:
    """The kind of one cell's text, judged alone."""
    text = cell.strip()
    if text.lower() in PLACEHOLDERS:
        return CellKind.EMPTY
    if len(text) > 60:
        return CellKind.TEXT
    if _DATE.fullmatch(text):
        return CellKind.DATE
    if _TIME.fullmatch(text):
        return CellKind.TIME
    if _NUMBER.fullmatch(text):
        return CellKind.NUMBER
    return CellKind.BOOLEAN if text.lower() in _BOOLEANS else CellKind.TEXT
