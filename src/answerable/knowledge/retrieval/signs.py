"""The sentences of passages against a query, all passages at once: one by one cost several times as much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from answerable.knowledge.indexing.passage import SentenceSketch
from answerable.knowledge.retrieval.query import WeightedQuery

Numbers = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class SentenceSigns:
    """Sentences against the query, those of one passage after those of another; arrays have one entry a
    sentence.

    `present` (sentences × content terms) says which content words each sentence has; `overlap` is the share
    of the content's weight that it has; `cosine` its vector's with the query's.
    """

    present: NDArray[np.bool_]
    overlap: Numbers
    cosine: Numbers


def sentence_signs(query: WeightedQuery, sketches: Sequence[SentenceSketch]) -> SentenceSigns:
    """Compare each sentence of these passages with the query."""
    words, word_counts = joined([sketch.words for sketch in sketches]), [s.word_counts for s in sketches]
    sentences = sum(len(sketch.spans) for sketch in sketches)
    present = np.zeros((sentences, len(query.content)), dtype=np.bool_)
    sentence = np.repeat(np.arange(sentences), joined(word_counts))
    word, term = np.nonzero(words[:, None] == query.content[None, :])
    present[sentence[word], term] = True
    return SentenceSigns(present, present.astype(np.float32) @ query.shares, _cosines(query, sketches))


def owners(arrays: Sequence[NDArray[np.int32]]) -> NDArray[np.intp]:
    """For each entry of the arrays, one after the other, the place of the array that it is of."""
    return np.repeat(np.arange(len(arrays)), [len(array) for array in arrays])


def joined(arrays: Sequence[NDArray[np.int32]]) -> NDArray[np.int32]:
    """The arrays one after the other."""
    return np.concatenate([np.zeros(0, np.int32), *arrays])


def _cosines(query: WeightedQuery, sketches: Sequence[SentenceSketch]) -> Numbers:
    """Zeros for sentences without a vector by the query's encoder."""
    fits = [query.vector is not None and s.vectors.shape[1] == len(query.vector) for s in sketches]
    cosines = np.zeros(sum(len(sketch.spans) for sketch in sketches), dtype=np.float32)
    if query.vector is not None and any(fits):
        vectors = np.concatenate([s.vectors for s, fit in zip(sketches, fits, strict=True) if fit])
        there = np.repeat(fits, [len(sketch.spans) for sketch in sketches])
        cosines[there] = (vectors @ query.vector - query.baseline) / (1 - query.baseline)
    return cosines
