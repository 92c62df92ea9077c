"""Verified questions: confirmed questions with the semantic queries that answer them, and who did what.

`verified_question_changes` outlives the question that it tells of, so that a deletion is told of as well.
"""

from __future__ import annotations

from alembic import op

from answerable.kit.db.wall import enable_tenant_wall

revision = "0040"
down_revision = "0037"

_WORKSPACE = "uuid NOT NULL CONSTRAINT fk_{0}_workspace_id REFERENCES workspaces (id) ON DELETE CASCADE"
_TABLES = (
    f"""
    CREATE TABLE verified_questions (
        id uuid CONSTRAINT pk_verified_questions PRIMARY KEY,
        workspace_id {_WORKSPACE.format("verified_questions")},
        question text NOT NULL,
        words text NOT NULL,
        meaning text NOT NULL,
        query jsonb NOT NULL,
        as_of timestamptz NOT NULL,
        model_revision text NOT NULL,
        data_versions jsonb NOT NULL,
        dataset_ids text[] NOT NULL,
        answer_id uuid,
        comment text,
        status text NOT NULL CONSTRAINT ck_verified_questions_status
            CHECK (status IN ('proposed', 'accepted', 'rejected')),
        problem text,
        reading text,
        checked_revision text,
        edition integer NOT NULL DEFAULT 1,
        proposed_by uuid
            CONSTRAINT fk_verified_questions_proposed_by REFERENCES users (id) ON DELETE SET NULL,
        decided_by uuid
            CONSTRAINT fk_verified_questions_decided_by REFERENCES users (id) ON DELETE SET NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        decided_at timestamptz
    )
    """,
    "CREATE INDEX ix_verified_questions_newest "
    "ON verified_questions (workspace_id, created_at DESC, id DESC)",
    "CREATE UNIQUE INDEX uq_verified_questions_words ON verified_questions (workspace_id, md5(words)) "
    "WHERE status = 'accepted'",
    "CREATE INDEX ix_verified_questions_proposed_by ON verified_questions (proposed_by)",
    "CREATE INDEX ix_verified_questions_decided_by ON verified_questions (decided_by)",
    f"""
    CREATE TABLE verified_question_changes (
        id uuid CONSTRAINT pk_verified_question_changes PRIMARY KEY,
        workspace_id {_WORKSPACE.format("verified_question_changes")},
        verified_id uuid NOT NULL,
        action text NOT NULL,
        changed_by uuid
            CONSTRAINT fk_verified_question_changes_changed_by REFERENCES users (id) ON DELETE SET NULL,
        created_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    "CREATE INDEX ix_verified_question_changes_newest "
    "ON verified_question_changes (workspace_id, created_at DESC, id DESC)",
    "CREATE INDEX ix_verified_question_changes_changed_by ON verified_question_changes (changed_by)",
)
_NAMES = ("verified_questions", "verified_question_changes")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in _TABLES:
        op.execute(statement)
    enable_tenant_wall(op, "verified_questions")
    enable_tenant_wall(op, "verified_question_changes", grants="SELECT, INSERT")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name in reversed(_NAMES):
        op.execute(f"DROP TABLE {name}")
