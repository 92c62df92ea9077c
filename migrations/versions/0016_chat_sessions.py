"""Conversations: sessions, and their messages as a tree.

Both belong to one member: a restrictive policy hides them from everybody else in the workspace. An
assistant's message keeps no answer of its own, it names the run that has it: when a source that the
answer cites is deleted, the run goes, and the message has nothing left to show.
"""

from __future__ import annotations

from alembic import op

from answerable.kit.db.wall import enable_member_wall, enable_tenant_wall

revision = "0016"
down_revision = "0015"

_TABLES = (
    """
    CREATE TABLE chat_sessions (
        id uuid CONSTRAINT pk_chat_sessions PRIMARY KEY,
        workspace_id uuid NOT NULL
            CONSTRAINT fk_chat_sessions_workspace_id REFERENCES workspaces (id) ON DELETE CASCADE,
        owner_id uuid NOT NULL
            CONSTRAINT fk_chat_sessions_owner_id REFERENCES users (id) ON DELETE CASCADE,
        title text CONSTRAINT ck_chat_sessions_title CHECK (length(title) <= 200),
        channel text NOT NULL,
        tags text[] NOT NULL DEFAULT '{}',
        pinned boolean NOT NULL DEFAULT false,
        archived boolean NOT NULL DEFAULT false,
        active_message_id uuid,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    "CREATE INDEX ix_chat_sessions_workspace_id ON chat_sessions (workspace_id)",
    "CREATE INDEX ix_chat_sessions_owner_id ON chat_sessions (owner_id, updated_at DESC, id DESC)",
    """
    CREATE TABLE chat_messages (
        id uuid CONSTRAINT pk_chat_messages PRIMARY KEY,
        workspace_id uuid NOT NULL
            CONSTRAINT fk_chat_messages_workspace_id REFERENCES workspaces (id) ON DELETE CASCADE,
        owner_id uuid NOT NULL
            CONSTRAINT fk_chat_messages_owner_id REFERENCES users (id) ON DELETE CASCADE,
        session_id uuid NOT NULL
            CONSTRAINT fk_chat_messages_session_id REFERENCES chat_sessions (id) ON DELETE CASCADE,
        parent_id uuid
            CONSTRAINT fk_chat_messages_parent_id REFERENCES chat_messages (id) ON DELETE CASCADE,
        depth integer NOT NULL,
        role text NOT NULL CONSTRAINT ck_chat_messages_role CHECK (role IN ('user', 'assistant')),
        run_id uuid CONSTRAINT fk_chat_messages_run_id REFERENCES runs (id) ON DELETE SET NULL,
        parts jsonb,
        created_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    "CREATE INDEX ix_chat_messages_workspace_id ON chat_messages (workspace_id)",
    "CREATE INDEX ix_chat_messages_owner_id ON chat_messages (owner_id)",
    "CREATE INDEX ix_chat_messages_session_id ON chat_messages (session_id, created_at, id)",
    "CREATE INDEX ix_chat_messages_parent_id ON chat_messages (parent_id)",
    "CREATE INDEX ix_chat_messages_run_id ON chat_messages (run_id)",
    # No foreign key: a run is kept before its message is, and goes with its session in any case.
    "ALTER TABLE runs ADD COLUMN message_id uuid",
    "ALTER TABLE runs ADD COLUMN session_id uuid "
    "CONSTRAINT fk_runs_session_id REFERENCES chat_sessions (id) ON DELETE CASCADE",
    "CREATE INDEX ix_runs_session_id ON runs (session_id)",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in _TABLES:
        op.execute(statement)
    for table in ("chat_sessions", "chat_messages"):
        enable_tenant_wall(op, table)
        enable_member_wall(op, table)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    # Without their columns, runs of conversations would outlive them.
    op.execute("DELETE FROM runs WHERE session_id IS NOT NULL")
    op.execute("ALTER TABLE runs DROP COLUMN session_id, DROP COLUMN message_id")
    op.execute("DROP TABLE chat_messages")
    op.execute("DROP TABLE chat_sessions")
