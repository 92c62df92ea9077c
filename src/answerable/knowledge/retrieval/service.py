"""Search: candidates by meaning and by words, then a second look at the best of them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from answerable.kit.db import Session
from answerable.kit.runtime import Runtime
from answerable.knowledge.embedding import Encoders, QueryVector, TextEncoder
from answerable.knowledge.indexing import generations
from answerable.knowledge.reranking import Reranker
from answerable.knowledge.retrieval import repository
from answerable.knowledge.retrieval.found import Found
from answerable.knowledge.retrieval.nearby import Nearby, nearby
from answerable.knowledge.retrieval.query import QueryTerms, Scope, SearchMode, WeightedQuery
from answerable.knowledge.retrieval.ranking import first_look_cosine, rank, with_stages
from answerable.knowledge.retrieval.repository import Pool, Reach
from answerable.knowledge.retrieval.reranked import reranked
from answerable.knowledge.retrieval.slips import put_right
from answerable.knowledge.retrieval.spans import record_found
from answerable.telemetry.tracing import SpanKind, span

_LOOKS = 3
"""Times that a search looks at most, while what it finds is replaced under its eyes."""
_POOL = 40
_SECOND_LOOK = 24
_RARE = 0.05
"""Share of the workspace below which a walk through the vector index passes so many rows for each that counts
that it looks for no more than are looked at again."""
_FEW_DOCUMENTS = 5_000
"""Documents up to which a scope is resolved to their ids."""


@dataclass(frozen=True, slots=True)
class _WordsFirst:
    """What is known before the query's vector is."""

    query: WeightedQuery
    reach: Reach
    pool: Pool
    worded: Sequence[int]


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
        found = await _search(session, runtime, query, limit, mode, scope or Scope())
        if explain:
            found = replace(found, passages=tuple(with_stages(found.passages, found.mode)))
        found = replace(found, passages=found.passages[:limit])
        record_found(current, query, found.passages, found.mode)
        return found


async def search_reranked(
    session: Session,
    runtime: Runtime,
    query: str,
    *,
    limit: int = 10,
    mode: SearchMode = SearchMode.HYBRID,
    scope: Scope | None = None,
    explain: bool = False,
) -> Found:
    """The same with the reranker's last word on the order; with a warning where it cannot be had."""
    wide = max(limit, runtime.get(Reranker).candidates)
    found = await search(session, runtime, query, limit=wide, mode=mode, scope=scope, explain=explain)
    found = await reranked(runtime, query, found)
    return replace(found, passages=found.passages[:limit])


async def _search(
    session: Session, runtime: Runtime, query: str, limit: int, mode: SearchMode, scope: Scope
) -> Found:
    for _ in range(_LOOKS):
        found, is_whole = await _look(session, runtime, query, limit, mode, scope)
        if is_whole:
            break
    return found


async def _look(
    session: Session, runtime: Runtime, query: str, limit: int, mode: SearchMode, scope: Scope
) -> tuple[Found, bool]:
    """What is found, and whether all candidates were still there when they were scored: a document that is
    cut anew or replaced meanwhile has others."""
    used = (await generations.of_workspace(session)).active
    encoder = runtime.get(Encoders).of(used.spec)
    pending = asyncio.ensure_future(_vector(encoder, query, mode))
    try:
        terms, counts = await _terms(session, encoder, query, pending)
        weighted = WeightedQuery.of(terms, counts, None)
        look = await _look_by_words(session, runtime, weighted, limit, mode, scope)
    finally:
        vector = await pending
    weighted = replace(look.query, vector=vector, generation=used.number, baseline=used.baseline)
    pool, worded = look.pool, look.worded
    near = (
        await nearby(session, runtime, used, weighted, look.reach, pool) if look.reach.chunks else Nearby(())
    )
    said = f"{near.warning} Passages were looked for by their words alone." if near.warning else near.note
    warnings = (said,) if said else ()
    if vector is None or near.warning:
        if mode is SearchMode.DENSE and look.reach.chunks:
            worded = await repository.best_worded(session, weighted, look.reach, pool)
        mode = SearchMode.LEXICAL
    if look.reach.chunks == 0 or (mode is SearchMode.LEXICAL and not weighted.known):
        return Found(weighted, (), mode, warnings), True
    pool = replace(pool, cosine_part=first_look_cosine(mode))
    chosen = list(dict.fromkeys([*near.rows, *worded]))
    candidates = await repository.score_candidates(session, weighted, mode, pool, chosen)
    is_whole = len(candidates) == min(len(chosen), pool.kept)
    return Found(weighted, tuple(rank(weighted, candidates, mode)), mode, warnings), is_whole


async def _terms(
    session: Session, encoder: TextEncoder, query: str, vector: asyncio.Future[QueryVector | None]
) -> tuple[QueryTerms, dict[int, int]]:
    """The query's terms with their counts, slips put right."""
    terms = QueryTerms.of(query, session.workspace_id)
    counts = await repository.term_counts(session, terms)
    terms = terms.present(counts)
    if terms.unheard_of(counts):
        await vector  # whose making has loaded the vocabulary
        return await put_right(session, query, terms, counts, encoder.knows)
    return terms, counts


async def _look_by_words(
    session: Session, runtime: Runtime, weighted: WeightedQuery, limit: int, mode: SearchMode, scope: Scope
) -> _WordsFirst:
    reach = Reach.of(scope, weighted.chunks)
    if reach.chunks:
        reach = await narrowed(session, reach, runtime.settings.search.exact_below)
    size = _POOL if reach.exact or reach.share >= _RARE else _SECOND_LOOK
    pool = Pool(max(size, limit), max(_SECOND_LOOK, limit), first_look_cosine(mode))
    if not reach.chunks:
        return _WordsFirst(weighted, reach, pool, ())
    await repository.settle_plans(session, pool, reach)
    if mode is SearchMode.DENSE:
        return _WordsFirst(weighted, reach, pool, ())
    return _WordsFirst(weighted, reach, pool, await repository.best_worded(session, weighted, reach, pool))


async def narrowed(session: Session, reach: Reach, exact_below: int) -> Reach:
    """The same reach once its size is known, to be compared exactly where it has no more chunks than that."""
    if reach.is_open:
        return replace(reach, exact=reach.chunks <= exact_below)
    return await repository.narrow(session, reach, few_documents=_FEW_DOCUMENTS, few_chunks=exact_below)


async def _vector(encoder: TextEncoder, query: str, mode: SearchMode) -> QueryVector | None:
    return None if mode is SearchMode.LEXICAL else await encoder.encode_query(query)
