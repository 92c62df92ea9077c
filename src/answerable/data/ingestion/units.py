"""Units of numbers, in headers ("Revenue (EUR)", "Weight [kg]", "Umsatz in T€") and beside numbers."""

from __future__ import annotations

import re

from answerable.data.semantics.model import Unit

_CURRENCY_SIGNS = {
    "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₽": "RUB", "₩": "KRW", "₪": "ILS",
    "₺": "TRY", "₴": "UAH", "zł": "PLN", "kč": "CZK", "us$": "USD", "a$": "AUD", "c$": "CAD", "r$": "BRL",
    "fr.": "CHF", "euro": "EUR", "euros": "EUR", "dollar": "USD", "dollars": "USD",
}  # fmt: skip
_CURRENCY_CODES = frozenset({
    "EUR", "USD", "GBP", "CHF", "JPY", "CNY", "INR", "RUB", "KRW", "ILS", "TRY", "UAH", "PLN", "CZK",
    "AUD", "CAD", "BRL", "SEK", "NOK", "DKK", "HUF", "RON", "BGN", "MXN", "ZAR", "SGD", "HKD", "NZD",
    "THB", "AED", "SAR", "ISK",
})  # fmt: skip
_SCALES = {
    "t": 1e3, "k": 1e3, "tsd": 1e3, "tsd.": 1e3, "thousand": 1e3, "thousands": 1e3, "000": 1e3, "'000": 1e3,
    "m": 1e6, "mio": 1e6, "mio.": 1e6, "mn": 1e6, "million": 1e6, "millions": 1e6, "mill.": 1e6,
    "bn": 1e9, "mrd": 1e9, "mrd.": 1e9, "b": 1e9, "billion": 1e9, "billions": 1e9,
}  # fmt: skip
_QUANTITY_UNITS = (
    "kg", "g", "mg", "t", "lb", "lbs", "oz", "l", "ml", "cl", "hl", "gal", "m", "cm", "mm", "km", "mi",
    "ft", "in", "m²", "m2", "km²", "qm", "sqm", "ha", "m³", "m3", "W", "kW", "MW", "GW", "kWh", "MWh",
    "GWh", "Wh", "V", "mV", "A", "mA", "Ah", "J", "kJ", "MJ", "kcal", "cal", "°C", "°F", "K", "Pa",
    "kPa", "bar", "hPa", "Hz", "kHz", "MHz", "GHz", "B", "kB", "KB", "MB", "GB", "TB", "ppm", "dB",
    "km/h", "m/s", "mph", "rpm", "Nm", "N", "kN", "mol", "lm", "lx",
)  # fmt: skip
_QUANTITIES = {unit.lower(): unit for unit in _QUANTITY_UNITS}
_DURATIONS = {
    "s": "s", "sec": "s", "secs": "s", "seconds": "s", "sek": "s", "ms": "ms", "min": "min", "mins": "min",
    "minutes": "min", "minuten": "min", "h": "h", "hr": "h", "hrs": "h", "hours": "h", "std": "h",
    "stunden": "h", "days": "d", "tage": "d", "weeks": "wk", "months": "mo", "monate": "mo", "years": "a",
    "jahre": "a",
}  # fmt: skip
_SIDES = {"S", "H"}  # of an account, in German books: no seconds and no hours
_COUNTS = {
    "pcs": "pcs",
    "stk": "pcs",
    "stk.": "pcs",
    "stück": "pcs",
    "pieces": "pcs",
    "units": "pcs",
    "x": "x",
}

_IN_BRACKETS = re.compile(
    r"^(?P<rest>.*?)\s*[(\[{]\s*(?:in\s+)?(?P<unit>[^()\[\]{}]{1,20})\s*[)\]}]\s*$", re.IGNORECASE
)
# "Revenue (k€) 2024": the unit stands before what a header below it says; "g per m²" is another unit.
_IN_BRACKETS_BEFORE = re.compile(
    r"^(?P<rest>.+?)\s*[(\[]\s*(?:in\s+)?(?P<unit>[^()\[\]{}]{1,20})\s*[)\]]\s+(?P<tail>(?!per\b|pro\b|je\b|/)[^()\[\]]+)$",
    re.IGNORECASE,
)
_AFTER_IN_BEFORE = re.compile(
    r"^(?P<rest>.+?)[\s_]+in[\s_]+(?P<unit>[^\s]{1,5}(?:\s[^\s]{1,6})??)\s+(?P<tail>(?!per\b|pro\b|je\b|/).+)$",
    re.IGNORECASE,
)
_AFTER_IN = re.compile(r"^(?P<rest>.+?)[\s_]+in[\s_]+(?P<unit>\S{1,5}(?:\s\S{1,6})?)$", re.IGNORECASE)
_AFTER_MARK = re.compile(r"^(?P<rest>.+?)\s*[,/|]\s*(?P<unit>\S{1,6})$")
_LAST_WORD = re.compile(r"^(?P<rest>.+?)[\s_]+(?P<unit>\S{1,4})$")
# Last words, or whole headers, that are hardly anything else than units.
_UNMISTAKABLE = frozenset(
    {"kg", "km", "cm", "mm", "wh", "kwh", "mwh", "gwh", "kw", "hpa", "kpa", "lbs", "gb", "tb", "°c", "°f"}
)
_DEGREES = re.compile(r"^(?P<rest>(?:.*[\s_])?temp(?:erature?)?)[\s_]+(?P<unit>[cf])$", re.IGNORECASE)


def currency(text: str) -> str | None:
    """The ISO code of a currency sign or code; None for anything else."""
    bare = text.strip()
    return bare.upper() if bare.upper() in _CURRENCY_CODES else _CURRENCY_SIGNS.get(bare.lower())


def parse_unit(text: str) -> Unit | None:
    """The unit that a text names alone ("T€", "kg", "%", "Mio. EUR"); None when it names none."""
    bare = text.strip().strip(".") if text.strip().lower() not in _CURRENCY_SIGNS else text.strip()
    if not bare:
        return None
    return _simple_unit(bare) or _scaled_currency(bare)


def _simple_unit(bare: str) -> Unit | None:
    low = bare.lower()
    code = currency(bare)
    if code is not None:
        return Unit(kind="currency", symbol=code)
    if low in {"%", "percent", "prozent", "pct", "v.h"}:
        return Unit(kind="percent", symbol="%")
    if low in _DURATIONS:
        return Unit(kind="duration", symbol=_DURATIONS[low])
    if low in _COUNTS:
        return Unit(kind="count", symbol=_COUNTS[low])
    if bare in _QUANTITIES.values() or low in {
        "kg",
        "km",
        "cm",
        "mm",
        "ml",
        "kwh",
        "mwh",
        "m²",
        "gb",
        "mb",
        "tb",
        "lbs",
    }:
        return Unit(kind="quantity", symbol=_QUANTITIES[low])
    return None


def _scaled_currency(bare: str) -> Unit | None:
    low = bare.lower()
    for prefix in sorted(_SCALES, key=len, reverse=True):
        for scaled in (low.removeprefix(prefix), low.removesuffix(prefix)):
            rest = scaled.strip(" .")
            if scaled != low and rest and currency(rest) is not None and currency(low) is None:
                return Unit(kind="currency", symbol=currency(rest) or rest, scale=_SCALES[prefix])
    return None


def split_header(header: str) -> tuple[str, Unit | None]:
    """(the header without its unit, the unit): "Umsatz in T€" → ("Umsatz", thousands of EUR). A unit in the
    middle stays, so that columns keep their names."""
    text = " ".join(header.split())
    bracketed = _IN_BRACKETS.match(text)
    if bracketed is not None:
        unit = parse_unit(bracketed["unit"])
        return (bracketed["rest"] or text, unit) if unit is not None else (text, None)
    for pattern in (_IN_BRACKETS_BEFORE, _AFTER_IN_BEFORE):
        before = pattern.match(text)
        unit = parse_unit(before["unit"]) if before is not None else None
        strong = pattern is _IN_BRACKETS_BEFORE or (unit is not None and unit.kind in ("currency", "percent"))
        if before is not None and unit is not None and strong:
            return text, unit
    if text.lower() in _UNMISTAKABLE:
        return text, parse_unit(_written(text))
    if (degrees := _DEGREES.match(text)) is not None:
        return degrees["rest"], parse_unit(f"°{degrees['unit'].upper()}")
    for pattern in (_AFTER_IN, _AFTER_MARK, _LAST_WORD):
        match = pattern.match(text)
        if match is None:
            continue
        said = match["unit"]
        unit = parse_unit(_written(said) if pattern is _LAST_WORD else said)
        # A bare letter at the end ("Team A", "Size M") is a name unless "in" or a comma leads to it.
        weak = pattern is _LAST_WORD and unit is not None and unit.kind not in ("currency", "percent")
        if unit is not None and not (weak and said.lower() not in _UNMISTAKABLE):
            return match["rest"], unit
    return text, None


def _written(word: str) -> str:
    """A unit as it is written: "kw" of a name in small letters is kW."""
    return _QUANTITIES[word.lower()] if word.lower() in _UNMISTAKABLE else word


def named_in(text: str) -> Unit | None:
    """The unit that a sentence says numbers are in: "Alle Angaben in T€", "(in Mio. EUR)"; None without
    one."""
    for match in re.finditer(r"\bin\s+(\S+(?:\s\S+)?)", text, re.IGNORECASE):
        words = match[1].strip("()[].,;:").split()
        for length in (2, 1):
            unit = parse_unit(" ".join(words[:length]))
            if unit is not None and unit.kind == "currency":
                return unit
    return None


def parse_affix(affix: str) -> Unit | None:
    """The unit that stands beside numbers; None when it is no unit and the cells are no numbers."""
    if affix in _SIDES:
        return None
    return parse_unit(affix) if affix != "‰" else Unit(kind="quantity", symbol="‰")
