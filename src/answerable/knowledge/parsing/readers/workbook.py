"""Workbooks (XLSX, XLSM, XLSB, XLS, ODS) as documents: a heading a sheet, then its tables of values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

import python_calamine

from answerable.knowledge.parsing.archive import Archive
from answerable.knowledge.parsing.failures import Reason, refuse
from answerable.knowledge.parsing.text_builder import TextBuilder

MAX_ROWS = 200_000
"""Rows of all sheets together; the rest is left out with a warning."""
_MIDNIGHT = time(0)


def read(path: Path, builder: TextBuilder) -> None:
    with path.open("rb") as file:
        if file.read(2) == b"PK":
            Archive(path)  # checks its bounds
    try:
        workbook = python_calamine.CalamineWorkbook.from_path(str(path))
    except python_calamine.PasswordError as error:
        raise refuse(Reason.ENCRYPTED) from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise refuse(Reason.DAMAGED) from error
    left, unread = MAX_ROWS, []
    for sheet in workbook.sheets_metadata:
        if sheet.typ is not python_calamine.SheetTypeEnum.WorkSheet:
            continue
        try:
            rows = workbook.get_sheet_by_name(sheet.name).to_python()
        except (python_calamine.CalamineError, ValueError):
            unread.append(sheet.name)
            continue
        left = _sheet(sheet.name, rows, left, builder)
    if unread:
        builder.warnings.append(f"Sheets that are damaged were left out: {', '.join(unread)[:200]}.")
    if left <= 0:
        builder.warnings.append(
            f"Rows after the first {MAX_ROWS:,} were left out. Upload it to /api/v1/datasets to ask over all."
        )


def _sheet(name: str, rows: Sequence[Sequence[object]], left: int, builder: TextBuilder) -> int:
    """Write a sheet; how many rows may still come."""
    filled = [[shown(value) for value in row] for row in rows[: max(left, 0)]]
    if any(any(row) for row in filled):
        builder.add(name, level=1)
    blank = True
    for row in filled:
        if not any(row):
            builder.end_table()  # an empty row parts tables
            blank = True
            continue
        if blank and sum(map(bool, row)) == 1:
            builder.add(next(cell for cell in row if cell))  # a title above a table
            continue
        builder.add_row(_trimmed(row))
        blank = False
    builder.end_table()
    return left - len(rows)


def _trimmed(row: list[str]) -> list[str]:
    while row and not row[-1]:
        row.pop()
    return row


def shown(value: object) -> str:
    """A cell as people read it: 3 rather than 3.0, dates in ISO form."""
    match value:
        case None | "":
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case float():
            return f"{value:.15g}"
        case datetime() if value.time() == _MIDNIGHT:
            return value.date().isoformat()
        case datetime():
            return value.isoformat(" ", "seconds")
        case date() | time():
            return value.isoformat()
        case timedelta():
            return str(value)
        case _:
            return " ".join(str(value).split())
