"""All SQL that reads the index. What every search runs goes straight to the driver."""

from __future__ import annotations

import json
import math
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from answerable.kit import ids
from answerable.kit.db import Session
from answerable.knowledge.indexing.passage import SentenceSketch
from answerable.knowledge.indexing.preparation import dense_vector, sparse_vector
from answerable.knowledge.retrieval.candidate import Candidate
from answerable.knowledge.retrieval.conditions import Condition, condition_of
from answerable.knowledge.retrieval.query import CHUNKS_TERM, QueryTerms, Scope, SearchMode, WeightedQuery
from answerable.knowledge.stores import rows
from answerable.plugins.vector_stores import VectorCollection, VectorQuery, VectorScope

_ENOUGH = 1000
"""Chunks that are looked at for their words; the rarest words choose them, and where there are more, pairs of
the rarest. Among 1,000,000 chunks the rarest alone (2,000 of them) found 0.896 of the ten best, with pairs
0.954."""
_MOST_LOOKED_AT = 10_000
"""The same where a filter passes few of them."""
_LEAST_BREADTH = 200
"""Places that a walk through the vector index keeps in mind. Among 100,000 chunks some graphs lose one query
in fifty altogether with 100 (recall@10 0.980 and 0.925), none with 200; more places find no more. Among
1,000,000 it takes more: recall 0.76 with 200, 0.90 with 400, 0.94 with 800, for 2 ms more a search."""
_MOST_BREADTH = 1_000
"""As many as pgvector allows."""
_CALIBRATED_AT = 100_000
_GROWTH = 0.6
"""The power of the number of chunks that the breadth grows with: 800 places at a million."""
_LONGEST_WALK = 40_000
"""Vectors that a walk may pass until enough of them satisfy the scope."""


_TERM_COUNTS = (
    "SELECT term, chunks FROM lexical_terms WHERE workspace_id = %(workspace)s AND term = ANY(%(terms)s)"
)
# A conversation has few chunks, so that they need no statistics of their own.
_TERM_COUNTS_WITHIN = f"""
    SELECT term, sum(chunks)::int FROM (
        {_TERM_COUNTS}
        UNION ALL
        SELECT u.term, count(*)::int FROM chunks c, LATERAL unnest(c.terms || 0) AS u(term)
        WHERE c.session_id = %(conversation)s AND u.term = ANY(%(terms)s) GROUP BY u.term
    ) both_counts GROUP BY term
"""  # noqa: S608 (a fixed statement of ours)
_EXTENT = """
    SELECT coalesce(sum(found.chunk_count), 0)::bigint, array_agg(found.document_id)
    FROM (SELECT d.document_id, d.chunk_count FROM indexed_documents d WHERE true {scope}
          LIMIT %(most)s) found
"""
_WORDED = """
    SELECT chunk_id FROM lexical_candidates(
        %(words)s::int[], %(weights)s::sparsevec, %(enough)s, %(pool)s, %(documents)s::uuid[],
        %(sources)s::uuid[], %(condition)s::jsonpath, %(values)s::jsonb,
        %(firsts)s::int[], %(seconds)s::int[])
"""
_COSINE = "coalesce((1 - (v.embedding <=> %(vector)s::halfvec) - %(baseline)s) / (1 - %(baseline)s), 0)"
_BM25 = "-(c.weights <#> %(weights)s::sparsevec) / %(total)s"
_SCORE = """
    WITH scored AS MATERIALIZED (
        SELECT c.id, ({cosine})::float8 AS cosine, ({bm25})::float8 AS bm25
        FROM chunks c LEFT JOIN chunk_vectors v ON v.generation = {generation} AND v.chunk_id = c.id
        WHERE c.id = ANY(%(chosen)s::bigint[])
    ),
    best AS MATERIALIZED (
        SELECT * FROM scored
        ORDER BY %(cosine_part)s * cosine + (1 - %(cosine_part)s) * bm25 DESC, id LIMIT %(kept)s
    )
    SELECT c.public_id, c.document_id, d.title, c.ordinal, c.start_offset, c.end_offset, c.page,
           c.heading_path, c.table_header, c.section_start, c.section_end, c.text, c.sentences,
           v.sentences, best.cosine, best.bm25,
           coalesce((d.facts->>'modified')::float8, extract(epoch FROM d.indexed_at)::float8)
    FROM best JOIN chunks c ON c.id = best.id JOIN indexed_documents d ON d.document_id = c.document_id
    LEFT JOIN chunk_vectors v ON v.generation = {generation} AND v.chunk_id = c.id
"""


@dataclass(frozen=True, slots=True)
class Pool:
    """How many candidates each way of looking brings, how many of them are kept, and the cosine's part
    in that choice."""

    size: int
    kept: int
    cosine_part: float


@dataclass(frozen=True, slots=True)
class Reach:
    """The rows that a search looks at, as SQL sees them; None leaves nothing out.

    `chunks` is how many they are (at least, where documents were counted up to a bound), `share` their part
    of the workspace's. `exact` compares every one of them instead of walking the index.
    """

    chunks: int
    share: float = 1.0
    exact: bool = False
    documents: list[uuid.UUID] | None = None
    sources: list[uuid.UUID] | None = None
    condition: Condition | None = None

    @classmethod
    def of(cls, scope: Scope, chunks: int) -> Reach:
        """The scope, of a workspace of so many chunks."""
        return cls(
            chunks,
            documents=_uuids("doc", scope.document_ids),
            sources=_uuids("src", scope.source_ids),
            condition=condition_of(scope.filters),
        )

    @property
    def is_open(self) -> bool:
        """Whether nothing is left out."""
        return self.documents is None and self.sources is None and self.condition is None

    @property
    def scope(self) -> VectorScope:
        """The same as stores take it."""
        condition = None if self.condition is None else self.condition.path
        values = json.dumps({} if self.condition is None else self.condition.values)
        return VectorScope(self.documents, self.sources, condition, values)


async def term_counts(session: Session, query: QueryTerms) -> dict[int, int]:
    """In how many of the workspace's chunks each term occurs; CHUNKS_TERM has the number of chunks."""
    return await counts_of(session, [CHUNKS_TERM, *query.terms])


async def counts_of(session: Session, terms: Sequence[int]) -> dict[int, int]:
    """In how many of the workspace's chunks, and the conversation's, each of the terms occurs; those in none
    are left out."""
    conversation = session.principal.conversation_id
    wanted: dict[str, object] = {
        "workspace": ids.decode("ws", session.workspace_id) or ids.NIL,
        "terms": list(terms),
    }
    if conversation is None:
        return dict(await session.fetch(_TERM_COUNTS, wanted))
    wanted["conversation"] = ids.decode("chat", conversation) or ids.NIL
    return dict(await session.fetch(_TERM_COUNTS_WITHIN, wanted))


async def narrow(session: Session, reach: Reach, *, few_documents: int, few_chunks: int) -> Reach:
    """The same reach once it is known how large it is: its documents by their ids where they are few, which
    costs less than asking each of a walk's rows for its document, and compared exactly where their chunks
    are few too."""
    statement = _EXTENT.format(scope=rows.on_documents(reach.scope))
    most = {"most": few_documents + 1}
    ((chunks, documents),) = await session.fetch(statement, rows.parameters(reach.scope) | most)
    found = documents or []
    share = min(1.0, chunks / max(reach.chunks, 1))
    if len(found) <= few_documents:
        return Reach(chunks, share, exact=chunks <= few_chunks, documents=found)
    return replace(reach, chunks=chunks, share=share)


async def settle_plans(session: Session, pool: Pool, reach: Reach) -> None:
    """For this transaction: walk the vector index on until enough rows pass the tenant wall and the scope,
    and plan every statement for this tenant's share of the rows and this query's words, also one that the
    server keeps parsed."""
    settings = [
        f"SET LOCAL hnsw.ef_search = {_breadth(pool, reach)}",
        "SET LOCAL hnsw.iterative_scan = 'relaxed_order'",
        "SET LOCAL plan_cache_mode = 'force_custom_plan'",
    ]
    if not reach.is_open:
        settings += [
            f"SET LOCAL hnsw.max_scan_tuples = {_LONGEST_WALK}",
            "SET LOCAL hnsw.scan_mem_multiplier = 8",
        ]
    await session.set_local(settings)


def _breadth(pool: Pool, reach: Reach) -> int:
    """Places that the walk keeps in mind: more in a large workspace, whatever part of it is asked for."""
    chunks = reach.chunks / max(reach.share, 1e-9)
    grown = round(_LEAST_BREADTH * math.pow(chunks / _CALIBRATED_AT, _GROWTH))
    return min(_MOST_BREADTH, max(_LEAST_BREADTH, 2 * pool.size, grown))


async def best_worded(session: Session, query: WeightedQuery, reach: Reach, pool: Pool) -> list[int]:
    """The rows of the chunks within reach with the highest BM25 scores, `pool.size` at most."""
    if not query.known:
        return []
    if reach.exact and not reach.is_open:
        words, enough = [term for term, _ in query.known], reach.chunks
        pairs = []
    else:
        enough = min(_MOST_LOOKED_AT, round(_ENOUGH / max(reach.share, 1e-9)))
        words = query.rarest(enough)
        pairs = query.pairs(words if query.chunks_with(words) <= enough else [])
    looked_for = {
        "words": words,
        "enough": enough,
        "weights": _weights(query),
        "pool": pool.size,
        "firsts": [first for first, _ in pairs],
        "seconds": [second for _, second in pairs],
    }
    return [row[0] for row in await session.fetch(_WORDED, looked_for | rows.parameters(reach.scope))]


async def nearest(session: Session, query: WeightedQuery, reach: Reach, pool: Pool) -> list[int]:
    """The rows of the chunks within reach whose vectors are nearest the query's, `pool.size` at most, by
    PostgreSQL: every one compared where the reach is exact, else by its index."""
    if query.vector is None:
        return []
    place = VectorCollection(query.generation, len(query.vector))
    wanted = VectorQuery(query.vector, pool.size, session, reach.scope)
    return await rows.nearest(session, place, wanted, exact=reach.exact)


async def score_candidates(
    session: Session, query: WeightedQuery, mode: SearchMode, pool: Pool, chosen: Sequence[int]
) -> list[Candidate]:
    """The chunks of these rows, each scored both ways, the `pool.kept` best."""
    dense = mode is not SearchMode.LEXICAL and query.vector is not None
    statement = _SCORE.format(
        cosine=_COSINE if dense else "0",
        bm25=_BM25 if query.known else "0",
        generation=int(query.generation),
    )
    parameters = {
        "vector": None if query.vector is None else dense_vector(query.vector),
        "weights": _weights(query),
        "chosen": list(chosen),
        "total": query.total or 1.0,
        "kept": pool.kept,
        "baseline": query.baseline,
        "cosine_part": pool.cosine_part,
    }
    return [_candidate(row) for row in await session.fetch(statement, parameters)]


def _weights(query: WeightedQuery) -> str:
    return sparse_vector({term: query.idf[term] for term, _ in query.known})


def _uuids(prefix: str, public_ids: Sequence[str] | None) -> list[uuid.UUID] | None:
    return None if public_ids is None else [ids.decode(prefix, item) or ids.NIL for item in public_ids]


def _candidate(row: tuple[Any, ...]) -> Candidate:
    public_id, document_id, title, ordinal, start, end, page, headings, *rest = row
    header, section_start, section_end, content, *scored = rest
    sketch, vectors, cosine, bm25, dated = scored
    return Candidate(
        chunk_id=ids.encode("chk", public_id),
        document_id=ids.encode("doc", document_id),
        title=title,
        ordinal=ordinal,
        start=start,
        end=end,
        page=page,
        heading_path=tuple(headings),
        table_header=header,
        section=None if section_start is None else (section_start, section_end),
        text=content,
        sketch=SentenceSketch.unpack(sketch, vectors),
        cosine=cosine,
        bm25=bm25,
        dated=dated,
    )
