"""One file in, its tables out: runs in the sandbox's child.

The payload names the file and an empty folder to write to. Each table found becomes a Parquet
file there; the answer carries its profile and its quality report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
from pydantic import BaseModel, ConfigDict

from answerable.data.ingestion import (
    columnar,
    fastpath,
    jsonlines,
    profile,
    spellings,
    staging,
    textfile,
    workbook,
)
from answerable.data.ingestion.errors import no_space, refuse
from answerable.data.ingestion.filetype import FileKind, sniff
from answerable.data.ingestion.finder import FoundTable
from answerable.data.ingestion.headers import ColumnHeader, name_columns
from answerable.data.ingestion.outcome import IngestedTable, IngestionOutcome
from answerable.data.ingestion.quality import Code, Finding, QualityReport, Severity
from answerable.data.ingestion.staging import Resources, Staged
from answerable.data.semantics.model import FieldType, Unit
from answerable.kit.sandbox import JsonObject, Report

_MOST_TABLES = 100
_PROGRESS_ROWS = 50_000


class IngestionRequest(BaseModel):
    """`path` is the file, `folder` an empty folder for what is written, `name` the file's own name
    without its ending, by which tables without a better name are called."""

    model_config = ConfigDict(extra="forbid")

    path: Path
    folder: Path
    name: str
    memory_bytes: int = 1 << 30
    threads: int = 2


@dataclass(slots=True)
class _Run:
    """What the parts of one ingestion share."""

    request: IngestionRequest
    report: Report
    connection: duckdb.DuckDBPyConnection
    tables: list[IngestedTable] = field(default_factory=list)
    rows_done: int = 0

    def target(self) -> Path:
        if len(self.tables) >= _MOST_TABLES:
            raise refuse("too_many_tables", f"The file holds more than {_MOST_TABLES} tables. Split it.")
        return self.request.folder / f"table_{len(self.tables) + 1}.parquet"

    def counted(self, rows: Iterable[Sequence[str]]) -> Iterator[Sequence[str]]:
        for row in rows:
            self.rows_done += 1
            if self.rows_done % _PROGRESS_ROWS == 0:
                self.progress()
            yield row

    def progress(self) -> None:
        self.report({"done": self.rows_done, "unit": "rows"})


def ingest(payload: JsonObject, report: Report) -> JsonObject:
    """Entry point of the child: an `IngestionRequest` in, an `IngestionOutcome` out, as JSON.
    Raises Refusal for files that hold no table that can be read, and for want of space."""
    request = IngestionRequest.model_validate(payload)
    try:
        return read_tables(request, report).model_dump(mode="json")
    except (OSError, duckdb.Error) as error:
        refusal = no_space(error)
        if refusal is None:
            raise
        raise refusal from error


def read_tables(request: IngestionRequest, report: Report) -> IngestionOutcome:
    """All tables of a file as Parquet files with profiles and quality reports."""
    kind = sniff(request.path)
    resources = Resources(request.folder, request.memory_bytes, request.threads)
    connection = staging.connect(resources)
    try:
        run = _Run(request, report, connection)
        _READERS[kind](run, kind)
    finally:
        connection.close()
        (request.folder / "stage.duckdb").unlink(missing_ok=True)
    if not run.tables:
        raise refuse("no_table", "No table is found in the file. Check that it has a header and rows.")
    run.progress()
    return IngestionOutcome(kind=kind, tables=run.tables)


def _read_text(run: _Run, kind: FileKind) -> None:
    del kind
    file = textfile.open_text(run.request.path)
    if not file.is_large:
        tables = textfile.tables_of_small(file)
        for table in tables:
            label = _label(run.request.name, None, table, len(tables))
            _add(run, label, table, file.findings, native=frozenset())
        return
    large = textfile.table_of_large(file)
    headers, named = name_columns(large.head.labels)
    target = run.target()
    columns = fastpath.write(run.connection, large, headers, target)
    if columns is None:
        if fastpath.stage(run.connection, large, len(headers)):
            staged = staging.decide_columns(run.connection, headers)
        else:
            staged = _staged(run, headers, large.rows(), frozenset())
        staging.write_parquet(run.connection, staged, target)
        columns = _typed(staged.headers, [(c.type, c.unit) for c in staged.types])
        findings = staged.findings
    else:
        findings = []
    _finish(run, run.request.name, target, columns, [*file.findings, *large.findings, *named, *findings])


def _read_workbook(run: _Run, kind: FileKind) -> None:
    sheets = list(workbook.read_sheets(run.request.path, kind))
    filled = [sheet for sheet in sheets if sheet.tables]
    for sheet in filled:
        name = sheet.sheet if len(filled) > 1 or not _is_default_name(sheet.sheet) else run.request.name
        for table in sheet.tables:
            native = workbook.settle_native(table)
            _add(run, _label(name, run.request.name, table, len(sheet.tables)), table, sheet.findings, native)


def _read_json(run: _Run, kind: FileKind) -> None:
    table = jsonlines.open_json(run.request.path, array=kind is FileKind.JSON_ARRAY)
    headers, named = name_columns(table.labels)
    staged = _staged(run, headers, table.rows(), table.native)
    _write(run, run.request.name, staged, [*table.findings, *named])


def _read_parquet(run: _Run, kind: FileKind) -> None:
    del kind
    target = run.target()
    declared, findings = columnar.copy_parquet(run.connection, run.request.path, target)
    columns = [(column.header, column.type, column.header.unit) for column in declared]
    _finish(run, run.request.name, target, columns, findings)


_READERS: dict[FileKind, Callable[[_Run, FileKind], None]] = {
    FileKind.TEXT: _read_text,
    FileKind.JSON_LINES: _read_json,
    FileKind.JSON_ARRAY: _read_json,
    FileKind.PARQUET: _read_parquet,
    FileKind.XLSX: _read_workbook,
    FileKind.XLS: _read_workbook,
    FileKind.ODS: _read_workbook,
}


def _add(run: _Run, label: str, table: FoundTable, findings: list[Finding], native: frozenset[int]) -> None:
    headers, named = name_columns(table.labels)
    if not table.has_header:
        named = []  # said once for the table, not for each column
    staged = _staged(run, headers, table.rows, native)
    _write(run, label, staged, [*findings, *table.findings, *named])


def _staged(
    run: _Run, headers: list[ColumnHeader], rows: Iterable[Sequence[str]], native: frozenset[int]
) -> Staged:
    cells = run.request.folder / "cells.csv"
    try:
        staging.write_cells(cells, run.counted(rows))
        staging.stage(run.connection, cells, len(headers))
    finally:
        cells.unlink(missing_ok=True)
    texts = staging.cells_of(rows, len(headers)) if isinstance(rows, list) else None
    return staging.decide_columns(run.connection, headers, native, texts)


def _write(run: _Run, label: str, staged: Staged, findings: list[Finding]) -> None:
    target = run.target()
    staging.write_parquet(run.connection, staged, target)
    columns = _typed(staged.headers, [(c.type, c.unit) for c in staged.types])
    _finish(run, label, target, columns, [*findings, *staged.findings])


def _typed(
    headers: list[ColumnHeader], types: list[tuple[FieldType, Unit | None]]
) -> list[tuple[ColumnHeader, FieldType, Unit | None]]:
    """Columns with their units: what stands in the header wins over what stands beside numbers."""
    return [(header, kind, header.unit or unit) for header, (kind, unit) in zip(headers, types, strict=True)]


def _finish(
    run: _Run,
    label: str,
    target: Path,
    columns: list[tuple[ColumnHeader, FieldType, Unit | None]],
    findings: list[Finding],
) -> None:
    table = profile.profile(run.connection, target, columns)
    respelt = spellings.unify(run.connection, target, table, label)
    if respelt:
        table = profile.profile(run.connection, target, columns)
    findings = [*findings, *respelt, *profile.duplicates_finding(table)]
    if table.rows == 0:
        sentence = "The table has a header and no rows."
        findings.append(Finding(code=Code.NO_ROWS, severity=Severity.DOUBTFUL, sentence=sentence))
    left_out = sum(f.count for f in findings if f.code in (Code.TOTALS, Code.HEADER_REPEATED, Code.BAD_LINES))
    quality = QualityReport(findings=findings, rows_read=table.rows + left_out, rows_kept=table.rows).sorted()
    run.tables.append(IngestedTable(file=target.name, label=label, profile=table, quality=quality))


def _is_default_name(sheet: str) -> bool:
    return sheet.lower().startswith(("sheet", "tabelle", "feuil", "hoja", "foglio", "blad", "worksheet"))


def _label(name: str, file: str | None, table: FoundTable, siblings: int) -> str:
    """What to call a table: its title where several share a sheet, else the sheet or the file."""
    del file
    if siblings > 1 and table.title:
        return table.title[:100]
    return name
