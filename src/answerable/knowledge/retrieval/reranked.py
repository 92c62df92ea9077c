"""The last look: a reranker orders what a search found anew, or leaves it as it was."""

from __future__ import annotations

from dataclasses import replace

from answerable.kit.runtime import Runtime
from answerable.knowledge.indexing.passage import context_of
from answerable.knowledge.reranking import Reranker, RerankerAway
from answerable.knowledge.retrieval.candidate import Candidate, RankedPassage
from answerable.knowledge.retrieval.copies import copies_last
from answerable.knowledge.retrieval.found import Found
from answerable.knowledge.retrieval.stages import StageScore, placed

_KEPT = "The order is the one without it."


async def reranked(runtime: Runtime, query: str, found: Found) -> Found:
    """What was found, ordered by the reranker's scores, which become the passages' scores.

    When it is away, fails or is too slow: what was found as it was, with a warning.
    """
    passages = found.passages
    if not passages:
        return found
    texts = [_text(passage.candidate) for passage in passages]
    try:
        scores = await runtime.get(Reranker).scores(query, texts)
    except RerankerAway as away:
        return replace(found, warnings=(*found.warnings, f"{away.detail} {_KEPT}"))
    pairs = zip(passages, placed(scores), strict=True)
    anew = [_scored(passage, stage) for passage, stage in pairs]
    anew.sort(key=lambda passage: -passage.score)
    return replace(found, passages=tuple(copies_last(found.query, anew)))


def _text(candidate: Candidate) -> str:
    return context_of(candidate.heading_path, candidate.table_header, candidate.text) + candidate.text


def _scored(passage: RankedPassage, stage: StageScore) -> RankedPassage:
    stages = None if passage.stages is None else replace(passage.stages, reranked=stage)
    return replace(passage, score=stage.score, stages=stages)
