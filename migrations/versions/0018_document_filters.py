"""What searches are narrowed by: documents' tags and times, and the facts of each document in the index.

The function that finds candidates by words (migration 0005) takes the filter too, so that a filter which
few chunks pass still finds its own. It replaces the one without: its new parameters have defaults, so the
code before calls it as it was. A document's facts are written by the code after; those of documents that
are in the index already by its background work.
"""

from __future__ import annotations

from alembic import op

from answerable.kit.db.wall import WORKSPACE
from answerable.kit.postgres.credentials import APP_ROLE

revision = "0018"
down_revision = "0017"

_ROLE = "answerable_lexical"
_READ = "document_id, workspace_id, source_id, facts"
_OLD = "lexical_candidates(integer[], sparsevec, integer, integer)"
_NEW = "lexical_candidates(integer[], sparsevec, integer, integer, uuid[], uuid[], jsonpath, jsonb)"
_HEAD = """
RETURNS TABLE (chunk_id bigint, score double precision)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 50
SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT found.id, -(found.weights OPERATOR(public.<#>) query) AS score
    FROM (SELECT c.id, c.weights FROM public.chunks c
          WHERE c.workspace_id = {workspace} AND c.terms && rare
"""
_TAIL = """
          LIMIT enough) found
    ORDER BY score DESC
    LIMIT wanted;
END
"""
# The condition on a chunk's document is a scalar subquery: one look-up by primary key for each chunk that
# has a word, where a join would read the whole table.
_FILTER = """
            AND (documents IS NULL OR c.document_id = ANY (documents))
            AND ((sources IS NULL AND condition IS NULL) OR (
                SELECT (sources IS NULL OR d.source_id = ANY (sources))
                   AND (condition IS NULL OR jsonb_path_match(d.facts, condition, vars, true))
                FROM public.indexed_documents d
                WHERE d.document_id = c.document_id AND d.workspace_id = {workspace}))
"""


def _create(parameters: str, condition: str) -> str:
    body = _HEAD + condition + _TAIL
    return f"CREATE FUNCTION lexical_candidates({parameters})" + body.format(workspace=WORKSPACE)


def _replace(old: str, new: str, create: str) -> None:
    op.execute(f"GRANT CREATE ON SCHEMA public TO {_ROLE}")
    op.execute(f"DROP FUNCTION {old}")
    op.execute(create)
    op.execute(f"ALTER FUNCTION {new} OWNER TO {_ROLE}")
    op.execute(f"REVOKE CREATE ON SCHEMA public FROM {_ROLE}")
    op.execute(f"REVOKE ALL ON FUNCTION {new} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {new} TO {APP_ROLE}")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        "ALTER TABLE documents ADD COLUMN tags text[] NOT NULL DEFAULT '{}',"
        " ADD COLUMN modified_at timestamptz"
    )
    op.execute("ALTER TABLE indexed_documents ADD COLUMN facts jsonb")
    op.execute(f"GRANT {_ROLE} TO CURRENT_USER")
    op.execute(f"GRANT SELECT ({_READ}) ON indexed_documents TO {_ROLE}")
    op.execute(f"GRANT SELECT (document_id) ON chunks TO {_ROLE}")
    op.execute(f"CREATE POLICY lexical_candidates ON indexed_documents FOR SELECT TO {_ROLE} USING (true)")
    parameters = (
        "rare integer[], query sparsevec, enough integer, wanted integer, documents uuid[] DEFAULT NULL, "
        "sources uuid[] DEFAULT NULL, condition jsonpath DEFAULT NULL, vars jsonb DEFAULT '{}'"
    )
    _replace(_OLD, _NEW, _create(parameters, _FILTER))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(f"GRANT {_ROLE} TO CURRENT_USER")
    _replace(_NEW, _OLD, _create("rare integer[], query sparsevec, enough integer, wanted integer", ""))
    op.execute("DROP POLICY lexical_candidates ON indexed_documents")
    op.execute(f"REVOKE ALL ON indexed_documents FROM {_ROLE}")
    op.execute(f"REVOKE ALL (document_id) ON chunks FROM {_ROLE}")
    op.execute("ALTER TABLE indexed_documents DROP COLUMN facts")
    op.execute("ALTER TABLE documents DROP COLUMN tags, DROP COLUMN modified_at")
