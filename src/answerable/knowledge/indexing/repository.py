"""All SQL that writes the index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from answerable.kit import ids
from answerable.kit.db import Session
from answerable.knowledge.indexing.passage import IndexedDocument, Passage
from answerable.knowledge.indexing.preparation import PassageVectors, PreparedPassage
from answerable.knowledge.indexing.tables import ChunkRow, IndexedDocumentRow
from answerable.knowledge.lexical.words import VERSION
from answerable.knowledge.stores.outbox import note_changes

PATIENCE = "SET LOCAL statement_timeout = '15min'"
"""For what moves, counts or deletes all passages of a document: there may be a hundred thousand."""
CHUNK_COLUMNS = """public_id, workspace_id, document_id, ordinal, start_offset, end_offset, page,
    heading_path, table_header, section_start, section_end, text, token_count, terms, weights, sentences,
    session_id"""
CHUNK_VALUES = """:public_id, :workspace_id, :document_id, :ordinal, :start, :end, :page, :heading_path,
    :table_header, :section_start, :section_end, :text, :token_count, CAST(:terms AS int[]),
    CAST(:weights AS sparsevec), :sentences, CAST(:session_id AS uuid)"""
_INSERT_CHUNK = text(f"INSERT INTO chunks ({CHUNK_COLUMNS}) VALUES ({CHUNK_VALUES})")  # noqa: S608 (of ours)
_INSERT_VECTOR = text(
    """
    INSERT INTO chunk_vectors
        (generation, chunk_id, workspace_id, document_id, embedding, sentences, session_id)
    SELECT :generation, c.id, c.workspace_id, c.document_id, CAST(:embedding AS halfvec), :sentences,
           c.session_id
    FROM chunks c WHERE c.document_id = :document_id AND c.ordinal = :ordinal
    """
)
# Rows are locked in the order of their terms, so that two documents indexed at once cannot wait for each
# other in a circle.
_COUNT_TERMS = """
    INSERT INTO lexical_terms AS known (workspace_id, term, chunks)
    SELECT :workspace_id, counted.term, counted.chunks
    FROM (SELECT u.term, count(*)::int AS chunks
          FROM chunks c, LATERAL unnest(c.terms || 0) AS u(term)
          WHERE {which}
          GROUP BY u.term) counted
    ORDER BY counted.term
    ON CONFLICT (workspace_id, term) DO UPDATE SET chunks = known.chunks + excluded.chunks
"""
_DISCOUNT_TERMS = """
    WITH locked AS MATERIALIZED (
        SELECT known.term, counted.chunks
        FROM lexical_terms known
        JOIN (SELECT u.term, count(*)::int AS chunks
              FROM chunks c, LATERAL unnest(c.terms || 0) AS u(term)
              WHERE {which}
              GROUP BY u.term) counted USING (term)
        WHERE known.workspace_id = :workspace_id
        ORDER BY known.term
        FOR UPDATE OF known
    )
    UPDATE lexical_terms known SET chunks = known.chunks - locked.chunks
    FROM locked WHERE known.workspace_id = :workspace_id AND known.term = locked.term
"""
# What is in a conversation is counted nowhere.
_OF_DOCUMENTS = "c.document_id = ANY(CAST(:document_ids AS uuid[])) AND c.session_id IS NULL"
_OF_ROWS = "c.id = ANY(CAST(:rows AS bigint[])) AND c.session_id IS NULL"
_COUNT_DOCUMENTS, _COUNT_ROWS = (text(_COUNT_TERMS.format(which=each)) for each in (_OF_DOCUMENTS, _OF_ROWS))
_DISCOUNT_DOCUMENTS, _DISCOUNT_ROWS = (
    text(_DISCOUNT_TERMS.format(which=each)) for each in (_OF_DOCUMENTS, _OF_ROWS)
)
_REPLACE_WORDS = text(
    """
    UPDATE chunks SET terms = CAST(:terms AS int[]), weights = CAST(:weights AS sparsevec),
                      sentences = :sentences
    WHERE id = :id
    """
)
_WITHOUT_VECTOR = text(
    """
    SELECT c.id, c.ordinal, c.start_offset, c.end_offset, c.text, c.page, c.heading_path, c.token_count,
           c.table_header
    FROM chunks c
    WHERE c.id > :after AND NOT EXISTS (
        SELECT FROM chunk_vectors v WHERE v.generation = :generation AND v.chunk_id = c.id)
    ORDER BY c.id LIMIT :most
    """
)
# A document that was indexed anew meanwhile has other ids, and keeps what it got.
_ADD_VECTOR = text(
    """
    INSERT INTO chunk_vectors
        (generation, chunk_id, workspace_id, document_id, embedding, sentences, session_id)
    SELECT :generation, c.id, c.workspace_id, c.document_id, CAST(:embedding AS halfvec), :sentences,
           c.session_id
    FROM chunks c WHERE c.id = :id
    ON CONFLICT DO NOTHING
    """
)
_COPY_VECTORS = """
    WITH part AS MATERIALIZED (
        SELECT * FROM chunk_vectors WHERE generation = %(other)s AND chunk_id > %(after)s
        ORDER BY chunk_id LIMIT %(most)s
    ), copied AS (
        INSERT INTO chunk_vectors
            (generation, chunk_id, workspace_id, document_id, embedding, sentences, session_id)
        SELECT %(generation)s, v.chunk_id, v.workspace_id, v.document_id, v.embedding, v.sentences,
               v.session_id
        FROM part v
        ON CONFLICT DO NOTHING RETURNING document_id
    )
    SELECT (SELECT max(chunk_id) FROM part), (SELECT count(*) FROM copied),
           (SELECT array_agg(DISTINCT document_id) FROM copied)
"""
_GIVE = tuple(
    f"UPDATE {table} SET session_id = NULL WHERE document_id = ANY(%(documents)s::uuid[]) RETURNING 1"  # noqa: S608
    for table in ("indexed_documents", "chunks", "chunk_vectors")
)
_DOCUMENTS_OF = "SELECT DISTINCT document_id FROM chunks WHERE id = ANY(%(chunks)s::bigint[])"
_COUNTS = text(
    """
    SELECT (SELECT count(*) FROM chunk_vectors WHERE generation = :generation), (SELECT count(*) FROM chunks)
    """
)


async def lock_document(session: Session, document_id: str) -> None:
    """Make writers of the same document's index take turns until the transaction ends."""
    key = ids.decode("doc", document_id) or ids.NIL
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(key), 0))))


async def put_document(session: Session, document: IndexedDocument, chunk_count: int) -> None:
    """Insert or renew the document's row."""
    values = {**_described(document), "chunk_count": chunk_count, "words_version": VERSION}
    row = {"workspace_id": session.workspace_id, "document_id": document.id, **values}
    statement = insert(IndexedDocumentRow).values(row)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["document_id"], set_={**values, "indexed_at": func.now()}
        )
    )


async def describe_document(session: Session, document: IndexedDocument) -> None:
    """Give an indexed document another title, source and facts."""
    row = IndexedDocumentRow
    await session.execute(update(row).where(row.document_id == document.id).values(_described(document)))


def _described(document: IndexedDocument) -> dict[str, object]:
    return {
        "source_id": document.source_id,
        "title": document.title,
        "facts": document.facts.to_json(),
        "session_id": document.session_id,
    }


async def without_facts(session: Session, most: int) -> Sequence[str]:
    """The ids of at most that many documents whose facts are not known."""
    row = IndexedDocumentRow
    statement = select(row.document_id).where(row.facts.is_(None)).order_by(row.document_id).limit(most)
    return (await session.scalars(statement)).all()


async def move_documents(session: Session, document_ids: Sequence[str], source_id: str) -> None:
    """Give indexed documents another source."""
    row = IndexedDocumentRow
    await session.execute(update(row).where(row.document_id.in_(document_ids)).values(source_id=source_id))


async def chunks(session: Session, document_id: str, first: int, most: int) -> Sequence[ChunkRow]:
    """At most that many of a document's chunks in order, from an ordinal on."""
    statement = select(ChunkRow).where(ChunkRow.document_id == document_id, ChunkRow.ordinal >= first)
    return (await session.scalars(statement.order_by(ChunkRow.ordinal).limit(most))).all()


async def with_words_before(
    session: Session, version: int, most: int, *, of: str | None = None
) -> Sequence[str]:
    """The ids of at most that many documents, or of one document, with words of a version before this."""
    row = IndexedDocumentRow
    statement = select(row.document_id).where(row.words_version < version)
    if of is not None:
        statement = statement.where(row.document_id == of)
    return (await session.scalars(statement.order_by(row.document_id).limit(most))).all()


async def stored_passages(
    session: Session, document_id: str, after: int, most: int
) -> list[tuple[int, Passage, bytes]]:
    """At most that many of a document's passages, from the one after a row on, each with the id of its row
    and its sketch."""
    statement = select(ChunkRow).where(ChunkRow.document_id == document_id, ChunkRow.id > after)
    return [
        (
            row.id,
            Passage(
                row.ordinal,
                row.start,
                row.end,
                row.text,
                row.page,
                tuple(row.heading_path),
                row.token_count,
                row.table_header,
            ),
            row.sentences,
        )
        for row in await session.scalars(statement.order_by(ChunkRow.id).limit(most))
    ]


async def replace_words(session: Session, made: Mapping[int, PreparedPassage]) -> None:
    """Give chunks, by the ids of their rows, other words, and count these; nothing happens to those that are
    gone."""
    which = {"workspace_id": ids.decode("ws", session.workspace_id), "rows": list(made)}
    await session.execute(_DISCOUNT_ROWS, which)
    rows = [
        {"id": row, "terms": each.terms, "weights": each.weights, "sentences": each.sentences}
        for row, each in made.items()
    ]
    await session.execute(_REPLACE_WORDS, rows)
    await session.execute(_COUNT_ROWS, which)


async def note_words(session: Session, document_id: str, version: int) -> None:
    """All of a document's chunks have the words of this version."""
    row = IndexedDocumentRow
    await session.execute(update(row).where(row.document_id == document_id).values(words_version=version))


def chunk_values(session: Session, document: IndexedDocument, row: PreparedPassage) -> dict[str, object]:
    """What `CHUNK_VALUES` names, of one passage."""
    passage = row.passage
    return {
        "public_id": ids.uuid7(),
        "workspace_id": ids.decode("ws", session.workspace_id),
        "document_id": ids.decode("doc", document.id) or ids.NIL,
        "session_id": None if document.session_id is None else ids.decode("chat", document.session_id),
        "ordinal": passage.ordinal,
        "start": passage.start,
        "end": passage.end,
        "page": passage.page,
        "heading_path": list(passage.heading_path),
        "table_header": passage.table_header,
        "section_start": None if passage.section is None else passage.section[0],
        "section_end": None if passage.section is None else passage.section[1],
        "text": passage.text,
        "token_count": passage.token_count,
        "terms": row.terms,
        "weights": row.weights,
        "sentences": row.sentences,
    }


async def insert_chunks(
    session: Session, document: IndexedDocument, prepared: Sequence[PreparedPassage]
) -> None:
    """Insert a document's chunks and count their terms."""
    if not prepared:
        return
    workspace_uuid = ids.decode("ws", session.workspace_id)
    document_uuid = ids.decode("doc", document.id) or ids.NIL
    await session.execute(_INSERT_CHUNK, [chunk_values(session, document, row) for row in prepared])
    vectors = [
        {
            "generation": generation,
            "document_id": document_uuid,
            "ordinal": row.passage.ordinal,
            "embedding": made.embedding,
            "sentences": made.sentences,
        }
        for row in prepared
        for generation, made in row.vectors.items()
    ]
    if vectors:
        await session.execute(_INSERT_VECTOR, vectors)
        await note_changes(session, [document_uuid])
    await session.execute(_COUNT_DOCUMENTS, {"workspace_id": workspace_uuid, "document_ids": [document_uuid]})


async def passages_without_vector(
    session: Session, generation: int, most: int, *, after: int = 0
) -> dict[int, Passage]:
    """At most `most` of the workspace's passages that have no vector of a generation, by the id of their
    row, in the order of these from `after` on."""
    wanted = {"generation": generation, "most": most, "after": after}
    rows = await session.execute(_WITHOUT_VECTOR, wanted)
    return {
        row.id: Passage(
            row.ordinal,
            row.start_offset,
            row.end_offset,
            row.text,
            row.page,
            tuple(row.heading_path),
            row.token_count,
            row.table_header,
        )
        for row in rows
    }


async def add_vectors(session: Session, generation: int, made: Mapping[int, PassageVectors]) -> None:
    """Give rows their vectors of a generation, by their ids in ascending order; those that have them keep
    them."""
    values = [
        {"generation": generation, "id": row_id, "embedding": row.embedding, "sentences": row.sentences}
        for row_id, row in sorted(made.items())
    ]
    await session.execute(_ADD_VECTOR, values)
    documents = await session.fetch(_DOCUMENTS_OF, {"chunks": list(made)})
    await note_changes(session, [row[0] for row in documents], generation=generation)


async def copy_vectors(
    session: Session, other: int, generation: int, most: int, *, after: int
) -> tuple[int, int | None]:
    """Give the workspace's passages the vectors that they have in another generation: `most` of them from
    the one after a row on. How many got theirs, and the last row that was looked at; None at the end."""
    wanted = {"other": other, "generation": generation, "most": most, "after": after}
    ((last, count, documents),) = await session.fetch(_COPY_VECTORS, wanted)
    await note_changes(session, documents or [], generation=generation)
    return count, last


async def vector_counts(session: Session, generation: int) -> tuple[int, int]:
    """How many of the workspace's passages have a vector of the generation, and how many there are."""
    row = (await session.execute(_COUNTS, {"generation": generation})).one()
    return row[0], row[1]


async def give_to_workspace(session: Session, document_ids: Sequence[str]) -> None:
    """Let documents of a conversation be found by the whole workspace, with their terms counted."""
    documents = [ids.decode("doc", each) or ids.NIL for each in document_ids]
    for statement in _GIVE:
        await session.fetch(statement, {"documents": documents})
    workspace = ids.decode("ws", session.workspace_id)
    await session.execute(_COUNT_DOCUMENTS, {"workspace_id": workspace, "document_ids": documents})
    await note_changes(session, documents)


async def delete_chunks(session: Session, document_ids: Sequence[str]) -> None:
    """Delete documents' chunks and take their terms out of the count, of all documents in one order."""
    documents = [ids.decode("doc", each) or ids.NIL for each in document_ids]
    workspace = ids.decode("ws", session.workspace_id)
    await session.execute(_DISCOUNT_DOCUMENTS, {"workspace_id": workspace, "document_ids": documents})
    statement = delete(ChunkRow).where(ChunkRow.document_id.in_(document_ids))
    await session.execute(statement.execution_options(synchronize_session=False))
    await note_changes(session, documents)


async def delete_documents(session: Session, document_ids: Sequence[str]) -> None:
    """Delete the documents' rows."""
    row = IndexedDocumentRow
    statement = delete(row).where(row.document_id.in_(document_ids))
    await session.execute(statement.execution_options(synchronize_session=False))
