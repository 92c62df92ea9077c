"""From text cells to typed Parquet, by DuckDB: cells are staged as they are, every column is
decided over all of its cells, cast, written, and what could not be cast is counted.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter
from pathlib import Path

import duckdb
from sqlglot import exp

from answerable.data.ingestion import sql
from answerable.data.ingestion.cells import Native
from answerable.data.ingestion.chosen import decide_as_chosen
from answerable.data.ingestion.column_types import ColumnType, Decision, Hints, Values
from answerable.data.ingestion.dates import DateFormat, DateOrder
from answerable.data.ingestion.emptied import Emptied
from answerable.data.ingestion.headers import ColumnHeader
from answerable.data.ingestion.numbers import NumberFormat, decimal_comma_votes
from answerable.data.ingestion.quality import Code, Finding
from answerable.data.ingestion.request import TableSettings
from answerable.data.ingestion.typed import TypedColumn
from answerable.data.ingestion.verifying import (
    RAW,
    Checked,
    check,
    misfits,
    placeholders,
    raw_names,
    unmarked,
)
from answerable.data.ingestion.verifying import filled as filled_cells
from answerable.data.semantics.model import FieldType

_SAMPLE = 3000
_LEAST_SAMPLE = 500
_SAMPLE_OF_A_TABLE = 1_000_000
_ROUNDS = 5
_GROUP = 32


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
    columns: list[TypedColumn]
    findings: list[Finding] = field(default_factory=list)
    emptied: list[Emptied] = field(default_factory=list)

    @property
    def raw_names(self) -> list[str]:
        """The names of its columns in the staged table."""
        return raw_names(len(self.headers))


def write_cells(path: Path, rows: Iterable[Sequence[str]]) -> int:
    """Write rows in the one dialect that `stage` reads; returns how many."""
    count = 0
    with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for row in rows:
            writer.writerow([cell.strip() for cell in row])
            count += 1
    return count


def stage(connection: duckdb.DuckDBPyConnection, path: Path, width: int) -> None:
    """Load the file that `write_cells` wrote into the table of raw cells; blank cells are null."""
    columns = "{" + ", ".join(f"'{name}': 'VARCHAR'" for name in raw_names(width)) + "}"
    source = (
        f"read_csv({sql.render(sql.text(str(path)))}, columns = {columns}, "
        "header = false, auto_detect = false, delim = ',', quote = '\"', escape = '\"', "
        "new_line = '\\n', nullstr = '', max_line_size = 67108864)"
    )
    connection.execute(f"CREATE OR REPLACE TABLE {RAW} AS SELECT * FROM {source}")  # noqa: S608


def decide_columns(
    connection: duckdb.DuckDBPyConnection,
    headers: Sequence[ColumnHeader],
    native: frozenset[int] = frozenset(),
    cells: Sequence[Cells] | None = None,
    settings: TableSettings = TableSettings(),
) -> Staged:
    """The type of every staged column, verified against all of its cells. Columns that leave a
    question open (day or month first, decimal comma or point) are decided again with what the
    version before and the other columns say. `native` are columns whose numbers a workbook typed itself;
    `cells` their texts, where they are in memory."""
    width, names = len(headers), raw_names(len(headers))
    found = list(cells) if cells is not None else _samples(connection, width)
    columns = [
        _Column(names[i], header, _mark(found[i], native=i in native), settings)
        for i, header in enumerate(headers)
    ]
    decisions = [column.decide(Hints()) for column in columns]
    checked = _verify(connection, columns, decisions)
    hints = hints_of(decisions)
    for i, decision in enumerate(decisions):
        own = settings.hints(headers[i].name, hints)
        if decision.open_question and own != Hints():
            decisions[i] = columns[i].settle(connection, own)
            checked.pop(i, None)
    typed = [typed_column(header, d) for header, d in zip(headers, decisions, strict=True)]
    staged = Staged(list(headers), [d.column for d in decisions], typed)
    for i, (column, decision) in enumerate(zip(columns, decisions, strict=True)):
        staged.findings += [f.model_copy(update={"column": column.header.name}) for f in decision.findings]
        staged.emptied.append(column.emptied(connection, decision.column, checked.get(i)))
    return staged


def _verify(
    connection: duckdb.DuckDBPyConnection, columns: Sequence[_Column], decisions: list[Decision]
) -> dict[int, Checked]:
    """Hold the decisions on some texts of a column against all of its cells, and decide anew where a cell
    speaks against one, or could; what is known of the cells of those that stand, by the places of the
    columns."""
    partial = [i for i, column in enumerate(columns) if not column.cells.complete]
    checked = dict(
        zip(partial, check(connection, [(columns[i].raw, decisions[i].column) for i in partial]), strict=True)
    )
    for i, result in list(checked.items()):
        if result.lost or result.unmarked or decisions[i].open_question:
            decisions[i] = columns[i].settle(connection, Hints())
            del checked[i]
    return checked


def typed_column(header: ColumnHeader, decision: Decision) -> TypedColumn:
    """A decided column. The unit that stands in its header wins over what stands beside numbers."""
    column, settled = decision.column, not decision.open_question
    order = column.date.order if column.date is not None and settled else None
    number = column.number if settled else None
    marked = number is not None and bool(number.scale or number.group)
    return TypedColumn(
        header=header,
        type=column.type,
        unit=header.unit or column.unit,
        date_order=order if order in (DateOrder.DMY, DateOrder.MDY) else None,
        decimal_mark=number.decimal_mark if number is not None and marked else None,
        identifier=any(finding.code is Code.KEPT_AS_TEXT for finding in decision.findings),
        instant=column.type is FieldType.TIMESTAMP and column.date is not None and column.date.zones,
    )


@dataclass(frozen=True, slots=True)
class Cells:
    """Distinct texts of a column with their counts, without blanks. `complete` says that they are
    all that there are."""

    values: list[tuple[str, int]]
    complete: bool
    filled: int  # cells that are not blank


def cells_of(rows: Sequence[Sequence[str]], width: int) -> list[Cells]:
    """The texts of each column of rows in memory."""
    most, columns = _most_texts(width), []
    for i in range(width):
        counted = Counter(map(itemgetter(i), rows))
        for blank in [cell for cell in counted if not cell or cell.isspace()]:
            del counted[blank]
        # All sorted: picking most of them one by one takes longer.
        values = sorted(counted.items(), key=itemgetter(1), reverse=True)[:most]
        columns.append(_scaled(values, counted.total(), complete=len(values) == len(counted)))
    return columns


def _scaled(values: list[tuple[str, int]], filled: int, *, complete: bool) -> Cells:
    """Counts of a sample that add up to about all cells, so that shares are of the whole column."""
    seen = sum(count for _, count in values)
    factor = max(1, round(filled / seen)) if seen else 1
    return Cells([(text, count * factor) for text, count in values], complete, filled)


def _mark(cells: Cells, *, native: bool) -> Cells:
    if not native:
        return cells
    return Cells([(Native(text), count) for text, count in cells.values], cells.complete, cells.filled)


def _samples(connection: duckdb.DuckDBPyConnection, width: int) -> list[Cells]:
    """The most frequent texts of each column and a spread of the others."""
    most, found = _most_texts(width), []
    for name, filled in zip(raw_names(width), filled_cells(connection, width), strict=True):
        counted = connection.execute(
            f"SELECT {name}, count(*) AS n FROM {RAW} WHERE {name} IS NOT NULL GROUP BY {name} "  # noqa: S608
            f"ORDER BY n DESC, hash({name}) LIMIT {most}"
        ).fetchall()
        found.append(_scaled(counted, filled, complete=len(counted) < most))
    return found


def _most_texts(width: int) -> int:
    """How many texts of a column its type is decided on: fewer where there are very many columns."""
    return max(_LEAST_SAMPLE, min(_SAMPLE, _SAMPLE_OF_A_TABLE // max(width, 1)))


@dataclass(frozen=True, slots=True)
class _Column:
    """One staged column with what is known of its texts."""

    raw: str
    header: ColumnHeader
    cells: Cells
    settings: TableSettings

    def decide(self, hints: Hints) -> Decision:
        """Decide on the known texts."""
        return self._decide(self.cells.values, hints)

    def _decide(self, values: Values, hints: Hints) -> Decision:
        choices = self.settings.column(self.header.name)
        hints = replace(hints, unit=self.header.unit)
        return decide_as_chosen(values, self.header.label, hints, choices)

    def settle(self, connection: duckdb.DuckDBPyConnection, hints: Hints) -> Decision:
        """Decide on the known texts; unless they are all, look for cells that contradict and decide
        again until none does."""
        values: Values = self.cells.values
        decision = self._decide(values, hints)
        if self.cells.complete:
            return decision
        native = bool(values) and isinstance(values[0][0], Native)
        for _ in range(_ROUNDS):
            known = {text for text, _ in values}
            evidence = misfits(connection, self.raw, decision.column)
            evidence += unmarked(connection, self.raw, decision.column)
            if decision.open_question:
                evidence += misfits(connection, self.raw, _other_reading(decision.column))
            fresh = {text: count for text, count in evidence if text not in known}
            if not fresh:
                break
            values = [*values, *((Native(t) if native else t, n) for t, n in fresh.items())]
            decision = self._decide(values, hints)
        return decision

    def emptied(
        self, connection: duckdb.DuckDBPyConnection, column: ColumnType, checked: Checked | None
    ) -> Emptied:
        """The cells that become null; `checked` is what is known of them."""
        if checked is not None and not checked.absent and not checked.lost:
            return Emptied([], [], self.cells.filled)
        if not self.cells.complete:
            absences = placeholders(connection, self.raw, column)
            return Emptied(absences, misfits(connection, self.raw, column), self.cells.filled)
        absent, lost = Counter[str](), Counter[str]()
        for text, count in self.cells.values:
            if text.strip().lower() in column.placeholders:
                absent[text.strip()] += count
            elif not column.fits(text):
                lost[text] += count
        return Emptied(absent.most_common(), lost.most_common(), self.cells.filled)


def hints_of(decisions: Sequence[Decision]) -> Hints:
    """What the columns that are sure tell the others."""
    comma = decimal_comma_votes([d.reading for d in decisions if d.reading is not None])
    orders = {d.order for d in decisions if d.order is not None}
    return Hints(comma, orders.pop() if len(orders) == 1 else None)


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
    for i, (raw, column, header) in enumerate(
        zip(staged.raw_names, staged.types, staged.headers, strict=True)
    ):
        value = column.sql(raw, clean=not staged.emptied[i].count)
        expressions.append(exp.alias_(value, header.name, quoted=True))
    connection.execute(sql.as_parquet(_typed_rows(connection, expressions), target))
    _check_nothing_lost(connection, staged, target)
    for emptied, header, column in zip(staged.emptied, staged.headers, staged.types, strict=True):
        staged.findings += emptied.findings(header, column)


def _check_nothing_lost(connection: duckdb.DuckDBPyConnection, staged: Staged, target: Path) -> None:
    """Hold the written values against the cells: each is a value, or is reported as emptied. Columns
    where the two differ are looked at again, cell by cell."""
    counts = ", ".join(f"count({sql.render(sql.column(header.name))})" for header in staged.headers)
    source = sql.render(sql.text(str(target)))
    written = connection.execute(f"SELECT {counts} FROM read_parquet({source})").fetchone() or ()  # noqa: S608
    for i, (raw, column) in enumerate(zip(staged.raw_names, staged.types, strict=True)):
        emptied = staged.emptied[i]
        if written[i] != emptied.filled - emptied.count:
            staged.emptied[i] = Emptied(
                placeholders(connection, raw, column), misfits(connection, raw, column), emptied.filled
            )


def _typed_rows(connection: duckdb.DuckDBPyConnection, expressions: Sequence[exp.Expr]) -> str:
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
