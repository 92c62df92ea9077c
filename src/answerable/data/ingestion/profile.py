"""What a written table looks like: counts, ranges, frequent values, patterns of personal data."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from answerable.data.ingestion import sql
from answerable.data.ingestion.counters import with_courses
from answerable.data.ingestion.outcome import ColumnProfile, TableProfile, ValueCount
from answerable.data.ingestion.typed import TypedColumn
from answerable.data.semantics.model import FieldType

_MOST_VALUES = 5000
_MOST_VALUES_OF_A_TABLE = 200_000
_LEAST_VALUES = 100
_LONGEST_VALUE = 120
_EXACT_DISTINCT_ROWS = 200_000
# An estimate above this part of the cells that are filled is counted exactly: the column may be a key.
_PERHAPS_UNIQUE = 0.9
_BITS_A_ROW = 16
_GROUP = 64  # columns that are taken out of a file of more, to look at them together
_TOGETHER = 16  # columns a query: each holds its set of values until the query ends
_PATTERNS = {
    "email": r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}",
    "iban": r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7} ?[A-Z0-9]{0,4}",
    "phone": r"\+?[\d(][\d\s()/.-]{6,20}\d",
    "url": r"(?:https?://|www\.)\S+",
    "two_words": (
        r"(?:(?:Dr|Prof|Mr|Mrs|Ms)\.? )?\p{Lu}[\p{Ll}'’-]+(?: \p{Lu}\.?)?(?: (?:van|von|de|der|den|la|di))*"
        r"(?: \p{Lu}[\p{L}'’-]+){1,2}"
    ),
    "one_word": r"\p{Lu}[\p{Ll}'’-]+",
    "comma_name": r"\p{Lu}[\p{L}'’-]+, \p{Lu}[\p{L}'’. -]+",
    "has_digit": r".*\d.*",
    "uuid": r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}",
}


def profile(connection: duckdb.DuckDBPyConnection, parquet: Path, columns: list[TypedColumn]) -> TableProfile:
    """The profile of a Parquet file that this package wrote."""
    source = f"read_parquet({sql.render(sql.text(str(parquet)))})"
    rows = _one(connection, f"SELECT count(*) FROM {source}")[0]  # noqa: S608
    exact = rows <= _EXACT_DISTINCT_ROWS
    # Tables of very many columns keep fewer values of each: all of them would take gigabytes.
    most = max(_LEAST_VALUES, min(_MOST_VALUES, _MOST_VALUES_OF_A_TABLE // max(len(columns), 1)))
    profiles: list[ColumnProfile] = []
    for start in range(0, len(columns), _GROUP):
        group = columns[start : start + _GROUP]
        near = source if len(columns) <= _GROUP else _near(connection, source, group)
        figures = _figures_of(connection, near, group, exact=exact)
        own = [
            _column(connection, near, typed, each, (rows, exact, most))
            for typed, each in zip(group, figures, strict=True)
        ]
        profiles += _with_patterns(connection, near, own)
    profiles = with_courses(connection, source, profiles)
    # Where one column tells all rows apart, no two are equal.
    unique = any(p.null_count == 0 and p.distinct_count == rows for p in profiles)
    names = [column.header.name for column in columns]
    duplicates = 0 if unique and rows else _duplicates(connection, source, names, rows)
    return TableProfile(rows=rows, duplicate_rows=duplicates, bytes=parquet.stat().st_size, columns=profiles)


def _near(connection: duckdb.DuckDBPyConnection, source: str, group: Sequence[TypedColumn]) -> str:
    """Some columns of a file in a table of their own: each query over a file reads what it says of all of its
    columns first, which takes longer than the query where there are very many."""
    names = ", ".join(f'"{column.header.name}"' for column in group)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE profiled AS SELECT {names} FROM {source}")  # noqa: S608
    return "profiled"


# Any: what a query gives, see `_one`.
def _figures_of(
    connection: duckdb.DuckDBPyConnection, source: str, columns: Sequence[TypedColumn], *, exact: bool
) -> list[tuple[Any, ...]]:
    """(filled, distinct, least, most, average length) of each column."""
    figures: list[Any] = []
    for start in range(0, len(columns), _TOGETHER):
        parts = [
            part for column in columns[start : start + _TOGETHER] for part in _figures(column, exact=exact)
        ]
        figures += _one(connection, f"SELECT {', '.join(parts)} FROM {source}")  # noqa: S608
    return [tuple(figures[start : start + 5]) for start in range(0, len(figures), 5)]


def _column(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    typed: TypedColumn,
    figures: tuple[Any, ...],
    table: tuple[int, bool, int],
) -> ColumnProfile:
    """The profile of one column; `table` has its rows, whether figures are exact, and how many values to
    keep."""
    header, kind = typed.header, typed.type
    filled, distinct, low, high, length = figures
    rows, exact, most = table
    keyed = kind in (FieldType.INTEGER, FieldType.STRING)
    if not exact and distinct > _PERHAPS_UNIQUE * filled and keyed:
        counted = _distinct(header.name, kind, (low, high), rows)
        distinct = _one(connection, f"SELECT {counted} FROM {source}")[0]  # noqa: S608
    column = ColumnProfile(
        name=header.name,
        label=header.label,
        type=kind,
        unit=typed.unit,
        date_order=typed.date_order,
        decimal_mark=typed.decimal_mark,
        identifier=typed.identifier,
        instant=typed.instant,
        null_count=rows - filled,
        distinct_count=min(distinct, filled),
        unique=distinct == filled if exact or keyed else None,
        minimum=_short(low),
        maximum=_short(high),
        average_length=float(length or 0),
    )
    return _with_values(connection, source, column, most) if kind is FieldType.STRING and filled else column


def _figures(column: TypedColumn, *, exact: bool) -> list[str]:
    name = f'"{column.header.name}"'
    distinct = f"count(DISTINCT {name})" if exact else f"approx_count_distinct({name})"
    length = f"avg(length({name}))" if column.type is FieldType.STRING else "0"
    ends = [f"CAST({end}({name}) AS VARCHAR)" for end in ("min", "max")]
    return [f"count({name})", distinct, *ends, length]


def _distinct(name: str, kind: FieldType, bounds: tuple[str, str], rows: int) -> str:
    """The number of different values, exactly. Integers that lie close together, as numbered rows do, are
    ticked off in a row of bits, which takes a fifth of the time of a set."""
    low, high = bounds
    if kind is FieldType.INTEGER and int(high) - int(low) < _BITS_A_ROW * rows:
        return f'bit_count(bitstring_agg("{name}", {int(low)}, {int(high)}))'
    return f'count(DISTINCT "{name}")'


# Any: the columns of a query are known to whoever wrote it.
def _one(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    row: tuple[Any, ...] = connection.execute(query).fetchone() or ()
    return row


def _short(text: object) -> str | None:
    return None if text is None else str(text)[:_LONGEST_VALUE]


def _with_values(
    connection: duckdb.DuckDBPyConnection, source: str, column: ColumnProfile, most: int
) -> ColumnProfile:
    name = f'"{column.name}"'
    if column.distinct_count > most or column.average_length > _LONGEST_VALUE:
        return column
    found = connection.execute(
        f"SELECT {name}, count(*) AS n FROM {source} WHERE {name} IS NOT NULL "  # noqa: S608
        f"GROUP BY {name} ORDER BY n DESC, {name} LIMIT {most}"
    ).fetchall()
    values = [ValueCount(value=text, count=count) for text, count in found if len(text) <= _LONGEST_VALUE]
    return column.model_copy(update={"values": values})


def _with_patterns(
    connection: duckdb.DuckDBPyConnection, source: str, columns: list[ColumnProfile]
) -> list[ColumnProfile]:
    """The columns with what their texts look like. One query for all: it takes longer to compile the
    patterns than to look for them."""
    texts = [
        (i, f'"{c.name}"') for i, c in enumerate(columns) if c.type is FieldType.STRING and c.distinct_count
    ]
    if not texts:
        return columns
    shares = ", ".join(
        f"avg(CAST(regexp_full_match(t, {sql.render(sql.text(p))}) AS INTEGER))" for p in _PATTERNS.values()
    )
    samples = " UNION ALL ".join(
        f"SELECT {i} AS i, t FROM (SELECT DISTINCT {name} AS t FROM "  # noqa: S608
        f"(SELECT {name} FROM {source} WHERE {name} IS NOT NULL LIMIT 20000) LIMIT 1000)"
        for i, name in texts
    )
    found = connection.execute(f"SELECT i, {shares} FROM ({samples}) GROUP BY i").fetchall()  # noqa: S608
    looks = {
        i: {
            key: round(float(str(share)), 4)
            for key, share in zip(_PATTERNS, own, strict=True)
            if share is not None
        }
        for i, *own in found
    }
    return [c.model_copy(update={"patterns": looks[i]}) if i in looks else c for i, c in enumerate(columns)]


def _duplicates(connection: duckdb.DuckDBPyConnection, source: str, names: list[str], rows: int) -> int:
    quoted = ", ".join(f'"{name}"' for name in names)
    distinct = _one(connection, f"SELECT count(DISTINCT h) FROM (SELECT hash({quoted}) AS h FROM {source})")  # noqa: S608
    return rows - int(str(distinct[0]))
