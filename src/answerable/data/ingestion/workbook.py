"""Workbooks (XLSX, XLS, ODS): every sheet as rows of text cells, typed cells marked as such."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

import python_calamine as calamine

from answerable.data.ingestion import cell_formats
from answerable.data.ingestion.arguments import CountedTextSaid, CountSaid, TextSaid
from answerable.data.ingestion.cell_formats import Affixes
from answerable.data.ingestion.cells import Formatted, Native
from answerable.data.ingestion.choices import Kept
from answerable.data.ingestion.errors import refuse
from answerable.data.ingestion.filetype import FileKind
from answerable.data.ingestion.finder import FoundTable, Sheet, find_tables
from answerable.data.ingestion.quality import Code, Finding, Severity, noted, shorten

_MOST_CELLS = 20_000_000
_SCANNED_XML = 256 << 20
_MIDNIGHT = datetime(2000, 1, 1)  # noqa: DTZ001 - a time of day has no zone
_DAMAGED = "The workbook is damaged and cannot be read. Open and save it again."
_ERROR = re.compile(r"#(?:N/A|VALUE!|REF!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!)")

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
        missing = _formulas_without_values(path) if kind is FileKind.XLSX else {}
        formats = cell_formats.affixes(path) if kind is FileKind.XLSX else {}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise refuse("damaged_file", _DAMAGED) from error
    for position, meta in enumerate(workbook.sheets_metadata):
        if meta.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        sheet = _sheet(workbook, meta.name, formats.get(meta.name, {}))
        findings = _sheet_findings(meta, missing.get(position + 1, 0), sheet)
        yield SheetTables(meta.name, find_tables(sheet, keep), findings)


def _is_encrypted(path: Path) -> bool:
    with path.open("rb") as file:
        return "EncryptedPackage".encode("utf-16-le") in file.read(1 << 20)


def _sheet(workbook: calamine.CalamineWorkbook, name: str, formats: Affixes) -> Sheet:
    try:
        found = workbook.get_sheet_by_name(name)
        if found.total_height * found.total_width > _MOST_CELLS:
            raise refuse(
                "too_many_cells",
                f"Sheet {shorten(name, 40)!r} has more than {_MOST_CELLS:,} cells. Save it as CSV instead.",
            )
        rows = [[_text(value) for value in row] for row in found.to_python(skip_empty_area=False)]
        _put_affixes(rows, formats)
        merges = found.merged_cell_ranges or []
    except (calamine.CalamineError, ValueError) as error:
        raise refuse("damaged_file", f"Sheet {shorten(name, 40)!r} is damaged and cannot be read.") from error
    ranges = [(top, left, bottom, right) for (top, left), (bottom, right) in merges]
    _fill_tall_merges(rows, ranges)
    return Sheet(rows, name, ranges)


def _put_affixes(rows: list[list[str]], formats: Affixes) -> None:
    for (row, column), affix in formats.items():
        if row < len(rows) and column < len(rows[row]) and rows[row][column]:
            rows[row][column] = Formatted.of(rows[row][column], affix)


def _fill_tall_merges(rows: list[list[str]], ranges: list[tuple[int, int, int, int]]) -> None:
    """A cell merged over several rows of one column ("Region" beside its cities) holds for each row."""
    for top, left, bottom, right in ranges:
        if left != right or top >= len(rows) or left >= len(rows[top]):
            continue
        value = rows[top][left]
        for row in rows[top + 1 : bottom + 1]:
            if left < len(row) and not row[left]:
                row[left] = value


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
        return Native(_duration(value))
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


def _sheet_findings(meta: calamine.SheetMetadata, missing: int, sheet: Sheet) -> list[Finding]:
    findings = []
    if meta.visible != calamine.SheetVisibleEnum.Visible:
        said = TextSaid(code="hidden_sheet", text=shorten(meta.name, 40))
        findings.append(noted(Code.HIDDEN, Severity.INFO, said, example=meta.name))
    if missing:
        counted = CountSaid(code="formulas_without_values", count=missing)
        findings.append(noted(Code.FORMULAS, Severity.DOUBTFUL, counted, count=missing))
    errors = [cell for row in sheet.rows for cell in row if cell[:1] == "#" and _ERROR.fullmatch(cell)]
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
            row[:] = ["" if cell[:1] == "#" and _ERROR.fullmatch(cell) else cell for cell in row]
    return findings


def _formulas_without_values(path: Path) -> dict[int, int]:
    """Formulas without a cached value: {number of the sheet's part: count}. The parts of a workbook
    are numbered in its order by every program that leaves values out."""
    counts: dict[int, int] = {}
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            match = re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", entry.filename)
            if match is None or entry.file_size > _SCANNED_XML:
                continue
            xml = archive.read(entry)
            if b"<f" in xml:
                counts[int(match[1])] = sum(
                    1
                    for cell in xml.split(b"<c ")[1:]
                    if re.search(rb"<f[ >/]", cell) and not _has_value(cell)
                )
    return counts


def _has_value(cell: bytes) -> bool:
    return re.search(rb"<v[^>/]*>[^<]", cell) is not None or b"<is>" in cell
