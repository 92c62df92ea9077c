"""What one query may cost in a workspace, below what the server allows."""

from __future__ import annotations

from alembic import op

from answerable.kit.db.wall import enable_tenant_wall

revision = "0053"
down_revision = "0052"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        """
        CREATE TABLE query_limits (
            workspace_id uuid CONSTRAINT pk_query_limits PRIMARY KEY
                CONSTRAINT fk_query_limits_workspace_id REFERENCES workspaces (id) ON DELETE CASCADE,
            max_scan_rows bigint CONSTRAINT ck_query_limits_max_scan_rows CHECK (max_scan_rows >= 1),
            max_scan_bytes bigint CONSTRAINT ck_query_limits_max_scan_bytes CHECK (max_scan_bytes >= 1),
            timeout_seconds double precision
                CONSTRAINT ck_query_limits_timeout_seconds CHECK (timeout_seconds > 0)
        )
        """
    )
    enable_tenant_wall(op, "query_limits")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TABLE query_limits")
