"""Documents and tables that belong to a conversation.

`session_id` is null for what belongs to the workspace. A restrictive policy hides the rest from everybody
who does not act within that conversation; the function that finds candidates by words, which reads behind
the policies, gets the same condition. A conversation cannot go before its files: who deletes it deletes them
in the way of any other file. Its tables' semantic model lies in tables of its own, because the workspace has
exactly one.
"""

from __future__ import annotations

from alembic import op

from answerable.kit.db.wall import CONVERSATION, WORKSPACE, enable_conversation_wall, enable_tenant_wall

revision = "0046"
down_revision = "0045"

_ROLE = "answerable_lexical"
_FUNCTION = "lexical_candidates"
_SESSION = "session_id uuid CONSTRAINT fk_{0}_session_id REFERENCES chat_sessions (id)"
_COLUMNS = {
    "documents": _SESSION.format("documents"),
    "datasets": _SESSION.format("datasets"),
    "dataset_versions": "session_id uuid",
    "indexed_documents": "session_id uuid",
    "chunks": "session_id uuid",
    "chunk_vectors": "session_id uuid",
}
_WORKSPACE = "uuid NOT NULL CONSTRAINT fk_{0}_workspace_id REFERENCES workspaces (id) ON DELETE CASCADE"
_MODEL = """
    CREATE TABLE {name} (
        id uuid CONSTRAINT pk_{name} PRIMARY KEY,
        workspace_id {workspace},
        session_id uuid NOT NULL
            CONSTRAINT fk_{name}_session_id REFERENCES chat_sessions (id) ON DELETE CASCADE,
        revision text NOT NULL,
        document jsonb NOT NULL,
        {more}
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT uq_{name}_session_id UNIQUE ({unique})
    )
"""
_MODELS = {
    "conversation_models": (
        "base jsonb NOT NULL, updated_at timestamptz NOT NULL DEFAULT now(),",
        "session_id",
    ),
    "conversation_model_revisions": ("", "session_id, revision"),
}
_INDEXES = (
    "CREATE INDEX ix_documents_session_id ON documents (session_id) WHERE session_id IS NOT NULL",
    "CREATE INDEX ix_datasets_session_id ON datasets (session_id) WHERE session_id IS NOT NULL",
    "CREATE INDEX ix_chunks_session_id ON chunks (session_id) WHERE session_id IS NOT NULL",
    "CREATE UNIQUE INDEX uq_documents_session_bytes ON documents (session_id, sha256)"
    " WHERE session_id IS NOT NULL",
    "CREATE UNIQUE INDEX uq_dataset_versions_session_opened_as"
    " ON dataset_versions (session_id, sha256, opened_as)"
    " WHERE opened_as IS NOT NULL AND session_id IS NOT NULL",
)
# The function of migration 0027, which `visible` is put into.
_SIGNATURE = "integer[], sparsevec, integer, integer, uuid[], uuid[], jsonpath, jsonb, integer[], integer[]"
_BODY = """
CREATE OR REPLACE FUNCTION lexical_candidates(
    rare integer[], query sparsevec, enough integer, wanted integer, documents uuid[] DEFAULT NULL,
    sources uuid[] DEFAULT NULL, condition jsonpath DEFAULT NULL, vars jsonb DEFAULT '{{}}',
    firsts integer[] DEFAULT '{{}}', seconds integer[] DEFAULT '{{}}')
RETURNS TABLE (chunk_id bigint, score double precision)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 50
SET search_path = pg_catalog, public, pg_temp
SET enable_seqscan = off
BEGIN ATOMIC
    SELECT DISTINCT found.id, -(found.weights OPERATOR(public.<#>) query) AS score
    FROM ((SELECT c.id, c.weights FROM public.chunks c
           WHERE (c.workspace_id = {workspace}) IS TRUE AND c.terms && rare {filter} LIMIT enough)
          UNION ALL
          SELECT both_words.id, both_words.weights
          FROM unnest(firsts, seconds) AS pair (first, second)
          CROSS JOIN LATERAL (
              SELECT c.id, c.weights FROM public.chunks c
              WHERE (c.workspace_id = {workspace}) IS TRUE
                AND c.terms @> ARRAY[pair.first, pair.second] {filter}
              LIMIT least(enough / 5, 200)) both_words) found
    ORDER BY score DESC
    LIMIT wanted;
END
"""
_FILTER = f"""
    {{visible}}
    AND (documents IS NULL OR c.document_id = ANY (documents))
    AND ((sources IS NULL AND condition IS NULL) OR (
        SELECT (sources IS NULL OR d.source_id = ANY (sources))
           AND (condition IS NULL OR jsonb_path_match(d.facts, condition, vars, true))
        FROM public.indexed_documents d
        WHERE d.document_id = c.document_id AND d.workspace_id = {WORKSPACE}))
"""  # noqa: S608 (a fixed condition of ours)


def _create_function(visible: str) -> None:
    op.execute(f"GRANT {_ROLE} TO CURRENT_USER")
    op.execute(f"GRANT CREATE ON SCHEMA public TO {_ROLE}")
    op.execute(_BODY.format(workspace=WORKSPACE, filter=_FILTER.format(visible=visible)))
    op.execute(f"REVOKE CREATE ON SCHEMA public FROM {_ROLE}")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table, column in _COLUMNS.items():
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
        enable_conversation_wall(op, table)
    for name, (more, unique) in _MODELS.items():
        op.execute(_MODEL.format(name=name, workspace=_WORKSPACE.format(name), more=more, unique=unique))
        op.execute(f"CREATE INDEX ix_{name}_workspace_id ON {name} (workspace_id)")
        enable_tenant_wall(op, name)
        enable_conversation_wall(op, name)
    for statement in _INDEXES:
        op.execute(statement)
    op.execute("ALTER TABLE documents DROP CONSTRAINT uq_documents_workspace_id")
    op.execute(
        "CREATE UNIQUE INDEX uq_documents_workspace_id ON documents (workspace_id, sha256)"
        " WHERE session_id IS NULL"
    )
    op.execute("DROP INDEX uq_dataset_versions_opened_as")
    op.execute(
        "CREATE UNIQUE INDEX uq_dataset_versions_opened_as"
        " ON dataset_versions (workspace_id, sha256, opened_as)"
        " WHERE opened_as IS NOT NULL AND session_id IS NULL"
    )
    op.execute(f"GRANT SELECT (session_id) ON chunks TO {_ROLE}")
    _create_function(f"AND (c.session_id IS NULL OR c.session_id = {CONVERSATION})")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _create_function("")
    # The code before knows no conversation's files: everybody would see them.
    op.execute(
        "DELETE FROM runs WHERE id IN (SELECT run_id FROM run_documents r JOIN documents d"
        " ON d.id = r.document_id WHERE d.session_id IS NOT NULL)"
    )
    for table in (
        "chunk_vectors",
        "chunks",
        "indexed_documents",
        "documents",
        "dataset_versions",
        "datasets",
    ):
        op.execute(f"DELETE FROM {table} WHERE session_id IS NOT NULL")  # noqa: S608 (names of ours)
    for name in reversed(_MODELS):
        op.execute(f"DROP TABLE {name}")
    for table in _COLUMNS:
        op.execute(f"DROP POLICY conversation ON {table}")
        op.execute(f"ALTER TABLE {table} DROP COLUMN session_id")
    op.execute("DROP INDEX IF EXISTS uq_documents_workspace_id")
    op.execute("ALTER TABLE documents ADD CONSTRAINT uq_documents_workspace_id UNIQUE (workspace_id, sha256)")
    op.execute("DROP INDEX IF EXISTS uq_dataset_versions_opened_as")
    op.execute(
        "CREATE UNIQUE INDEX uq_dataset_versions_opened_as"
        " ON dataset_versions (workspace_id, sha256, opened_as) WHERE opened_as IS NOT NULL"
    )
