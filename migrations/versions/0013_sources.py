"""Sources that are synced: their configuration, items, runs and errors.

A source's secrets are sealed by the app, bound to workspace and row. `source_alarms` lies outside the
tenant wall, as the queue's tickets do: it holds ids and a time alone, for the clock that serves all
workspaces.
"""

from __future__ import annotations

from alembic import op

from answerable.kit.db.wall import enable_tenant_wall, grant

revision = "0013"
down_revision = "0012"

_COLUMNS = (
    "config jsonb NOT NULL DEFAULT '{}'",
    "sealed bytea",
    "secret_names text[] NOT NULL DEFAULT '{}'",
    "schedule text",
    "status text NOT NULL DEFAULT 'active' "
    "CONSTRAINT ck_sources_status CHECK (status IN ('active', 'paused', 'removing'))",
    "cursor text",
    "synced_at timestamptz",
    "next_sync_at timestamptz",
    "created_by uuid",
    "updated_at timestamptz NOT NULL DEFAULT now()",
)
_TABLES = (
    "CREATE UNIQUE INDEX uq_sources_name ON sources (workspace_id, name) WHERE kind <> 'upload'",
    """
    CREATE TABLE sync_runs (
        id uuid CONSTRAINT pk_sync_runs PRIMARY KEY,
        workspace_id uuid NOT NULL
            CONSTRAINT fk_sync_runs_workspace_id REFERENCES workspaces (id) ON DELETE CASCADE,
        source_id uuid NOT NULL
            CONSTRAINT fk_sync_runs_source_id REFERENCES sources (id) ON DELETE CASCADE,
        reason text NOT NULL CONSTRAINT ck_sync_runs_reason CHECK (reason IN ('manual', 'schedule')),
        status text NOT NULL CONSTRAINT ck_sync_runs_status
            CHECK (status IN ('queued', 'running', 'paused', 'succeeded', 'failed', 'cancelled')),
        portion integer NOT NULL,
        job_id uuid,
        cursor text,
        held_cursor text,
        holds boolean NOT NULL DEFAULT false,
        total integer,
        seen integer NOT NULL DEFAULT 0,
        added integer NOT NULL DEFAULT 0,
        changed integer NOT NULL DEFAULT 0,
        unchanged integer NOT NULL DEFAULT 0,
        deleted integer NOT NULL DEFAULT 0,
        failed integer NOT NULL DEFAULT 0,
        working_seconds double precision NOT NULL DEFAULT 0,
        error_code text,
        error_detail text,
        created_by uuid,
        created_at timestamptz NOT NULL DEFAULT now(),
        started_at timestamptz,
        finished_at timestamptz
    )
    """,
    "CREATE INDEX ix_sync_runs_workspace_id ON sync_runs (workspace_id)",
    "CREATE INDEX ix_sync_runs_source_id ON sync_runs (source_id, created_at DESC, id DESC)",
    "CREATE UNIQUE INDEX uq_sync_runs_open ON sync_runs (source_id) "
    "WHERE status IN ('queued', 'running', 'paused')",
    """
    CREATE TABLE source_items (
        id uuid CONSTRAINT pk_source_items PRIMARY KEY,
        workspace_id uuid NOT NULL
            CONSTRAINT fk_source_items_workspace_id REFERENCES workspaces (id) ON DELETE CASCADE,
        source_id uuid NOT NULL
            CONSTRAINT fk_source_items_source_id REFERENCES sources (id) ON DELETE CASCADE,
        external_id text NOT NULL CONSTRAINT ck_source_items_external_id CHECK (length(external_id) <= 2000),
        key bytea NOT NULL,
        title text,
        status text NOT NULL CONSTRAINT ck_source_items_status CHECK (status IN ('synced', 'failed')),
        version text,
        sha256 text,
        modified_at timestamptz,
        document_id uuid
            CONSTRAINT fk_source_items_document_id REFERENCES documents (id) ON DELETE SET NULL,
        superseded_id uuid
            CONSTRAINT fk_source_items_superseded_id REFERENCES documents (id) ON DELETE SET NULL,
        seen_run_id uuid,
        error_code text,
        error_detail text,
        failures integer NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT uq_source_items_key UNIQUE (source_id, key),
        CONSTRAINT ck_source_items_error CHECK ((status = 'failed') = (error_code IS NOT NULL))
    )
    """,
    "CREATE INDEX ix_source_items_workspace_id ON source_items (workspace_id)",
    "CREATE INDEX ix_source_items_listing ON source_items (source_id, created_at DESC, id DESC)",
    "CREATE INDEX ix_source_items_document_id ON source_items (document_id)",
    "CREATE INDEX ix_source_items_superseded_id ON source_items (superseded_id)",
    """
    CREATE TABLE sync_errors (
        id uuid CONSTRAINT pk_sync_errors PRIMARY KEY,
        workspace_id uuid NOT NULL
            CONSTRAINT fk_sync_errors_workspace_id REFERENCES workspaces (id) ON DELETE CASCADE,
        run_id uuid NOT NULL
            CONSTRAINT fk_sync_errors_run_id REFERENCES sync_runs (id) ON DELETE CASCADE,
        external_id text NOT NULL,
        code text NOT NULL,
        detail text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    "CREATE INDEX ix_sync_errors_workspace_id ON sync_errors (workspace_id)",
    "CREATE INDEX ix_sync_errors_run_id ON sync_errors (run_id, created_at DESC, id DESC)",
    """
    CREATE TABLE source_alarms (
        source_id uuid CONSTRAINT pk_source_alarms PRIMARY KEY
            CONSTRAINT fk_source_alarms_source_id REFERENCES sources (id) ON DELETE CASCADE,
        tenant uuid NOT NULL,
        rings_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX ix_source_alarms_rings_at ON source_alarms (rings_at)",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE sources DROP CONSTRAINT ck_sources_kind")
    for column in _COLUMNS:
        op.execute(f"ALTER TABLE sources ADD COLUMN {column}")
    for statement in _TABLES:
        op.execute(statement)
    for table in ("sync_runs", "source_items", "sync_errors"):
        enable_tenant_wall(op, table)
    grant(op, "source_alarms", "SELECT, INSERT, UPDATE, DELETE")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in ("source_alarms", "sync_errors", "source_items", "sync_runs"):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP INDEX uq_sources_name")
    for column in _COLUMNS:
        op.execute(f"ALTER TABLE sources DROP COLUMN {column.split()[0]}")
    # Sources of other kinds have documents; the older code shows them as it shows any.
    op.execute("ALTER TABLE sources ADD CONSTRAINT ck_sources_kind CHECK (kind IN ('upload')) NOT VALID")
