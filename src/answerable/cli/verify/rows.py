"""Checks of the database, all on one snapshot of it, across all workspaces."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

import psycopg
from psycopg import sql

from answerable.cli.failure import CommandFailed
from answerable.cli.verify.problem import MOST_EXAMPLES, Problem
from answerable.kit import ids

_COUNTED = (
    "workspaces",
    "sources",
    "source_items",
    "documents",
    "document_texts",
    "document_text_parts",
    "chunks",
    "chunk_vectors",
    "cached_answers",
)

# Each selects the names of what is wrong, as one column of text.
_CHECKS: tuple[tuple[str, str, str], ...] = (
    (
        "chunk_without_document",
        "chunks whose document is not indexed, does not exist or is of another conversation",
        """
        SELECT DISTINCT c.document_id::text FROM chunks c
        LEFT JOIN indexed_documents i ON i.document_id = c.document_id AND i.workspace_id = c.workspace_id
        LEFT JOIN documents d ON d.id = c.document_id AND d.workspace_id = c.workspace_id
        WHERE i.document_id IS NULL OR d.id IS NULL OR c.session_id IS DISTINCT FROM d.session_id
        """,
    ),
    (
        "index_entry_without_document",
        "entries of the index whose document does not exist, is not ready or belongs to another source or "
        "conversation",
        """
        SELECT i.document_id::text FROM indexed_documents i
        LEFT JOIN documents d ON d.id = i.document_id AND d.workspace_id = i.workspace_id
        WHERE d.id IS NULL OR d.status <> 'ready' OR d.source_id IS DISTINCT FROM i.source_id
           OR d.session_id IS DISTINCT FROM i.session_id
        """,
    ),
    (
        "text_without_document",
        "texts of documents that are not ready",
        """
        SELECT t.document_id::text FROM document_texts t
        LEFT JOIN documents d ON d.id = t.document_id AND d.workspace_id = t.workspace_id
        WHERE d.id IS NULL OR d.status <> 'ready'
        """,
    ),
    (
        "document_not_indexed",
        "ready documents whose text, index entry or chunks are missing or too many",
        """
        SELECT d.id::text FROM documents d
        LEFT JOIN document_texts t ON t.document_id = d.id
        LEFT JOIN indexed_documents i ON i.document_id = d.id
        LEFT JOIN (SELECT document_id, count(*) AS chunks FROM chunks GROUP BY 1) c ON c.document_id = d.id
        WHERE d.status = 'ready'
          AND (t.document_id IS NULL OR i.document_id IS NULL
               OR d.chunk_count IS DISTINCT FROM coalesce(c.chunks, 0)
               OR i.chunk_count IS DISTINCT FROM coalesce(c.chunks, 0))
        """,
    ),
    (
        "chunk_without_vector",
        "chunks that are found by their words alone, because they have no vector",
        """
        SELECT DISTINCT c.document_id::text FROM chunks c
        LEFT JOIN workspace_encoders w ON w.tenant = c.workspace_id
        LEFT JOIN chunk_vectors v ON v.chunk_id = c.id AND v.generation = w.active
        WHERE v.chunk_id IS NULL
        """,
    ),
    (
        "vector_of_another_document",
        "vectors whose passage belongs to another document, workspace or conversation",
        """
        SELECT DISTINCT v.document_id::text FROM chunk_vectors v JOIN chunks c ON c.id = v.chunk_id
        WHERE (v.document_id, v.workspace_id) <> (c.document_id, c.workspace_id)
           OR v.session_id IS DISTINCT FROM c.session_id
        """,
    ),
    (
        "chunk_outside_text",
        "chunks that are not what their document's text says at their place",
        """
        SELECT DISTINCT c.document_id::text FROM chunks c JOIN document_texts USING (document_id)
        WHERE c.text IS DISTINCT FROM (
            SELECT string_agg(substr(p.text, greatest(c.start_offset - p.start_offset, 0) + 1,
                                     least(c.end_offset, p.end_offset)
                                         - greatest(c.start_offset, p.start_offset)),
                              '' ORDER BY p.start_offset)
            FROM document_text_pieces p
            WHERE p.document_id = c.document_id AND p.start_offset < c.end_offset
              AND p.end_offset > c.start_offset)
        """,
    ),
    (
        "text_with_a_gap",
        "texts of which a part is missing, twice there or of another length",
        """
        SELECT DISTINCT document_id::text FROM (
            SELECT document_id, start_offset, lag(end_offset, 1, 0) OVER in_order AS before,
                   end_offset - start_offset <> char_length(text) AND end_offset <> 2147483647 AS is_wrong
            FROM document_text_pieces WINDOW in_order AS (PARTITION BY document_id ORDER BY start_offset)
        ) p WHERE start_offset <> before OR is_wrong
        """,
    ),
    (
        "staged_passages_without_job",
        "passages that were prepared for the index while no job is at work on their document",
        """
        SELECT DISTINCT s.document_id::text FROM (
            SELECT document_id FROM staged_chunks UNION SELECT document_id FROM staged_vectors
            UNION SELECT document_id FROM staged_terms) s
        JOIN documents d ON d.id = s.document_id LEFT JOIN jobs j ON j.id = d.job_id
        WHERE j.id IS NULL OR j.status NOT IN ('queued', 'running')
        """,
    ),
    (
        "wrong_term_count",
        "workspaces whose count of a term differs from their chunks",
        """
        SELECT DISTINCT coalesce(k.workspace_id, n.workspace_id)::text
        FROM (SELECT * FROM lexical_terms WHERE chunks <> 0) k
        FULL JOIN (SELECT c.workspace_id, u.term, count(*) AS chunks
                   FROM chunks c, LATERAL unnest(c.terms || 0) AS u(term)
                   WHERE c.session_id IS NULL GROUP BY 1, 2) n
        ON n.workspace_id = k.workspace_id AND n.term = k.term
        WHERE k.chunks IS DISTINCT FROM n.chunks
        """,
    ),
    (
        "document_of_another_workspace",
        "items of sources and documents that cross the line between workspaces",
        """
        SELECT d.id::text FROM documents d JOIN sources s ON s.id = d.source_id
        WHERE s.workspace_id <> d.workspace_id
        UNION
        SELECT i.id::text FROM source_items i
        JOIN sources s ON s.id = i.source_id LEFT JOIN documents d ON d.id = i.document_id
        WHERE s.workspace_id <> i.workspace_id OR d.workspace_id <> i.workspace_id
        """,
    ),
    (
        "synced_document_without_item",
        "documents of a synced source that no item of it became",
        """
        SELECT d.id::text FROM documents d JOIN sources s ON s.id = d.source_id
        WHERE s.kind <> 'upload' AND s.status <> 'removing' AND d.metadata ? 'source_item'
          AND NOT EXISTS (SELECT 1 FROM source_items i
                          WHERE i.document_id = d.id OR i.superseded_id = d.id)
        """,
    ),
)
_SEES_EVERYTHING = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
_DOCUMENT_TAGS = "SELECT DISTINCT tag FROM cached_answers, unnest(tags) AS tag WHERE tag LIKE 'document:%'"


def check_rows(connection: psycopg.Connection) -> tuple[dict[str, int], list[Problem]]:
    """How many rows there are of each kind, and what is wrong, in the transaction of the connection.

    CommandFailed for a role that the tenant wall keeps from seeing everything.
    """
    check_sight(connection)
    counts = {table: _count(connection, table) for table in _COUNTED}
    problems = [_check(connection, *check) for check in _CHECKS]
    problems.append(_cached(connection))
    return counts, [problem for problem in problems if problem.count]


def check_sight(connection: psycopg.Connection) -> None:
    """CommandFailed for a role that the tenant wall keeps from seeing everything."""
    row = connection.execute(_SEES_EVERYTHING).fetchone()
    if row is None or not row[0]:
        raise CommandFailed(
            "the database's role sees no workspace's rows: give one in ANSWERABLE_DATABASE_URL that is a "
            "superuser or has BYPASSRLS, for this command alone."
        )


def document_files(connection: psycopg.Connection) -> list[str]:
    """The keys of all documents' files."""
    return [str(key) for (key,) in connection.execute("SELECT file_key FROM documents")]


def workspaces(connection: psycopg.Connection) -> set[str]:
    """The ids of all workspaces."""
    return {ids.encode("ws", each) for (each,) in connection.execute("SELECT id FROM workspaces")}


def _count(connection: psycopg.Connection, table: str) -> int:
    statement = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
    row = connection.execute(statement).fetchone()
    return int(row[0]) if row else 0


def _check(connection: psycopg.Connection, check: str, detail: str, query: str) -> Problem:
    names = [str(name) for (name,) in connection.execute(query)]
    return found(check, detail, names)


def found(check: str, detail: str, names: Iterable[str]) -> Problem:
    """A problem with its first examples."""
    listed = sorted(names)
    return Problem(check, detail, len(listed), listed[:MOST_EXAMPLES])


def _cached(connection: psycopg.Connection) -> Problem:
    tags = {str(tag) for (tag,) in connection.execute(_DOCUMENT_TAGS)}
    known = {tag: ids.decode("doc", tag.partition(":")[2]) for tag in tags}
    present: set[uuid.UUID] = set()
    if known:
        rows = connection.execute(
            "SELECT id FROM documents WHERE id = ANY(%s)", [[each for each in known.values() if each]]
        )
        present = {each for (each,) in rows}
    gone = [tag for tag, document in known.items() if document not in present]
    return found("cached_answer_without_document", "kept answers that rest on documents that are gone", gone)
