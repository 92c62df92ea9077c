"""Word 97 to 2003 (Microsoft [MS-DOC]): the text by its piece table, headings by paragraph styles, tables."""

from __future__ import annotations

import bisect
import re
import struct
from pathlib import Path

from answerable.knowledge.parsing.compound_file import CompoundFile
from answerable.knowledge.parsing.failures import Reason, refuse
from answerable.knowledge.parsing.text_builder import MAX_TEXT_CHARACTERS, TextBuilder

_MAGIC, _WORD_97 = 0xA5EC, 0x00C1
_ENCRYPTED, _TABLE_ONE = 0x0100, 0x0200
_HEADING_STYLES = range(1, 10)  # the first styles of every style sheet ([MS-DOC] 2.9.271)
_PAGE = 512
_FIELD = re.compile("\x13[^\x13\x14\x15]*\x14?|\x15")
_CELL, _PARAGRAPHS = "\x07", re.compile("[\r\x0c\x07]")
_DROPPED = re.compile("[\x01-\x06\x08\x0e-\x1d]")
_SYMBOLS: dict[int, str | int | None] = {0x1E: "-", 0x1F: None, 0x0B: "\n", 0xA0: " "}


def read(path: Path, builder: TextBuilder) -> None:
    file = CompoundFile(path)
    document = file.read("WordDocument")
    try:
        _Reader(file, document).write(builder)
    except (struct.error, IndexError) as error:
        raise refuse(Reason.DAMAGED) from error


class _Reader:
    def __init__(self, file: CompoundFile, document: bytes) -> None:
        magic, version = struct.unpack_from("<HH", document, 0)
        (flags,) = struct.unpack_from("<H", document, 0x0A)
        if magic != _MAGIC or version < _WORD_97:
            raise refuse(
                Reason.UNSUPPORTED_TYPE, "Word files before 1997 are not read. Save it as DOCX or PDF."
            )
        if flags & _ENCRYPTED:
            raise refuse(Reason.ENCRYPTED)
        self._document = document
        self._table = file.read("1Table" if flags & _TABLE_ONE else "0Table")
        main, notes = struct.unpack_from("<II", document, 0x4C)
        self._length = main + notes
        self._pieces = self._piece_table()
        self._styles = self._paragraph_styles()

    def write(self, builder: TextBuilder) -> None:
        text = "".join(self._piece_text(*piece) for piece in self._pieces)[: self._length]
        cells: list[str] = []
        inside: list[str] = []
        start = 0
        for end in _PARAGRAPHS.finditer(text + "\r"):
            paragraph = _plain(text[start : end.start()])
            level = self._level(start)
            if end[0] == _CELL:
                if not paragraph and not inside and cells:  # the mark at the end of a row
                    builder.add_row(cells)
                    cells = []
                else:
                    cells.append(" ".join(" ".join([*inside, paragraph]).split()))
                inside = []
            elif self._in_table(text, end.end(), cells):
                inside.append(paragraph)
            else:
                builder.add(paragraph, level=level)
            start = end.end()

    def _in_table(self, text: str, place: int, cells: list[str]) -> bool:
        """Whether a paragraph belongs to a cell: one is open, and its mark comes before long."""
        return bool(cells) and _CELL in text[place : place + 4000]

    def _level(self, place: int) -> int | None:
        style = self._style_at(place)
        return style if style in _HEADING_STYLES else None

    def _piece_table(self) -> list[tuple[int, int, int, bool]]:
        """Pieces as (first character, end, offset in the stream, one byte a character)."""
        start, size = struct.unpack_from("<II", self._document, 0x01A2)
        clx = self._table[start : start + size]
        place = 0
        while clx[place] == 1:  # formatting, which pieces refer to
            place += 3 + struct.unpack_from("<H", clx, place + 1)[0]
        if clx[place] != 2:
            raise refuse(Reason.DAMAGED)
        (length,) = struct.unpack_from("<I", clx, place + 1)
        plain = clx[place + 5 : place + 5 + length]
        count = (len(plain) - 4) // 12
        positions = struct.unpack_from(f"<{count + 1}I", plain, 0)
        pieces = []
        for number in range(count):
            (where,) = struct.unpack_from("<I", plain, 4 * (count + 1) + 8 * number + 2)
            narrow = bool(where & 0x40000000)
            offset = (where & 0x3FFFFFFF) // 2 if narrow else where & 0x3FFFFFFF
            first, end = positions[number], positions[number + 1]
            if end < first or end - first > MAX_TEXT_CHARACTERS:
                raise refuse(Reason.DAMAGED)
            pieces.append((first, end, offset, narrow))
        return pieces

    def _piece_text(self, first: int, end: int, offset: int, narrow: bool) -> str:
        """The characters of a piece; those beyond the first plane as two, as positions count them."""
        width = 1 if narrow else 2
        data = self._document[offset : offset + (end - first) * width]
        if narrow:
            return data.decode("cp1252", "replace")
        return "".join(map(chr, struct.unpack(f"<{len(data) // 2}H", data[: len(data) // 2 * 2])))

    def _paragraph_styles(self) -> tuple[list[int], list[int]]:
        """The offsets in the stream where paragraphs begin, and the style of each."""
        start, size = struct.unpack_from("<II", self._document, 0x0102)
        plain = self._table[start : start + size]
        count = max(0, (len(plain) - 4) // 8)
        runs: dict[int, int] = {}
        for (page,) in struct.iter_unpack("<I", plain[4 * (count + 1) : 8 * count + 4]):
            block = self._document[(page & 0x3FFFFF) * _PAGE :][:_PAGE]
            if len(block) == _PAGE:
                runs |= _runs(block)
        ordered = sorted(runs)
        return ordered, [runs[offset] for offset in ordered]

    def _style_at(self, place: int) -> int:
        for first, end, offset, narrow in self._pieces:
            if first <= place < end:
                starts, styles = self._styles
                at = bisect.bisect_right(starts, offset + (place - first) * (1 if narrow else 2)) - 1
                return styles[at] if at >= 0 else 0
        return 0


def _runs(block: bytes) -> dict[int, int]:
    """The paragraphs of one page of formatting: offset → style ([MS-DOC] 2.9.175, PapxFkp)."""
    count = block[_PAGE - 1]
    found = {}
    for number in range(count):
        (offset,) = struct.unpack_from("<I", block, 4 * number)
        where = 2 * block[4 * (count + 1) + 13 * number]
        style = 0
        if 0 < where < _PAGE - 4:
            style = struct.unpack_from("<H", block, where + (1 if block[where] else 2))[0]
        found[offset] = style
    return found


def _plain(text: str) -> str:
    """A paragraph without its fields' instructions and the marks of pictures and notes."""
    before = None
    while before != text and "\x13" in text:
        before, text = text, _FIELD.sub("", text)
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _DROPPED.sub("", text.replace("\x15", "")).translate(_SYMBOLS).strip()
