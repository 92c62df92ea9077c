"""Versions that add to the one before, what they changed, and models as answers have read them.

A version's `parts` are the files that it is made of, in their order; its `base` is the version that its
rows were added to. `semantic_model_revisions` keeps each revision of a model, without cell values, so that
an answer can be run again on its own.
"""

from __future__ import annotations

from alembic import op

from answerable.kit.db.wall import enable_tenant_wall

revision = "0021"
down_revision = "0020"

_OF_BEFORE = "('queued', 'processing', 'ready', 'failed')"
_STATUS = "('queued', 'processing', 'ready', 'failed', 'expired')"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        f"""
        ALTER TABLE dataset_versions
            ADD COLUMN mode text NOT NULL DEFAULT 'replace'
                CONSTRAINT ck_dataset_versions_mode CHECK (mode IN ('replace', 'append', 'upsert')),
            ADD COLUMN key_columns jsonb NOT NULL DEFAULT '[]',
            ADD COLUMN base integer,
            ADD COLUMN parts jsonb,
            ADD COLUMN changes jsonb,
            DROP CONSTRAINT ck_dataset_versions_status,
            ADD CONSTRAINT ck_dataset_versions_status CHECK (status IN {_STATUS})
        """
    )
    op.execute(
        """
        CREATE TABLE semantic_model_revisions (
            id uuid CONSTRAINT pk_semantic_model_revisions PRIMARY KEY,
            workspace_id uuid NOT NULL
                CONSTRAINT fk_semantic_model_revisions_workspace_id
                REFERENCES workspaces (id) ON DELETE CASCADE,
            revision text NOT NULL,
            document jsonb NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT uq_semantic_model_revisions_revision UNIQUE (workspace_id, revision)
        )
        """
    )
    enable_tenant_wall(op, "semantic_model_revisions")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TABLE semantic_model_revisions")
    # Code of before knows no version whose file is gone.
    op.execute("DELETE FROM dataset_versions WHERE status = 'expired'")
    op.execute(
        f"""
        ALTER TABLE dataset_versions
            DROP CONSTRAINT ck_dataset_versions_status,
            ADD CONSTRAINT ck_dataset_versions_status CHECK (status IN {_OF_BEFORE}),
            DROP COLUMN changes, DROP COLUMN parts, DROP COLUMN base, DROP COLUMN key_columns,
            DROP COLUMN mode
        """
    )
