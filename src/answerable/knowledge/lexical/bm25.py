"""BM25: what a word in a text is worth for a query.

Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009); the inverse document
frequency is the non-negative variant of Lucene. The score of a text is the inner product of the text's
weights with the query's: that is why the two are computed apart and the database can multiply them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterable
from typing import TypeVar

Word = TypeVar("Word", bound=Hashable)

K1 = 0.8
B = 0.75
REFERENCE_LENGTH = 200.0
"""Words of a typical chunk. BM25 divides by the collection's mean length; a fixed one keeps a chunk's
weights independent of what is indexed after it; means from half to twice it measured within half a point."""


def text_weights(words: Iterable[Word]) -> dict[Word, float]:
    """The saturated, length-normalised frequency of each word (or term id) of a text, 0 to K1 + 1."""
    counts = Counter(words)
    length = sum(counts.values())
    norm = K1 * (1 - B + B * length / REFERENCE_LENGTH)
    return {word: count * (K1 + 1) / (count + norm) for word, count in counts.items()}


def inverse_document_frequency(texts_with_word: int, texts: int) -> float:
    """How much a word tells: ln(1 + (N - n + ½) / (n + ½)); always positive."""
    seen = min(texts_with_word, texts)
    return math.log1p((texts - seen + 0.5) / (seen + 0.5))
