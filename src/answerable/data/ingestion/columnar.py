"""Parquet files: types are declared, so they are taken over; only what we cannot store is changed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb
from sqlglot import exp

from answerable.data.ingestion import sql
from answerable.data.ingestion.arguments import ColumnSaid, CountedColumnSaid, DeclaredTypeSaid
from answerable.data.ingestion.errors import no_space, refuse
from answerable.data.ingestion.headers import ColumnHeader, name_columns
from answerable.data.ingestion.quality import Code, Finding, Severity, not_finite, noted
from answerable.data.ingestion.typed import TypedColumn
from answerable.data.semantics.model import FieldType

_INTEGERS = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"}
_WIDE = {"HUGEINT", "UHUGEINT", "UBIGINT"}
_TEXTS = {"VARCHAR", "ENUM", "UUID", "CHAR", "BPCHAR"}


@dataclass(frozen=True, slots=True)
class DeclaredColumn:
    """A column of a Parquet file: our header, our type, how its values get there, and whether they are times
    of a zone, kept in UTC."""

    header: ColumnHeader
    type: FieldType
    expression: exp.Expression
    instant: bool = False


def copy_parquet(
    connection: duckdb.DuckDBPyConnection, path: Path, target: Path
) -> tuple[list[TypedColumn], list[Finding]]:
    """Write the file anew with our column names and types. Refuses a damaged file."""
    source = f"read_parquet({sql.render(sql.text(str(path)))})"
    try:
        declared = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()  # noqa: S608
    except duckdb.Error as error:
        raise refuse("damaged_file", "The Parquet file is damaged and cannot be read.") from error
    headers, findings = name_columns([str(row[0]) for row in declared])
    columns = []
    for (name, kind, *_), header in zip(declared, headers, strict=True):
        column, note = _declared(str(name), str(kind), header)
        columns.append(column)
        findings += note
    findings += _nul_findings(connection, source, columns)
    findings += _finite_findings(connection, source, columns)
    select = exp.select(*[exp.alias_(c.expression, c.header.name, quoted=True) for c in columns])
    statement = f"{sql.render(select)} FROM {source}"
    try:
        connection.execute(sql.as_parquet(statement, target))
    except duckdb.Error as error:
        raise no_space(error) or refuse(
            "damaged_file", "The Parquet file is damaged: some of its pages cannot be read."
        ) from error
    return [TypedColumn(c.header, c.type, c.header.unit, instant=c.instant) for c in columns], findings


def _declared(name: str, kind: str, header: ColumnHeader) -> tuple[DeclaredColumn, list[Finding]]:
    column = sql.column(name)
    family = kind.split("(", maxsplit=1)[0].upper()
    if "[" in kind or family in {"STRUCT", "MAP", "UNION", "VARIANT", "LIST"}:
        text = sql.cast(sql.call("to_json", column), "VARCHAR")
        nested = DeclaredTypeSaid(code="nested_type", column=header.label, type=family.lower())
        finding = noted(Code.NESTED, Severity.CHANGED, nested, column=header.name)
        return DeclaredColumn(header, FieldType.STRING, text), [finding]
    if family in _INTEGERS:
        return DeclaredColumn(header, FieldType.INTEGER, sql.cast(column, "BIGINT")), []
    if family in _WIDE:
        return DeclaredColumn(header, FieldType.DECIMAL, sql.cast(column, "DECIMAL(38,0)", lenient=True)), []
    plain = {
        "DECIMAL": FieldType.DECIMAL,
        "FLOAT": FieldType.FLOAT,
        "DOUBLE": FieldType.FLOAT,
        "REAL": FieldType.FLOAT,
        "BOOLEAN": FieldType.BOOLEAN,
        "DATE": FieldType.DATE,
        "TIME": FieldType.TIME,
    }.get(family)
    if plain is FieldType.FLOAT:
        return DeclaredColumn(
            header, plain, sql.when([(sql.call("isfinite", column), column)], sql.null())
        ), []
    if plain is not None:
        return DeclaredColumn(header, plain, column), []
    if family.startswith("TIMESTAMP"):
        findings = []
        instant = "WITH TIME ZONE" in kind.upper() or family == "TIMESTAMPTZ"
        if instant:
            said = ColumnSaid(code="time_zone_declared", column=header.label)
            findings.append(noted(Code.TIME_ZONE, Severity.CHANGED, said, column=header.name))
        moment = sql.cast(column, "TIMESTAMP")
        return DeclaredColumn(header, FieldType.TIMESTAMP, moment, instant), findings
    text = _without_nul(sql.cast(column, "VARCHAR"))
    if family in _TEXTS:
        return DeclaredColumn(header, FieldType.STRING, text), []
    declared = DeclaredTypeSaid(code="declared_type", column=header.label, type=kind)
    finding = noted(Code.DECLARED_TYPE, Severity.CHANGED, declared, column=header.name)
    return DeclaredColumn(header, FieldType.STRING, text), [finding]


def _without_nul(text: exp.Expression) -> exp.Expression:
    """Text that PostgreSQL can keep among a column's values."""
    return sql.call("replace", text, sql.call("chr", 0), "")


def _nul_findings(
    connection: duckdb.DuckDBPyConnection, source: str, columns: list[DeclaredColumn]
) -> list[Finding]:
    """How many texts lose a NUL character."""
    texts = [c for c in columns if isinstance(c.expression, exp.Anonymous)]
    if not texts:
        return []
    changed = [
        sql.call("count_if", exp.NEQ(this=c.expression, expression=c.expression.expressions[0]))
        for c in texts
    ]
    try:
        counts = connection.execute(f"{sql.render(exp.select(*changed))} FROM {source}").fetchone()
    except duckdb.Error:
        return []  # a damaged file: writing it anew says so
    return [
        noted(
            Code.NUL_BYTES,
            Severity.CHANGED,
            CountedColumnSaid(code="nul_values", column=column.header.label, count=count),
            column=column.header.name,
            count=count,
        )
        for column, count in zip(texts, counts or (), strict=False)
        if count
    ]


def _finite_findings(
    connection: duckdb.DuckDBPyConnection, source: str, columns: list[DeclaredColumn]
) -> list[Finding]:
    """How many numbers are none: one NaN would make a sum of the whole column NaN."""
    floats = [c for c in columns if isinstance(c.expression, exp.Case)]
    if not floats:
        return []
    lost = [
        exp.Sub(
            this=sql.call("count", c.expression.args["ifs"][0].args["true"]),
            expression=sql.call("count", c.expression),
        )
        for c in floats
    ]
    try:
        counts = connection.execute(f"{sql.render(exp.select(*lost))} FROM {source}").fetchone()
    except duckdb.Error:
        return []  # a damaged file: writing it anew says so
    return [
        not_finite(column.header.label, count, column.header.name)
        for column, count in zip(floats, counts or (), strict=False)
        if count
    ]
