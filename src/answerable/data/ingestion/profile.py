"""What a written table looks like: counts, ranges, frequent values, patterns of personal data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from answerable.data.ingestion import sql
from answerable.data.ingestion.outcome import ColumnProfile, TableProfile, ValueCount
from answerable.data.ingestion.typed import TypedColumn
from answerable.data.semantics.model import FieldType

_MOST_VALUES = 5000
_MOST_VALUES_OF_A_TABLE = 200_000
_LEAST_VALUES = 100
_LONGEST_VALUE = 120
_EXACT_DISTINCT_ROWS = 200_000
_PERHAPS_UNIQUE = 0.9  # an estimate from here on is counted exactly: the column may be a key
_BITS_A_ROW = 16
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
    figures: list[Any] = []
    for start in range(0, len(columns), _TOGETHER):
        parts = [
            part for column in columns[start : start + _TOGETHER] for part in _figures(column, exact=exact)
        ]
        figures += _one(connection, f"SELECT {', '.join(parts)} FROM {source}")  # noqa: S608
    profiles = []
    for i, typed in enumerate(columns):
        header, kind = typed.header, typed.type
        filled, distinct, low, high, length = figures[5 * i : 5 * i + 5]
        if not exact and distinct > _PERHAPS_UNIQUE * rows and kind in (FieldType.INTEGER, FieldType.STRING):
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
            null_count=rows - filled,
            distinct_count=min(distinct, filled),
            minimum=_short(low),
            maximum=_short(high),
            average_length=float(length or 0),
        )
        if kind is FieldType.STRING and filled:
            column = _with_texts(connection, source, column, most)
        profiles.append(column)
    # Where one column tells all rows apart, no two are equal.
    unique = any(p.null_count == 0 and p.distinct_count == rows for p in profiles)
    names = [column.header.name for column in columns]
    duplicates = 0 if unique and rows else _duplicates(connection, source, names, rows)
    return TableProfile(rows=rows, duplicate_rows=duplicates, bytes=parquet.stat().st_size, columns=profiles)


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


def _with_texts(
    connection: duckdb.DuckDBPyConnection, source: str, column: ColumnProfile, most: int
) -> ColumnProfile:
    name = f'"{column.name}"'
    values = None
    if column.distinct_count <= most and column.average_length <= _LONGEST_VALUE:
        found = connection.execute(
            f"SELECT {name}, count(*) AS n FROM {source} WHERE {name} IS NOT NULL "  # noqa: S608
            f"GROUP BY {name} ORDER BY n DESC, {name} LIMIT {most}"
        ).fetchall()
        values = [ValueCount(value=text, count=count) for text, count in found if len(text) <= _LONGEST_VALUE]
    shares = ", ".join(
        f"avg(CAST(regexp_full_match(t, {sql.render(sql.text(p))}) AS INTEGER))" for p in _PATTERNS.values()
    )
    filled = f"SELECT {name} FROM {source} WHERE {name} IS NOT NULL LIMIT 20000"  # noqa: S608
    sample = f"SELECT DISTINCT {name} AS t FROM ({filled}) LIMIT 1000"  # noqa: S608
    figures = _one(connection, f"SELECT {shares} FROM ({sample})")  # noqa: S608
    patterns = {
        key: round(float(str(share)), 4)
        for key, share in zip(_PATTERNS, figures, strict=True)
        if share is not None
    }
    return column.model_copy(update={"values": values, "patterns": patterns})


def _duplicates(connection: duckdb.DuckDBPyConnection, source: str, names: list[str], rows: int) -> int:
    quoted = ", ".join(f'"{name}"' for name in names)
    distinct = _one(connection, f"SELECT count(DISTINCT h) FROM (SELECT hash({quoted}) AS h FROM {source})")  # noqa: S608
    return rows - int(str(distinct[0]))
