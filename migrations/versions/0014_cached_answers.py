"""Answers of models that are kept for calls that come again, and when what they depend on was forgotten.

The app seals each answer; what can be read here are times, sizes, tags and, where answers are found by their
meaning, vectors. The table is unlogged: after a crash of the server it is empty, which costs calls and loses
nothing. Rows past their time are removed for all workspaces at once: the policies `sweep_…` open exactly
these, on a setting that only the sweep makes.
"""

from __future__ import annotations

from alembic import op

from answerable.kit.db.notifications import announce_changes
from answerable.kit.db.wall import enable_tenant_wall

revision = "0014"
down_revision = "0013"

_SWEPT = {
    "cached_answers": "expires_at < now()",
    "cached_answer_marks": "forgotten_at < now() - interval '31 days'",
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        """
        CREATE UNLOGGED TABLE cached_answers (
            workspace_id uuid NOT NULL
                CONSTRAINT fk_cached_answers_workspace_id REFERENCES workspaces (id) ON DELETE CASCADE,
            key bytea NOT NULL,
            sealed bytea NOT NULL,
            size integer NOT NULL,
            tags text[] NOT NULL,
            created_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            scope bytea,
            encoder text NOT NULL,
            vector halfvec,
            CONSTRAINT pk_cached_answers PRIMARY KEY (workspace_id, key)
        )
        """
    )
    op.execute("ALTER TABLE cached_answers ALTER COLUMN sealed SET STORAGE EXTERNAL")
    op.execute("CREATE INDEX ix_cached_answers_workspace_id ON cached_answers (workspace_id, expires_at)")
    op.execute("CREATE INDEX ix_cached_answers_expires_at ON cached_answers (expires_at)")
    op.execute(
        "CREATE INDEX ix_cached_answers_scope ON cached_answers (workspace_id, scope) WHERE scope IS NOT NULL"
    )
    op.execute(
        """
        CREATE TABLE cached_answer_marks (
            workspace_id uuid NOT NULL
                CONSTRAINT fk_cached_answer_marks_workspace_id REFERENCES workspaces (id) ON DELETE CASCADE,
            tag text NOT NULL,
            forgotten_at timestamptz NOT NULL,
            CONSTRAINT pk_cached_answer_marks PRIMARY KEY (workspace_id, tag)
        )
        """
    )
    for table, over in _SWEPT.items():
        enable_tenant_wall(op, table)
        for command in ("SELECT", "DELETE"):
            op.execute(
                f"CREATE POLICY sweep_{command.lower()} ON {table} FOR {command} "
                f"USING (current_setting('answerable.sweep', true) = 'cached_answers' AND {over})"
            )
    announce_changes(op, "cached_answer_marks", "cached_answers")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TABLE cached_answer_marks")
    op.execute("DROP TABLE cached_answers")
