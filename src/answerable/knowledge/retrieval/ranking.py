"""The second look at the candidates: which passage answers best.

A passage is as good as its best sentence, so each sentence is compared with the query by vector and by
words. Then there is how much of the query the whole passage has, and the headings above it, and how many of
the query's neighbouring words are neighbours there too. The weights are a softmax regression (one query,
twenty-four candidates, the right passage is to win) on half of SQuAD's articles, the headings' cut by half;
`bench/retrieval.py` measures them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from answerable.knowledge.lexical.words import words
from answerable.knowledge.retrieval.candidate import Candidate, RankedPassage
from answerable.knowledge.retrieval.query import SearchMode, WeightedQuery
from answerable.knowledge.retrieval.stages import Stages, placed

Numbers = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each sign counts. Those of the passage itself sum to 1, so that scores of different modes
    compare; `headings` comes on top. In its best sentence, the cosine counts `sentence_cosine` and the
    overlap the rest of 1."""

    cosine: float
    bm25: float
    sentence: float
    coverage: float
    pairs: float
    sentence_cosine: float
    headings: float = 0.2


FIRST_LOOK_COSINE = 0.6
"""The cosine's part in the choice of candidates of a hybrid search."""

WEIGHTS = {
    SearchMode.HYBRID: Weights(0.15, 0.05, 0.58, 0.14, 0.08, sentence_cosine=0.7),
    SearchMode.DENSE: Weights(0.25, 0, 0.75, 0, 0, sentence_cosine=1, headings=0),
    SearchMode.LEXICAL: Weights(0, 0.25, 0.29, 0.19, 0.27, sentence_cosine=0),
}
_PHRASE = 0.5
"""What a phrase in quotation marks adds to the passages that have it word for word: more than two passages
on one topic differ by otherwise."""


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


def headed(query: WeightedQuery, candidate: Candidate) -> NDArray[np.bool_]:
    """Which of the query's content terms the document's title or a heading above the passage has."""
    above = frozenset().union(*map(_heading_words, (candidate.title, *candidate.heading_path)))
    return np.array([word in above for word in query.words], dtype=np.bool_)


@lru_cache(maxsize=4096)
def _heading_words(heading: str) -> frozenset[str]:
    return frozenset(words(heading))


def _score(query: WeightedQuery, candidate: Candidate, weights: Weights) -> float:
    signs = sentence_signs(query, candidate)
    part = weights.sentence_cosine
    best = part * signs.cosine + (1 - part) * signs.overlap
    covered = signs.present.any(axis=0)
    score = (
        weights.cosine * candidate.cosine
        + weights.bm25 * candidate.bm25
        + weights.sentence * float(best.max(initial=0))
        + weights.coverage * float(query.shares[covered].sum())
    )
    if weights.pairs:
        score += weights.pairs * _pairs(query, candidate.sketch.words)
    if weights.headings:
        score += weights.headings * float(query.shares[headed(query, candidate) & ~covered].sum())
    return score + _PHRASE * _phrases(query, candidate.sketch.words)


def _pairs(query: WeightedQuery, found: NDArray[np.int32]) -> float:
    """The share of the query's neighbouring words that are neighbours in the passage too, each pair by the
    weight of its rarer word."""
    if not query.neighbours.size or len(found) <= 1:
        return 0.0
    # A pair as one number: term ids are below 2^30.
    neighbours = found[:-1].astype(np.int64) << 32 | found[1:]
    return float(query.neighbour_shares[np.isin(query.neighbours, neighbours)].sum())


def _phrases(query: WeightedQuery, found: NDArray[np.int32]) -> float:
    """The share of the query's phrases that the passage has."""
    if not query.phrases:
        return 0.0
    present = 0
    for phrase in query.phrases:
        windows = len(found) - len(phrase) + 1
        if windows > 0:
            hits = [found[at : at + windows] == term for at, term in enumerate(phrase)]
            present += bool(np.logical_and.reduce(hits).any())
    return present / len(query.phrases)
