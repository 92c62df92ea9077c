"""Attributes of members, by which row policies choose what each one's questions read."""

from __future__ import annotations

from alembic import op

revision = "0045"
down_revision = "0041"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE memberships ADD COLUMN attributes jsonb NOT NULL DEFAULT '{}'")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE memberships DROP COLUMN attributes")
