"""Retrieval tools and RAG tools: named settings with versions that the app adds and never changes."""

from __future__ import annotations

from alembic import op

from answerable.kit.db.wall import enable_tenant_wall

revision = "0017"
down_revision = "0016"

_TABLES = (
    """
    CREATE TABLE tools (
        id uuid CONSTRAINT pk_tools PRIMARY KEY,
        workspace_id uuid NOT NULL
            CONSTRAINT fk_tools_workspace_id REFERENCES workspaces (id) ON DELETE CASCADE,
        name text NOT NULL,
        kind text NOT NULL CONSTRAINT ck_tools_kind CHECK (kind IN ('retrieval', 'rag')),
        version integer NOT NULL,
        created_by uuid,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT uq_tools_name UNIQUE (workspace_id, name)
    )
    """,
    """
    CREATE TABLE tool_versions (
        id uuid CONSTRAINT pk_tool_versions PRIMARY KEY,
        workspace_id uuid NOT NULL
            CONSTRAINT fk_tool_versions_workspace_id REFERENCES workspaces (id) ON DELETE CASCADE,
        tool_id uuid NOT NULL
            CONSTRAINT fk_tool_versions_tool_id REFERENCES tools (id) ON DELETE CASCADE,
        number integer NOT NULL,
        description text NOT NULL,
        configuration jsonb NOT NULL,
        restored_from integer,
        created_by uuid,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT uq_tool_versions_number UNIQUE (tool_id, number)
    )
    """,
    "CREATE INDEX ix_tool_versions_workspace_id ON tool_versions (workspace_id)",
    """
    CREATE TABLE tool_defaults (
        workspace_id uuid CONSTRAINT pk_tool_defaults PRIMARY KEY
            CONSTRAINT fk_tool_defaults_workspace_id REFERENCES workspaces (id) ON DELETE CASCADE,
        search_tool_id uuid
            CONSTRAINT fk_tool_defaults_search_tool_id REFERENCES tools (id) ON DELETE SET NULL,
        ask_tool_id uuid
            CONSTRAINT fk_tool_defaults_ask_tool_id REFERENCES tools (id) ON DELETE SET NULL
    )
    """,
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in _TABLES:
        op.execute(statement)
    enable_tenant_wall(op, "tools")
    enable_tenant_wall(op, "tool_versions", grants="SELECT, INSERT")
    enable_tenant_wall(op, "tool_defaults")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in ("tool_defaults", "tool_versions", "tools"):
        op.execute(f"DROP TABLE {table}")
