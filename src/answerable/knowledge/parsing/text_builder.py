"""Builds a document's text block by block and keeps the offsets of pages and headings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from answerable.knowledge.parsing.budget import Budget
from answerable.knowledge.parsing.document import Heading, Page, ParsedDocument, Table
from answerable.knowledge.parsing.failures import Reason, refuse
from answerable.knowledge.parsing.language import language_of
from answerable.knowledge.parsing.long_text import LongText, LongTextWriter

MAX_TEXT_CHARACTERS = 10_000_000
"""Of a format whose text is held as a whole while it is read: about 5,000 pages."""

MAX_MARKS = 100_000
"""Headings, and tables, of one document: they are held as a whole, and sent to whoever opens it."""

_MAX_HEADING_CHARACTERS = 300
HELD_PARTS = 10
"""A text of more parts goes into a file, so many parts at once."""
_TOO_MANY_HEADINGS = f"Only the first {MAX_MARKS:,} headings count as such."

_NEWLINES = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_BLANK_LINES = re.compile(r"\n{3,}")
_SURROGATES = re.compile("[\ud800-\udfff]")
# Marks on one letter beyond what any writing has (Unicode's Stream-Safe Text Format allows 30, UAX 15,
# section 13): normalising takes time that grows with the square of their number, here and at each reader.
_MARKS = "".join(re.escape(chr(code)) for code in range(0x300, 0x1F000) if unicodedata.combining(chr(code)))
_ENDLESS_MARKS = re.compile(f"([{_MARKS}]{{30}})[{_MARKS}]+")
# Control characters, soft hyphens, zero-width spaces, byte-order marks and the invisible tag
# characters: nobody sees them, they break searches, and some hide instructions.
_INVISIBLE = dict.fromkeys(
    [
        *(code for code in range(0x20) if code not in (0x09, 0x0A)),
        *range(0x7F, 0xA0),
        0xAD,
        0x200B,
        0x2060,
        0xFEFF,
        0xFFFE,
        0xFFFF,
        *range(0xE0000, 0xE0080),
    ]
)
_VISIBLE: dict[int, int | None] = {**_INVISIBLE, 0xA0: 0x20}


def clean(text: str) -> str:
    """The text in NFC with `\\n` for every line break, without invisible characters, trailing blanks
    and runs of empty lines. Linear in its length, whatever the lines' lengths."""
    return _cleaned(text).strip("\n")


def cleaned_lines(pieces: Iterable[str]) -> Iterator[str]:
    """The lines of a text that comes in pieces, cleaned, without runs of empty ones."""
    before = ""
    for piece in pieces:
        lines = _cleaned(piece).split("\n")
        if not lines[-1]:
            lines.pop()
        for line in lines:
            if line or before:
                yield line
            before = line


def _cleaned(text: str) -> str:
    text = _NEWLINES.sub("\n", text)
    if not text.isascii():
        text = _ENDLESS_MARKS.sub(r"\1", _SURROGATES.sub("\ufffd", text).translate(_VISIBLE))
        text = unicodedata.normalize("NFC", text)
    else:
        text = text.translate(_INVISIBLE)
    lines = [line.rstrip() for line in text.split("\n")]
    return _BLANK_LINES.sub("\n\n", "\n".join(lines))


@dataclass(frozen=True, slots=True)
class TextLimits:
    """How much text a document may have, and where one that is too long to be held goes: into a file, in
    parts of `part_characters`."""

    characters: int = MAX_TEXT_CHARACTERS
    file: Path | None = None
    part_characters: int = 100_000


@dataclass(frozen=True, slots=True)
class Place:
    """How far a text had been built."""

    length: int
    headings: int
    tables: int
    title: str | None


class TextBuilder:
    """Blocks in reading order. Blocks are apart by an empty line, tight ones by a line break.

    `budget` is the time that readers of marks share within one document.
    """

    def __init__(self, budget: Budget | None = None, limits: TextLimits | None = None) -> None:
        self.budget = budget or Budget()
        self._limits = limits or TextLimits()
        self._written: LongTextWriter | None = None  # what comes before `_parts`, of a long text
        self._parts: list[str] = []
        self._held = 0  # characters in `_parts`
        self._length = 0
        self._headings: list[Heading] = []
        self._pages: list[Page] = []
        self._page: tuple[int, int] | None = None
        self._tables: list[Table] = []
        self._table: Table | None = None  # the one whose rows are coming
        self._gap = False
        self.title: str | None = None
        self.warnings: list[str] = []
        self.scanned: list[int] = []

    @property
    def empty(self) -> bool:
        return self._length == 0

    def add(self, text: str, *, level: int | None = None, tight: bool = False) -> None:
        """Add a block; a heading when `level` is given. Raises Refusal past the limit."""
        self.end_table()
        self._add(text, level=level, tight=tight)

    def add_row(self, cells: Sequence[str]) -> None:
        """Add a row of a table: a line, its cells parted by ` | `. Rows that follow each other are one
        table, the first of them its header; `end_table`, or any block, parts two tables."""
        row = " | ".join(cells)
        if not any(cells) or not row.strip():
            return
        before = self._table
        start = self._add(row, level=None, tight=before is not None)
        if before is None:
            self._table = Table(start, self._length, self._length)
        else:
            self._table = replace(before, end=self._length)

    def end_table(self) -> None:
        """What follows is no row of the table so far. One row alone is no table."""
        table, self._table = self._table, None
        if table is not None and table.end > table.header_end and len(self._tables) < MAX_MARKS:
            self._tables.append(table)

    def add_gap(self) -> None:
        """Part the next block from what is there by an empty line, also a tight one."""
        self._gap = True

    def _add(self, text: str, *, level: int | None, tight: bool) -> int:
        """Where the block starts."""
        block = clean(text)
        if level is not None:
            block = " ".join(block.split())
        if not block.strip():
            return self._length
        gap = "" if self.empty else "\n" if tight and not self._gap else "\n\n"
        self._gap = False
        start = self._length + len(gap)
        if start + len(block) > self._limits.characters:
            raise refuse(
                Reason.TOO_LARGE,
                f"The file holds more than {self._limits.characters:,} characters of text. Split it into "
                "smaller files, then upload those.",
            )
        self._put(gap + block)
        if level is not None and len(block) <= _MAX_HEADING_CHARACTERS:
            self._add_heading(Heading(min(max(level, 1), 6), block, start, self._length))
        return start

    def _put(self, text: str) -> None:
        self._parts.append(text)
        self._held += len(text)
        self._length += len(text)
        if self._limits.file is not None and self._held > HELD_PARTS * self._limits.part_characters:
            if self._written is None:
                self._written = LongTextWriter(self._limits.file, self._limits.part_characters)
            self._write_held(self._written)

    def _write_held(self, writer: LongTextWriter) -> None:
        writer.write("".join(self._parts))
        self._parts.clear()
        self._held = 0

    def _add_heading(self, heading: Heading) -> None:
        if len(self._headings) < MAX_MARKS:
            self._headings.append(heading)
        elif _TOO_MANY_HEADINGS not in self.warnings:
            self.warnings.append(_TOO_MANY_HEADINGS)

    def place(self) -> Place:
        """Where the text stands now, for `go_back`."""
        self.end_table()
        return Place(self._length, len(self._headings), len(self._tables), self.title)

    def go_back(self, place: Place) -> None:
        """Drop what was added since, on the same page."""
        while self._parts and self._length > place.length:
            dropped = len(self._parts.pop())
            self._length -= dropped
            self._held -= dropped
        if self._written is not None and self._length > place.length:
            self._written.cut(place.length)
        del self._headings[place.headings :]
        del self._tables[place.tables :]
        self._table = None
        self._length, self.title = place.length, place.title

    def begin_page(self, number: int) -> None:
        """What follows stands on this page."""
        self.end_table()
        self._end_page()
        self._page = (number, self._length)

    def finish(self, media_type: str) -> ParsedDocument:
        """The document. Its title is the given one, else its first heading. Raises Refusal (no_text),
        unless pages are scanned: their text may still be recognised."""
        self.end_table()
        self._end_page()
        if self.empty and not self.scanned:
            raise refuse(Reason.NO_TEXT)
        title = " ".join(clean(self.title or "").split())
        if not title and self._headings:
            title = self._headings[0].title
        text, long = "", None
        if self._written is None:
            text = "".join(self._parts)
        else:
            self._write_held(self._written)
            long = LongText(self._written.path, self._written.finish())
        return ParsedDocument(
            text=text,
            long=long,
            language=language_of(text if long is None else long),
            pages=tuple(self._pages),
            headings=tuple(self._headings),
            title=title[:_MAX_HEADING_CHARACTERS] or None,
            media_type=media_type,
            warnings=tuple(self.warnings),
            tables=tuple(self._tables),
            scanned=tuple(self.scanned),
        )

    def _end_page(self) -> None:
        if self._page is not None:
            number, start = self._page
            self._pages.append(Page(number, start, self._length))
            self._page = None
