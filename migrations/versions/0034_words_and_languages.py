"""Languages of documents, and the version of the words that each is indexed by."""

from __future__ import annotations

from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE documents ADD COLUMN language text")
    op.execute("ALTER TABLE indexed_documents ADD COLUMN words_version smallint NOT NULL DEFAULT 1")
    op.execute("CREATE INDEX ix_indexed_documents_words_version ON indexed_documents (words_version)")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE documents DROP COLUMN language")
    op.execute("ALTER TABLE indexed_documents DROP COLUMN words_version")
