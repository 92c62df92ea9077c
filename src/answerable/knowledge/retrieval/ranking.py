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
from answerable.knowledge.retrieval.copies import copies_last
from answerable.knowledge.retrieval.query import SearchMode, WeightedQuery
from answerable.knowledge.retrieval.signs import joined, owners, sentence_signs
from answerable.knowledge.retrieval.stages import Stages, placed

Scores = NDArray[np.float64]


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


def rank(
    query: WeightedQuery, candidates: Sequence[Candidate], mode: SearchMode, weights: Weights | None = None
) -> list[RankedPassage]:
    """The candidates, best first, by the mode's weights or by others; copies of a better one come last."""
    if not candidates:
        return []
    scores = _scores(query, candidates, weights or WEIGHTS[mode]).tolist()
    ranked = [RankedPassage(found, score) for found, score in zip(candidates, scores, strict=True)]
    return copies_last(
        query, sorted(ranked, key=lambda passage: (-passage.score, passage.candidate.chunk_id))
    )


def headed(query: WeightedQuery, candidate: Candidate) -> NDArray[np.bool_]:
    """Which of the query's content terms the document's title or a heading above the passage has."""
    above = frozenset().union(*map(_heading_words, (candidate.title, *candidate.heading_path)))
    return np.array([word in above for word in query.words], dtype=np.bool_)


@lru_cache(maxsize=4096)
def _heading_words(heading: str) -> frozenset[str]:
    return frozenset(words(heading))


def _scores(query: WeightedQuery, candidates: Sequence[Candidate], weights: Weights) -> Scores:
    sketches = [candidate.sketch for candidate in candidates]
    signs = sentence_signs(query, sketches)
    part = weights.sentence_cosine
    best = np.zeros(len(candidates))
    passage = owners([sketch.word_counts for sketch in sketches])
    np.maximum.at(best, passage, part * signs.cosine + (1 - part) * signs.overlap)
    covered = np.zeros((len(candidates), len(query.content)), dtype=np.bool_)
    sentence, term = np.nonzero(signs.present)
    covered[passage[sentence], term] = True
    scores: Scores = (
        weights.cosine * np.array([candidate.cosine for candidate in candidates])
        + weights.bm25 * np.array([candidate.bm25 for candidate in candidates])
        + weights.sentence * best
        + weights.coverage * (covered @ query.shares)
    )
    if weights.pairs:
        scores += weights.pairs * _pairs(query, [sketch.words for sketch in sketches])
    if weights.headings:
        above = np.array([headed(query, candidate) for candidate in candidates])
        scores += weights.headings * ((above & ~covered) @ query.shares)
    if query.phrases:
        scores += _PHRASE * np.array([_phrases(query, sketch.words) for sketch in sketches])
    return scores


def _pairs(query: WeightedQuery, found: Sequence[NDArray[np.int32]]) -> NDArray[np.float32]:
    """For each passage the share of the query's neighbouring words that are neighbours there too, each pair
    by the weight of its rarer word."""
    words, passage = joined(found), owners(found)
    # A pair as one number: term ids are below 2^30.
    neighbours = words[:-1].astype(np.int64) << 32 | words[1:]
    place, pair = np.nonzero(neighbours[:, None] == query.neighbours[None, :])
    within = passage[place] == passage[place + 1]
    has = np.zeros((len(found), len(query.neighbours)), dtype=np.bool_)
    has[passage[place[within]], pair[within]] = True
    shares: NDArray[np.float32] = has @ query.neighbour_shares
    return shares


def _phrases(query: WeightedQuery, found: NDArray[np.int32]) -> float:
    """The share of the query's phrases that the passage has."""
    present = 0
    for phrase in query.phrases:
        windows = len(found) - len(phrase) + 1
        if windows > 0:
            hits = [found[at : at + windows] == term for at, term in enumerate(phrase)]
            present += bool(np.logical_and.reduce(hits).any())
    return present / len(query.phrases)
