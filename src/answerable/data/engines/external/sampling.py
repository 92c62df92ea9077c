"""What a sample of a table looks like, by the same profile that uploads get."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from tempfile import mkdtemp

import duckdb

from answerable.data.ingestion.headers import ColumnHeader
from answerable.data.ingestion.outcome import TableProfile
from answerable.data.ingestion.profile import profile
from answerable.data.ingestion.typed import TypedColumn
from answerable.data.ingestion.units import split_header
from answerable.data.semantics.model import NUMERIC_TYPES, FieldType

_TYPES = {
    FieldType.STRING: "VARCHAR",
    FieldType.INTEGER: "BIGINT",
    FieldType.DECIMAL: "DECIMAL(38, 6)",
    FieldType.FLOAT: "DOUBLE",
    FieldType.BOOLEAN: "BOOLEAN",
    FieldType.DATE: "DATE",
    FieldType.TIMESTAMP: "TIMESTAMP",
    FieldType.TIME: "TIME",
}


def profile_sample(rows: Sequence[Sequence[object]], columns: Sequence[dict[str, str]]) -> TableProfile:
    """The profile of encoded rows. `columns`: `name`, `label` and `type` of each, in their order."""
    folder = Path(mkdtemp(dir=os.environ.get("TMPDIR")))
    lines, parquet = folder / "sample.json", folder / "sample.parquet"
    names = [column["name"] for column in columns]
    with lines.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(dict(zip(names, map(_plain, row), strict=True))) + "\n")
    kinds = {column["name"]: _TYPES[FieldType(column["type"])] for column in columns}
    connection = duckdb.connect(config={"memory_limit": "256MB", "threads": 1})
    try:
        relation = connection.read_json(
            str(lines), columns=kinds, format="newline_delimited", ignore_errors=True
        )
        relation.write_parquet(str(parquet))
        return profile(connection, parquet, [_typed(column) for column in columns])
    finally:
        connection.close()
        for path in (lines, parquet):
            path.unlink(missing_ok=True)
        folder.rmdir()


def _typed(column: dict[str, str]) -> TypedColumn:
    kind = FieldType(column["type"])
    unit = split_header(column["label"])[1] if kind in NUMERIC_TYPES else None
    return TypedColumn(ColumnHeader(name=column["name"], label=column["label"]), kind, unit)


def _plain(cell: object) -> object:
    return cell if cell is None or isinstance(cell, (bool, int, float)) else str(cell)
