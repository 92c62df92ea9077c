"""All SQL that reads the index."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Row, func, select, text

from answerable.kit import ids
from answerable.kit.db import Session
from answerable.knowledge.indexing.passage import SentenceSketch
from answerable.knowledge.indexing.preparation import dense_vector, sparse_vector
from answerable.knowledge.indexing.tables import IndexedDocumentRow, LexicalTermRow
from answerable.knowledge.retrieval.candidate import Candidate
from answerable.knowledge.retrieval.query import CHUNKS_TERM, QueryTerms, Scope, SearchMode, WeightedQuery

_ENOUGH = 2000
"""Chunks that are looked at for their words; the rarest words choose them."""

_NEAREST = """
    SELECT c.id FROM chunks c WHERE c.embedding IS NOT NULL {scope}
    ORDER BY (c.embedding <=> CAST(:vector AS halfvec)) {exactly} LIMIT :pool
"""
_WORDED = """
    SELECT chunk_id AS id
    FROM lexical_candidates(CAST(:rare AS int[]), CAST(:weights AS sparsevec), :enough, :worded_pool)
"""
_WORDED_IN_SCOPE = """
    SELECT c.id FROM chunks c WHERE c.terms && CAST(:known AS int[]) {scope}
    ORDER BY c.weights <#> CAST(:weights AS sparsevec) LIMIT :pool
"""
_NONE = "SELECT CAST(NULL AS bigint) AS id WHERE false"
_COSINE = "coalesce(1 - (c.embedding <=> CAST(:vector AS halfvec)), 0)"
_BM25 = "-(c.weights <#> CAST(:weights AS sparsevec)) / :total"
_SEARCH = """
    WITH nearest AS MATERIALIZED ({nearest}),
    worded AS MATERIALIZED ({worded}),
    scored AS MATERIALIZED (
        SELECT c.id, {cosine} AS cosine, {bm25} AS bm25
        FROM chunks c
        WHERE c.id IN (SELECT id FROM nearest UNION SELECT id FROM worded) {scope}
    ),
    best AS MATERIALIZED (
        SELECT * FROM scored
        ORDER BY :cosine_part * cosine + (1 - :cosine_part) * bm25 DESC, id LIMIT :kept
    )
    SELECT c.public_id, c.document_id, d.title, c.ordinal, c.start_offset, c.end_offset, c.page,
           c.heading_path, c.text, c.sentences, best.cosine, best.bm25
    FROM best JOIN chunks c ON c.id = best.id JOIN indexed_documents d ON d.document_id = c.document_id
"""
_IN_DOCUMENTS = "AND c.document_id = ANY(CAST(:documents AS uuid[]))"
_IN_SOURCES = """AND c.document_id IN (
    SELECT s.document_id FROM indexed_documents s WHERE s.source_id = ANY(CAST(:sources AS uuid[])))"""


@dataclass(frozen=True, slots=True)
class Pool:
    """How many candidates each way of looking brings, how many of them are kept, and the cosine's part
    in that choice. `exact` compares every vector in the scope instead of walking the index."""

    size: int
    kept: int
    cosine_part: float
    exact: bool


async def term_counts(session: Session, query: QueryTerms) -> dict[int, int]:
    """In how many of the workspace's chunks each term occurs; CHUNKS_TERM has the number of chunks."""
    row = LexicalTermRow
    wanted = [CHUNKS_TERM, *query.terms]
    statement = select(row.term, row.chunks).where(
        row.workspace_id == session.workspace_id, row.term == func.any(wanted)
    )
    return {term: chunks for term, chunks in await session.execute(statement)}


async def chunks_in(session: Session, scope: Scope) -> int:
    """How many chunks a scope has."""
    row = IndexedDocumentRow
    statement = select(func.coalesce(func.sum(row.chunk_count), 0))
    if scope.document_ids is not None:
        statement = statement.where(row.document_id.in_(scope.document_ids))
    if scope.source_ids is not None:
        statement = statement.where(row.source_id.in_(scope.source_ids))
    return int((await session.execute(statement)).scalar_one())


async def widen_vector_search(session: Session, pool: Pool) -> None:
    """For this transaction: walk the vector index on until enough rows pass the tenant wall and the scope.

    Both settings travel in one round trip, which statements without parameters may.
    """
    breadth = max(64, 2 * pool.size)
    await session.execute(
        text(f"SET LOCAL hnsw.ef_search = {breadth}; SET LOCAL hnsw.iterative_scan = 'relaxed_order'")
    )


async def find_candidates(
    session: Session, query: WeightedQuery, mode: SearchMode, scope: Scope, pool: Pool
) -> list[Candidate]:
    """The union of the nearest and the best-worded chunks, each scored both ways, the `pool.kept` best."""
    dense = mode is not SearchMode.LEXICAL and query.vector is not None
    worded = mode is not SearchMode.DENSE and bool(query.known)
    filters = "".join(
        part
        for part, given in ((_IN_DOCUMENTS, scope.document_ids), (_IN_SOURCES, scope.source_ids))
        if given is not None
    )
    by_words = _WORDED if scope.is_open or not pool.exact else _WORDED_IN_SCOPE
    statement = _SEARCH.format(
        nearest=_NEAREST.format(scope=filters, exactly="+ 0" if pool.exact else "") if dense else _NONE,
        worded=by_words.format(scope=filters) if worded else _NONE,
        cosine=_COSINE if dense else "0.0",
        bm25=_BM25 if query.known else "0.0",
        scope=filters,
    )
    rows = await session.execute(text(statement), _parameters(query, scope, pool))
    return [_candidate(row) for row in rows]


def _parameters(query: WeightedQuery, scope: Scope, pool: Pool) -> dict[str, object]:
    open_scope = scope.is_open
    return {
        "vector": None if query.vector is None else dense_vector(query.vector),
        "rare": query.rarest(_ENOUGH),
        "known": [term for term, _ in query.known],
        "weights": sparse_vector({term: query.idf[term] for term, _ in query.known}),
        "total": query.total or 1.0,
        "enough": _ENOUGH,
        "pool": pool.size,
        # What the scope leaves out is taken away afterwards.
        "worded_pool": pool.size if open_scope else _ENOUGH,
        "kept": pool.kept,
        "cosine_part": pool.cosine_part,
        "documents": [ids.decode("doc", item) or ids.NIL for item in scope.document_ids or ()],
        "sources": [ids.decode("src", item) or ids.NIL for item in scope.source_ids or ()],
    }


def _candidate(row: Row[tuple[object, ...]]) -> Candidate:
    return Candidate(
        chunk_id=ids.encode("chk", row.public_id),
        document_id=ids.encode("doc", row.document_id),
        title=row.title,
        ordinal=row.ordinal,
        start=row.start_offset,
        end=row.end_offset,
        page=row.page,
        heading_path=tuple(row.heading_path),
        text=row.text,
        sketch=SentenceSketch.unpack(row.sentences),
        cosine=float(row.cosine),
        bm25=float(row.bm25),
    )
