"""What an OpenDocument spreadsheet (ODF 1.3, part 3) says of its sheets beside their values.

A cell's number format is in its style, or its row's, or its column's; styles have it from others, and one
cell or row may stand for many.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

from answerable.data.ingestion.sheets.facts import (
    MOST_BYTES,
    CellFormat,
    PlacedFormats,
    SheetFacts,
    padded,
    printed,
)

_DATA_STYLES = ("number-style", "currency-style", "percentage-style")
_NUMBERS = ("float", "currency", "percentage")
_HIDDEN = ("collapse", "filter")
_MOST_PLACED = 20_000_000
_MOST_COLUMNS = 1 << 14
_DEEPEST = 8  # styles that have it from others
_PLAIN = CellFormat()


def read_facts(path: Path) -> dict[str, SheetFacts] | None:
    """The facts of each sheet of an ODS workbook, by its name; None where nobody can say, for content beyond
    256 MB or that is no XML. Raises what `zipfile` does for a damaged file."""
    styles = _Styles()
    with zipfile.ZipFile(path) as archive:
        sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
        if "content.xml" not in sizes or max(sizes["content.xml"], sizes.get("styles.xml", 0)) > MOST_BYTES:
            return None
        try:
            if "styles.xml" in sizes:
                with archive.open("styles.xml") as part:
                    for element in _elements(part):
                        styles.note(element)
            with archive.open("content.xml") as part:
                return _sheets(part, styles)
        except ElementTree.ParseError:
            return None


def _elements(part: IO[bytes]) -> Iterator[ElementTree.Element]:
    for _, element in ElementTree.iterparse(part):  # noqa: S314 - expat bounds what entities become
        yield element


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _attributes(element: ElementTree.Element) -> dict[str, str]:
    """By their names without namespaces: programs before ODF 1.2 had others. `calcext:value-type` knows
    errors, and stands behind the `office:value-type` that it adds to."""
    found: dict[str, str] = {}
    for name, value in element.attrib.items():
        space, _, local = name.rpartition("}")
        found["extended-type" if local == "value-type" and "calcext" in space else local] = value
    return found


@dataclass(slots=True)
class _Styles:
    """The data styles by their names, and which of them each cell style has."""

    data: dict[str, CellFormat] = field(default_factory=dict)
    cells: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)  # (data style, parent)

    def note(self, element: ElementTree.Element) -> None:
        """Keep what a style says; everything else is passed over."""
        name = _name(element)
        if name in _DATA_STYLES:
            self.data[_attributes(element).get("name", "")] = _printed(name, element)
        elif name == "style" and (own := _attributes(element)).get("family") == "table-cell":
            self.cells[own.get("name", "")] = own.get("data-style-name"), own.get("parent-style-name")

    def format_of(self, style: str | None) -> CellFormat:
        """What a cell style prints beside a number."""
        for _ in range(_DEEPEST):
            data, style = self.cells.get(style or "", (None, None))
            if data is not None:
                return self.data.get(data, _PLAIN)
        return _PLAIN


def _printed(kind: str, element: ElementTree.Element) -> CellFormat:
    signs, number = [], dict[str, str]()
    for child in element:
        if _name(child) in ("text", "currency-symbol"):
            signs.append((child.text or "").strip("+-−() "))
        elif _name(child) == "number":
            number = _attributes(child)
    digits, places = (int(number.get(key) or 0) for key in ("min-integer-digits", "decimal-places"))
    if kind == "number-style" and digits > 1 and not places and not any(signs):
        return padded(digits)
    factor = number.get("display-factor", "1")
    thousands = {"1000": 1, "1000000": 2, "1000000000": 3}.get(factor, 0)
    return printed(signs, percent=kind == "percentage-style", thousands=thousands)


@dataclass(slots=True)
class _Sheet:
    """A sheet that is being read. Styles are numbered as they occur."""

    name: str
    styles: _Styles
    columns: list[str | None] = field(default_factory=list)  # the default style of each
    formats: PlacedFormats = field(default_factory=lambda: PlacedFormats([]))
    numbers: dict[CellFormat, int] = field(default_factory=dict)
    known: dict[tuple[str | None, str | None, str | None], int | None] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    uncalculated: int = 0
    hidden_rows: int = 0
    hidden_columns: set[int] = field(default_factory=set)
    row: int = 0

    def add_column(self, own: Mapping[str, str]) -> None:
        first = len(self.columns)
        count = min(_repeated(own, "columns"), _MOST_COLUMNS - first)
        self.columns += [own.get("default-cell-style-name")] * count
        if own.get("visibility") in _HIDDEN:
            self.hidden_columns.update(range(first, first + count))

    def add_row(self, element: ElementTree.Element) -> None:
        own = _attributes(element)
        repeated, place, filled = _repeated(own, "rows"), 0, False
        for cell in element:
            if _name(cell) not in ("table-cell", "covered-table-cell"):
                continue
            said = _attributes(cell)
            count = _repeated(said, "columns")
            if len(said) > ("style-name" in said) + ("number-columns-repeated" in said):
                filled = self._add_cell(cell, said, own, (place, count, repeated)) or filled
            place += count
        if filled and own.get("visibility") in _HIDDEN:
            self.hidden_rows += repeated
        self.row += repeated

    def _add_cell(
        self,
        cell: ElementTree.Element,
        said: Mapping[str, str],
        row: Mapping[str, str],
        place: tuple[int, int, int],
    ) -> bool:
        """Whether there is anything in it. `place` is its column, and how many columns and rows it holds
        for."""
        left, count, rows = place
        kind, text = (
            said.get("value-type"),
            "".join(part for each in cell if _name(each) == "p" for part in each.itertext()),
        )
        if "formula" in said and kind is None and not text:
            self.uncalculated += count * rows
        if said.get("extended-type") == "error" and said.get("string-value") == "":
            self.errors += [text or "#N/A"] * min(count * rows, _MOST_COLUMNS)
        if kind in _NUMBERS:
            for column in range(left, min(left + count, _MOST_COLUMNS)):
                style = said.get("style-name") or row.get("default-cell-style-name") or self._default(column)
                number = self._number(style, kind, said.get("currency"))
                if number is not None and len(self.formats) + rows <= _MOST_PLACED:
                    for offset in range(rows):
                        self.formats.put(self.row + offset, column, number)
        return kind is not None or bool(text)

    def _default(self, column: int) -> str | None:
        return self.columns[column] if column < len(self.columns) else None

    def _number(self, style: str | None, kind: str, currency: str | None) -> int | None:
        """The number of a format in this sheet; None where it says nothing."""
        key = (style, kind, currency)
        if key not in self.known:
            found = self.styles.format_of(style)
            if found == _PLAIN and kind == "percentage":
                found = CellFormat("%")
            elif found == _PLAIN and kind == "currency":
                found = printed([currency or ""])
            self.known[key] = None if found == _PLAIN else self._numbered(found)
        return self.known[key]

    def _numbered(self, found: CellFormat) -> int:
        if found not in self.numbers:
            self.numbers[found] = len(self.formats.styles)
            self.formats.styles.append(found)
        return self.numbers[found]

    def facts(self) -> SheetFacts:
        return SheetFacts(
            formats=self.formats,
            errors=tuple(self.errors),
            uncalculated=self.uncalculated,
            hidden_rows=self.hidden_rows,
            hidden_columns=frozenset(self.hidden_columns),
        )


def _repeated(own: Mapping[str, str], what: str) -> int:
    written = own.get(f"number-{what}-repeated", "1")
    return max(1, int(written)) if written.isdecimal() and len(written) < 9 else 1


def _sheets(part: IO[bytes], styles: _Styles) -> dict[str, SheetFacts]:
    """The facts of the sheets. Rows are let go of once they are read: a sheet has millions of cells."""
    found: dict[str, SheetFacts] = {}
    open_: list[_Sheet] = []  # a table may stand in another's shapes: it is none of the sheets
    for event, element in ElementTree.iterparse(part, ("start", "end")):  # noqa: S314 - as above
        name = _name(element)
        if event == "start":
            if name == "table":
                open_.append(_Sheet(_attributes(element).get("name", ""), styles))
            continue
        styles.note(element)
        if not open_:
            continue
        if name == "table-column":
            open_[-1].add_column(_attributes(element))
        elif name == "table-row":
            open_[-1].add_row(element)
            element.clear()
        elif name == "table":
            sheet = open_.pop()
            if not open_:
                found[sheet.name] = sheet.facts()
    return found
