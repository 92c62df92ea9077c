"""Wide tables: one column a period ("2021", "Q1 2024", "Jan 2024") holds one value of many rows.

People read them well, queries do not: no trend, no total over time, no filter by date. Such columns are
found and offered as rows, each with its period and its value.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
from sqlglot import exp

from answerable.data.ingestion import sql
from answerable.data.ingestion.arguments import PeriodRowsSaid, PeriodsSaid, TextSaid
from answerable.data.ingestion.dates import MONTH_NUMBERS
from answerable.data.ingestion.footers import is_totals_name
from answerable.data.ingestion.headers import ColumnHeader, snake_case, unique
from answerable.data.ingestion.quality import SHOWN, Code, Example, Finding, Severity, noted
from answerable.data.ingestion.typed import TypedColumn
from answerable.data.semantics.model import NUMERIC_TYPES, FieldType

_LEAST = 3  # columns that make a table wide
_NAMES = "|".join(sorted(MONTH_NUMBERS, key=len, reverse=True))
_YEAR = r"((?:19|20)\d{2})"
_PATTERNS = (
    re.compile(rf"(?P<rest>.*?)[\s_-]*{_YEAR}"),
    re.compile(rf"(?P<rest>.*?)[\s_-]*Q([1-4])[\s/_-]*{_YEAR}", re.IGNORECASE),
    re.compile(rf"(?P<rest>.*?)[\s_-]*{_YEAR}[\s/_-]*Q([1-4])", re.IGNORECASE),
    re.compile(rf"(?P<rest>.*?)[\s_-]*\b({_NAMES})\.?[\s/_-]*{_YEAR}", re.IGNORECASE),
    re.compile(rf"(?P<rest>.*?)[\s_-]*{_YEAR}[-/](0[1-9]|1[0-2])"),
)
_PLAIN_YEAR, _QUARTER, _YEAR_QUARTER, _MONTH, _ISO_MONTH = range(len(_PATTERNS))


@dataclass(frozen=True, slots=True)
class WideColumns:
    """The columns of a table that are periods of one number, with the first day of each."""

    value: str  # what the number is called
    starts: dict[str, date]


def find_periods(columns: Sequence[TypedColumn]) -> WideColumns | None:
    """The columns that are periods of one number, when there are three or more of one kind."""
    groups: dict[tuple[int, str], dict[str, date]] = {}
    for column in columns:
        if column.type not in NUMERIC_TYPES:
            continue
        for kind in reversed(range(len(_PATTERNS))):  # the plain year last: it is in all others
            match = _PATTERNS[kind].fullmatch(column.header.label.strip())
            if match is not None:
                key = (kind, match["rest"].strip(" _-:"))
                groups.setdefault(key, {})[column.header.name] = _start(kind, match)
                break
    # Two such groups are two numbers a period: rows of one would repeat the other.
    wide = [(key, starts) for key, starts in groups.items() if len(starts) >= _LEAST]
    if len(wide) != 1:
        return None
    (_, rest), starts = wide[0]
    units = {column.unit for column in columns if column.header.name in starts}
    if len(set(starts.values())) < len(starts) or len(units) > 1 or len(starts) == len(columns):
        return None
    return WideColumns(rest or "Value", starts)


def _start(kind: int, match: re.Match[str]) -> date:
    first, second = match[2], match[3] if kind != _PLAIN_YEAR else ""
    if kind == _PLAIN_YEAR:
        return date(int(first), 1, 1)
    if kind == _QUARTER:
        return date(int(second), 3 * int(first) - 2, 1)
    if kind == _YEAR_QUARTER:
        return date(int(first), 3 * int(second) - 2, 1)
    if kind == _MONTH:
        return date(int(second), MONTH_NUMBERS[first.lower()], 1)
    return date(int(first), int(second), 1)


def offer(columns: Sequence[TypedColumn], wide: WideColumns) -> Finding:
    """The finding that columns could be rows."""
    labels = [column.header.label for column in columns if column.header.name in wide.starts]
    return noted(
        Code.PERIODS_AS_COLUMNS,
        Severity.INFO,
        PeriodsSaid(code="periods_as_columns", count=len(labels), first=labels[0], last=labels[-1]),
        count=len(labels),
        example=labels[0],
        examples=_shown(labels, wide),
    )


def _shown(labels: Sequence[str], wide: WideColumns) -> tuple[Example, ...]:
    pairs = list(zip(labels, wide.starts.values(), strict=True))
    return tuple(Example(before=label, after=start.isoformat()) for label, start in pairs[:SHOWN])


def as_rows(
    connection: duckdb.DuckDBPyConnection,
    parquet: Path,
    columns: Sequence[TypedColumn],
    wide: WideColumns,
) -> tuple[list[TypedColumn], list[Finding]]:
    """Write the file anew with a row for each filled cell of the periods; the new columns. A column that is
    their sum goes, because each of the rows would have it."""
    beside = [column for column in columns if column.header.name not in wide.starts]
    sums = [column for column in beside if _is_their_sum(connection, parquet, column, wide)]
    kept = [column for column in beside if column not in sums]
    values = [column for column in columns if column.header.name in wide.starts]
    taken = {column.header.name for column in kept}
    period = ColumnHeader(unique("period", taken), "Period")
    value = ColumnHeader(unique(snake_case(wide.value), taken), wide.value)
    kind, stored = _common(connection, parquet, values)
    # One pass a period: rows of a table are few where its columns are many.
    parts = [
        _part(parquet, kept, (name, start), (period, value), stored) for name, start in wide.starts.items()
    ]
    written = parquet.with_suffix(".long")
    union = " UNION ALL ".join(sql.render(part) for part in parts)
    connection.execute(sql.as_parquet(union, written))
    written.replace(parquet)
    labels = [column.header.label for column in values]
    finding = noted(
        Code.PERIODS_AS_COLUMNS,
        Severity.CHANGED,
        PeriodRowsSaid(code="periods_as_rows", count=len(values), period=period.label, value=wide.value),
        count=len(labels),
        example=labels[0],
        examples=_shown(labels, wide),
    )
    number = TypedColumn(value, kind, values[0].unit)
    return [*kept, TypedColumn(period, FieldType.DATE), number], [finding, *map(_left_out, sums)]


def _left_out(column: TypedColumn) -> Finding:
    label = column.header.label
    said = TextSaid(code="totals_column", text=label)
    return noted(Code.TOTALS_COLUMN, Severity.DROPPED, said, column=column.header.name, example=label)


def _is_their_sum(
    connection: duckdb.DuckDBPyConnection, parquet: Path, column: TypedColumn, wide: WideColumns
) -> bool:
    """Whether a column is called a total and is the sum of the periods wherever it is filled."""
    if column.type not in NUMERIC_TYPES or not is_totals_name(column.header.label):
        return False
    parts = [
        exp.Coalesce(this=sql.cast(sql.column(name), "DOUBLE"), expressions=[exp.Literal.number(0)])
        for name in wide.starts
    ]
    total: exp.Expression = parts[0]
    for part in parts[1:]:
        total = exp.Add(this=total, expression=part)
    stated = sql.cast(sql.column(column.header.name), "DOUBLE")
    apart = exp.Abs(this=exp.Sub(this=stated.copy(), expression=exp.Paren(this=total)))
    allowed = exp.Mul(this=exp.Abs(this=stated.copy()), expression=exp.Literal.number("0.000001"))
    differs = sql.when([(exp.GT(this=apart, expression=allowed), exp.Literal.number(1))], sql.null())
    counts = exp.select(exp.Count(this=stated), exp.Count(this=differs)).from_(sql.parquet(parquet))
    row = connection.execute(sql.render(counts)).fetchone()
    return row is not None and row[0] > 0 and row[1] == 0


def _common(
    connection: duckdb.DuckDBPyConnection, parquet: Path, values: Sequence[TypedColumn]
) -> tuple[FieldType, str]:
    """(the type that holds all values, as the engine calls it)."""
    types = {column.type for column in values}
    if types == {FieldType.INTEGER}:
        return FieldType.INTEGER, "BIGINT"
    if FieldType.FLOAT in types:
        return FieldType.FLOAT, "DOUBLE"
    source = sql.render(sql.text(str(parquet)))
    described = connection.execute(f"DESCRIBE SELECT * FROM read_parquet({source})").fetchall()  # noqa: S608
    names = {column.header.name for column in values}
    scales = [
        int(match[1])
        for name, kind, *_ in described
        if name in names and (match := re.search(r",(\d+)\)", kind.replace(" ", "")))
    ]
    return FieldType.DECIMAL, f"DECIMAL(38,{max(scales, default=0)})"


def _part(
    parquet: Path,
    kept: Sequence[TypedColumn],
    source: tuple[str, date],
    named: tuple[ColumnHeader, ColumnHeader],
    stored: str,
) -> exp.Select:
    """The rows of one period."""
    name, start = source
    period, value = named
    filled = exp.Not(this=exp.Is(this=sql.column(name), expression=exp.Null()))
    return (
        exp.select(
            *[sql.column(column.header.name) for column in kept],
            exp.alias_(sql.cast(sql.text(start.isoformat()), "DATE"), period.name, quoted=True),
            exp.alias_(sql.cast(sql.column(name), stored), value.name, quoted=True),
        )
        .from_(sql.parquet(parquet))
        .where(filled)
    )
