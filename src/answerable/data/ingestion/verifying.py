"""What every cell of a staged column says of a type that was decided on some of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
from sqlglot import exp

from answerable.data.ingestion import sql
from answerable.data.ingestion.column_types import ColumnType
from answerable.data.ingestion.sql import Strict
from answerable.data.semantics.model import FieldType

RAW = "raw"  # the table of staged cells
_MISFITS = 500
_GROUP = 32  # columns a query: each step of each expression holds a buffer in each thread


def raw_names(width: int) -> list[str]:
    """The names of the columns of staged cells: headers never reach SQL as names before they are checked."""
    return [f"c{i}" for i in range(width)]


@dataclass(frozen=True, slots=True)
class Checked:
    """How many cells of a column are placeholders, no values of its type, and values without the unit or
    zone that others have."""

    absent: int
    lost: int
    unmarked: int


def check(connection: duckdb.DuckDBPyConnection, columns: Sequence[tuple[str, ColumnType]]) -> list[Checked]:
    """What all cells of raw columns say of the types that they may have. Columns whose every cell is plain
    are found by an expression that costs a fraction of the exact ones."""
    plain = _plain(connection, columns)
    others = [each for each, is_plain in zip(columns, plain, strict=True) if not is_plain]
    rest = iter(_exactly(connection, others))
    return [Checked(0, 0, 0) if is_plain else next(rest) for is_plain in plain]


def _plain(connection: duckdb.DuckDBPyConnection, columns: Sequence[tuple[str, ColumnType]]) -> list[bool]:
    """Of which columns each cell is written to the letter as its type is."""
    found = [False] * len(columns)
    stricts = [
        (at, name, strict)
        for at, (name, column) in enumerate(columns)
        if column.nothing is None and (strict := column.strict_sql(name, _value(at))) is not None
    ]
    for start in range(0, len(stricts), _GROUP):
        group = stricts[start : start + _GROUP]
        made = [exp.alias_(_lenient(strict.value), _value(at), quoted=True) for at, _, strict in group]
        odd = [sql.call("count_if", _is_odd(name, _value(at), strict)) for at, name, strict in group]
        source = exp.select(exp.Star(), *made).from_(RAW).subquery("made")
        row = connection.execute(sql.render(exp.select(*odd).from_(source))).fetchone() or ()
        for (at, *_), count in zip(group, row, strict=True):
            found[at] = count == 0
    return found


def _is_odd(name: str, value: str, strict: Strict) -> exp.Expression:
    """Whether a cell has text and is no plain value."""
    filled = exp.Not(this=exp.Is(this=sql.column(name), expression=exp.Null()))
    lost = exp.Is(this=sql.column(value), expression=exp.Null())
    holds = exp.Coalesce(this=exp.Paren(this=strict.holds), expressions=[exp.false()])
    return exp.And(this=filled, expression=exp.Paren(this=exp.Or(this=lost, expression=exp.Not(this=holds))))


def _value(at: int) -> str:
    return f"value {at}"


def _lenient(value: exp.Expression) -> exp.Expression:
    return exp.TryCast(this=value.this, to=value.to) if isinstance(value, exp.Cast) else value


def _exactly(
    connection: duckdb.DuckDBPyConnection, columns: Sequence[tuple[str, ColumnType]]
) -> list[Checked]:
    found: list[Checked] = []
    for start in range(0, len(columns), _GROUP):
        group = columns[start : start + _GROUP]
        counts = [sql.call("count_if", each) for name, column in group for each in _conditions(name, column)]
        row = connection.execute(sql.render(exp.select(*counts).from_(RAW))).fetchone() or ()
        found += [Checked(*row[at : at + 3]) for at in range(0, len(row), 3)]
    return found


def _conditions(name: str, column: ColumnType) -> tuple[exp.Expression, exp.Expression, exp.Expression]:
    cell = sql.column(name)
    absent = _is_absent(name, column)
    filled = exp.And(
        this=exp.Not(this=exp.Is(this=cell.copy(), expression=exp.Null())),
        expression=exp.Not(this=absent.copy()),
    )
    valued = exp.Is(this=column.sql(name), expression=exp.Null())
    lost = exp.false() if column.type is FieldType.STRING else exp.And(this=filled, expression=valued)
    marked = column.marked_sql(name)
    unmarked = exp.false() if marked is None else exp.And(this=filled.copy(), expression=exp.Not(this=marked))
    return absent, lost, unmarked


def _is_absent(name: str, column: ColumnType) -> exp.Expression:
    return sql.among(sql.call("lower", sql.call("trim", sql.column(name))), column.placeholders - {""})


def filled(connection: duckdb.DuckDBPyConnection, width: int) -> list[int]:
    """How many cells of each raw column are not blank."""
    counts = ", ".join(f"count({name})" for name in raw_names(width))
    return list(connection.execute(f"SELECT {counts} FROM {RAW}").fetchone() or ())  # noqa: S608


def unmarked(connection: duckdb.DuckDBPyConnection, name: str, column: ColumnType) -> list[tuple[str, int]]:
    """Texts without the unit or zone that others of the column have, with counts, most frequent first."""
    marked = column.marked_sql(name)
    if marked is None:
        return []
    return _counted(connection, name, exp.Not(this=marked), column)


def misfits(connection: duckdb.DuckDBPyConnection, name: str, column: ColumnType) -> list[tuple[str, int]]:
    """Texts that are no placeholders and no values of the type, with counts, most frequent first."""
    if column.type is FieldType.STRING:
        return []
    return _counted(connection, name, exp.Is(this=column.sql(name), expression=exp.Null()), column)


def _counted(
    connection: duckdb.DuckDBPyConnection, name: str, condition: exp.Expression, column: ColumnType
) -> list[tuple[str, int]]:
    query = (
        exp.select(sql.column(name), exp.Count(this=exp.Star()))
        .from_(RAW)
        .where(exp.Not(this=exp.Is(this=sql.column(name), expression=exp.Null())))
        .where(exp.Not(this=_is_absent(name, column)))
        .where(condition)
        .group_by(sql.column(name))
        .order_by("2 DESC")
        .limit(_MISFITS)
    )
    return [(text, count) for text, count in connection.execute(sql.render(query)).fetchall()]


def placeholders(
    connection: duckdb.DuckDBPyConnection, raw: str, column: ColumnType
) -> list[tuple[str, int]]:
    """Texts that stand for nothing in the column, with counts, most frequent first."""
    trimmed = sql.call("trim", sql.column(raw))
    query = (
        exp.select(trimmed, exp.Count(this=exp.Star()))
        .from_(RAW)
        .where(_is_absent(raw, column))
        .group_by(trimmed)
        .order_by("2 DESC")
        .limit(20)
    )
    return [(text, count) for text, count in connection.execute(sql.render(query)).fetchall()]
