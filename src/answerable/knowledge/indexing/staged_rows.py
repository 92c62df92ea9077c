"""All SQL of passages that are staged: of documents too long to be indexed in one go."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence

from sqlalchemy import text

from answerable.kit import ids
from answerable.kit.db import Session
from answerable.knowledge.indexing.passage import IndexedDocument, Passage
from answerable.knowledge.indexing.preparation import PreparedPassage
from answerable.knowledge.indexing.repository import CHUNK_COLUMNS, CHUNK_VALUES, chunk_values
from answerable.knowledge.lexical.words import VERSION

_COUNT = "SELECT coalesce(max(ordinal) + 1, 0) FROM staged_chunks WHERE document_id = %(document)s"
_SAME = """
    SELECT c.ordinal, c.start_offset, c.end_offset, c.text, c.page, c.heading_path, c.token_count,
           c.table_header, c.section_start, c.section_end
    FROM staged_chunks c
    WHERE c.document_id = %(document)s AND c.ordinal BETWEEN %(first)s AND %(last)s
      AND c.words_version = %(version)s
      AND NOT EXISTS (SELECT FROM unnest(%(generations)s::int[]) AS wanted (generation)
                      WHERE NOT EXISTS (SELECT FROM staged_vectors v
                                        WHERE (v.document_id, v.ordinal) = (c.document_id, c.ordinal)
                                          AND v.generation = wanted.generation))
"""
_CLEAR = "DELETE FROM {} WHERE document_id = :document AND ordinal BETWEEN :first AND :last"
_ROWS = ("staged_vectors", "staged_chunks")
_PUT = text(
    f"INSERT INTO staged_chunks ({CHUNK_COLUMNS}, words_version) VALUES ({CHUNK_VALUES}, {VERSION})"  # noqa: S608 (of ours)
)
_PUT_VECTOR = text(
    """
    INSERT INTO staged_vectors (document_id, workspace_id, ordinal, generation, embedding, sentences)
    VALUES (:document, :workspace, :ordinal, :generation, CAST(:embedding AS halfvec), :sentences)
    """
)
# What the document's passages of before counted, until it is taken off together with what the new ones add.
_REMEMBER_TERMS = text(
    """
    INSERT INTO staged_terms (document_id, workspace_id, term, chunks)
    SELECT :document, :workspace, u.term, count(*)::int
    FROM chunks c, LATERAL unnest(c.terms || 0) AS u(term)
    WHERE c.document_id = :document AND c.session_id IS NULL GROUP BY u.term
    """
)
_DELETE_CHUNKS = text("DELETE FROM chunks WHERE document_id = :document")
_MOVE = text(
    f"""
    WITH moved AS (
        INSERT INTO chunks ({CHUNK_COLUMNS})
        SELECT {CHUNK_COLUMNS} FROM staged_chunks
        WHERE document_id = :document AND ordinal BETWEEN :first AND :last ORDER BY ordinal
        RETURNING id, document_id, workspace_id, session_id, ordinal
    )
    INSERT INTO chunk_vectors
        (generation, chunk_id, workspace_id, document_id, session_id, embedding, sentences)
    SELECT v.generation, m.id, m.workspace_id, m.document_id, m.session_id, v.embedding, v.sentences
    FROM moved m JOIN staged_vectors v ON (v.document_id, v.ordinal) = (m.document_id, m.ordinal)
    WHERE v.generation IN (SELECT generation FROM encoders)
    """  # noqa: S608 (columns of ours)
)
# Sorted before the first row is locked, so that two documents indexed at once cannot wait in a circle.
_MOVE_TERMS = text(
    """
    INSERT INTO lexical_terms AS known (workspace_id, term, chunks)
    SELECT :workspace, both_ways.term, sum(both_ways.chunks)::int
    FROM (SELECT u.term, 1 AS chunks FROM chunks c, LATERAL unnest(c.terms || 0) AS u(term)
          WHERE c.document_id = :document AND c.session_id IS NULL
          UNION ALL
          SELECT s.term, -s.chunks FROM staged_terms s WHERE s.document_id = :document) both_ways
    GROUP BY both_ways.term HAVING sum(both_ways.chunks) <> 0 ORDER BY both_ways.term
    ON CONFLICT (workspace_id, term) DO UPDATE SET chunks = known.chunks + excluded.chunks
    """
)
_GIVE = text(
    """
    UPDATE staged_chunks SET session_id = :owner
    WHERE document_id = :document AND session_id IS DISTINCT FROM CAST(:owner AS uuid)
    """
)
_DROP = "DELETE FROM {} WHERE document_id = :document"


def _keys(session: Session, document_id: str) -> dict[str, uuid.UUID]:
    return {
        "document": ids.decode("doc", document_id) or ids.NIL,
        "workspace": ids.decode("ws", session.workspace_id) or ids.NIL,
    }


async def count(session: Session, document_id: str) -> int:
    """How many of a document's passages may be staged: those below this ordinal."""
    ((found,),) = await session.fetch(_COUNT, _keys(session, document_id))
    return int(found)


async def are_there(
    session: Session, document_id: str, passages: Sequence[Passage], generations: Collection[int]
) -> bool:
    """Whether these very passages are staged, by the words of this version and with vectors of all the
    generations."""
    wanted = {
        **_keys(session, document_id),
        "first": passages[0].ordinal,
        "last": passages[-1].ordinal,
        "version": VERSION,
        "generations": list(generations),
    }
    found = {}
    for row in await session.fetch(_SAME, wanted):
        ordinal, start, end, content, page, headings, tokens, header, *section = row
        found[ordinal] = Passage(
            ordinal, start, end, content, page, tuple(headings), tokens, header, (section[0], section[1])
        )
    return all(found.get(passage.ordinal) == passage for passage in passages)


async def put(session: Session, document: IndexedDocument, prepared: Sequence[PreparedPassage]) -> None:
    """Stage passages that follow each other, in place of others of their ordinals."""
    keys = _keys(session, document.id)
    span = {"first": prepared[0].passage.ordinal, "last": prepared[-1].passage.ordinal}
    for table in _ROWS:
        await session.execute(text(_CLEAR.format(table)), {**keys, **span})
    await session.execute(_PUT, [chunk_values(session, document, row) for row in prepared])
    vectors = [
        {
            **keys,
            "ordinal": row.passage.ordinal,
            "generation": generation,
            "embedding": made.embedding,
            "sentences": made.sentences,
        }
        for row in prepared
        for generation, made in row.vectors.items()
    ]
    if vectors:
        await session.execute(_PUT_VECTOR, vectors)


async def clear_index(session: Session, document_id: str) -> None:
    """Take the document's passages out of the index, and remember what they counted."""
    keys = _keys(session, document_id)
    await session.execute(_REMEMBER_TERMS, keys)
    await session.execute(_DELETE_CHUNKS, keys)


async def give(session: Session, document: IndexedDocument) -> None:
    """Let what is staged belong where the document does: to the workspace, or a conversation."""
    owner = None if document.session_id is None else ids.decode("chat", document.session_id)
    await session.execute(_GIVE, {**_keys(session, document.id), "owner": owner})


async def move(session: Session, document_id: str, first: int, last: int) -> None:
    """Put staged passages into the index, from one ordinal to another."""
    await session.execute(_MOVE, {**_keys(session, document_id), "first": first, "last": last})


async def move_terms(session: Session, document_id: str) -> None:
    """Count the terms of the document's passages, and no longer those of before."""
    await session.execute(_MOVE_TERMS, _keys(session, document_id))


async def drop(session: Session, document_id: str) -> None:
    """Forget what is staged of a document."""
    for table in (*_ROWS, "staged_terms"):
        await session.execute(text(_DROP.format(table)), _keys(session, document_id))
