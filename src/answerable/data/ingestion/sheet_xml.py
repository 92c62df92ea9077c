"""What an XLSX workbook says of its sheets beside their values: what number formats print, which cells hold
errors or formulas that were never calculated, which rows and columns are hidden.

A cell that shows 25 % holds 0.25, one that shows "5 €" holds 5, and one that shows 01067 holds 1067: whoever
reads the numbers alone loses that.
"""

from __future__ import annotations

import html
import posixpath
import re
import zipfile
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from answerable.data.ingestion import units

_PART = 256 << 20  # bytes of a sheet's XML that are looked at
_SMALL = 16 << 20
_PERCENT = {9, 10}  # built-in formats; those of money are of the reader's own country
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
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)(?:-[^\]]*)?\]|\[[^\]]*\]|_.|\*.')
_SCALING = re.compile(r"[0#?](,+)\s*$")  # after the last digit each comma takes three more away
_LEAST_DIGITS = 3  # "00" is a month or an hour


@dataclass(frozen=True, slots=True)
class CellFormat:
    """What a number format prints: `affix` beside the number, so many `digits` at least, with zeros in
    front, and the number divided by a thousand so many times."""

    affix: str = ""
    digits: int = 0
    thousands: int = 0


@dataclass(slots=True)
class PlacedFormats:
    """The formats of cells: a sheet has millions of them, so they are kept in few bytes each."""

    styles: list[CellFormat]
    rows: array[int] = field(default_factory=lambda: array("L"))
    columns: array[int] = field(default_factory=lambda: array("H"))
    numbers: array[int] = field(default_factory=lambda: array("L"))

    def put(self, row: int, column: int, style: int) -> None:
        """Note the style of a cell."""
        self.rows.append(row)
        self.columns.append(column)
        self.numbers.append(style)

    def __iter__(self) -> Iterator[tuple[int, int, CellFormat]]:
        """Row, column and format of each cell."""
        for row, column, style in zip(self.rows, self.columns, self.numbers, strict=True):
            yield row, column, self.styles[style]


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """`formats` of number cells by row and column from 0, where they say something; `errors` are the texts
    of error cells, `uncalculated` counts formulas without a value; of hidden columns only those count that
    are inside the used ones."""

    formats: PlacedFormats = field(default_factory=lambda: PlacedFormats([]))
    errors: tuple[str, ...] = ()
    uncalculated: int = 0
    hidden_rows: int = 0
    hidden_columns: frozenset[int] = frozenset()


def read_facts(path: Path) -> dict[str, SheetFacts]:
    """The facts of each sheet of an XLSX workbook, by its name; of sheets beyond 256 MB nothing is known.
    Raises what `zipfile` does for a damaged file."""
    with zipfile.ZipFile(path) as archive:
        styles = _styles(archive)
        return {name: _facts(archive, part, styles) for name, part in _parts(archive).items()}


def unread_units(path: Path) -> dict[str, int]:
    """How many cells of each sheet of an ODS workbook are percentages or money, whose units nobody reads.
    Raises what `zipfile` does for a damaged file."""
    with zipfile.ZipFile(path) as archive:
        entry = next((each for each in archive.infolist() if each.filename == "content.xml"), None)
        if entry is None or entry.file_size > _PART:
            return {}
        tables = re.split(rb"<table:table\s", archive.read(entry))[1:]
    counts = {}
    for table in tables:
        name = re.match(rb"[^>]*?\btable:name=\"([^\"]*)\"", table)
        if name is not None:
            sheet = html.unescape(name[1].decode("utf-8", "replace"))
            counts[sheet] = len(re.findall(rb"office:value-type=\"(?:percentage|currency)\"", table))
    return counts


def format_of(code: str) -> CellFormat:
    """What a number format such as `0.0%`, `#,##0.00 "€"` or `00000` prints beside digits."""
    first = code.split(";", maxsplit=1)[0]
    if re.fullmatch("0+", first):
        return CellFormat(digits=len(first) if len(first) >= _LEAST_DIGITS else 0)
    words = [quoted or escaped or sign for quoted, escaped, sign in _LITERAL.findall(first)]
    bare = _LITERAL.sub("", first)
    if "%" in bare:
        return CellFormat("%")
    signs = [word.strip() for word in [*words, *re.findall(r"[$€£¥₹]", bare)] if word.strip()]
    unit = units.parse_affix(signs[0]) if len(signs) == 1 else None
    scaling = _SCALING.search(bare)
    if scaling is not None:  # `#,##0, "T€"`: the cell holds euros, and shows thousands of them
        thousands = len(scaling[1])
        held = unit is not None and unit.scale in (1, 1000**thousands)
        return CellFormat(unit.symbol if unit is not None and held else "", thousands=thousands)
    if unit is None:
        return CellFormat()
    # A sign in quotes is printed beside the number as it is: 25 is shown as 25 %.
    return CellFormat("percent" if signs[0] == "%" else signs[0])


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
    known = {number: CellFormat("%") for number in _PERCENT} | {
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
    if entry.file_size > _PART:
        return SheetFacts()
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
