"""Which process is at work on which run, so that another can finish what a dead one left.

`run_leases` lies outside the tenant wall, as the queue's tickets do: it holds ids and times alone.
"""

from __future__ import annotations

from alembic import op

from answerable.kit.db.wall import grant

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE runs ADD COLUMN asked jsonb")
    op.execute(
        """
        CREATE TABLE run_leases (
            run_id uuid CONSTRAINT pk_run_leases PRIMARY KEY
                CONSTRAINT fk_run_leases_run_id REFERENCES runs (id) ON DELETE CASCADE,
            tenant uuid NOT NULL,
            process_id uuid NOT NULL,
            attempt integer NOT NULL,
            expires_at timestamptz NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX ix_run_leases_process_id ON run_leases (process_id)")
    op.execute("CREATE INDEX ix_run_leases_expires_at ON run_leases (expires_at)")
    grant(op, "run_leases", "SELECT, INSERT, UPDATE, DELETE")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TABLE run_leases")
    op.execute("ALTER TABLE runs DROP COLUMN asked")
