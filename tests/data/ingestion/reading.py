"""Reads a text or a workbook as the ingestion job does, without a server."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from answerable.data.ingestion.choices import TableChoices
from answerable.data.ingestion.ingest import read_tables
from answerable.data.ingestion.outcome import IngestedTable, IngestionOutcome
from answerable.data.ingestion.quality import Code, Finding
from answerable.data.ingestion.request import IngestionRequest, TableSettings
from answerable.kit.sandbox import JsonObject


@dataclass(frozen=True)
class ReadTable:
    """A table with its rows as Python values."""

    table: IngestedTable
    rows: list[tuple[Any, ...]]

    @property
    def names(self) -> list[str]:
        return [c.name for c in self.table.profile.columns]

    @property
    def types(self) -> list[str]:
        return [c.type.value for c in self.table.profile.columns]

    def column(self, name: str) -> list[Any]:
        return [row[self.names.index(name)] for row in self.rows]

    def finding(self, code: Code) -> Finding | None:
        return next((f for f in self.table.quality.findings if f.code is code), None)

    @property
    def codes(self) -> set[Code]:
        return {f.code for f in self.table.quality.findings}


def _ignore(progress: JsonObject) -> None:
    del progress


def read_file(
    path: Path, memory_bytes: int = 1 << 29, choices: TableChoices = TableChoices()
) -> list[ReadTable]:
    """All tables of a file; the first by choices."""
    with tempfile.TemporaryDirectory() as folder:
        request = IngestionRequest(
            path=path,
            folder=Path(folder),
            name=path.stem,
            threads=1,
            memory_bytes=memory_bytes,
            main=TableSettings(choices=choices),
        )
        outcome: IngestionOutcome = read_tables(request, _ignore)
        return [ReadTable(t, rows_of(Path(folder) / t.file)) for t in outcome.tables]


def read_bytes(content: bytes, name: str = "table.csv") -> list[ReadTable]:
    """All tables of a file with this content."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        return read_file(path)


def read_text(text: str, encoding: str = "utf-8") -> ReadTable:
    """The one table of a text."""
    (table,) = read_bytes(text.encode(encoding))
    return table


def rows_of(path: Path) -> list[tuple[Any, ...]]:
    """The rows of a Parquet file as Python values."""
    with duckdb.connect() as connection:
        found: list[tuple[Any, ...]] = connection.execute(
            "SELECT * FROM read_parquet(?)", [str(path)]
        ).fetchall()
        return found
