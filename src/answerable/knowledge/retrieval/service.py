"""Search: candidates by meaning and by words, then a second look at the best of them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from answerable.kit.db import Session
from answerable.kit.runtime import Runtime
from answerable.knowledge.embedding import QueryVector, TextEncoder
from answerable.knowledge.retrieval import repository
from answerable.knowledge.retrieval.candidate import RankedPassage
from answerable.knowledge.retrieval.query import QueryTerms, Scope, SearchMode, WeightedQuery
from answerable.knowledge.retrieval.ranking import first_look_cosine, rank, with_stages
from answerable.knowledge.retrieval.repository import Pool
from answerable.knowledge.retrieval.spans import record_found
from answerable.telemetry.tracing import SpanKind, span

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

    def at_least(self, score: float) -> Found:
        """The same without the passages that score lower."""
        return replace(self, passages=tuple(item for item in self.passages if item.score >= score))


@dataclass(frozen=True, slots=True)
class _WordsFirst:
    """What is known before the query's vector is. `worded` None: not looked for."""

    query: WeightedQuery
    pool: Pool
    worded: Sequence[int] | None


async def search(
    session: Session,
    runtime: Runtime,
    query: str,
    *,
    limit: int = 10,
    mode: SearchMode = SearchMode.HYBRID,
    scope: Scope | None = None,
    explain: bool = False,
) -> Found:
    """The passages of the caller's workspace that match a query best, at most `limit`.

    Without an encoder every search is lexical; a query without words finds nothing then. The words are
    looked up while the query's vector is computed. With `explain` each passage has its `stages`.
    """
    with span(SpanKind.RETRIEVER, "search") as current:
        found = await _search(session, runtime.get(TextEncoder), query, limit, mode, scope or Scope())
        if explain:
            found = replace(found, passages=tuple(with_stages(found.passages, found.mode)))
        found = replace(found, passages=found.passages[:limit])
        record_found(current, query, found.passages, found.mode)
        return found


async def _search(
    session: Session, encoder: TextEncoder, query: str, limit: int, mode: SearchMode, scope: Scope
) -> Found:
    pending = asyncio.ensure_future(_vector(encoder, query, mode))
    try:
        look = await _look_by_words(session, query, limit, mode, scope)
    finally:
        vector = await pending
    weighted, pool, worded = replace(look.query, vector=vector), look.pool, look.worded
    if vector is None:
        mode = SearchMode.LEXICAL
    if weighted.chunks == 0 or (mode is SearchMode.LEXICAL and not weighted.known):
        return Found(weighted, (), mode)
    if worded is None:
        worded = (
            () if mode is SearchMode.DENSE else await repository.best_worded(session, weighted, scope, pool)
        )
    pool = replace(pool, cosine_part=first_look_cosine(mode))
    candidates = await repository.find_candidates(session, weighted, mode, scope, pool, worded)
    return Found(weighted, tuple(rank(weighted, candidates, mode)), mode)


async def _look_by_words(
    session: Session, query: str, limit: int, mode: SearchMode, scope: Scope
) -> _WordsFirst:
    terms = QueryTerms.of(query, session.workspace_id)
    weighted = WeightedQuery.of(terms, await repository.term_counts(session, terms), None)
    in_scope = weighted.chunks
    if in_scope and not scope.is_open:
        in_scope = await repository.chunks_in(session, scope)
    pool = Pool(
        max(_POOL, limit), max(_SECOND_LOOK, limit), first_look_cosine(mode), in_scope <= _EXACT_BELOW
    )
    if not in_scope:
        return _WordsFirst(weighted, pool, ())
    await repository.settle_plans(session, pool)
    if mode is SearchMode.DENSE:
        return _WordsFirst(weighted, pool, None)
    return _WordsFirst(weighted, pool, await repository.best_worded(session, weighted, scope, pool))


async def _vector(encoder: TextEncoder, query: str, mode: SearchMode) -> QueryVector | None:
    return None if mode is SearchMode.LEXICAL else await encoder.encode_query(query)
