"""What rules would do, shown on a few rows: runs in the sandbox's child."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from answerable.data.ingestion import sql, staging
from answerable.data.ingestion.errors import refuse
from answerable.data.ingestion.headers import ColumnHeader
from answerable.data.ingestion.quality import shorten
from answerable.data.ingestion.rules.apply import apply_rules
from answerable.data.ingestion.rules.outcome import Trial, TrialRequest, TrialRow
from answerable.data.ingestion.staging import Resources
from answerable.data.ingestion.typed import TypedColumn
from answerable.data.semantics.model import FieldType
from answerable.kit.sandbox import JsonObject, Report

_NUMBER = "trial row"  # a blank in the name: no column has one
_UNFIT = (duckdb.ConversionException, duckdb.OutOfRangeException)
_HELD = {
    FieldType.INTEGER: "whole numbers",
    FieldType.DECIMAL: "numbers (12.50)",
    FieldType.FLOAT: "numbers (12.50)",
    FieldType.DATE: "dates (2025-01-31)",
    FieldType.TIMESTAMP: "dates with a time (2025-01-31 08:30:00)",
    FieldType.TIME: "times of a day (08:30:00)",
    FieldType.BOOLEAN: "true or false",
    FieldType.STRING: "texts",
}


def run_trial(payload: JsonObject, report: Report) -> JsonObject:
    """Entry point of the child: a `TrialRequest` in, a `Trial` out, as JSON. Raises Refusal."""
    del report
    return try_rules(TrialRequest.model_validate(payload)).model_dump(mode="json")


def try_rules(request: TrialRequest) -> Trial:
    """The rules over the rows. Refuses a pattern that is none, and texts that their columns cannot hold."""
    ruled = request.folder / "trial.parquet"
    columns = request.columns
    connection = staging.connect(Resources(request.folder, threads=1))
    try:
        _write_sample(connection, request, list(columns), ruled)
        before = _read(connection, ruled)
        typed = [TypedColumn(ColumnHeader(name, name), kind) for name, kind in columns.items()]
        _, findings = apply_rules(connection, ruled, typed, request.rules)
        after = _read(connection, ruled)
    finally:
        connection.close()
    return Trial(
        rows=[TrialRow(before=row, after=after.get(key)) for key, row in before.items()], findings=findings
    )


def _write_sample(
    connection: duckdb.DuckDBPyConnection, request: TrialRequest, names: Sequence[str], target: Path
) -> None:
    shown = ", ".join(sql.render(sql.column(name)) for name in names)
    source = f"SELECT {shown} FROM {sql.render(sql.parquet(request.parquet))} LIMIT {request.limit}"  # noqa: S608
    if request.rows is not None:
        connection.execute(f"CREATE TEMP TABLE sample AS {source} WITH NO DATA")
        marks = ", ".join("?" for _ in names)
        for number, row in enumerate(request.rows, start=1):
            try:
                connection.execute(f"INSERT INTO sample VALUES ({marks})", [row.get(name) for name in names])  # noqa: S608
            except _UNFIT as error:
                raise refuse("invalid_rows", _misfit(connection, request, number, row)) from error
        source = "SELECT * FROM sample"
    numbered = f'SELECT row_number() OVER () AS "{_NUMBER}", * FROM ({source})'  # noqa: S608
    connection.execute(sql.as_parquet(numbered, target))


def _misfit(
    connection: duckdb.DuckDBPyConnection, request: TrialRequest, number: int, row: Mapping[str, str | None]
) -> str:
    """Which text of the row its column cannot hold, and what that holds."""
    for name, kind, *_ in connection.execute("DESCRIBE sample").fetchall():
        text = row.get(name)
        try:
            connection.execute(f"SELECT CAST(? AS {kind})", [text])
        except _UNFIT:
            held = _HELD[request.columns[name]]
            said = f"Row {number} has {shorten(text or '')!r} in {name!r}, which holds {held}."
            return f"{said} Change it, or leave it empty."
    return f"Row {number} does not fit the columns. Change its texts, or leave them empty."


def _read(connection: duckdb.DuckDBPyConnection, path: Path) -> dict[int, dict[str, str | None]]:
    found = connection.execute(f"SELECT * FROM {sql.render(sql.parquet(path))}")  # noqa: S608
    names = [column[0] for column in found.description]
    rows = {}
    for cells in found.fetchall():
        row = {name: None if cell is None else str(cell) for name, cell in zip(names, cells, strict=True)}
        rows[int(row.pop(_NUMBER) or 0)] = row
    return rows
