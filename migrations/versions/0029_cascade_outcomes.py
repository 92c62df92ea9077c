"""The outcomes that a stage's confidence is calibrated by are found without reading all that became of it."""

from __future__ import annotations

from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        "CREATE INDEX ix_cascade_legs_outcomes ON cascade_legs (workspace_id, alias, position, stage, at) "
        "WHERE agreed IS NOT NULL AND confidence IS NOT NULL"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP INDEX ix_cascade_legs_outcomes")
