"""What a workbook's number formats print beside numbers: a cell that shows 25 % holds 0.25, and one that
shows "5 €" holds 5. Whoever reads the numbers alone loses the unit.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

from answerable.data.ingestion import units

_PART = 256 << 20  # bytes of a sheet's XML that are looked at
_SMALL = 16 << 20
_BUILT_IN = {9: "%", 10: "%"}
_CELL = re.compile(rb"<(?:\w+:)?c\s([^>]*)>")
_PLACE = re.compile(rb"\br=\"([A-Z]{1,3})([0-9]{1,7})\"")
_STYLE = re.compile(rb"\bs=\"([0-9]{1,6})\"")
_TYPE = re.compile(rb"\bt=\"([a-z]+)\"", re.IGNORECASE)
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)(?:-[^\]]*)?\]|\[[^\]]*\]|_.|\*.')

Affixes = Mapping[tuple[int, int], str]  # by row and column from 0


def affixes(path: Path) -> dict[str, Affixes]:
    """What stands beside the numbers of an XLSX workbook by their formats, by the names of its sheets; cells
    without anything are left out. Raises what `zipfile` does for a damaged file."""
    with zipfile.ZipFile(path) as archive:
        styles = _styles(archive)
        if not any(styles):
            return {}
        return {name: _of_sheet(archive, part, styles) for name, part in _parts(archive).items()}


def affix_of(code: str) -> str:
    """The percent sign or unit in a number format such as `0.0%` or `#,##0.00 "€"`; nothing for others."""
    first = code.split(";", maxsplit=1)[0]
    words = [quoted or escaped or sign for quoted, escaped, sign in _LITERAL.findall(first)]
    bare = _LITERAL.sub("", first)
    if "%" in bare:
        return "%"
    signs = [word.strip() for word in [*words, *re.findall(r"[$€£¥₹]", bare)] if word.strip()]
    return signs[0] if len(signs) == 1 and units.parse_affix(signs[0]) is not None else ""


def _parse(archive: zipfile.ZipFile, name: str) -> ElementTree.Element | None:
    try:
        if archive.getinfo(name).file_size > _SMALL:
            return None
        return ElementTree.fromstring(archive.read(name))  # noqa: S314 - expat bounds what entities become
    except (KeyError, ElementTree.ParseError):
        return None


def _children(root: ElementTree.Element | None, name: str) -> list[ElementTree.Element]:
    return [] if root is None else [each for each in root.iter() if each.tag.rpartition("}")[2] == name]


def _styles(archive: zipfile.ZipFile) -> list[str]:
    """The affix of each cell style, by its number."""
    root = _parse(archive, "xl/styles.xml")
    codes = {
        int(each.get("numFmtId") or 0): affix_of(each.get("formatCode") or "")
        for each in _children(root, "numFmt")
    }
    known = _BUILT_IN | codes
    cells = _children(root, "cellXfs")
    return [known.get(int(xf.get("numFmtId") or 0), "") for xf in (cells[0] if cells else [])]


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


def _of_sheet(archive: zipfile.ZipFile, part: str, styles: list[str]) -> Affixes:
    try:
        entry = archive.getinfo(part)
    except KeyError:
        return {}
    if entry.file_size > _PART:
        return {}
    found = {}
    for match in _CELL.finditer(archive.read(entry)):
        attributes = match[1]
        style = _STYLE.search(attributes)
        affix = styles[int(style[1])] if style is not None and int(style[1]) < len(styles) else ""
        kind = _TYPE.search(attributes)
        place = _PLACE.search(attributes)
        if affix and place is not None and (kind is None or kind[1] == b"n"):
            found[int(place[2]) - 1, _column(place[1])] = affix
    return found


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number - 1
