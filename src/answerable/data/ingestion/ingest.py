"""One file in, its tables out: runs in the sandbox's child.

The payload names the file and an empty folder to write to. Each table found becomes a Parquet
file there; the answer carries its profile and its quality report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from answerable.data.ingestion import (
    columnar,
    fastpath,
    finishing,
    jsonlines,
    natives,
    staging,
    textfile,
    workbook,
)
from answerable.data.ingestion.choices import Kept
from answerable.data.ingestion.errors import no_space, refuse
from answerable.data.ingestion.filetype import FileKind, sniff
from answerable.data.ingestion.finder import FoundTable
from answerable.data.ingestion.finishing import Written
from answerable.data.ingestion.headers import ColumnHeader, name_columns
from answerable.data.ingestion.outcome import IngestedTable, IngestionOutcome
from answerable.data.ingestion.quality import Finding
from answerable.data.ingestion.request import IngestionRequest, TableSettings
from answerable.data.ingestion.staging import Resources, Staged
from answerable.data.ingestion.textfile import LargeTable, TextFile
from answerable.data.ingestion.watching import watched
from answerable.kit.sandbox import JsonObject, Report

_MOST_TABLES = 100
_PROGRESS_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class _Table:
    """A table of the file as text, and what it is called. `typed` says that the file types cells itself."""

    label: str
    found: FoundTable
    findings: list[Finding]
    typed: bool = False


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
        before = sum(table.profile.rows for table in self.tables)
        for count, row in enumerate(rows, start=1):
            if count % _PROGRESS_ROWS == 0:
                self.reached(before + count)
            yield row

    def watching(self, large: LargeTable) -> AbstractContextManager[None]:
        """Tells how many rows of a large file a statement has read, as its lines are long on average."""
        rows = large.file.rows_about
        return watched(self.connection, lambda share: self.reached(int(share * rows)))

    def reached(self, rows: int) -> None:
        """So many rows are read; a second look at them does not count them again."""
        if rows > self.rows_done:
            self.rows_done = rows
            self.progress()

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
    run.rows_done = sum(table.profile.rows for table in run.tables)
    run.progress()
    return IngestionOutcome(kind=kind, tables=run.tables)


def _read_text(run: _Run, kind: FileKind) -> None:
    del kind
    choices = run.request.main.choices
    file = textfile.open_text(run.request.path, choices, believing=True)
    if file.is_large:
        _read_large_text(run, file)
    else:
        _read_found(run, lambda kept: _text_tables(run, file, kept))


def _text_tables(run: _Run, file: TextFile, kept: Kept) -> list[_Table]:
    tables = textfile.tables_of_small(file, kept)
    return [_Table(_label(run.request.name, table, len(tables)), table, file.findings) for table in tables]


def _read_workbook(run: _Run, kind: FileKind) -> None:
    _read_found(run, lambda kept: _workbook_tables(run, kind, kept))


def _workbook_tables(run: _Run, kind: FileKind, kept: Kept) -> list[_Table]:
    filled = [sheet for sheet in workbook.read_sheets(run.request.path, kind, kept) if sheet.tables]
    tables = []
    for sheet in filled:
        name = sheet.sheet if len(filled) > 1 or not _is_default_name(sheet.sheet) else run.request.name
        tables += [
            _Table(_label(name, t, len(sheet.tables)), t, sheet.findings, typed=True) for t in sheet.tables
        ]
    return tables


def _read_found(run: _Run, find: Callable[[Kept], list[_Table]]) -> None:
    """Write the tables that are wanted; where a person keeps what is left out by itself, as found so."""
    tables = {Kept(): find(Kept())}
    labels = [table.label for table in tables[Kept()]]
    for position, settings in enumerate(run.request.settings(labels)):
        if run.request.only_main and position != run.request.main_table(labels):
            continue
        kept = settings.choices.kept
        if kept not in tables:
            tables[kept] = find(kept)
        _add(run, tables[kept][position], settings)


def _add(run: _Run, table: _Table, settings: TableSettings) -> None:
    headers, named = name_columns(table.found.labels)
    if not table.found.has_header:
        named = []  # said once for the table, not for each column
    settled = natives.Settled(frozenset(), headers)
    if table.typed:
        settled = natives.settle(table.found, headers, settings)
    staged = _staged(run, settled.headers, table.found.rows, settled.native, settings)
    findings = [*table.findings, *table.found.findings, *named, *settled.findings]
    _write(run, table.label, staged, findings, settings)


def _read_large_text(run: _Run, file: TextFile) -> None:
    """Read by the fast way what is plain to the last cell, by the careful one what is not."""
    settings = run.request.main
    large = textfile.table_of_large(file, settings.choices)
    headers, named = name_columns(large.head.labels)
    target = run.target()
    with run.watching(large):
        written = fastpath.write(run.connection, large, headers, target, settings)
    if written is None:
        if file.encoding.believed:
            file = textfile.open_text(file.path, settings.choices)
            large = textfile.table_of_large(file, settings.choices)
            headers, named = name_columns(large.head.labels)
        with run.watching(large):
            is_regular = fastpath.stage(run.connection, large, len(headers))
        if is_regular:
            staged = staging.decide_columns(run.connection, headers, settings=settings)
        else:
            staged = _staged(run, headers, large.rows(), frozenset(), settings)
        staging.write_parquet(run.connection, staged, target)
        written = staged.columns, staged.findings
    columns, found = written
    findings = [*large.file.findings, *large.findings, *named, *found]
    _finish(run, run.request.name, Written(target, columns, findings), settings)


def _read_json(run: _Run, kind: FileKind) -> None:
    table = jsonlines.open_json(run.request.path, array=kind is FileKind.JSON_ARRAY)
    settings = run.request.main
    headers, named = name_columns(table.labels)
    staged = _staged(run, headers, table.rows(), table.native, settings)
    _write(run, run.request.name, staged, [*table.findings, *named], settings)


def _read_parquet(run: _Run, kind: FileKind) -> None:
    del kind
    target = run.target()
    columns, findings = columnar.copy_parquet(run.connection, run.request.path, target)
    _finish(run, run.request.name, Written(target, columns, findings), run.request.main)


_READERS: dict[FileKind, Callable[[_Run, FileKind], None]] = {
    FileKind.TEXT: _read_text,
    FileKind.JSON_LINES: _read_json,
    FileKind.JSON_ARRAY: _read_json,
    FileKind.PARQUET: _read_parquet,
    FileKind.XLSX: _read_workbook,
    FileKind.XLS: _read_workbook,
    FileKind.ODS: _read_workbook,
}


def _staged(
    run: _Run,
    headers: list[ColumnHeader],
    rows: Iterable[Sequence[str]],
    native: frozenset[int],
    settings: TableSettings,
) -> Staged:
    cells = run.request.folder / "cells.csv"
    try:
        staging.write_cells(cells, run.counted(rows))
        staging.stage(run.connection, cells, len(headers))
    finally:
        cells.unlink(missing_ok=True)
    texts = staging.cells_of(rows, len(headers)) if isinstance(rows, list) else None
    return staging.decide_columns(run.connection, headers, native, texts, settings)


def _write(run: _Run, label: str, staged: Staged, findings: list[Finding], settings: TableSettings) -> None:
    target = run.target()
    staging.write_parquet(run.connection, staged, target)
    _finish(run, label, Written(target, staged.columns, [*findings, *staged.findings]), settings)


def _finish(run: _Run, label: str, written: Written, settings: TableSettings) -> None:
    run.tables.append(finishing.finish(run.connection, label, written, settings))


def _is_default_name(sheet: str) -> bool:
    return sheet.lower().startswith(("sheet", "tabelle", "feuil", "hoja", "foglio", "blad", "worksheet"))


def _label(name: str, table: FoundTable, siblings: int) -> str:
    """What to call a table: its title where several share a sheet, else the sheet or the file."""
    if siblings > 1 and table.title:
        return table.title[:100]
    return name
