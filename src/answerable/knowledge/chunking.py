"""A parsed document to chunks: by structure, never across headings, about a target of word pieces.

A chunk's text is `text[start:end]`. Chunks come in order, do not overlap, and only white space lies
between them. The work is linear in the text's length, whatever its lines are like.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from answerable.knowledge.lexical.sentences import sentences
from answerable.knowledge.parsing.document import Heading, Page, ParsedDocument

TARGET_TOKENS = 200
"""all-MiniLM-L6-v2 was trained on 128 word pieces and reads 256 well: room for the headings stays."""

_WINDOW_CHARACTERS = 8_000  # what is looked at as one piece when a paragraph has no end
_BLANK_LINE = "\n\n"
_SMALL_TAIL = 0.25  # of the target: a last chunk this small joins the one before it
_TAIL_ROOM = 1.25  # of the target: how large that one may become
_WORD = re.compile(r"[A-Za-z0-9]+|\w|[^\w\s]")
_LETTERS_PER_PIECE = 6

CountTokens = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage that is searched and quoted as one. `page` is where it starts."""

    ordinal: int
    start: int
    end: int
    page: int | None
    heading_path: tuple[str, ...]
    token_count: int


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    tokens: int


def estimate_tokens(text: str) -> int:
    """About the number of word pieces: long words are several, marks and letters beyond ASCII one each."""
    return sum(1 + (len(match) - 1) // _LETTERS_PER_PIECE for match in _WORD.findall(text))


def chunk(
    document: ParsedDocument,
    *,
    count_tokens: CountTokens = estimate_tokens,
    target_tokens: int = TARGET_TOKENS,
) -> list[Chunk]:
    """The document's chunks. Each has at most 1.25 × `target_tokens` tokens, as `count_tokens` counts
    its paragraphs or sentences. Slides are never mixed; pages of a PDF are, where a paragraph goes on."""
    cutter = _Cutter(document.text, count_tokens, max(1, target_tokens))
    slides = document.pages if "presentation" in document.media_type else ()
    pages = _PageFinder(document.pages)
    chunks: list[Chunk] = []
    for start, end, path in _sections(document.text, document.headings, slides):
        for span in cutter.pack(start, end):
            chunks.append(Chunk(len(chunks), span.start, span.end, pages.at(span.start), path, span.tokens))
    return chunks


def _sections(
    text: str, headings: tuple[Heading, ...], slides: tuple[Page, ...]
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
            if not text[heading.end : end].strip() and end < len(text):
                pending = start if pending is None else pending
                continue
        yield (start if pending is None else pending), end, tuple(item.title for item in path)
        pending = None
    if pending is not None:
        yield pending, len(text), tuple(item.title for item in path)


class _Cutter:
    def __init__(self, text: str, count_tokens: CountTokens, target: int) -> None:
        self._text = text
        self._count = count_tokens
        self._target = target

    def pack(self, start: int, end: int) -> list[_Span]:
        """Paragraphs, and sentences of long ones, put together up to the target."""
        packed: list[_Span] = []
        for unit in self._units(start, end):
            if packed and packed[-1].tokens + unit.tokens <= self._target:
                packed[-1] = _Span(packed[-1].start, unit.end, packed[-1].tokens + unit.tokens)
            else:
                packed.append(unit)
        if len(packed) > 1 and packed[-1].tokens < _SMALL_TAIL * self._target:
            total = packed[-2].tokens + packed[-1].tokens
            if total <= _TAIL_ROOM * self._target:
                tail = packed.pop()
                packed[-1] = replace(packed[-1], end=tail.end, tokens=total)
        return packed

    def _units(self, start: int, end: int) -> Iterator[_Span]:
        for first, last in self._paragraphs(start, end):
            tokens = self._count(self._text[first:last])
            if tokens <= self._target:
                yield _Span(first, last, tokens)
                continue
            for sentence_start, sentence_end in sentences(self._text[first:last]):
                yield from self._fitting(first + sentence_start, first + sentence_end)

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
