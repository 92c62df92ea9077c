"""PostgreSQL's own rows of vectors: the nearest of them, those that pass a scope, those to copy."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import numpy as np

from answerable.kit import ids
from answerable.kit.db import Session
from answerable.plugins.vector_stores import VectorCollection, VectorQuery, VectorRecord, VectorScope

# The generation and the length of its vectors are numbers of ours; as text they name the partition and its
# index to every plan.
_NEAREST = """
    SELECT c.chunk_id, c.embedding::halfvec({dimensions}) <=> %(vector)s::halfvec({dimensions})
    FROM chunk_vectors c WHERE c.generation = {generation} {scope}
    ORDER BY (c.embedding::halfvec({dimensions}) <=> %(vector)s::halfvec({dimensions})) {exactly}
    LIMIT %(size)s
"""
_PASSING = """
    SELECT c.chunk_id FROM chunk_vectors c
    WHERE c.generation = {generation} AND c.chunk_id = ANY(%(chosen)s::bigint[]) {scope}
"""
_DOCUMENTS_IN = """
    SELECT array_agg(found.document_id) FROM (
        SELECT d.document_id FROM indexed_documents d WHERE true {scope} LIMIT %(most)s) found
"""
_TO_COPY = """
    SELECT chunk_id, document_id, embedding::real[] FROM chunk_vectors
    WHERE generation = %(generation)s AND document_id = ANY(%(documents)s::uuid[]) AND chunk_id > %(after)s
      AND session_id IS NULL
    ORDER BY chunk_id LIMIT %(most)s
"""
_ALL = """
    SELECT chunk_id, document_id FROM chunk_vectors
    WHERE generation = %(generation)s AND chunk_id > %(after)s AND session_id IS NULL
    ORDER BY chunk_id LIMIT %(most)s
"""
_OF_CONVERSATION = "SELECT document_id FROM indexed_documents WHERE session_id = %(conversation)s"
_DOCUMENTS = "AND {row}.document_id = ANY(%(documents)s::uuid[])"
_SOURCES = "AND d.source_id = ANY(%(sources)s::uuid[])"
_FACTS = "AND jsonb_path_match(d.facts, %(condition)s::jsonpath, %(values)s::jsonb, true)"
_ALIKE, _COPIES = 1e-4, 10
"""A walk of which so many rows are as far away as each other (by cosine) is caught: thousands of copies of a
passage are each other's only neighbours in the graph, and nothing leads out of them."""
# A scalar subquery is looked up for the rows that the index offers; a join would be planned over all.
_BY_DOCUMENT = """AND (SELECT true {facts} FROM indexed_documents d WHERE d.document_id = c.document_id)"""


async def nearest(
    session: Session, collection: VectorCollection, query: VectorQuery, *, exact: bool
) -> list[int]:
    """The session's workspace's nearest rows within the scope, best first: every one compared, or by the walk
    through the index, unless that is caught among copies."""
    found = await _nearest(session, collection, query, exact=exact)
    if not exact and _is_caught(sorted(distance for _, distance in found)):
        found = await _nearest(session, collection, query, exact=True)
    return [row for row, _ in found]


def _is_caught(distances: Sequence[float]) -> bool:
    ends = zip(distances, distances[_COPIES - 1 :], strict=False)
    return any(last - first < _ALIKE for first, last in ends)


async def _nearest(
    session: Session, collection: VectorCollection, query: VectorQuery, *, exact: bool
) -> list[tuple[int, float]]:
    statement = _NEAREST.format(
        scope=on_vectors(query.scope),
        exactly="+ 0" if exact else "",
        generation=int(collection.generation),
        dimensions=int(collection.dimensions),
    )
    wanted = {"vector": _text(query), "size": query.size}
    return [
        (row, distance) for row, distance in await session.fetch(statement, wanted | parameters(query.scope))
    ]


async def passing(
    session: Session, collection: VectorCollection, scope: VectorScope, chosen: Sequence[int]
) -> list[int]:
    """Those of the rows that exist in the session's workspace and pass the scope, in the order given."""
    statement = _PASSING.format(scope=on_vectors(scope), generation=int(collection.generation))
    found = await session.fetch(statement, {"chosen": list(chosen)} | parameters(scope))
    present = {row[0] for row in found}
    return [chunk for chunk in chosen if chunk in present]


async def documents_in(session: Session, scope: VectorScope, most: int) -> list[uuid.UUID] | None:
    """The documents that pass the scope; None where they are more than `most`."""
    statement = _DOCUMENTS_IN.format(scope=on_documents(scope))
    ((found,),) = await session.fetch(statement, {"most": most + 1} | parameters(scope))
    documents: list[uuid.UUID] = found or []
    return documents if len(documents) <= most else None


async def of_conversation(session: Session) -> list[uuid.UUID]:
    """The indexed documents of the conversation within which the session acts."""
    conversation = session.principal.conversation_id
    if conversation is None:
        return []
    wanted = {"conversation": ids.decode("chat", conversation)}
    return [row[0] for row in await session.fetch(_OF_CONVERSATION, wanted)]


async def to_copy(
    session: Session, generation: int, documents: Sequence[uuid.UUID], after: int, most: int
) -> list[VectorRecord]:
    """The vectors of these documents, from the one after a row on, at most `most`. What belongs to a
    conversation is not copied: it is few and compared exactly."""
    wanted = {"generation": generation, "documents": list(documents), "after": after, "most": most}
    rows = await session.fetch(_TO_COPY, wanted)
    return [VectorRecord(chunk, document, np.array(vector, np.float32)) for chunk, document, vector in rows]


async def held(session: Session, generation: int, after: int, most: int) -> list[tuple[int, uuid.UUID]]:
    """The rows and documents of a generation that are copied, from the one after a row on, at most `most`."""
    wanted = {"generation": generation, "after": after, "most": most}
    return [(row[0], row[1]) for row in await session.fetch(_ALL, wanted)]


def on_documents(scope: VectorScope) -> str:
    """The scope as SQL's conditions on `indexed_documents d`."""
    documents = "" if scope.documents is None else _DOCUMENTS.format(row="d")
    return documents + _on_facts(scope)


def on_vectors(scope: VectorScope) -> str:
    """The scope as SQL's conditions on `chunk_vectors c`."""
    documents = "" if scope.documents is None else _DOCUMENTS.format(row="c")
    facts = _on_facts(scope)
    return documents + (_BY_DOCUMENT.format(facts=facts) if facts else "")


def parameters(scope: VectorScope) -> dict[str, object]:
    """The values that the conditions name."""
    return {
        "documents": None if scope.documents is None else list(scope.documents),
        "sources": None if scope.sources is None else list(scope.sources),
        "condition": scope.condition,
        "values": scope.values,
    }


def _on_facts(scope: VectorScope) -> str:
    given = ((_SOURCES, scope.sources), (_FACTS, scope.condition))
    return " ".join(condition for condition, wanted in given if wanted is not None)


def _text(query: VectorQuery) -> str:
    """pgvector's text form, with the four digits that a halfvec keeps."""
    return "[" + ",".join([f"{value:.4g}" for value in query.vector.tolist()]) + "]"
