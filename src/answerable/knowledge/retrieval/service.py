"""Search: candidates by meaning and by words, then a second look at the best of them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from answerable.kit.db import Session
from answerable.knowledge.embedding import QueryVector, TextEncoder
from answerable.knowledge.retrieval import repository
from answerable.knowledge.retrieval.candidate import RankedPassage
from answerable.knowledge.retrieval.query import QueryTerms, Scope, SearchMode, WeightedQuery
from answerable.knowledge.retrieval.ranking import FIRST_LOOK_COSINE, rank
from answerable.knowledge.retrieval.repository import Pool

_POOL = 40
_SECOND_LOOK = 24
_EXACT_BELOW = 5_000
"""Chunks up to which comparing every vector is quicker than walking the index, and misses none."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, best first; `mode` is how it looked, which is lexical without an encoder."""

    query: WeightedQuery
    passages: tuple[RankedPassage, ...]
    mode: SearchMode


async def search(
    session: Session,
    encoder: TextEncoder,
    query: str,
    *,
    limit: int = 10,
    mode: SearchMode = SearchMode.HYBRID,
    scope: Scope | None = None,
) -> Found:
    """The passages of the caller's workspace that match a query best, at most `limit`.

    Without an encoder every search is lexical; a query without words finds nothing then.
    """
    scope = scope or Scope()
    terms = QueryTerms.of(query, session.workspace_id)
    pending = asyncio.ensure_future(_vector(encoder, query, mode))
    try:
        counts = await repository.term_counts(session, terms)
    finally:
        vector = await pending
    weighted = WeightedQuery.of(terms, counts, vector)
    if vector is None:
        mode = SearchMode.LEXICAL
    if weighted.chunks == 0 or (mode is SearchMode.LEXICAL and not weighted.known):
        return Found(weighted, (), mode)
    in_scope = weighted.chunks if scope.is_open else await repository.chunks_in(session, scope)
    pool = Pool(max(_POOL, limit), max(_SECOND_LOOK, limit), _cosine_part(mode), in_scope <= _EXACT_BELOW)
    if not pool.exact and mode is not SearchMode.LEXICAL:
        await repository.widen_vector_search(session, pool)
    candidates = await repository.find_candidates(session, weighted, mode, scope, pool)
    return Found(weighted, tuple(rank(weighted, candidates, mode)[:limit]), mode)


async def _vector(encoder: TextEncoder, query: str, mode: SearchMode) -> QueryVector | None:
    return None if mode is SearchMode.LEXICAL else await encoder.encode_query(query)


def _cosine_part(mode: SearchMode) -> float:
    return {SearchMode.HYBRID: FIRST_LOOK_COSINE, SearchMode.DENSE: 1.0, SearchMode.LEXICAL: 0.0}[mode]
