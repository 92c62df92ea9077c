"""A parsed document to chunks: by structure, never across headings, about a target of word pieces.

A chunk's text is `text[start:end]`. Chunks come in order, and only white space lies between them; they
overlap only where that is asked for. A table is cut between its rows, and each of its chunks knows the row
that names the columns. The work is linear in the text's length, whatever its lines are like, and looks at a
few thousand characters at once: a text that is too long to be held is cut while it is read.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from answerable.knowledge.lexical.sentences import sentences
from answerable.knowledge.parsing.document import Heading, Page, ParsedDocument, Table
from answerable.knowledge.parsing.long_text import Text, is_blank

TARGET_TOKENS = 200
"""all-MiniLM-L6-v2 was trained on 128 word pieces and reads 256 well: room for the headings stays."""

_LONGEST_HEADER = 300
"""Characters of a table's header that its chunks carry."""
_WINDOW_CHARACTERS = 8_000  # what is looked at as one piece when a paragraph has no end
_BLANK_LINE = "\n\n"
_SMALL_TAIL = 0.25  # of the target: a last chunk this small joins the one before it
_TAIL_ROOM = 1.25  # of the target: how large that one may become
_WORD = re.compile(r"[A-Za-z0-9]+|\w|[^\w\s]")
_LETTERS_PER_PIECE = 6

CountTokens = Callable[[str], int]

VERSION = 1
"""Counts changes of what chunks a text gives: documents that were cut before are cut anew."""


class ChunkSettings(BaseModel):
    """How the documents of a source are cut. Tokens are word pieces, as they are estimated."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    target_tokens: int = Field(TARGET_TOKENS, ge=50, le=2000, description="About the size of a chunk.")
    overlap_tokens: int = Field(
        0, ge=0, le=500, description="How much of the chunk before each one repeats, in whole sentences."
    )

    @model_validator(mode="after")
    def _overlap_leaves_room(self) -> Self:
        if 2 * self.overlap_tokens > self.target_tokens:
            raise ValueError("give an overlap of at most half the target")
        return self

    @property
    def fingerprint(self) -> str:
        """What tells whether a document is cut by these settings and this version."""
        return f"{VERSION}:{self.target_tokens}:{self.overlap_tokens}"


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage that is searched and quoted as one. `page` is where it starts, `section` the span of what
    stands under its heading, its parent. `table_header` is the row that names the columns, for a chunk that
    begins inside a table."""

    ordinal: int
    start: int
    end: int
    page: int | None
    heading_path: tuple[str, ...]
    token_count: int
    section: tuple[int, int] = (0, 0)
    table_header: str | None = None


@dataclass(frozen=True, slots=True)
class _Span:
    """`repeated` are the tokens of the table's header, which a chunk that begins here has besides."""

    start: int
    end: int
    tokens: int
    repeated: int = 0


def estimate_tokens(text: str) -> int:
    """About the number of word pieces: long words are several, marks and letters beyond ASCII one each."""
    return sum(1 + (len(match) - 1) // _LETTERS_PER_PIECE for match in _WORD.findall(text))


def chunk(
    document: ParsedDocument,
    *,
    count_tokens: CountTokens = estimate_tokens,
    target_tokens: int = TARGET_TOKENS,
    overlap_tokens: int = 0,
) -> Iterator[Chunk]:
    """The document's chunks, each made when it is asked for. Each has at most 1.25 × `target_tokens` tokens,
    as `count_tokens` counts its paragraphs, rows or sentences, and at most `overlap_tokens` of the chunk
    before in the same section. Slides are never mixed; pages of a PDF are, where a paragraph goes on."""
    text = document.whole
    tables = _TableFinder(text, document.tables)
    cutter = _Cutter(text, count_tokens, max(1, target_tokens), tables)
    slides = document.pages if "presentation" in document.media_type else ()
    pages = _PageFinder(document.pages)
    ordinal = 0
    for start, end, path in _sections(text, document.headings, slides):
        before: _Span | None = None
        for span in cutter.pack(start, end):
            first, header = span.start, tables.header_at(span.start)
            if before is not None and overlap_tokens and tables.at(first) is None:
                first = cutter.reach_back(before, first, overlap_tokens)
            page = pages.at(span.start)
            yield Chunk(ordinal, first, span.end, page, path, span.tokens, (start, end), header)
            before, ordinal = span, ordinal + 1


def _sections(
    text: Text, headings: tuple[Heading, ...], slides: tuple[Page, ...]
) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Spans between headings (and slides), each with the titles that it stands under.

    A section starts with its own heading. A heading with nothing under it goes with the next deeper one.
    """
    cuts = sorted({0, len(text), *(heading.start for heading in headings), *(page.start for page in slides)})
    by_start = {heading.start: heading for heading in headings}
    path: list[Heading] = []
    pending: int | None = None
    for start, end in pairwise(cuts):
        heading = by_start.get(start)
        goes_on = heading is not None and (not path or heading.level > path[-1].level)
        if pending is not None and not goes_on:
            yield pending, start, tuple(item.title for item in path)
            pending = None
        if heading is None:  # the text's beginning, or a slide without a title
            path = []
        else:
            path = [item for item in path if item.level < heading.level] + [heading]
            if end < len(text) and is_blank(text, heading.end, end):
                pending = start if pending is None else pending
                continue
        yield (start if pending is None else pending), end, tuple(item.title for item in path)
        pending = None
    if pending is not None:
        yield pending, len(text), tuple(item.title for item in path)


class _TableFinder:
    """The table at an offset, and its header for what stands below that."""

    def __init__(self, text: Text, tables: Sequence[Table]) -> None:
        self._text = text
        self._tables = tables
        self._starts = [table.start for table in tables]

    def at(self, offset: int) -> Table | None:
        place = bisect_right(self._starts, offset) - 1
        found = self._tables[place] if place >= 0 else None
        return found if found is not None and offset < found.end else None

    def header_at(self, offset: int) -> str | None:
        table = self.at(offset)
        if table is None or offset < table.header_end:
            return None
        return self._text[table.start : min(table.header_end, table.start + _LONGEST_HEADER)]


class _Cutter:
    def __init__(self, text: Text, count_tokens: CountTokens, target: int, tables: _TableFinder) -> None:
        self._tables = tables
        self._text = text
        self._count = count_tokens
        self._target = target

    def pack(self, start: int, end: int) -> Iterator[_Span]:
        """Paragraphs, and sentences of long ones, put together up to the target."""
        held: list[_Span] = []  # the last two, which may become one
        for unit in self._units(start, end):
            if held and held[-1].tokens + unit.tokens <= self._target:
                held[-1] = _Span(held[-1].start, unit.end, held[-1].tokens + unit.tokens)
                continue
            if len(held) == 2:
                yield held.pop(0)
            held.append(replace(unit, tokens=unit.tokens + unit.repeated))
        if len(held) > 1 and held[-1].tokens < _SMALL_TAIL * self._target:
            total = held[-2].tokens + held[-1].tokens
            if total <= _TAIL_ROOM * self._target:
                tail = held.pop()
                held[-1] = replace(held[-1], end=tail.end, tokens=total)
        yield from held

    def _units(self, start: int, end: int) -> Iterator[_Span]:
        for first, last in self._paragraphs(start, end):
            tokens = self._count(self._text[first:last])
            if tokens <= self._target:
                yield _Span(first, last, tokens)
                continue
            if (table := self._tables.at(first)) is not None:
                yield from self._rows(first, last, table)
                continue
            for sentence_start, sentence_end in sentences(self._text[first:last]):
                yield from self._fitting(first + sentence_start, first + sentence_end)

    def _rows(self, start: int, end: int, table: Table) -> Iterator[_Span]:
        """The rows of a table too large for one chunk. A header that takes much of the room is not counted
        with its rows: it is cut when it is put before them."""
        header = self._text[table.start : min(table.header_end, table.start + _LONGEST_HEADER)]
        repeated = min(self._count(header), self._target // 4)
        while start < end:
            stop = self._text.find("\n", start, end)
            stop = end if stop < 0 else stop
            for row in self._fitting(start, stop) if self._text[start:stop].strip() else ():
                inside = row.start >= table.header_end
                yield replace(row, repeated=repeated if inside else 0)
            start = stop + 1

    def reach_back(self, before: _Span, start: int, most: int) -> int:
        """Where a chunk begins that repeats what whole sentences of the one before so many tokens hold."""
        spans = sentences(self._text[before.start : before.end])
        for first, last in reversed(spans):
            most -= self._count(self._text[before.start + first : before.start + last])
            if most < 0:
                break
            start = before.start + first
        return start

    def _paragraphs(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        while start < end:
            limit = min(end, start + _WINDOW_CHARACTERS)
            stop = self._text.find(_BLANK_LINE, start, limit)
            following = stop + len(_BLANK_LINE)
            if stop < 0:
                stop = following = end if limit == end else self._window_end(start, limit)
            if trimmed := self._trim(start, stop):
                yield trimmed
            start = following

    def _window_end(self, start: int, limit: int) -> int:
        """Where to part a paragraph that is too long to look at: at a line, else a space, else anywhere."""
        for mark in ("\n", ". ", " "):
            place = self._text.rfind(mark, start + _WINDOW_CHARACTERS // 2, limit)
            if place >= 0:
                return place + len(mark)
        return limit

    def _trim(self, start: int, end: int) -> tuple[int, int] | None:
        part = self._text[start:end]
        first = len(part) - len(part.lstrip())
        return (start + first, start + len(part.rstrip())) if first < len(part) else None

    def _fitting(self, start: int, end: int) -> Iterator[_Span]:
        """A sentence of more than the target (no spaces, or one letter a token) is halved until it fits."""
        tokens = self._count(self._text[start:end])
        if tokens <= self._target or end - start == 1:
            yield _Span(start, end, tokens)
            return
        middle = (start + end) // 2
        for half in (self._trim(start, middle), self._trim(middle, end)):
            if half is not None:
                yield from self._fitting(*half)


class _PageFinder:
    """The page at an offset, for offsets that only grow."""

    def __init__(self, pages: tuple[Page, ...]) -> None:
        self._pages = pages
        self._index = 0

    def at(self, offset: int) -> int | None:
        while self._index < len(self._pages) and self._pages[self._index].end <= offset:
            self._index += 1
        if self._index == len(self._pages) or self._pages[self._index].start > offset:
            return None
        return self._pages[self._index].number
