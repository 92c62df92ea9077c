"""What a statement will read, before it is run: from its plan and the files' own metadata."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb


@dataclass(frozen=True)
class TableSize:
    """Rows of a Parquet file, and the bytes of each of its columns when read."""

    rows: int
    columns: dict[str, int]


def table_size(connection: duckdb.DuckDBPyConnection, path: str) -> TableSize:
    """The size of a file, from its footer."""
    found = connection.execute(
        "SELECT path_in_schema, sum(total_uncompressed_size), sum(row_group_num_rows) "
        "FROM parquet_metadata(?) GROUP BY 1",
        [path],
    ).fetchall()
    rows = max((int(row[2]) for row in found), default=0)
    return TableSize(rows, {str(row[0]): int(row[1]) for row in found})


def estimate(cursor: duckdb.DuckDBPyConnection, sql: str, sizes: dict[str, TableSize]) -> dict[str, int]:
    """Rows and bytes that the scans of the statement read, as EXPLAIN shows them."""
    explained = cursor.execute(f"EXPLAIN (FORMAT json) {sql}").fetchall()
    rows = size = 0
    for plan in json.loads(explained[0][1]):
        for scan in _scans(plan):
            table = _table_of(scan, sizes)
            rows += table.rows
            size += sum(table.columns[name] for name in _columns_of(scan, table))
    return {"rows": rows, "bytes": size}


# Any: EXPLAIN's JSON has no fixed shape beyond `name`, `children` and `extra_info`.
def _scans(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "PARQUET" in str(node.get("name", "")).upper():
        yield node.get("extra_info") or {}
    for child in node.get("children") or []:
        yield from _scans(child)


def _table_of(scan: dict[str, Any], sizes: dict[str, TableSize]) -> TableSize:
    """The table that has what is read; of several the largest, as an estimate must not be too low."""
    read = _projections(scan)
    candidates = [size for size in sizes.values() if all(name in size.columns for name in read)]
    return max(candidates or sizes.values(), key=lambda size: size.rows, default=TableSize(0, {}))


def _columns_of(scan: dict[str, Any], table: TableSize) -> set[str]:
    filters = str(scan.get("Filters", ""))
    return {name for name in table.columns if name in _projections(scan) or name in filters}


def _projections(scan: dict[str, Any]) -> list[str]:
    listed = scan.get("Projections") or []
    return [listed] if isinstance(listed, str) else list(listed)
