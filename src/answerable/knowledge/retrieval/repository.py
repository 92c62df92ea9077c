"""All SQL that reads the index. What every search runs goes straight to the driver."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from answerable.kit import ids
from answerable.kit.db import Session
from answerable.knowledge.indexing.passage import SentenceSketch
from answerable.knowledge.indexing.preparation import dense_vector, sparse_vector
from answerable.knowledge.indexing.tables import IndexedDocumentRow
from answerable.knowledge.retrieval.candidate import Candidate
from answerable.knowledge.retrieval.query import CHUNKS_TERM, QueryTerms, Scope, SearchMode, WeightedQuery

_ENOUGH = 2000
"""Chunks that are looked at for their words; the rarest words choose them."""
_LEAST_BREADTH = 100
"""Places that a walk through the vector index keeps in mind. Among 100,000 chunks some graphs lost one query
in fifty altogether with 80 (recall@10 0.979), none with 100 (0.999); more places found no more."""


_TERM_COUNTS = (
    "SELECT term, chunks FROM lexical_terms WHERE workspace_id = %(workspace)s AND term = ANY(%(terms)s)"
)
_NEAREST = """
    SELECT c.id FROM chunks c WHERE c.embedding IS NOT NULL {scope}
    ORDER BY (c.embedding <=> %(vector)s::halfvec) {exactly} LIMIT %(pool)s
"""
_WORDED = """
    SELECT chunk_id FROM lexical_candidates(%(rare)s::int[], %(weights)s::sparsevec, %(enough)s, %(pool)s)
"""
_WORDED_AMONG_MANY = """
    SELECT c.id
    FROM lexical_candidates(%(rare)s::int[], %(weights)s::sparsevec, %(enough)s, %(enough)s) found
    JOIN chunks c ON c.id = found.chunk_id
    WHERE true {scope} ORDER BY found.score DESC LIMIT %(pool)s
"""
_WORDED_IN_SCOPE = """
    SELECT c.id FROM chunks c WHERE c.terms && %(known)s::int[] {scope}
    ORDER BY c.weights <#> %(weights)s::sparsevec LIMIT %(pool)s
"""
_NONE = "SELECT NULL::bigint AS id WHERE false"
_COSINE = "coalesce(1 - (c.embedding <=> %(vector)s::halfvec), 0)"
_BM25 = "-(c.weights <#> %(weights)s::sparsevec) / %(total)s"
_SEARCH = """
    WITH nearest AS MATERIALIZED ({nearest}),
    scored AS MATERIALIZED (
        SELECT c.id, ({cosine})::float8 AS cosine, ({bm25})::float8 AS bm25
        FROM chunks c
        WHERE c.id IN (SELECT id FROM nearest UNION SELECT unnest(%(worded)s::bigint[])) {scope}
    ),
    best AS MATERIALIZED (
        SELECT * FROM scored
        ORDER BY %(cosine_part)s * cosine + (1 - %(cosine_part)s) * bm25 DESC, id LIMIT %(kept)s
    )
    SELECT c.public_id, c.document_id, d.title, c.ordinal, c.start_offset, c.end_offset, c.page,
           c.heading_path, c.text, c.sentences, best.cosine, best.bm25
    FROM best JOIN chunks c ON c.id = best.id JOIN indexed_documents d ON d.document_id = c.document_id
"""
_IN_DOCUMENTS = "AND c.document_id = ANY(%(documents)s::uuid[])"
_IN_SOURCES = """AND c.document_id IN (
    SELECT s.document_id FROM indexed_documents s WHERE s.source_id = ANY(%(sources)s::uuid[]))"""


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
    workspace = ids.decode("ws", session.workspace_id) or ids.NIL
    wanted = [CHUNKS_TERM, *query.terms]
    return dict(await session.fetch(_TERM_COUNTS, {"workspace": workspace, "terms": wanted}))


async def chunks_in(session: Session, scope: Scope) -> int:
    """How many chunks a scope has."""
    row = IndexedDocumentRow
    statement = select(func.coalesce(func.sum(row.chunk_count), 0))
    if scope.document_ids is not None:
        statement = statement.where(row.document_id.in_(scope.document_ids))
    if scope.source_ids is not None:
        statement = statement.where(row.source_id.in_(scope.source_ids))
    return int((await session.execute(statement)).scalar_one())


async def settle_plans(session: Session, pool: Pool) -> None:
    """For this transaction: walk the vector index on until enough rows pass the tenant wall and the scope,
    and plan every statement for this tenant's share of the rows and this query's words, also one that the
    server keeps parsed."""
    breadth = max(_LEAST_BREADTH, 2 * pool.size)
    await session.set_local(
        (
            f"SET LOCAL hnsw.ef_search = {breadth}",
            "SET LOCAL hnsw.iterative_scan = 'relaxed_order'",
            "SET LOCAL plan_cache_mode = 'force_custom_plan'",
        )
    )


async def best_worded(session: Session, query: WeightedQuery, scope: Scope, pool: Pool) -> list[int]:
    """The rows of the chunks in the scope with the highest BM25 scores, `pool.size` at most."""
    if not query.known:
        return []
    if scope.is_open:
        statement = _WORDED
    else:
        among = _WORDED_IN_SCOPE if pool.exact else _WORDED_AMONG_MANY
        statement = among.format(scope=_filters(scope))
    rows = await session.fetch(statement, _lexical_parameters(query, pool) | _scope_parameters(scope))
    return [row[0] for row in rows]


async def find_candidates(
    session: Session,
    query: WeightedQuery,
    mode: SearchMode,
    scope: Scope,
    pool: Pool,
    worded: Sequence[int] = (),
) -> list[Candidate]:
    """The union of the nearest chunks and of `worded`, each scored both ways, the `pool.kept` best."""
    dense = mode is not SearchMode.LEXICAL and query.vector is not None
    filters = _filters(scope)
    statement = _SEARCH.format(
        nearest=_NEAREST.format(scope=filters, exactly="+ 0" if pool.exact else "") if dense else _NONE,
        cosine=_COSINE if dense else "0",
        bm25=_BM25 if query.known else "0",
        scope=filters,
    )
    parameters = {
        "vector": None if query.vector is None else dense_vector(query.vector),
        "worded": list(worded),
        "total": query.total or 1.0,
        "kept": pool.kept,
        "cosine_part": pool.cosine_part,
    }
    rows = await session.fetch(
        statement, parameters | _lexical_parameters(query, pool) | _scope_parameters(scope)
    )
    return [_candidate(row) for row in rows]


def _filters(scope: Scope) -> str:
    given = ((_IN_DOCUMENTS, scope.document_ids), (_IN_SOURCES, scope.source_ids))
    return "".join(condition for condition, wanted in given if wanted is not None)


def _lexical_parameters(query: WeightedQuery, pool: Pool) -> dict[str, object]:
    return {
        "rare": query.rarest(_ENOUGH),
        "known": [term for term, _ in query.known],
        "weights": sparse_vector({term: query.idf[term] for term, _ in query.known}),
        "enough": _ENOUGH,
        "pool": pool.size,
    }


def _scope_parameters(scope: Scope) -> dict[str, object]:
    return {
        "documents": [ids.decode("doc", item) or ids.NIL for item in scope.document_ids or ()],
        "sources": [ids.decode("src", item) or ids.NIL for item in scope.source_ids or ()],
    }


def _candidate(row: tuple[Any, ...]) -> Candidate:
    public_id, document_id, title, ordinal, start, end, page, headings, content, sketch, cosine, bm25 = row
    return Candidate(
        chunk_id=ids.encode("chk", public_id),
        document_id=ids.encode("doc", document_id),
        title=title,
        ordinal=ordinal,
        start=start,
        end=end,
        page=page,
        heading_path=tuple(headings),
        text=content,
        sketch=SentenceSketch.unpack(sketch),
        cosine=cosine,
        bm25=bm25,
    )
