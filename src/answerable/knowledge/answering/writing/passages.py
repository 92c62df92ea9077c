"""The passages that a model writes from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from answerable.knowledge.answering.evidence import QUOTE_LIMIT
from answerable.knowledge.lexical.sentences import sentences
from answerable.knowledge.retrieval import RankedPassage

_MOST_PASSAGES = 8
_MOST_CHARACTERS = 24_000
_STOP = re.compile(r"[.!?…:。！？][)\]\"'”’»]*\Z")


@dataclass(frozen=True, slots=True)
class SourcePassage:
    """A passage with the number that the model cites it by; `text` is `document_text[start:…]`. `spans` are
    its sentences, relative to the passage."""

    number: int
    document_id: str
    chunk_id: str
    title: str
    page: int | None
    heading_path: tuple[str, ...]
    text: str
    start: int
    score: float
    spans: tuple[tuple[int, int], ...]
    table_header: str | None = None

    @property
    def above(self) -> str:
        """The document's title, the headings that the passage stands under, the columns of its table."""
        columns = () if self.table_header is None else (self.table_header,)
        return " · ".join((self.title, *self.heading_path, *columns))


def source_passages(found: Sequence[RankedPassage]) -> list[SourcePassage]:
    """The best passages, numbered from 1, as many as a prompt has room for (at least one)."""
    chosen: list[SourcePassage] = []
    room = _MOST_CHARACTERS
    for ranked in found[:_MOST_PASSAGES]:
        candidate = ranked.candidate
        room -= len(candidate.text)
        if chosen and room < 0:
            break
        chosen.append(
            SourcePassage(
                number=len(chosen) + 1,
                document_id=candidate.document_id,
                chunk_id=candidate.chunk_id,
                title=candidate.title,
                page=candidate.page,
                heading_path=candidate.heading_path,
                text=candidate.text,
                start=candidate.start,
                score=ranked.score,
                spans=whole_sentences(candidate.text),
                table_header=candidate.table_header,
            )
        )
    return chosen


def whole_sentences(text: str) -> tuple[tuple[int, int], ...]:
    """The sentences of a text; one that a wrapped line has parted is whole, up to a quote's length."""
    spans: list[tuple[int, int]] = []
    for start, end in sentences(text):
        if spans:
            first, last = spans[-1]
            wraps = text[last:start].count("\n") == 1 and not _STOP.search(text[first:last])
            if wraps and end - first <= QUOTE_LIMIT:
                spans[-1] = (first, end)
                continue
        spans.append((start, end))
    return tuple(spans)
