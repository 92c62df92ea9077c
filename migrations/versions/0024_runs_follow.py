"""Which run's answer a question goes on from, so that it can take words and queries from there."""

from __future__ import annotations

from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        "ALTER TABLE runs ADD COLUMN follows_id uuid "
        "CONSTRAINT fk_runs_follows_id REFERENCES runs (id) ON DELETE SET NULL"
    )
    op.execute("CREATE INDEX ix_runs_follows_id ON runs (follows_id)")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE runs DROP COLUMN follows_id")
