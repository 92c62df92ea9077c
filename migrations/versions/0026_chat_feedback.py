"""What people say of answers, and the corrections that they propose.

Feedback is its giver's alone and goes with the answer. A proposal is for the workspace's editors; it holds
the question that it came from, which its giver hands over with it.
"""

from __future__ import annotations

from alembic import op

from answerable.kit.db.wall import enable_member_wall, enable_tenant_wall

revision = "0026"
down_revision = "0025"

_TABLES = (
    """
    CREATE TABLE chat_feedback (
        id uuid CONSTRAINT pk_chat_feedback PRIMARY KEY,
        workspace_id uuid NOT NULL
            CONSTRAINT fk_chat_feedback_workspace_id REFERENCES workspaces (id) ON DELETE CASCADE,
        owner_id uuid NOT NULL
            CONSTRAINT fk_chat_feedback_owner_id REFERENCES users (id) ON DELETE CASCADE,
        run_id uuid NOT NULL CONSTRAINT uq_chat_feedback_run_id UNIQUE
            CONSTRAINT fk_chat_feedback_run_id REFERENCES runs (id) ON DELETE CASCADE,
        rating text NOT NULL CONSTRAINT ck_chat_feedback_rating CHECK (rating IN ('up', 'down')),
        comment text,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    "CREATE INDEX ix_chat_feedback_workspace_id ON chat_feedback (workspace_id)",
    "CREATE INDEX ix_chat_feedback_owner_id ON chat_feedback (owner_id)",
    """
    CREATE TABLE chat_proposals (
        id uuid CONSTRAINT pk_chat_proposals PRIMARY KEY,
        workspace_id uuid NOT NULL
            CONSTRAINT fk_chat_proposals_workspace_id REFERENCES workspaces (id) ON DELETE CASCADE,
        kind text NOT NULL CONSTRAINT ck_chat_proposals_kind CHECK (kind IN ('synonym')),
        question text NOT NULL,
        comment text,
        change jsonb NOT NULL,
        status text NOT NULL
            CONSTRAINT ck_chat_proposals_status CHECK (status IN ('open', 'accepted', 'rejected')),
        proposed_by uuid CONSTRAINT fk_chat_proposals_proposed_by REFERENCES users (id) ON DELETE SET NULL,
        decided_by uuid CONSTRAINT fk_chat_proposals_decided_by REFERENCES users (id) ON DELETE SET NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        decided_at timestamptz
    )
    """,
    "CREATE INDEX ix_chat_proposals_workspace_id ON chat_proposals (workspace_id, created_at DESC, id DESC)",
    "CREATE INDEX ix_chat_proposals_proposed_by ON chat_proposals (proposed_by)",
    "CREATE INDEX ix_chat_proposals_decided_by ON chat_proposals (decided_by)",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in _TABLES:
        op.execute(statement)
    for table in ("chat_feedback", "chat_proposals"):
        enable_tenant_wall(op, table)
    enable_member_wall(op, "chat_feedback")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TABLE chat_proposals")
    op.execute("DROP TABLE chat_feedback")
