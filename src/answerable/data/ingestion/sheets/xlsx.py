"""What an XLSX workbook says of its sheets beside their values, from their XML."""

from __future__ import annotations

import posixpath
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

from answerable.data.ingestion.sheets.facts import (
    MOST_BYTES,
    PERCENT_FORMATS,
    UNREAD,
    CellFormat,
    PlacedFormats,
    SheetFacts,
    format_of,
)

_SMALL = 16 << 20
_CELL = re.compile(rb"<(?:\w+:)?c\s([^>]*)>")
_PLACE = re.compile(rb"\br=\"([A-Z]{1,3})([0-9]{1,7})\"")
_STYLE = re.compile(rb"\bs=\"([0-9]{1,6})\"")
_TYPE = re.compile(rb"\bt=\"([a-z]+)\"", re.IGNORECASE)
_ERROR = re.compile(
    rb"<(?:\w+:)?c\s[^>]*\bt=\"e\"[^>]*>(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>([^<]{1,20})", re.DOTALL
)
_HIDDEN_ROW = re.compile(rb"<(?:\w+:)?row\s[^>]*\bhidden=\"(?:1|true)\"")
_HIDDEN_COLUMNS = re.compile(rb"<(?:\w+:)?col\s[^>]*\bhidden=\"(?:1|true)\"[^>]*>")
_FORMULA, _VALUE = re.compile(rb"<(?:\w+:)?f[ >/]"), re.compile(rb"<(?:\w+:)?v[^>/]*>[^<]|<(?:\w+:)?is>")


def read_facts(path: Path) -> dict[str, SheetFacts]:
    """The facts of each sheet of an XLSX workbook, by its name; sheets beyond 256 MB are unread.
    Raises what `zipfile` does for a damaged file."""
    with zipfile.ZipFile(path) as archive:
        styles = _styles(archive)
        return {name: _facts(archive, part, styles) for name, part in _parts(archive).items()}


def _parse(archive: zipfile.ZipFile, name: str) -> ElementTree.Element | None:
    try:
        if archive.getinfo(name).file_size > _SMALL:
            return None
        return ElementTree.fromstring(archive.read(name))  # noqa: S314 - expat bounds what entities become
    except (KeyError, ElementTree.ParseError):
        return None


def _children(root: ElementTree.Element | None, name: str) -> list[ElementTree.Element]:
    return [] if root is None else [each for each in root.iter() if each.tag.rpartition("}")[2] == name]


def _styles(archive: zipfile.ZipFile) -> list[CellFormat]:
    """The format of each cell style, by its number."""
    root = _parse(archive, "xl/styles.xml")
    known = {number: CellFormat("%") for number in PERCENT_FORMATS} | {
        int(each.get("numFmtId") or 0): format_of(each.get("formatCode") or "")
        for each in _children(root, "numFmt")
    }
    styles = _children(root, "cellXfs")
    return [known.get(int(xf.get("numFmtId") or 0), CellFormat()) for xf in (styles[0] if styles else [])]


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """The names of the sheets and the parts that hold them."""
    targets = {
        each.get("Id"): each.get("Target") or ""
        for each in _children(_parse(archive, "xl/_rels/workbook.xml.rels"), "Relationship")
    }
    found = {}
    for sheet in _children(_parse(archive, "xl/workbook.xml"), "sheet"):
        key = next((value for name, value in sheet.items() if name.rpartition("}")[2] == "id"), None)
        target = targets.get(key)
        if target:
            found[sheet.get("name") or ""] = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
    return found


def _facts(archive: zipfile.ZipFile, part: str, styles: list[CellFormat]) -> SheetFacts:
    try:
        entry = archive.getinfo(part)
    except KeyError:
        return SheetFacts()
    if entry.file_size > MOST_BYTES:
        return UNREAD
    xml = archive.read(entry)
    errors = _ERROR.findall(xml) if b't="e"' in xml else []
    hidden = b"hidden=" in xml
    return SheetFacts(
        formats=_formats(xml, styles),
        errors=tuple(error.decode("utf-8", "replace") for error in errors),
        uncalculated=_uncalculated(xml),
        hidden_rows=len(_HIDDEN_ROW.findall(xml)) if hidden else 0,
        hidden_columns=_hidden_columns(xml) if hidden else frozenset(),
    )


def _formats(xml: bytes, styles: list[CellFormat]) -> PlacedFormats:
    found = PlacedFormats(styles)
    telling = {number for number, style in enumerate(styles) if style != CellFormat()}
    if not telling:
        return found
    for match in _CELL.finditer(xml):
        attributes = match[1]
        style, kind, place = _STYLE.search(attributes), _TYPE.search(attributes), _PLACE.search(attributes)
        number = int(style[1]) if style is not None else -1
        if number in telling and place is not None and (kind is None or kind[1] == b"n"):
            found.put(int(place[2]) - 1, _column(place[1]), number)
    return found


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number - 1


def _uncalculated(xml: bytes) -> int:
    if b"<f" not in xml and b":f" not in xml:
        return 0
    cells = re.split(rb"<(?:\w+:)?c\s", xml)[1:]
    return sum(1 for cell in cells if _FORMULA.search(cell) and not _VALUE.search(cell))


def _hidden_columns(xml: bytes) -> frozenset[int]:
    found: set[int] = set()
    for match in _HIDDEN_COLUMNS.findall(xml):
        ends = [re.search(rb"\b" + name + rb"=\"([0-9]{1,5})\"", match) for name in (b"min", b"max")]
        first, last = (int(end[1]) if end is not None else 0 for end in ends)
        found.update(range(first - 1, min(last, first + 1000)))
    return frozenset(found)
