"""SpreadsheetML workbooks (ECMA-376, part 1, section 18): values, formulas with results, merged cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape

from answerable.cli.samples.formats.package import (
    XML,
    content_types,
    core_properties,
    pack,
    relationships,
    root_relationships,
)

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
# Day 0 of the 1900 date system, with its leap-year error allowed for.
_EPOCH = date(1899, 12, 30)


@dataclass(frozen=True)
class Formula:
    """A formula and the result that the program which saved the file computed."""

    text: str
    result: float


Cell = str | int | float | date | Formula | None


@dataclass(frozen=True)
class Sheet:
    """`bold` holds row numbers and `merged` ranges as office programs count them: from 1, "A1:C1"."""

    name: str
    rows: Sequence[Sequence[Cell]]
    merged: Sequence[str] = ()
    bold: frozenset[int] = frozenset()
    widths: Sequence[int] = ()


def column_name(index: int) -> str:
    """The letters of the column with this index, counted from 0: A, B … Z, AA …"""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def write_xlsx(sheets: Sequence[Sheet], *, title: str, author: str, created: date) -> bytes:
    """The bytes of an XLSX file."""
    overrides = {
        "/xl/workbook.xml": f"{_TYPE}.sheet.main+xml",
        "/xl/styles.xml": f"{_TYPE}.styles+xml",
        "/docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
    }
    targets = {"rId1": ("styles", "styles.xml")}
    listed = ""
    parts = {}
    for number, sheet in enumerate(sheets, 1):
        overrides[f"/xl/worksheets/sheet{number}.xml"] = f"{_TYPE}.worksheet+xml"
        targets[f"rId{number + 1}"] = ("worksheet", f"worksheets/sheet{number}.xml")
        listed += f'<sheet name="{escape(sheet.name)}" sheetId="{number}" r:id="rId{number + 1}"/>'
        parts[f"xl/worksheets/sheet{number}.xml"] = _sheet(sheet)
    return pack(
        {
            "[Content_Types].xml": content_types(overrides),
            "_rels/.rels": root_relationships("xl/workbook.xml"),
            "docProps/core.xml": core_properties(escape(title), escape(author), created),
            "xl/workbook.xml": (
                f'{XML}<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}"><sheets>{listed}</sheets></workbook>'
            ),
            "xl/_rels/workbook.xml.rels": relationships(targets),
            "xl/styles.xml": _styles(),
            **parts,
        }
    )


def _sheet(sheet: Sheet) -> str:
    columns = "".join(
        f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>'
        for n, width in enumerate(sheet.widths, 1)
    )
    rows = "".join(_row(number, row, bold=number in sheet.bold) for number, row in enumerate(sheet.rows, 1))
    merged = "".join(f'<mergeCell ref="{cells}"/>' for cells in sheet.merged)
    return (
        f'{XML}<worksheet xmlns="{_MAIN}">'
        + (f"<cols>{columns}</cols>" if columns else "")
        + f"<sheetData>{rows}</sheetData>"
        + (f'<mergeCells count="{len(sheet.merged)}">{merged}</mergeCells>' if merged else "")
        + "</worksheet>"
    )


def _row(number: int, row: Sequence[Cell], *, bold: bool) -> str:
    cells = "".join(
        _cell(f"{column_name(column)}{number}", value, bold=bold)
        for column, value in enumerate(row)
        if value is not None
    )
    return f'<row r="{number}">{cells}</row>'


def _cell(place: str, value: Cell, *, bold: bool) -> str:
    style = ' s="1"' if bold else ""
    if isinstance(value, str):
        return f'<c r="{place}"{style} t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    if isinstance(value, date):
        return f'<c r="{place}" s="2"><v>{(value - _EPOCH).days}</v></c>'
    if isinstance(value, Formula):
        return f'<c r="{place}"{style}><f>{escape(value.text)}</f><v>{value.result!r}</v></c>'
    return f'<c r="{place}"{style}><v>{value!r}</v></c>'


def _styles() -> str:
    """Style 0 is plain, 1 bold, 2 a date (built-in format 14)."""
    font = '<sz val="11"/><name val="Calibri"/>'
    return (
        f'{XML}<styleSheet xmlns="{_MAIN}">'
        f'<fonts count="2"><font>{font}</font><font><b/>{font}</font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
        '<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )
