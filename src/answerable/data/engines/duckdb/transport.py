"""Rows between the engine's process and ours: JSON, with the kinds of the columns beside it.

Dates, times and decimals travel as text; a number that JSON lacks (NaN, infinity) as null.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum

JsonCell = bool | int | float | str | None
Cell = bool | int | float | Decimal | datetime | date | time | str | None


class Kind(StrEnum):
    """What a column's cells are."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    FLOAT = "float"
    DECIMAL = "decimal"
    DATE = "date"
    TIMESTAMP = "timestamp"
    TIME = "time"
    STRING = "string"


_BY_TYPE = {
    "BOOLEAN": Kind.BOOLEAN,
    "FLOAT": Kind.FLOAT,
    "DOUBLE": Kind.FLOAT,
    "DATE": Kind.DATE,
    "TIME": Kind.TIME,
}
_INTEGERS = frozenset(
    f"{sign}{size}" for sign in ("", "U") for size in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
)


def kind_of(engine_type: str) -> Kind:
    """The kind of a column of that DuckDB type; what is none of ours travels as text."""
    name = engine_type.upper()
    if name in _BY_TYPE:
        return _BY_TYPE[name]
    if name in _INTEGERS:
        return Kind.INTEGER
    if name.startswith("DECIMAL"):
        return Kind.DECIMAL
    # A moment with a zone has an offset in its text, which reads back all the same.
    return Kind.TIMESTAMP if name.startswith("TIMESTAMP") else Kind.STRING


def encode(value: object) -> JsonCell:
    """A cell as JSON has it."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value)


def decode_rows(rows: Sequence[Sequence[JsonCell]], kinds: Sequence[Kind]) -> list[list[Cell]]:
    """The rows with their cells as `kinds` says; what Python cannot hold (the year 10000) stays text."""
    readers = [_READ.get(kind) for kind in kinds]
    decoded: list[list[Cell]] = []
    for row in rows:
        cells: list[Cell] = []
        for cell, read in zip(row, readers, strict=True):
            cells.append(_read(cell, read) if read is not None and isinstance(cell, str) else cell)
        decoded.append(cells)
    return decoded


def _read(text: str, read: Callable[[str], Cell]) -> Cell:
    try:
        return read(text)
    except ValueError:
        return text


_READ: dict[Kind, Callable[[str], Cell]] = {
    Kind.DECIMAL: Decimal,
    Kind.DATE: date.fromisoformat,
    Kind.TIMESTAMP: datetime.fromisoformat,
    Kind.TIME: time.fromisoformat,
}
