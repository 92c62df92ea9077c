"""Documents: where they come from, what became of them, their texts.

A document's bytes exist once in a workspace (`sha256`). The index has no foreign key to documents:
it is emptied in the transaction that deletes one.
"""

from __future__ import annotations

from alembic import op

from answerable.kit.db.wall import enable_tenant_wall

revision = "0007"
down_revision = "0006"

_TABLES = (
    """
    CREATE TABLE sources (
        id uuid CONSTRAINT pk_sources PRIMARY KEY,
        workspace_id uuid NOT NULL
            CONSTRAINT fk_sources_workspace_id REFERENCES workspaces (id) ON DELETE CASCADE,
        kind text NOT NULL CONSTRAINT ck_sources_kind CHECK (kind IN ('upload')),
        name text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    "CREATE INDEX ix_sources_workspace_id ON sources (workspace_id)",
    "CREATE UNIQUE INDEX uq_sources_upload ON sources (workspace_id) WHERE kind = 'upload'",
    """
    CREATE TABLE documents (
        id uuid CONSTRAINT pk_documents PRIMARY KEY,
        workspace_id uuid NOT NULL
            CONSTRAINT fk_documents_workspace_id REFERENCES workspaces (id) ON DELETE CASCADE,
        source_id uuid NOT NULL CONSTRAINT fk_documents_source_id REFERENCES sources (id),
        title text NOT NULL,
        title_given boolean NOT NULL,
        file_name text NOT NULL,
        file_key text NOT NULL,
        sha256 text NOT NULL,
        size_bytes bigint NOT NULL,
        media_type text,
        status text NOT NULL
            CONSTRAINT ck_documents_status CHECK (status IN ('queued', 'processing', 'ready', 'failed')),
        attempt integer NOT NULL DEFAULT 0,
        job_id uuid,
        error_code text,
        error_detail text,
        page_count integer,
        chunk_count integer,
        warnings text[] NOT NULL DEFAULT '{}',
        metadata jsonb NOT NULL DEFAULT '{}',
        created_by uuid,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT uq_documents_workspace_id UNIQUE (workspace_id, sha256),
        CONSTRAINT ck_documents_error CHECK ((status = 'failed') = (error_code IS NOT NULL))
    )
    """,
    "CREATE INDEX ix_documents_workspace_id ON documents (workspace_id)",
    "CREATE INDEX ix_documents_listing ON documents (workspace_id, created_at DESC, id DESC)",
    "CREATE INDEX ix_documents_source_id ON documents (source_id)",
    """
    CREATE TABLE document_texts (
        document_id uuid CONSTRAINT pk_document_texts PRIMARY KEY
            CONSTRAINT fk_document_texts_document_id REFERENCES documents (id) ON DELETE CASCADE,
        workspace_id uuid NOT NULL
            CONSTRAINT fk_document_texts_workspace_id REFERENCES workspaces (id) ON DELETE CASCADE,
        text text NOT NULL,
        pages jsonb NOT NULL,
        headings jsonb NOT NULL
    )
    """,
    "CREATE INDEX ix_document_texts_workspace_id ON document_texts (workspace_id)",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in _TABLES:
        op.execute(statement)
    for table in ("sources", "documents", "document_texts"):
        enable_tenant_wall(op, table)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in ("document_texts", "documents", "sources"):
        op.execute(f"DROP TABLE {table}")
