"""The second look at the candidates: which passage answers best.

A passage is as good as its best sentence, so each sentence is compared with the query by vector and by
words. The weights are a softmax regression (one query, thirty candidates, the right passage is to win)
on half of SQuAD's articles; `bench/retrieval.py` measures them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from answerable.knowledge.retrieval.candidate import Candidate, RankedPassage
from answerable.knowledge.retrieval.query import SearchMode, WeightedQuery
from answerable.knowledge.retrieval.stages import Stages, placed

Numbers = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each sign counts. They sum to 1, so that scores of different modes compare."""

    cosine: float
    bm25: float
    sentence_cosine: float
    sentence_overlap: float
    coverage: float


FIRST_LOOK_COSINE = 0.6
"""The cosine's part in the choice of candidates of a hybrid search."""

WEIGHTS = {
    SearchMode.HYBRID: Weights(0.214, 0.062, 0.431, 0.181, 0.112),
    SearchMode.DENSE: Weights(0.25, 0, 0.75, 0, 0),
    SearchMode.LEXICAL: Weights(0, 0.37, 0, 0.41, 0.22),
}


@dataclass(frozen=True, slots=True)
class SentenceSigns:
    """A passage's sentences against the query; arrays have one entry a sentence.

    `present` (sentences × content terms) says which content words each sentence has; `overlap` is the share
    of the content's weight that it has; `cosine` its vector's with the query's.
    """

    present: NDArray[np.bool_]
    overlap: Numbers
    cosine: Numbers


def sentence_signs(query: WeightedQuery, candidate: Candidate) -> SentenceSigns:
    """Compare each sentence of a passage with the query."""
    sketch = candidate.sketch
    present = np.zeros((len(sketch.spans), len(query.content)), dtype=np.bool_)
    owner = np.repeat(np.arange(len(sketch.spans)), sketch.word_counts)
    word, term = np.nonzero(sketch.words[:, None] == query.content[None, :])
    present[owner[word], term] = True
    cosine = np.zeros(len(sketch.spans), dtype=np.float32)
    if query.vector is not None and sketch.vectors.shape[1] == len(query.vector):
        cosine = (sketch.vectors @ query.vector - query.baseline) / (1 - query.baseline)
    return SentenceSigns(present, present.astype(np.float32) @ query.shares, cosine)


def first_look_cosine(mode: SearchMode) -> float:
    """The cosine's part in the choice of candidates, 0 to 1; BM25 has the rest."""
    return {SearchMode.HYBRID: FIRST_LOOK_COSINE, SearchMode.DENSE: 1.0, SearchMode.LEXICAL: 0.0}[mode]


def with_stages(ranked: Sequence[RankedPassage], mode: SearchMode) -> list[RankedPassage]:
    """The same passages, each saying how it fared in each stage among them."""
    part = first_look_cosine(mode)
    candidates = [passage.candidate for passage in ranked]
    dense = placed([found.cosine for found in candidates])
    lexical = placed([found.bm25 for found in candidates])
    fused = placed([part * found.cosine + (1 - part) * found.bm25 for found in candidates])
    sentences = placed([passage.score for passage in ranked])
    return [
        replace(
            passage,
            stages=Stages(
                dense=dense[place] if part > 0 else None,
                lexical=lexical[place] if part < 1 else None,
                fused=fused[place],
                sentences=sentences[place],
            ),
        )
        for place, passage in enumerate(ranked)
    ]


def rank(query: WeightedQuery, candidates: Sequence[Candidate], mode: SearchMode) -> list[RankedPassage]:
    """The candidates, best first."""
    weights = WEIGHTS[mode]
    ranked = [RankedPassage(found, _score(query, found, weights)) for found in candidates]
    return sorted(ranked, key=lambda passage: (-passage.score, passage.candidate.chunk_id))


def _score(query: WeightedQuery, candidate: Candidate, weights: Weights) -> float:
    signs = sentence_signs(query, candidate)
    coverage = float(query.shares[signs.present.any(axis=0)].sum())
    return (
        weights.cosine * candidate.cosine
        + weights.bm25 * candidate.bm25
        + weights.sentence_cosine * float(signs.cosine.max(initial=0))
        + weights.sentence_overlap * float(signs.overlap.max(initial=0))
        + weights.coverage * coverage
    )
