"""The index: chunks with their vectors and lexical weights, and how common each term is.

A tenant's policy stops PostgreSQL from looking up array overlap in an index, because that operator could
in theory tell of other tenants' rows before the policy is checked. Finding chunks by their terms is
therefore one fixed function, owned by a role that owns nothing else and nobody can log in as or become;
its text holds the same condition as the policy and gives ids and scores alone.
"""

from __future__ import annotations

from alembic import op

from answerable.kit.db.wall import WORKSPACE, enable_tenant_wall
from answerable.kit.postgres.credentials import APP_ROLE

revision = "0005"
down_revision = "0004"

_LEXICAL_ROLE = "answerable_lexical"
_FUNCTION = "lexical_candidates(integer[], sparsevec, integer, integer)"

_TABLES = (
    """
    CREATE TABLE indexed_documents (
        document_id uuid CONSTRAINT pk_indexed_documents PRIMARY KEY,
        workspace_id uuid NOT NULL
            CONSTRAINT fk_indexed_documents_workspace_id REFERENCES workspaces (id) ON DELETE CASCADE,
        source_id uuid,
        title text NOT NULL,
        chunk_count integer NOT NULL,
        indexed_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    "CREATE INDEX ix_indexed_documents_workspace_id ON indexed_documents (workspace_id)",
    "CREATE INDEX ix_indexed_documents_source_id ON indexed_documents (source_id)",
    """
    CREATE TABLE chunks (
        id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_chunks PRIMARY KEY,
        public_id uuid NOT NULL,
        workspace_id uuid NOT NULL
            CONSTRAINT fk_chunks_workspace_id REFERENCES workspaces (id) ON DELETE CASCADE,
        document_id uuid NOT NULL,
        ordinal integer NOT NULL,
        start_offset integer NOT NULL,
        end_offset integer NOT NULL,
        page integer,
        token_count integer NOT NULL,
        heading_path text[] NOT NULL,
        terms integer[] NOT NULL,
        weights sparsevec NOT NULL,
        embedding halfvec(384),
        text text NOT NULL,
        sentences bytea NOT NULL,
        CONSTRAINT uq_chunks_document_id UNIQUE (document_id, ordinal)
    )
    """,
    # What scores a chunk stays in its row; what is read of the few best lies beside it.
    "ALTER TABLE chunks ALTER weights SET STORAGE PLAIN, ALTER embedding SET STORAGE PLAIN,"
    " ALTER sentences SET STORAGE EXTERNAL",
    "CREATE INDEX ix_chunks_workspace_id ON chunks (workspace_id)",
    "CREATE INDEX ix_chunks_terms ON chunks USING gin (terms) WITH (gin_pending_list_limit = 512)",
    "CREATE INDEX ix_chunks_embedding ON chunks USING hnsw (embedding halfvec_cosine_ops)",
    """
    CREATE TABLE lexical_terms (
        workspace_id uuid NOT NULL
            CONSTRAINT fk_lexical_terms_workspace_id REFERENCES workspaces (id) ON DELETE CASCADE,
        term integer NOT NULL,
        chunks integer NOT NULL,
        CONSTRAINT pk_lexical_terms PRIMARY KEY (workspace_id, term)
    ) WITH (fillfactor = 80)
    """,
)

_CREATE_ROLE = f"""
DO $do$
BEGIN
    CREATE ROLE {_LEXICAL_ROLE} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;  -- another database of the same server has it
END $do$
"""

# `rare` (the query's rarest terms) finds at most `enough` chunks, `query` scores them exactly.
_CREATE_FUNCTION = f"""
CREATE FUNCTION lexical_candidates(rare integer[], query sparsevec, enough integer, wanted integer)
RETURNS TABLE (chunk_id bigint, score double precision)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 50
SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT found.id, -(found.weights OPERATOR(public.<#>) query) AS score
    FROM (SELECT c.id, c.weights FROM public.chunks c
          WHERE c.workspace_id = {WORKSPACE} AND c.terms && rare
          LIMIT enough) found
    ORDER BY score DESC
    LIMIT wanted;
END
"""  # noqa: S608 (a fixed condition of ours)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in _TABLES:
        op.execute(statement)
    for table in ("indexed_documents", "chunks", "lexical_terms"):
        enable_tenant_wall(op, table)
    op.execute(_CREATE_ROLE)
    op.execute(f"GRANT {_LEXICAL_ROLE} TO CURRENT_USER")
    op.execute(f"GRANT USAGE, CREATE ON SCHEMA public TO {_LEXICAL_ROLE}")
    op.execute(f"GRANT SELECT (id, workspace_id, terms, weights) ON chunks TO {_LEXICAL_ROLE}")
    op.execute(f"CREATE POLICY lexical_candidates ON chunks FOR SELECT TO {_LEXICAL_ROLE} USING (true)")
    op.execute(_CREATE_FUNCTION)
    op.execute(f"ALTER FUNCTION {_FUNCTION} OWNER TO {_LEXICAL_ROLE}")
    op.execute(f"REVOKE CREATE ON SCHEMA public FROM {_LEXICAL_ROLE}")
    op.execute(f"REVOKE ALL ON FUNCTION {_FUNCTION} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {_FUNCTION} TO {APP_ROLE}")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(f"DROP FUNCTION {_FUNCTION}")
    for table in ("lexical_terms", "chunks", "indexed_documents"):
        op.execute(f"DROP TABLE {table}")
    op.execute(f"REVOKE USAGE ON SCHEMA public FROM {_LEXICAL_ROLE}")
