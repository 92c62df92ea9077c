"""What an XLS workbook (BIFF8, [MS-XLS]) says of its sheets beside their values: of its records, those few
that formats, error cells and hidden rows and columns are in."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from answerable.data.ingestion.sheets.compound import DamagedContainer, read_stream
from answerable.data.ingestion.sheets.facts import (
    MOST_BYTES,
    PERCENT_FORMATS,
    UNREAD,
    CellFormat,
    PlacedFormats,
    SheetFacts,
    format_of,
)

_BEGIN, _END = 0x809, 0x0A
_BIFF8 = 0x600
_FORMAT, _STYLE, _SHEET = 0x41E, 0xE0, 0x85
_NUMBER, _SHORT_NUMBER, _SHORT_NUMBERS, _FORMULA, _TRUTH = 0x203, 0x27E, 0xBD, 0x06, 0x205
_ROW, _COLUMN = 0x208, 0x7D
_HIDDEN_ROW, _HIDDEN_COLUMN = 0x20, 0x01
_NO_NUMBER = 0xFFFF  # where a formula's number would end: it has a text, a truth or an error
_ERROR = 2
_ERRORS = {
    0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A",
}  # fmt: skip

_Record = tuple[int, bytes]


def read_facts(path: Path) -> dict[str, SheetFacts] | None:
    """The facts of each sheet of an XLS workbook, by its name; None where nobody can say: for formats before
    BIFF8, files beyond 256 MB and damaged ones, which may have values that can be read all the same."""
    if path.stat().st_size > MOST_BYTES:
        return None
    try:
        found = read_stream(path, ("Workbook",))
        return None if found is None else _read(found[1])
    except (DamagedContainer, struct.error, IndexError):
        return None


def _read(stream: bytes) -> dict[str, SheetFacts] | None:
    records = _records(stream, 0)
    kind, begin = next(records, (0, b""))
    if kind != _BEGIN or struct.unpack_from("<H", begin)[0] != _BIFF8:
        return None
    codes: dict[int, CellFormat] = {number: CellFormat("%") for number in PERCENT_FORMATS}
    numbers: list[int] = []
    places: dict[str, int] = {}
    for kind, body in records:
        if kind == _FORMAT:
            codes[struct.unpack_from("<H", body)[0]] = format_of(_text(body, 2, "<H"))
        elif kind == _STYLE:
            numbers.append(struct.unpack_from("<H", body, 2)[0])
        elif kind == _SHEET:
            places[_text(body, 6, "<B")] = struct.unpack_from("<I", body)[0]
    styles = [codes.get(number, CellFormat()) for number in numbers]
    return {name: _sheet(stream, place, styles) for name, place in places.items()}


def _records(stream: bytes, start: int) -> Iterator[_Record]:
    """The records from the beginning of a sheet, or of the workbook, to its end; those of charts that stand
    inside of it are passed over."""
    depth = 0
    while start + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, start)
        body = stream[start + 4 : start + 4 + size]
        start += 4 + size
        depth += (kind == _BEGIN) - (kind == _END)
        if depth <= 1:
            yield kind, body
        if depth <= 0:
            return


def _text(body: bytes, start: int, length: str) -> str:
    """A text behind its length and a byte that says whether a character takes one byte or two."""
    (count,) = struct.unpack_from(length, body, start)
    start += struct.calcsize(length)
    wide = body[start] & 1
    end = start + 1 + count * (2 if wide else 1)
    return body[start + 1 : end].decode("utf-16-le" if wide else "latin-1", "replace")


@dataclass(slots=True)
class _Found:
    formats: PlacedFormats
    telling: frozenset[int]
    errors: list[str] = field(default_factory=list)
    hidden_rows: int = 0
    hidden_columns: set[int] = field(default_factory=set)

    def number(self, row: int, column: int, style: int) -> None:
        if style in self.telling:
            self.formats.put(row, column, style)


def _sheet(stream: bytes, place: int, styles: list[CellFormat]) -> SheetFacts:
    telling = frozenset(number for number, style in enumerate(styles) if style != CellFormat())
    found = _Found(PlacedFormats(styles), telling)
    records = _records(stream, place)
    if next(records, (0, b""))[0] != _BEGIN:
        return UNREAD
    for kind, body in records:
        _note(found, kind, body)
    return SheetFacts(
        formats=found.formats,
        errors=tuple(found.errors),
        hidden_rows=found.hidden_rows,
        hidden_columns=frozenset(found.hidden_columns),
    )


def _note(found: _Found, kind: int, body: bytes) -> None:
    if kind in (_NUMBER, _SHORT_NUMBER):
        found.number(*struct.unpack_from("<HHH", body))
    elif kind == _SHORT_NUMBERS:
        row, first = struct.unpack_from("<HH", body)
        for offset in range((len(body) - 6) // 6):
            found.number(row, first + offset, struct.unpack_from("<H", body, 4 + 6 * offset)[0])
    elif kind == _FORMULA:
        if struct.unpack_from("<H", body, 12)[0] != _NO_NUMBER:
            found.number(*struct.unpack_from("<HHH", body))
        elif body[6] == _ERROR:
            found.errors.append(_ERRORS.get(body[8], "#N/A"))
    elif kind == _TRUTH and body[7]:
        found.errors.append(_ERRORS.get(body[6], "#N/A"))
    elif kind == _ROW:
        found.hidden_rows += bool(struct.unpack_from("<H", body, 12)[0] & _HIDDEN_ROW)
    elif kind == _COLUMN and struct.unpack_from("<H", body, 8)[0] & _HIDDEN_COLUMN:
        first, last = struct.unpack_from("<HH", body)
        found.hidden_columns.update(range(first, last + 1))
