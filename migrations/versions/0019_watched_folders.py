"""Sources whose folders are watched for changes, for the workers that watch for all workspaces.

`source_watches` lies outside the tenant wall, as `source_alarms` does: it holds ids and a time alone.
"""

from __future__ import annotations

from alembic import op

from answerable.kit.db.wall import grant

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        """
        CREATE TABLE source_watches (
            source_id uuid CONSTRAINT pk_source_watches PRIMARY KEY
                CONSTRAINT fk_source_watches_source_id REFERENCES sources (id) ON DELETE CASCADE,
            tenant uuid NOT NULL,
            changed_at timestamptz NOT NULL DEFAULT now()
        )
        """
    )
    grant(op, "source_watches", "SELECT, INSERT, UPDATE, DELETE")
    # An owner that is no superuser stands behind the wall too.
    op.execute("ALTER TABLE sources NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "INSERT INTO source_watches (source_id, tenant)"
        " SELECT id, workspace_id FROM sources WHERE kind = 'folder' AND status = 'active'"
    )
    op.execute("ALTER TABLE sources FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE sync_runs DROP CONSTRAINT ck_sync_runs_reason")
    op.execute(
        "ALTER TABLE sync_runs ADD CONSTRAINT ck_sync_runs_reason"
        " CHECK (reason IN ('manual', 'schedule', 'change')) NOT VALID"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE sync_runs NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE sync_runs SET reason = 'schedule' WHERE reason = 'change'")
    op.execute("ALTER TABLE sync_runs FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE sync_runs DROP CONSTRAINT ck_sync_runs_reason")
    op.execute(
        "ALTER TABLE sync_runs ADD CONSTRAINT ck_sync_runs_reason"
        " CHECK (reason IN ('manual', 'schedule')) NOT VALID"
    )
    op.execute("DROP TABLE source_watches")
