"""A version's rows, for people to look at and to take away."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal

from sqlglot import exp

from answerable.data.datasets.schemas import DatasetRows
from answerable.data.datasets.service import version_path
from answerable.data.engines.duckdb.engine import DuckDBEngine
from answerable.data.engines.rows import plain_cell
from answerable.data.semantics.model import FieldType
from answerable.data.semantics.result import Cell, Column
from answerable.data.semantics.service import current_model
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


async def read_rows(
    runtime: Runtime, principal: Principal, dataset_id: str, *, version: int | None, limit: int
) -> DatasetRows:
    """The first rows of a version. Raises NotFound, DatasetNotReady and the engine's errors."""
    async with runtime.database.begin(principal) as session:
        table = await version_path(session, runtime, dataset_id, version)
        model = await current_model(session)
    dataset = next((d for d in model.datasets if d.id == dataset_id), None)
    known = {f.name: f for f in dataset.fields} if dataset is not None else {}
    statement = exp.select("*").from_(exp.to_identifier(table.name, quoted=True)).limit(limit)
    found = await runtime.get(DuckDBEngine).run(statement.sql(dialect="duckdb"), {table.name: table.path})
    columns = []
    for position, name in enumerate(found.names):
        field = known.get(name)
        columns.append(
            Column(
                name=name,
                label=field.label if field is not None else name,
                type=field.type if field is not None else _type_of(found.rows, position),
                kind="value",
                unit=field.unit if field is not None else None,
            )
        )
    rows = [[plain_cell(cell) for cell in row] for row in found.rows]
    return DatasetRows(columns=columns, rows=rows, row_count=table.row_count, version=table.version)


def _type_of(rows: Sequence[Sequence[Cell]], position: int) -> FieldType:
    """The type of a column that an old version has and the model no longer."""
    value = next((row[position] for row in rows if row[position] is not None), None)
    kinds: tuple[tuple[type, FieldType], ...] = (
        (bool, FieldType.BOOLEAN),
        (int, FieldType.INTEGER),
        (Decimal, FieldType.DECIMAL),
        (float, FieldType.FLOAT),
        (datetime, FieldType.TIMESTAMP),
        (date, FieldType.DATE),
        (time, FieldType.TIME),
    )
    return next((kind for python, kind in kinds if isinstance(value, python)), FieldType.STRING)


def as_csv(labels: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """The rows as CSV with a header. A text that a spreadsheet program would run as a formula gets
    an apostrophe in front (OWASP, CSV injection)."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([_safe(label) for label in labels])
    for row in rows:
        writer.writerow([_safe(cell) for cell in row])
    return buffer.getvalue()


def _safe(cell: Cell) -> Cell:
    if isinstance(cell, str) and cell.lstrip(" ").startswith(_FORMULA_STARTS):
        return f"'{cell}"
    return cell
