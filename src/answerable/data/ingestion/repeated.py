"""Rows that equal an earlier row in every column."""

from __future__ import annotations

from pathlib import Path

import duckdb

from answerable.data.ingestion import sql
from answerable.data.ingestion.arguments import CountSaid
from answerable.data.ingestion.quality import Code, Finding, Severity, noted


def say(count: int) -> list[Finding]:
    """What to say about rows that occur more than once; they are kept."""
    if not count:
        return []
    said = CountSaid(code="duplicates_kept", count=count)
    return [noted(Code.DUPLICATE_ROWS, Severity.INFO, said, count=count)]


def drop(connection: duckdb.DuckDBPyConnection, parquet: Path, names: list[str], count: int) -> Finding:
    """Write the file anew with the first of equal rows, in their order."""
    quoted = ", ".join(sql.render(sql.column(name)) for name in names)
    written = parquet.with_suffix(".once")
    query = (
        f"SELECT {quoted} FROM read_parquet({sql.quoted_path(parquet)}, file_row_number = true) "  # noqa: S608
        f"QUALIFY row_number() OVER (PARTITION BY {quoted} ORDER BY file_row_number) = 1 "
        "ORDER BY file_row_number"
    )
    connection.execute(sql.as_parquet(query, written))
    written.replace(parquet)
    said = CountSaid(code="duplicates_dropped", count=count)
    return noted(Code.DUPLICATE_ROWS, Severity.DROPPED, said, count=count)
