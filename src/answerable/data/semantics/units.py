"""Units of one dimension, and how a number goes from one to another.

Factors are exact: those of the SI, and of the international yard and pound. A month has no fixed number of
days, a "ton" none of kilograms, and money no rate: none of them is here.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from answerable.data.semantics.model import Unit

_Row = tuple[str, str, str]  # symbol, size in the dimension's base, words
_DIMENSIONS: dict[str, tuple[_Row, ...]] = {
    "mass": (
        ("mg", "1/1000000", "milligram"),
        ("g", "1/1000", "gram"),
        ("kg", "1", "kilogram|kilo"),
        ("t", "1000", "tonne|metric ton"),
        ("oz", "45359237/1600000000", "ounce"),
        ("lb", "45359237/100000000", "lbs"),
    ),
    "length": (
        ("mm", "1/1000", "millimetre|millimeter"),
        ("cm", "1/100", "centimetre|centimeter"),
        ("m", "1", "metre|meter"),
        ("km", "1000", "kilometre|kilometer"),
        ("in", "254/10000", "inch|inches"),
        ("ft", "3048/10000", "foot|feet"),
        ("mi", "1609344/1000", "mile"),
    ),
    "duration": (
        ("ms", "1/1000", "millisecond"),
        ("s", "1", "sec|second"),
        ("min", "60", "minute"),
        ("h", "3600", "hr|hour"),
        ("d", "86400", "day"),
        ("wk", "604800", "week"),
    ),
    "data": (
        ("B", "1", "byte"),
        ("kB", "1000", "kilobyte"),
        ("MB", "1000000", "megabyte"),
        ("GB", "1000000000", "gigabyte"),
        ("TB", "1000000000000", "terabyte"),
    ),
    "volume": (
        ("ml", "1/1000", "millilitre|milliliter"),
        ("cl", "1/100", "centilitre|centiliter"),
        ("l", "1", "litre|liter"),
        ("hl", "100", "hectolitre|hectoliter"),
        ("m³", "1000", "m3|cubic metre|cubic meter"),
    ),
    "energy": (
        ("Wh", "1", "watt hour"),
        ("kWh", "1000", "kilowatt hour"),
        ("MWh", "1000000", "megawatt hour"),
        ("GWh", "1000000000", "gigawatt hour"),
    ),
    "temperature": (
        ("°C", "1", "celsius|degree celsius"),
        ("°F", "5/9", "fahrenheit|degree fahrenheit"),
        ("K", "1", "kelvin"),
    ),
    "part": (("%", "1/100", "percent|percentage"), ("ratio", "1", "fraction|decimal")),
}
# What 0 of the unit is in kelvin.
_ZERO = {"°C": Fraction(27315, 100), "°F": Fraction(27315, 100) - 32 * Fraction(5, 9)}
_MONEY = (("k", 10**3, "thousand"), ("M", 10**6, "million"), ("bn", 10**9, "billion"))
_KINDS = {"duration": "duration", "part": "percent"}


@dataclass(frozen=True, slots=True)
class Measured:
    """A unit with its dimension, its size in the dimension's base, and where its 0 lies there."""

    symbol: str
    dimension: str
    size: Fraction
    zero: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Conversion:
    """number * factor + offset is the number in the other unit."""

    factor: Fraction
    offset: Fraction = Fraction(0)


def convertible(unit: Unit | None) -> tuple[tuple[str, str], ...]:
    """(symbol, word) of every unit that a number of this one can be said in; none where it has none."""
    if unit is None:
        return ()
    if unit.kind == "currency":
        code = unit.symbol
        return tuple(
            (f"{prefix}{code}", text)
            for prefix, _, word in _MONEY
            for text in (f"{prefix}{code}", word, f"{word} {code}", f"{word} of {code}", *_euros(word, code))
        )
    own = _measured(unit.symbol)
    if own is None:
        return ()
    return tuple(
        (symbol, text)
        for symbol, _, words in _DIMENSIONS[own.dimension]
        for text in (symbol, *words.split("|"))
    )


def dimension(unit: Unit | None) -> str | None:
    """What a unit measures ("mass", "length", "duration"); None where that is not known."""
    own = _measured(unit.symbol) if unit is not None else None
    return own.dimension if own is not None else None


def conversion(unit: Unit | None, wanted: str) -> tuple[Conversion, Unit | None] | None:
    """How a stored number of a unit goes to another, and what that is; None where they are not of one
    dimension."""
    if unit is None:
        return None
    scale = Fraction(repr(unit.scale))
    if unit.kind == "currency":
        for prefix, size, word in (("", 1, ""), *_MONEY):
            names = {f"{prefix}{unit.symbol}", f"{word} {unit.symbol}".strip()}
            if wanted.casefold() in {name.casefold() for name in names}:
                target = Unit(kind="currency", symbol=f"{prefix}{unit.symbol}")
                return Conversion(scale / size), target
        return None
    own, other = _measured(unit.symbol), _measured(wanted)
    if own is None or other is None or own.dimension != other.dimension:
        return None
    if unit.kind == "percent" and scale == 100 and other.symbol == "%":
        return Conversion(Fraction(1)), unit  # a fraction that is shown as a percentage, as it is
    factor = scale * own.size / other.size
    offset = (own.zero - other.zero) / other.size
    return Conversion(factor, offset), _unit(other)


def _unit(measured: Measured) -> Unit | None:
    if measured.symbol == "ratio":
        return None
    if measured.dimension == "part":
        return Unit(kind="percent", symbol="%")
    kind = "duration" if measured.dimension == "duration" else "quantity"
    return Unit.model_validate({"kind": kind, "symbol": measured.symbol})


def _measured(symbol: str) -> Measured | None:
    known = _known()
    return known.get(symbol) or known.get(symbol.casefold()) or known.get(symbol.casefold().removesuffix("s"))


@cache
def _known() -> dict[str, Measured]:
    """By symbol and word; in small letters where that tells units apart."""
    found: dict[str, Measured] = {}
    for dimension, rows in _DIMENSIONS.items():
        for symbol, size, words in rows:
            unit = Measured(symbol, dimension, Fraction(size), _ZERO.get(symbol, Fraction(0)))
            for name in (symbol, symbol.casefold(), *words.split("|")):
                found.setdefault(name, unit)
    return found


def _euros(word: str, code: str) -> tuple[str, ...]:
    names = {"EUR": "euro", "USD": "dollar", "CHF": "franc"}
    return (f"{word} {names[code]}", f"{word} of {names[code]}") if code in names else ()
