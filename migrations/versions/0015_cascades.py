"""What became of each stage of a cascade: the numbers behind `GET /usage/cascades`."""

from __future__ import annotations

from alembic import op

from answerable.kit.db.wall import enable_tenant_wall

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        """
        CREATE TABLE cascade_legs (
            id uuid PRIMARY KEY,
            workspace_id uuid NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
            call_id uuid NOT NULL,
            alias text NOT NULL,
            position integer NOT NULL,
            stage text NOT NULL,
            taken boolean NOT NULL,
            failed_check text,
            confidence double precision,
            agreed boolean,
            cost_usd numeric NOT NULL,
            last_stage_cost_usd numeric,
            at timestamptz NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX ix_cascade_legs_workspace_id ON cascade_legs (workspace_id, at)")
    enable_tenant_wall(op, "cascade_legs")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TABLE cascade_legs")
