"""Workbooks (XLSX, XLS, ODS): every sheet as rows of text cells, typed cells marked as such."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Literal

import python_calamine as calamine

from answerable.data.ingestion.arguments import CountedTextSaid, CountSaid, HiddenCellsSaid, TextSaid
from answerable.data.ingestion.cells import CellKind, Duration, Formatted, Native, kind_of
from answerable.data.ingestion.choices import Kept
from answerable.data.ingestion.errors import refuse
from answerable.data.ingestion.filetype import FileKind
from answerable.data.ingestion.finder import FoundTable, Sheet, find_tables
from answerable.data.ingestion.quality import Code, Finding, Severity, noted, shorten
from answerable.data.ingestion.sheets import ods, xls, xlsx
from answerable.data.ingestion.sheets.facts import UNREAD, SheetFacts

_MOST_CELLS = 20_000_000
_MIDNIGHT = datetime(2000, 1, 1)  # noqa: DTZ001 - a time of day has no zone
_DAMAGED = "The workbook is damaged and cannot be read. Open and save it again."
_ERROR = re.compile(r"#(?:N/A|VALUE!|REF!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!)|Err:\d{3}")
_FACTS = {FileKind.XLSX: xlsx.read_facts, FileKind.XLS: xls.read_facts, FileKind.ODS: ods.read_facts}

Value = int | float | str | bool | time | date | datetime | timedelta


@dataclass(slots=True)
class SheetTables:
    """The tables of one sheet, with what concerns the sheet as a whole."""

    sheet: str
    tables: list[FoundTable]
    findings: list[Finding] = field(default_factory=list)


def read_sheets(path: Path, kind: FileKind, keep: Kept = Kept()) -> Iterator[SheetTables]:
    """Each sheet with its tables, in the workbook's order; chart sheets are passed over. Refuses a
    workbook that is encrypted or damaged."""
    try:
        workbook = calamine.CalamineWorkbook.from_path(str(path))
    except calamine.PasswordError as error:
        raise refuse(
            "encrypted_file", "The workbook is protected by a password. Save it without one."
        ) from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        if _is_encrypted(path):
            raise refuse(
                "encrypted_file", "The workbook is protected by a password. Save it without one."
            ) from error
        raise refuse("damaged_file", _DAMAGED) from error
    try:
        facts = _FACTS[kind](path)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise refuse("damaged_file", _DAMAGED) from error
    for meta in workbook.sheets_metadata:
        if meta.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        own = UNREAD if facts is None else facts.get(meta.name, SheetFacts())
        sheet, merged = _sheet(workbook, meta.name, own)
        findings = [*_sheet_findings(meta, own, sheet), *merged]
        yield SheetTables(meta.name, find_tables(sheet, keep), findings)


def _is_encrypted(path: Path) -> bool:
    with path.open("rb") as file:
        return "EncryptedPackage".encode("utf-16-le") in file.read(1 << 20)


def _sheet(workbook: calamine.CalamineWorkbook, name: str, facts: SheetFacts) -> tuple[Sheet, list[Finding]]:
    try:
        found = workbook.get_sheet_by_name(name)
        if found.total_height * found.total_width > _MOST_CELLS:
            raise refuse(
                "too_many_cells",
                f"Sheet {shorten(name, 40)!r} has more than {_MOST_CELLS:,} cells. Save it as CSV instead.",
            )
        rows = [[_text(value) for value in row] for row in found.to_python(skip_empty_area=False)]
        _put_formats(rows, facts)
        merges = found.merged_cell_ranges or []
    except (calamine.CalamineError, ValueError) as error:
        raise refuse("damaged_file", f"Sheet {shorten(name, 40)!r} is damaged and cannot be read.") from error
    ranges = [(top, left, bottom, right) for (top, left), (bottom, right) in merges]
    return Sheet(rows, name, ranges), _fill_tall_merges(rows, ranges)


def _put_formats(rows: list[list[str]], facts: SheetFacts) -> None:
    for row, column, printed in facts.formats:
        cell = rows[row][column] if row < len(rows) and column < len(rows[row]) else ""
        if not cell or isinstance(cell, Duration):
            continue
        if printed.affix or printed.thousands:
            rows[row][column] = Formatted.of(cell, printed.affix, printed.thousands)
        elif cell.isdigit():
            rows[row][column] = Native(cell.zfill(printed.digits))


def _fill_tall_merges(rows: list[list[str]], ranges: list[tuple[int, int, int, int]]) -> list[Finding]:
    """A cell merged over several rows of one column ("Region" beside its cities) holds for each row. A
    number does not: it may be the sum of what stands beside it, and would be counted with each row. What
    there is to say of both."""
    filled, single = list[str](), list[str]()
    for top, left, bottom, right in ranges:
        if left != right or top >= len(rows) or left >= len(rows[top]):
            continue
        value = rows[top][left]
        empty = [row for row in rows[top + 1 : bottom + 1] if left < len(row) and not row[left]]
        if not value or not empty:
            continue
        if kind_of(value) is CellKind.NUMBER and not _names_rows(rows, ranges, (top, left, bottom)):
            single.append(value)
            continue
        filled += [value] * len(empty)
        for row in empty:
            row[left] = value
    return [*_merged("merged_filled", filled), *_merged("merged_numbers", single)]


def _names_rows(
    rows: list[list[str]], ranges: list[tuple[int, int, int, int]], place: tuple[int, int, int]
) -> bool:
    """Whether a merged number tells what rows belong to, as a year or a customer does: it is a year, or all
    that stands left of it is merged over its rows as well."""
    top, left, bottom = place
    if re.fullmatch(r"(?:19|20)\d{2}", rows[top][left]):
        return True
    covered = {column for a, column, b, right in ranges if a <= top and bottom <= b and column == right}
    return all(
        column in covered
        or not any(row[column : column + 1] and row[column] for row in rows[top : bottom + 1])
        for column in range(left)
    )


def _merged(code: Literal["merged_filled", "merged_numbers"], texts: list[str]) -> list[Finding]:
    if not texts:
        return []
    said = CountedTextSaid(code=code, count=len(texts), text=shorten(texts[0], 40))
    severity = Severity.CHANGED if code == "merged_filled" else Severity.DOUBTFUL
    return [noted(Code.MERGED_CELLS, severity, said, count=len(texts), example=shorten(texts[0]))]


def _text(value: Value) -> str:
    """A cell as text: ISO dates and numbers with a point for what the workbook typed itself."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, bool):
        return Native("true" if value else "false")
    if isinstance(value, int | float):
        return Native(_number(value))
    if isinstance(value, datetime):
        midnight = value.time() == time(0)
        return Native(value.date().isoformat() if midnight else value.isoformat(sep=" ", timespec="seconds"))
    if isinstance(value, timedelta):
        return Duration.of(_duration(value), value.total_seconds() / 3600)
    return Native(value.isoformat())


def _number(value: float) -> str:
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e15):
        return str(int(value))
    return repr(value)


def _duration(value: timedelta) -> str:
    """A time of day, or hours as a number beyond one day."""
    seconds = value.total_seconds()
    if 0 <= seconds < 86_400:
        return (_MIDNIGHT + value).time().isoformat(timespec="seconds")
    return _number(round(seconds / 3600, 6))


def _sheet_findings(meta: calamine.SheetMetadata, facts: SheetFacts, sheet: Sheet) -> list[Finding]:
    findings = []
    if facts.unread:
        unread = TextSaid(code="formats_unread", text=shorten(meta.name, 40))
        findings.append(noted(Code.FORMAT_UNIT, Severity.DOUBTFUL, unread, example=meta.name))
    if meta.visible != calamine.SheetVisibleEnum.Visible:
        said = TextSaid(code="hidden_sheet", text=shorten(meta.name, 40))
        findings.append(noted(Code.HIDDEN, Severity.INFO, said, example=meta.name))
    width = max((len(row) for row in sheet.rows), default=0)
    columns = sum(column < width for column in facts.hidden_columns)
    if facts.hidden_rows or columns:
        hidden = HiddenCellsSaid(
            code="hidden_cells", sheet=shorten(meta.name, 40), rows=facts.hidden_rows, columns=columns
        )
        findings.append(noted(Code.HIDDEN, Severity.INFO, hidden, count=facts.hidden_rows + columns))
    if facts.uncalculated:
        counted = CountSaid(code="formulas_without_values", count=facts.uncalculated)
        findings.append(noted(Code.FORMULAS, Severity.DOUBTFUL, counted, count=facts.uncalculated))
    errors = [*facts.errors, *(cell for row in sheet.rows for cell in row if _is_error(cell))]
    if errors:
        findings.append(
            noted(
                Code.ERROR_CELLS,
                Severity.DOUBTFUL,
                CountedTextSaid(code="error_cells", count=len(errors), text=errors[0]),
                count=len(errors),
                example=errors[0],
            )
        )
        for row in sheet.rows:
            row[:] = ["" if _is_error(cell) else cell for cell in row]
    return findings


def _is_error(cell: str) -> bool:
    return cell[:1] in ("#", "E") and _ERROR.fullmatch(cell) is not None
