"""How the documents of a source are cut, tables of texts, and what chunks know of their section and table.

What a former version cut counts as cut by the settings of today, so that nothing is embedded anew for it.
"""

from __future__ import annotations

from alembic import op

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE sources ADD COLUMN chunking jsonb")
    op.execute("ALTER TABLE documents ADD COLUMN cut_by text DEFAULT '1:200:0'")
    op.execute("ALTER TABLE document_texts ADD COLUMN tables jsonb NOT NULL DEFAULT '[]'")
    op.execute(
        "ALTER TABLE chunks ADD COLUMN table_header text, ADD COLUMN section_start integer,"
        " ADD COLUMN section_end integer"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE sources DROP COLUMN chunking")
    op.execute("ALTER TABLE documents DROP COLUMN cut_by")
    op.execute("ALTER TABLE document_texts DROP COLUMN tables")
    op.execute(
        "ALTER TABLE chunks DROP COLUMN table_header, DROP COLUMN section_start, DROP COLUMN section_end"
    )
