"""Idempotency keys: a repeated POST finds the first one's answer.

`digest` is the SHA-256 of workspace, caller and key, so that a key tells nothing across tenants.
"""

from __future__ import annotations

from alembic import op

from answerable.kit.db.wall import enable_tenant_wall

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        """
        CREATE TABLE idempotency_keys (
            digest bytea PRIMARY KEY,
            workspace_id uuid NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
            fingerprint bytea NOT NULL,
            status integer,
            headers jsonb,
            body bytea,
            created_at timestamptz NOT NULL DEFAULT now()
        )
        """
    )
    op.execute("CREATE INDEX ix_idempotency_keys_workspace_id ON idempotency_keys (workspace_id)")
    op.execute("CREATE INDEX ix_idempotency_keys_created_at ON idempotency_keys (created_at)")
    enable_tenant_wall(op, "idempotency_keys")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TABLE idempotency_keys")
