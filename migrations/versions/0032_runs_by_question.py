"""A run is found by who asked what: clients that keep a conversation by themselves send its words again."""

from __future__ import annotations

from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("CREATE INDEX ix_runs_question ON runs (asked_by, md5(question))")
    op.execute("DROP INDEX ix_runs_asked_by")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("CREATE INDEX ix_runs_asked_by ON runs (asked_by)")
    op.execute("DROP INDEX ix_runs_question")
