"""Passages that say what a better one has said already: they come after all others.

Drafts, minutes that are sent around and pages with another date line differ in a word or two. What the query
asks for, and numbers, are never such a difference: a record of another part or price is another passage.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from answerable.knowledge.retrieval.candidate import RankedPassage
from answerable.knowledge.retrieval.query import WeightedQuery

_WORDS_FOR_ONE = 20
"""Words of a passage for each that may differ."""
_VARIANTS = 2
"""Passages of nearly the same words that keep their places: where they contradict each other, two show it."""
_WITH_DIGIT = re.compile(r"\w*\d[\w.,:/-]*")


@dataclass(frozen=True, slots=True)
class _Said:
    """What a passage says, to be held against others: its distinct words, those of the query among them, and
    its words with digits."""

    words: frozenset[int]
    asked: frozenset[int]
    numbers: frozenset[str]

    def is_nearly(self, other: _Said) -> bool:
        room = max(len(self.words), len(other.words)) // _WORDS_FOR_ONE
        if abs(len(self.words) - len(other.words)) > room or self.asked != other.asked:
            return False
        apart = max(len(self.words - other.words), len(other.words - self.words))
        return 0 < apart <= room and self.numbers == other.numbers


def copies_last(query: WeightedQuery, ranked: Sequence[RankedPassage]) -> list[RankedPassage]:
    """The passages in their order; behind all others those with the very same words as one before, and those
    with nearly the words of `_VARIANTS` before."""
    asked = frozenset(query.content.tolist())
    seen: set[bytes] = set()
    kept: list[_Said] = []
    first: list[RankedPassage] = []
    copies: list[RankedPassage] = []
    for passage in ranked:
        text = _compared(passage)
        said = _said(passage, asked)
        if text in seen or sum(map(said.is_nearly, kept)) >= _VARIANTS:
            copies.append(passage)
        else:
            first.append(passage)
            kept.append(said)
        if text:
            seen.add(text)
    return first + copies


def _compared(passage: RankedPassage) -> bytes:
    """A passage's words in their order; its letters where its sentences have none, such as rows of dashes."""
    sketch = passage.candidate.sketch
    return sketch.words.tobytes() or (passage.candidate.text.encode() if len(sketch.spans) else b"")


def _said(passage: RankedPassage, asked: frozenset[int]) -> _Said:
    words = frozenset(passage.candidate.sketch.words.tolist())
    return _Said(words, words & asked, frozenset(_WITH_DIGIT.findall(passage.candidate.text)))
