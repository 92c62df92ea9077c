"""A Parquet file as comma-separated text that PostgreSQL's COPY reads: runs in the sandbox's child.

An unknown value is nothing at all, an empty text is in quotation marks. Rows keep their order.
"""

from __future__ import annotations

import re

import duckdb
from sqlglot import exp

from answerable.data.ingestion import sql
from answerable.data.ingestion.errors import no_space, refuse
from answerable.data.warehouse.columns import ColumnType, NewColumn, WritingOutcome, WritingRequest
from answerable.kit.sandbox import JsonObject, Report

_TYPES = {
    "BOOLEAN": ColumnType.BOOLEAN,
    "TINYINT": ColumnType.INTEGER,
    "SMALLINT": ColumnType.INTEGER,
    "INTEGER": ColumnType.INTEGER,
    "BIGINT": ColumnType.INTEGER,
    "FLOAT": ColumnType.FLOAT,
    "DOUBLE": ColumnType.FLOAT,
    "DATE": ColumnType.DATE,
    "TIME": ColumnType.TIME,
}
_CASTS = {ColumnType.FLOAT: "DOUBLE", ColumnType.TIMESTAMP: "TIMESTAMP", ColumnType.TEXT: "VARCHAR"}
_DECIMAL = re.compile(r"DECIMAL\((\d+), ?(\d+)\)")


def write_out(payload: JsonObject, report: Report) -> JsonObject:
    """Entry point of the child: a `WritingRequest` in, a `WritingOutcome` out, as JSON. Refuses where the
    disk is full."""
    del report
    request = WritingRequest.model_validate(payload)
    connection = duckdb.connect(
        config={
            "memory_limit": f"{request.memory_bytes}B",
            "threads": request.threads,
            "temp_directory": "",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
    )
    try:
        source = sql.parquet(request.parquet)
        described = connection.execute(f"DESCRIBE {sql.render(exp.select('*').from_(source))}").fetchall()
        columns = tuple(_column(str(name), str(kind)) for name, kind, *_ in described)
        rows = exp.select(*(_value(column) for column in columns)).from_(source)
        texts = [sql.render(sql.column(c.name)) for c in columns if c.type is ColumnType.TEXT]
        quoting = f", FORCE_QUOTE ({', '.join(texts)})" if texts else ""
        connection.execute(
            f"COPY ({sql.render(rows)}) TO {sql.quoted_path(request.target)} "
            f"(FORMAT csv, HEADER false, NULLSTR ''{quoting})"
        )
    except duckdb.IOException as error:
        raise no_space(error) or refuse("damaged_file", "The table's file cannot be read.") from error
    finally:
        connection.close()
    return WritingOutcome(columns=columns).model_dump(mode="json")


def _column(name: str, kind: str) -> NewColumn:
    decimal = _DECIMAL.fullmatch(kind)
    if decimal is not None:
        precision, scale = map(int, decimal.groups())
        return NewColumn(name=name, type=ColumnType.DECIMAL, precision=precision, scale=scale)
    if kind.startswith("TIMESTAMP"):
        return NewColumn(name=name, type=ColumnType.TIMESTAMP)
    return NewColumn(name=name, type=_TYPES.get(kind, ColumnType.TEXT))


def _value(column: NewColumn) -> exp.Expr:
    value = sql.column(column.name)
    kind = _CASTS.get(column.type)
    cast = sql.cast(value, kind) if kind is not None else value
    return exp.alias_(cast, column.name, quoted=True)
