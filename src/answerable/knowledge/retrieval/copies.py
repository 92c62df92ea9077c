"""Passages that say what a better one has said already: they come after all others.

Drafts, minutes that are sent around and pages with another date line differ in a word or two. What the query
asks for, and numbers, are never such a difference: a record of another part or price is another passage.
"""

from __future__ import annotations

import re
from collections import defaultdict
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
    """What a passage says, to be held against others that have the same of the query's words: its distinct
    words, and its text, whose words with digits are looked up for the few that are nearly alike otherwise
    (looking in all candidates took 2 ms, a tenth of a search)."""

    words: frozenset[int]
    text: str

    @property
    def numbers(self) -> frozenset[str]:
        """Its words with digits."""
        return frozenset(_WITH_DIGIT.findall(self.text))

    def is_nearly(self, other: _Said) -> bool:
        """Whether the other says nearly the same, in words that are not all the same."""
        room = max(len(self.words), len(other.words)) // _WORDS_FOR_ONE
        if abs(len(self.words) - len(other.words)) > room:
            return False
        apart = max(len(self.words - other.words), len(other.words - self.words))
        return 0 < apart <= room and self.numbers == other.numbers


def copies_last(query: WeightedQuery, ranked: Sequence[RankedPassage]) -> list[RankedPassage]:
    """The passages in their order; behind all others those with the very same words as one before, and those
    with nearly the words of `_VARIANTS` before."""
    asked = frozenset(query.content.tolist())
    seen: set[bytes] = set()
    kept: defaultdict[frozenset[int], list[_Said]] = defaultdict(list)
    first: list[RankedPassage] = []
    copies: list[RankedPassage] = []
    for passage in ranked:
        text = _compared(passage)
        words = frozenset(passage.candidate.sketch.words.tolist())
        said, alike = _Said(words, passage.candidate.text), kept[words & asked]
        if text in seen or sum(map(said.is_nearly, alike)) >= _VARIANTS:
            copies.append(passage)
        else:
            first.append(passage)
            alike.append(said)
        if text:
            seen.add(text)
    return first + copies


def _compared(passage: RankedPassage) -> bytes:
    """A passage's words in their order; its letters where its sentences have none, such as rows of dashes."""
    sketch = passage.candidate.sketch
    return sketch.words.tobytes() or (passage.candidate.text.encode() if len(sketch.spans) else b"")
