"""What happens to a table after its cells have become values: one row a period where that was chosen, one
spelling a value, its profile and its report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from answerable.data.ingestion import combining, periods, profile, repeated, spellings
from answerable.data.ingestion.arguments import NothingSaid
from answerable.data.ingestion.outcome import IngestedTable, TableProfile
from answerable.data.ingestion.quality import Code, Finding, QualityReport, Severity, noted
from answerable.data.ingestion.request import TableSettings
from answerable.data.ingestion.rules.apply import apply_rules
from answerable.data.ingestion.typed import TypedColumn
from answerable.data.ingestion.versions import VersionChanges, compare_columns

_LEFT_OUT = (Code.TOTALS, Code.HEADER_REPEATED, Code.BAD_LINES, Code.RULE_REJECTED)


@dataclass(slots=True)
class Written:
    """A table as a Parquet file, and what there is to say about it so far."""

    path: Path
    columns: list[TypedColumn]
    findings: list[Finding]


def finish(
    connection: duckdb.DuckDBPyConnection, label: str, written: Written, settings: TableSettings
) -> IngestedTable:
    """The table as its dataset's next version has it. The file is written anew where choices ask for it."""
    _settle_periods(connection, written, settings)
    if settings.rules:
        written.columns, ruled = apply_rules(connection, written.path, written.columns, settings.rules)
        written.findings += ruled
    own = [(column.header.name, column.type, column.unit) for column in written.columns]
    added_to = settings.base is not None and settings.mode != "replace"
    columns = compare_columns(settings.known, own, added_to=added_to)
    if settings.known:
        combining.check_columns(columns, settings)
    if added_to:
        written.findings += combining.missing_columns(connection, written.path, columns.missing, settings)
        written.columns = combining.combine(connection, written.path, written.columns, settings)
        # a file's column of whole numbers among decimal ones is decimal in the version
        whole = [(column.header.name, column.type, column.unit) for column in written.columns]
        together = compare_columns(settings.known, whole, added_to=True)
        columns = together.model_copy(update={"missing": columns.missing})
    table = profile.profile(connection, written.path, written.columns)
    respelt, changed = spellings.unify(connection, written.path, table, label, settings.choices)
    written.findings += respelt
    if changed:
        table = profile.profile(connection, written.path, written.columns)
    table = _settle_duplicates(connection, written, table, settings)
    if table.rows == 0:
        written.findings.append(noted(Code.NO_ROWS, Severity.DOUBTFUL, NothingSaid(code="no_rows")))
    left_out = sum(f.count for f in written.findings if f.code in _LEFT_OUT)
    quality = QualityReport(
        findings=written.findings, rows_read=table.rows + left_out, rows_kept=table.rows
    ).sorted()
    changes = VersionChanges(columns=columns) if settings.known else None
    if changes is not None and settings.before is not None:
        rows = combining.compare_rows(connection, settings.before, written.path, settings.compared_by)
        changes = changes.model_copy(update={"rows": rows})
    return IngestedTable(file=written.path.name, label=label, profile=table, quality=quality, changes=changes)


def _settle_periods(connection: duckdb.DuckDBPyConnection, written: Written, settings: TableSettings) -> None:
    wide = periods.find_periods(written.columns)
    if wide is None:
        return
    if settings.choices.periods == "rows":
        written.columns, findings = periods.as_rows(connection, written.path, written.columns, wide)
        written.findings += findings
    else:
        written.findings.append(periods.offer(written.columns, wide))


def _settle_duplicates(
    connection: duckdb.DuckDBPyConnection, written: Written, table: TableProfile, settings: TableSettings
) -> TableProfile:
    if settings.choices.duplicates != "drop" or not table.duplicate_rows:
        written.findings += repeated.say(table.duplicate_rows)
        return table
    names = [column.header.name for column in written.columns]
    written.findings.append(repeated.drop(connection, written.path, names, table.duplicate_rows))
    return profile.profile(connection, written.path, written.columns)
