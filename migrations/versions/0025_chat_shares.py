"""Read-only links to conversations, the words that conversations are found by, and how long they are kept.

A share is opened by whoever presents its token, before their workspace is known: a narrow window shows the
one row whose hash was presented, as with keys. `chat_retention` lies outside the tenant wall: it holds
ids and numbers alone, for the nightly job that serves all workspaces.
"""

from __future__ import annotations

from alembic import op

from answerable.kit.db.wall import enable_member_wall, enable_tenant_wall, grant

revision = "0025"
down_revision = "0024"

_PRESENTED = "decode(nullif(current_setting('answerable.key_hash', true), ''), 'hex')"
_TABLES = (
    """
    CREATE TABLE chat_shares (
        id uuid CONSTRAINT pk_chat_shares PRIMARY KEY,
        workspace_id uuid NOT NULL
            CONSTRAINT fk_chat_shares_workspace_id REFERENCES workspaces (id) ON DELETE CASCADE,
        owner_id uuid NOT NULL CONSTRAINT fk_chat_shares_owner_id REFERENCES users (id) ON DELETE CASCADE,
        session_id uuid NOT NULL
            CONSTRAINT fk_chat_shares_session_id REFERENCES chat_sessions (id) ON DELETE CASCADE,
        message_id uuid NOT NULL
            CONSTRAINT fk_chat_shares_message_id REFERENCES chat_messages (id) ON DELETE CASCADE,
        token_hash bytea NOT NULL CONSTRAINT uq_chat_shares_token_hash UNIQUE,
        prefix text NOT NULL,
        expires_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    "CREATE INDEX ix_chat_shares_workspace_id ON chat_shares (workspace_id)",
    "CREATE INDEX ix_chat_shares_owner_id ON chat_shares (owner_id)",
    "CREATE INDEX ix_chat_shares_session_id ON chat_shares (session_id, created_at DESC, id DESC)",
    "CREATE INDEX ix_chat_shares_message_id ON chat_shares (message_id)",
    "ALTER TABLE chat_messages ADD COLUMN words tsvector",
    "ALTER TABLE runs ADD COLUMN words tsvector",
    """
    CREATE TABLE chat_retention (
        tenant uuid CONSTRAINT pk_chat_retention PRIMARY KEY
            CONSTRAINT fk_chat_retention_tenant REFERENCES workspaces (id) ON DELETE CASCADE,
        days integer NOT NULL CONSTRAINT ck_chat_retention_days CHECK (days >= 1)
    )
    """,
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in _TABLES:
        op.execute(statement)
    enable_tenant_wall(op, "chat_shares")
    enable_member_wall(op, "chat_shares")
    op.execute(f"CREATE POLICY presented ON chat_shares FOR SELECT USING (token_hash = {_PRESENTED})")
    grant(op, "chat_retention", "SELECT, INSERT, UPDATE, DELETE")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TABLE chat_retention")
    op.execute("ALTER TABLE runs DROP COLUMN words")
    op.execute("ALTER TABLE chat_messages DROP COLUMN words")
    op.execute("DROP TABLE chat_shares")
