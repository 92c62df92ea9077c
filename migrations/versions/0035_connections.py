"""Connections to other people's databases, and datasets that are read through them.

A password is kept sealed. A dataset of a connection has no versions: its table there is in `physical`.
"""

from __future__ import annotations

from alembic import op

from answerable.kit.db.wall import enable_tenant_wall

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        """
        CREATE TABLE connections (
            id uuid CONSTRAINT pk_connections PRIMARY KEY,
            workspace_id uuid NOT NULL
                CONSTRAINT fk_connections_workspace_id REFERENCES workspaces (id) ON DELETE CASCADE,
            name text NOT NULL,
            config jsonb NOT NULL,
            sealed bytea,
            facts jsonb NOT NULL,
            tested_at timestamptz NOT NULL DEFAULT now(),
            created_by uuid,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT uq_connections_workspace_id UNIQUE (workspace_id, name)
        )
        """
    )
    op.execute("CREATE INDEX ix_connections_workspace_id ON connections (workspace_id)")
    enable_tenant_wall(op, "connections")
    op.execute(
        "ALTER TABLE datasets ADD COLUMN connection_id uuid CONSTRAINT fk_datasets_connection_id "
        "REFERENCES connections (id) ON DELETE CASCADE, ADD COLUMN physical jsonb"
    )
    op.execute("CREATE INDEX ix_datasets_connection_id ON datasets (connection_id)")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DELETE FROM datasets WHERE connection_id IS NOT NULL")
    op.execute("ALTER TABLE datasets DROP COLUMN connection_id, DROP COLUMN physical")
    op.execute("DROP TABLE connections")
