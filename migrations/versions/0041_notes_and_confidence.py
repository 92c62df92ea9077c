"""Notes on documents, proposals that can be taken back, and confidence that is recalibrated from outcomes.

`corrected` says that whoever rated an answer gave another query for its question; `applied` that accepting a
proposal changed the semantic model, so that taking it back must change it again. The switch lies in a row
that is there only once somebody has switched.
"""

from __future__ import annotations

from alembic import op

from answerable.kit.db.wall import enable_tenant_wall

revision = "0041"
down_revision = "0040"

_WORKSPACE = "uuid NOT NULL CONSTRAINT fk_{0}_workspace_id REFERENCES workspaces (id) ON DELETE CASCADE"
_TABLES = (
    f"""
    CREATE TABLE document_notes (
        id uuid CONSTRAINT pk_document_notes PRIMARY KEY,
        workspace_id {_WORKSPACE.format("document_notes")},
        document_id uuid NOT NULL
            CONSTRAINT fk_document_notes_document_id REFERENCES documents (id) ON DELETE CASCADE,
        text text NOT NULL,
        question text,
        comment text,
        status text NOT NULL CONSTRAINT ck_document_notes_status
            CHECK (status IN ('open', 'accepted', 'rejected')),
        proposed_by uuid CONSTRAINT fk_document_notes_proposed_by REFERENCES users (id) ON DELETE SET NULL,
        decided_by uuid CONSTRAINT fk_document_notes_decided_by REFERENCES users (id) ON DELETE SET NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        decided_at timestamptz
    )
    """,
    "CREATE INDEX ix_document_notes_newest ON document_notes (workspace_id, created_at DESC, id DESC)",
    "CREATE INDEX ix_document_notes_document_id ON document_notes (document_id)",
    "CREATE INDEX ix_document_notes_proposed_by ON document_notes (proposed_by)",
    "CREATE INDEX ix_document_notes_decided_by ON document_notes (decided_by)",
    f"""
    CREATE TABLE confidence_curves (
        id uuid CONSTRAINT pk_confidence_curves PRIMARY KEY,
        workspace_id {_WORKSPACE.format("confidence_curves")},
        route text NOT NULL CONSTRAINT ck_confidence_curves_route CHECK (route IN ('data', 'documents')),
        version integer NOT NULL,
        slope double precision NOT NULL,
        shift double precision NOT NULL,
        outcomes integer NOT NULL,
        reliability jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT uq_confidence_curves_version UNIQUE (workspace_id, route, version)
    )
    """,
    f"""
    CREATE TABLE confidence_settings (
        id uuid CONSTRAINT pk_confidence_settings PRIMARY KEY,
        workspace_id {_WORKSPACE.format("confidence_settings")},
        recalibrated boolean NOT NULL,
        CONSTRAINT uq_confidence_settings_workspace_id UNIQUE (workspace_id)
    )
    """,
)
_NAMES = ("document_notes", "confidence_curves", "confidence_settings")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in _TABLES:
        op.execute(statement)
    for name in _NAMES:
        enable_tenant_wall(op, name)
    op.execute("ALTER TABLE chat_feedback ADD COLUMN corrected boolean NOT NULL DEFAULT false")
    op.execute("ALTER TABLE chat_proposals ADD COLUMN applied boolean NOT NULL DEFAULT false")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE chat_proposals DROP COLUMN applied")
    op.execute("ALTER TABLE chat_feedback DROP COLUMN corrected")
    for name in reversed(_NAMES):
        op.execute(f"DROP TABLE {name}")
