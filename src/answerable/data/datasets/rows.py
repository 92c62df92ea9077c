"""A version's rows, for people to look at and to take away."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal

from sqlglot import exp

from answerable.data.datasets.schemas import DatasetRows
from answerable.data.datasets.service import CurrentTable, read_dataset, version_path
from answerable.data.engines.duckdb.engine import DuckDBEngine
from answerable.data.engines.rows import plain_cell
from answerable.data.engines.service import run_query
from answerable.data.engines.snapshot import DataSnapshot, take_snapshot
from answerable.data.semantics.model import FieldType, ModelField
from answerable.data.semantics.query import SemanticQuery
from answerable.data.semantics.result import Cell, Column
from answerable.data.semantics.service import reach_into
from answerable.data.warehouse.service import Warehouse
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.kit.spreadsheets import inert


async def read_rows(
    runtime: Runtime, principal: Principal, dataset_id: str, *, version: int | None, limit: int
) -> DatasetRows:
    """The first rows of a version. Raises NotFound, DatasetNotReady and the engine's errors."""
    async with runtime.database.begin(principal) as session:
        dataset_row, _ = await read_dataset(session, dataset_id)
        seen = await reach_into(session)
        as_query = dataset_row.connection_id is not None or not seen.is_whole_of(dataset_id)
        if as_query:
            data = await take_snapshot(session, None if version is None else {dataset_id: version})
        else:
            table = await version_path(session, runtime, dataset_id, version)
    if as_query:
        return await _queried_rows(runtime, data, dataset_id, limit)
    dataset = next((d for d in seen.model.datasets if d.id == dataset_id), None)
    known = {f.name: f for f in dataset.fields} if dataset is not None else {}
    if table.physical is not None:
        columns = [_column(c.field, c.type, known) for c in table.physical.columns]
        rows = await runtime.get(Warehouse).first_rows(principal.workspace_id or "", table.physical, limit)
        return _shown(columns, rows, table)
    statement = exp.select("*").from_(exp.to_identifier(table.name, quoted=True)).limit(limit)
    engine = runtime.get(DuckDBEngine)
    found = await engine.run(
        statement.sql(dialect="duckdb"), {table.name: table.path}, owner=principal.workspace_id or ""
    )
    columns = [
        _column(name, _type_of(found.rows, position), known) for position, name in enumerate(found.names)
    ]
    return _shown(columns, found.rows, table)


def _column(name: str, kind: FieldType, known: Mapping[str, ModelField]) -> Column:
    """A column as the model has it; one of `kind` that an old version has and the model no longer."""
    field = known.get(name)
    if field is None:
        return Column(name=name, label=name, type=kind, kind="value", unit=None)
    return Column(name=name, label=field.label, type=field.type, kind="value", unit=field.unit)


def _shown(columns: list[Column], rows: Sequence[Sequence[Cell]], table: CurrentTable) -> DatasetRows:
    plain = [[plain_cell(cell) for cell in row] for row in rows]
    return DatasetRows(columns=columns, rows=plain, row_count=table.row_count, version=table.version)


async def _queried_rows(runtime: Runtime, data: DataSnapshot, dataset_id: str, limit: int) -> DatasetRows:
    dataset = next(d for d in data.model.datasets if d.id == dataset_id)
    found = await run_query(runtime, data, SemanticQuery(dataset=dataset.name, limit=limit))
    rows = [[plain_cell(cell) for cell in row] for row in found.result.rows]
    return DatasetRows(
        columns=found.result.columns,
        rows=rows,
        row_count=len(rows),
        version=found.data_versions[dataset_id],
    )


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
    """The rows as CSV with a header. No text is run as a formula by a spreadsheet program."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([_safe(label) for label in labels])
    for row in rows:
        writer.writerow([_safe(cell) for cell in row])
    return buffer.getvalue()


def _safe(cell: Cell) -> Cell:
    return inert(cell) if isinstance(cell, str) else cell
