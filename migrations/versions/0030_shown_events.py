"""What was shown of an answer while it was written stays: its events, and how many there are."""

from __future__ import annotations

from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE runs ADD COLUMN shown jsonb")
    op.execute("ALTER TABLE run_leases ADD COLUMN shown integer NOT NULL DEFAULT 0")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE run_leases DROP COLUMN shown")
    op.execute("ALTER TABLE runs DROP COLUMN shown")
