"""Members of containers: attachments of e-mails and files of archives are documents of their own.

`root_id` is the outermost container, below which numbers and sizes are bounded together.
"""

from __future__ import annotations

from alembic import op

from answerable.kit.db.wall import enable_tenant_wall

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        """
        ALTER TABLE documents
            ADD COLUMN is_member boolean NOT NULL DEFAULT false,
            ADD COLUMN depth integer NOT NULL DEFAULT 0,
            ADD COLUMN root_id uuid
                CONSTRAINT fk_documents_root_id REFERENCES documents (id) ON DELETE SET NULL
        """
    )
    op.execute("CREATE INDEX ix_documents_root_id ON documents (root_id) WHERE root_id IS NOT NULL")
    op.execute(
        """
        CREATE TABLE document_members (
            container_id uuid NOT NULL
                CONSTRAINT fk_document_members_container_id REFERENCES documents (id) ON DELETE CASCADE,
            document_id uuid NOT NULL
                CONSTRAINT fk_document_members_document_id REFERENCES documents (id) ON DELETE CASCADE,
            workspace_id uuid NOT NULL
                CONSTRAINT fk_document_members_workspace_id REFERENCES workspaces (id) ON DELETE CASCADE,
            name text NOT NULL,
            CONSTRAINT pk_document_members PRIMARY KEY (container_id, document_id)
        )
        """
    )
    op.execute("CREATE INDEX ix_document_members_document_id ON document_members (document_id)")
    op.execute("CREATE INDEX ix_document_members_workspace_id ON document_members (workspace_id)")
    enable_tenant_wall(op, "document_members")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TABLE document_members")
    op.execute("ALTER TABLE documents DROP COLUMN is_member, DROP COLUMN depth, DROP COLUMN root_id")
