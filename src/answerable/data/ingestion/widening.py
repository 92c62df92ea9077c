"""Cells of two versions that have a column in different types, compared by what they are worth: 5, 5.00 and
5.0 are one number, a day is its midnight."""

from __future__ import annotations

from typing import Literal

from sqlglot import exp

from answerable.data.ingestion import sql

_Kind = Literal["exact", "float", "day", "moment", "other"]
_EXACT = (
    "DECIMAL",
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
)


def comparable(cell: exp.Expression, own: str, other: str) -> exp.Expression:
    """A cell of the engine's type `own`, so that it equals those of a column of type `other` that are worth
    the same: as it is where both have one type, as text where the types are of two kinds."""
    if own == other:
        return cell
    kinds = {_kind(own), _kind(other)}
    if kinds == {"exact"}:
        written = sql.cast(cell, "VARCHAR")
        bare = sql.call("rtrim", sql.call("rtrim", written.copy(), "0"), ".")
        return sql.when([(sql.call("contains", written.copy(), "."), bare)], written)
    if kinds <= {"exact", "float"}:
        return sql.cast(cell, "DOUBLE")
    if kinds <= {"day", "moment"}:
        return sql.cast(cell, "TIMESTAMP")
    return sql.cast(cell, "VARCHAR")


def _kind(engine_type: str) -> _Kind:
    name = engine_type.upper().partition("(")[0]
    if name in _EXACT:
        return "exact"
    if name in ("DOUBLE", "FLOAT"):
        return "float"
    if name == "DATE":
        return "day"
    return "moment" if name.startswith("TIMESTAMP") else "other"
