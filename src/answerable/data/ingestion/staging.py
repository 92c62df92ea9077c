"""From text cells to typed Parquet, by DuckDB: cells are staged as they are, every column is
decided over all of its cells, cast, written, and what could not be cast is counted.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
from sqlglot import exp

from answerable.data.ingestion import sql
from answerable.data.ingestion.cells import Native
from answerable.data.ingestion.columns import ColumnType, Decision, Hints, Values, decide
from answerable.data.ingestion.dates import DateFormat, DateOrder
from answerable.data.ingestion.headers import ColumnHeader
from answerable.data.ingestion.numbers import NumberFormat, decimal_comma_votes
from answerable.data.ingestion.quality import Code, Finding, Severity, shorten
from answerable.data.semantics.model import FieldType

_SAMPLE = 3000
_MISFITS = 500
_ROUNDS = 5
_GROUP = 32
RAW = "raw"


@dataclass(frozen=True, slots=True)
class Resources:
    """What DuckDB may use: bytes of memory, threads, a folder for what does not fit."""

    folder: Path
    memory_bytes: int = 1 << 30
    threads: int = 2


def connect(resources: Resources) -> duckdb.DuckDBPyConnection:
    """A private database in the folder that keeps within its memory by spilling to disk."""
    connection = duckdb.connect(
        str(resources.folder / "stage.duckdb"),
        config={
            "memory_limit": f"{resources.memory_bytes}B",
            "threads": resources.threads,
            "temp_directory": str(resources.folder / "spill"),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        },
    )
    connection.execute("SET TimeZone = 'UTC'")
    return connection


@dataclass(slots=True)
class Staged:
    """Columns ready to be written: their headers, types, and what was found out about them.
    `raw_names` are their names in the staged table."""

    headers: list[ColumnHeader]
    types: list[ColumnType]
    findings: list[Finding] = field(default_factory=list)
    rows: int = 0

    @property
    def raw_names(self) -> list[str]:
        """Staged columns are numbered: headers never reach SQL as names before they are checked."""
        return [f"c{i}" for i in range(len(self.headers))]


def write_cells(path: Path, rows: Iterable[Sequence[str]]) -> int:
    """Write rows in the one dialect that `stage` reads; returns how many."""
    count = 0
    with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for row in rows:
            writer.writerow(row)
            count += 1
    return count


def stage(connection: duckdb.DuckDBPyConnection, path: Path, width: int) -> None:
    """Load the file that `write_cells` wrote into the table of raw cells; blank cells are null."""
    names = [f"c{i}" for i in range(width)]
    columns = "{" + ", ".join(f"'{name}': 'VARCHAR'" for name in names) + "}"
    source = (
        f"read_csv({sql.render(sql.text(str(path)))}, columns = {columns}, header = false, auto_detect = false, "
        "delim = ',', quote = '\"', escape = '\"', new_line = '\\n', nullstr = '', max_line_size = 67108864)"
    )
    connection.execute(f"CREATE OR REPLACE TABLE {RAW} AS SELECT * FROM {source}")  # noqa: S608


def decide_columns(
    connection: duckdb.DuckDBPyConnection,
    headers: Sequence[ColumnHeader],
    native: frozenset[int] = frozenset(),
) -> Staged:
    """The type of every staged column, verified against all of its cells. Columns that leave a
    question open (day or month first, decimal comma or point) are decided again with what the
    other columns say. `native` are columns whose numbers a workbook typed itself."""
    count = connection.execute(f"SELECT count(*) FROM {RAW}").fetchone()  # noqa: S608
    decisions = [
        _decide(connection, f"c{i}", header.label, i in native, Hints()) for i, header in enumerate(headers)
    ]
    hints = hints_of(decisions)
    for i, decision in enumerate(decisions):
        if decision.open_question and hints != Hints():
            decisions[i] = _decide(connection, f"c{i}", headers[i].label, i in native, hints)
    staged = Staged(list(headers), [d.column for d in decisions], rows=count[0] if count else 0)
    staged.findings = [
        finding.model_copy(update={"column": headers[i].name})
        for i, decision in enumerate(decisions)
        for finding in decision.findings
    ]
    return staged


def hints_of(decisions: Sequence[Decision]) -> Hints:
    """What the columns that are sure tell the others."""
    comma = decimal_comma_votes([d.reading for d in decisions if d.reading is not None])
    orders = {d.order for d in decisions if d.order is not None}
    return Hints(comma, orders.pop() if len(orders) == 1 else None)


def _decide(
    connection: duckdb.DuckDBPyConnection, name: str, label: str, native: bool, hints: Hints
) -> Decision:
    """Decide on a sample, look for cells that contradict, decide again until none does."""
    values = _sample(connection, name)
    decision = decide(_mark(values, native), label, hints)
    for _ in range(_ROUNDS):
        known = {text for text, _ in values}
        evidence = list(misfits(connection, name, decision.column))
        if decision.open_question:
            evidence += misfits(connection, name, _other_reading(decision.column))
        fresh = [(text, count) for text, count in evidence if text not in known]
        if not fresh:
            break
        values = [*values, *dict(fresh).items()]
        decision = decide(_mark(values, native), label, hints)
    return decision


def _mark(values: Values, native: bool) -> Values:
    return [(Native(text), count) for text, count in values] if native else values


def _sample(connection: duckdb.DuckDBPyConnection, name: str) -> list[tuple[str, int]]:
    """The most frequent texts and a spread of the others, with counts that add up to all cells."""
    counted = connection.execute(
        f"SELECT {name}, count(*) AS n FROM {RAW} WHERE {name} IS NOT NULL GROUP BY {name} "  # noqa: S608
        f"ORDER BY n DESC, hash({name}) LIMIT {_SAMPLE}"
    ).fetchall()
    total = connection.execute(f"SELECT count({name}) FROM {RAW}").fetchone()  # noqa: S608
    cells = total[0] if total else 0
    seen = sum(count for _, count in counted)
    factor = max(1, round(cells / seen)) if seen else 1
    return [(text, count * factor) for text, count in counted]


def misfits(connection: duckdb.DuckDBPyConnection, name: str, column: ColumnType) -> list[tuple[str, int]]:
    """Texts that are no placeholders and no values of the type, with counts, most frequent first."""
    if column.type is FieldType.STRING:
        return []
    cell = sql.call("lower", sql.call("trim", sql.column(name)))
    query = (
        exp.select(sql.column(name), exp.Count(this=exp.Star()))
        .from_(RAW)
        .where(exp.Not(this=exp.Is(this=sql.column(name), expression=exp.Null())))
        .where(exp.Not(this=sql.among(cell, column.placeholders)))
        .where(exp.Is(this=column.sql(name), expression=exp.Null()))
        .group_by(sql.column(name))
        .order_by("2 DESC")
        .limit(_MISFITS)
    )
    return [(text, count) for text, count in connection.execute(sql.render(query)).fetchall()]


def _other_reading(column: ColumnType) -> ColumnType:
    """The column read the other way round: month first, or the other decimal mark."""
    if column.date is not None:
        order = DateOrder.MDY if column.date.order is DateOrder.DMY else DateOrder.DMY
        form = column.date
        return ColumnType(column.type, date=DateFormat(order, form.clock, form.zones, form.short_years))
    if column.number is not None:
        comma = column.number.decimal_mark == "."
        other = NumberFormat(
            "," if comma else ".", "." if comma else ",", column.number.affix, 30, 8, plain=False
        )
        return ColumnType(FieldType.DECIMAL, number=other)
    return column


def write_parquet(connection: duckdb.DuckDBPyConnection, staged: Staged, target: Path) -> None:
    """Cast all columns and write the version; placeholders and cells that became null are reported."""
    expressions = []
    for raw, column, header in zip(staged.raw_names, staged.types, staged.headers, strict=True):
        emptied = _emptied(connection, raw, column, header)
        staged.findings += emptied
        expressions.append(exp.alias_(column.sql(raw, clean=not emptied), header.name, quoted=True))
    written = sql.render(sql.text(str(target)))
    connection.execute(f"COPY ({_typed_rows(connection, expressions)}) TO {written} (FORMAT parquet)")


def _typed_rows(connection: duckdb.DuckDBPyConnection, expressions: Sequence[exp.Expression]) -> str:
    """A query for all typed columns. Every step of every expression holds a buffer in each thread,
    so wide tables are cast in groups and put side by side."""
    if len(expressions) <= _GROUP:
        return sql.render(exp.select(*expressions).from_(RAW))
    parts = []
    for start in range(0, len(expressions), _GROUP):
        part = f"typed_{start}"
        query = sql.render(exp.select(*expressions[start : start + _GROUP]).from_(RAW))
        connection.execute(f"CREATE OR REPLACE TABLE {part} AS {query}")
        parts.append(part)
    return "SELECT * FROM " + " POSITIONAL JOIN ".join(parts)  # noqa: S608


def _emptied(
    connection: duckdb.DuckDBPyConnection, raw: str, column: ColumnType, header: ColumnHeader
) -> list[Finding]:
    findings = []
    placeholders = _placeholders(connection, raw, column)
    if placeholders:
        count = sum(n for _, n in placeholders)
        shown = ", ".join(repr(text) for text, _ in placeholders[:5])
        findings.append(
            Finding(
                code=Code.PLACEHOLDERS, severity=Severity.CHANGED, column=header.name, count=count,
                example=placeholders[0][0],
                sentence=f"{count} cells of {header.label!r} hold {shown}, which means nothing there: they are empty.",
            )
        )  # fmt: skip
    lost = misfits(connection, raw, column)
    if lost:
        count = sum(n for _, n in lost)
        shown = ", ".join(repr(shorten(text, 40)) for text, _ in lost[:5])
        findings.append(
            Finding(
                code=Code.UNREADABLE_CELLS, severity=Severity.DOUBTFUL, column=header.name, count=count,
                example=shorten(lost[0][0]),
                sentence=f"{count} cells of {header.label!r} are no {column.type.value} and are empty now: {shown}.",
            )
        )  # fmt: skip
    return findings


def _placeholders(
    connection: duckdb.DuckDBPyConnection, raw: str, column: ColumnType
) -> list[tuple[str, int]]:
    cell = sql.call("lower", sql.call("trim", sql.column(raw)))
    trimmed = sql.call("trim", sql.column(raw))
    query = (
        exp.select(trimmed, exp.Count(this=exp.Star()))
        .from_(RAW)
        .where(sql.among(cell, column.placeholders - {""}))
        .group_by(trimmed)
        .order_by("2 DESC")
        .limit(20)
    )
    return [(text, count) for text, count in connection.execute(sql.render(query)).fetchall()]
