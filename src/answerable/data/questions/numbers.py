"""Numbers as people write them: `1,000`, `5k`, `1.5 million`, `twenty`, `3rd`."""

from __future__ import annotations

import re
from decimal import Decimal

_SUFFIX = {"": 1, "k": 10**3, "m": 10**6, "mn": 10**6, "b": 10**9, "bn": 10**9}
_NUMBER = re.compile(r"^(?P<digits>[\d,]+(?:\.\d+)?)(?P<suffix>k|mn|m|bn|b)?$")
_ORDINAL = re.compile(r"^(\d{1,3})(?:st|nd|rd|th)$")

_UNITS = (
    "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen"
    "|seventeen|eighteen|nineteen|twenty"
)
CARDINALS = {word: value for value, word in enumerate(_UNITS.split("|"))} | {
    "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
    "dozen": 12, "hundred": 100,
}  # fmt: skip
ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12,
}  # fmt: skip
MULTIPLIERS = {
    "hundred": 100,
    "thousand": 10**3,
    "k": 10**3,
    "million": 10**6,
    "mio": 10**6,
    "billion": 10**9,
}


def cardinal(text: str) -> Decimal | None:
    """The value of a folded number token or number word, or None. `1,000` is a thousand."""
    if text in CARDINALS:
        return Decimal(CARDINALS[text])
    match = _NUMBER.match(text)
    if match is None:
        return None
    return plain(Decimal(match["digits"].replace(",", "")) * _SUFFIX[match["suffix"] or ""])


def plain(value: Decimal) -> Decimal:
    """The number without needless zeros, and without an exponent as far as Decimal's 28 digits reach."""
    short = value == value.to_integral_value() and value.adjusted() < 28
    return value.quantize(Decimal(1)) if short else value.normalize()


def ordinal(text: str) -> int | None:
    """`3rd` or `third` as 3, or None."""
    if text in ORDINALS:
        return ORDINALS[text]
    match = _ORDINAL.match(text)
    return int(match[1]) if match else None
