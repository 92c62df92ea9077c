"""What is said of a field: which of its words name it, and what its values are to people."""

from __future__ import annotations

from answerable.data.questions.english import CONCEPTS
from answerable.data.questions.entries import Key, key_of
from answerable.data.semantics.model import NUMERIC_TYPES, TEMPORAL_TYPES, FieldRole, FieldType, ModelField

_TRUE = frozenset({"yes", "y", "true", "t", "1"})
_FALSE = frozenset({"no", "n", "false", "f", "0"})
DATE_WORDS = frozenset({"date", "at", "on", "time", "day"})
_MEASURES_OF = frozenset(
    [
        "hour",
        "minute",
        "second",
        "day",
        "week",
        "month",
        "year",
        "eur",
        "usd",
        "gbp",
        "euro",
        "dollar",
        "percent",
        "pct",
        "kg",
        "g",
        "km",
        "m",
        "pc",
    ]
)


def unit_words(field: ModelField) -> frozenset[str]:
    """Words at a name's end that tell its unit, not what it is: the hours of `resolution_hours`."""
    return _MEASURES_OF | set(key_of(field.unit.symbol) if field.unit else ())


def bare(label: str) -> str:
    """A header without its bracketed unit."""
    text = label
    for opening, closing in (("(", ")"), ("[", "]")):
        start, end = text.find(opening), text.rfind(closing)
        if 0 < start < end:
            text = text[:start] + text[end + 1 :]
    return text


def widened(names: set[Key]) -> dict[Key, int]:
    """The names, and words for the same thing."""
    keys = dict.fromkeys(names, 0)
    for key in names:
        text = " ".join(key)
        for group in CONCEPTS:
            if text in group or any(text == " ".join(key_of(word)) for word in group):
                for word in group:
                    keys.setdefault(key_of(word), 2)
    return {key: tier for key, tier in keys.items() if key}


def categories(field: ModelField) -> tuple[str, ...]:
    if field.type in TEMPORAL_TYPES:
        return ("TimeF",)
    if field.type in NUMERIC_TYPES and field.role is FieldRole.MEASURE:
        return ("Num",)
    if field.type in NUMERIC_TYPES and field.role is not FieldRole.KEY:
        return ("Num", "Dim")
    return ("Dim",)


def stems(field: ModelField) -> set[Key]:
    """What a date is of: `hire` of a hire date, `check in` of itself."""
    keys = {key_of(text) for text in (field.name, field.label)}
    return keys | {key[:-1] for key in keys if len(key) > 1 and key[-1] in DATE_WORDS}


def flag_values(field: ModelField) -> tuple[bool | str, bool | str] | None:
    """What a field holds for yes and for no, or None when it is no yes-or-no field."""
    if field.type is FieldType.BOOLEAN:
        return True, False
    values = field.values
    if values is None or len(values) != 2:
        return None
    yes = [v for v in values if v.casefold() in _TRUE]
    no = [v for v in values if v.casefold() in _FALSE]
    return (yes[0], no[0]) if yes and no else None


def typed(field: ModelField, text: str) -> bool | int | str | None:
    """The value as the field's type; flags are spoken of by the field's name instead."""
    if flag_values(field) is not None or field.type in TEMPORAL_TYPES:
        return None
    if field.type is FieldType.INTEGER:
        try:
            return int(text)
        except ValueError:
            return None
    return text if field.type is FieldType.STRING else None
