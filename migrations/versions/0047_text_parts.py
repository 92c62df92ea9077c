"""Texts of any length: stored in parts, their passages prepared batch by batch, then indexed at once.

`document_texts` keeps the first part of a text, or all of it; what follows is in `document_text_parts`. The
view shows both alike, to whoever may see their rows. Passages of a long text are staged until all of them
are there: what was made before a worker died stays made. Staged rows go with their document.

The code before reads and writes texts that are whole in `document_texts`, as it always did.
"""

from __future__ import annotations

from alembic import op

from answerable.kit.db.wall import enable_conversation_wall, enable_tenant_wall, grant

revision = "0047"
down_revision = "0046"

_TENANT = "uuid NOT NULL CONSTRAINT fk_{0}_workspace_id REFERENCES workspaces (id) ON DELETE CASCADE"
_DOCUMENT = "uuid NOT NULL CONSTRAINT fk_{0}_document_id REFERENCES documents (id) ON DELETE CASCADE"


def _owned(table: str) -> str:
    return f"document_id {_DOCUMENT.format(table)}, workspace_id {_TENANT.format(table)}"


_TABLES = (
    # Null: all of the text is in this row.
    "ALTER TABLE document_texts ADD COLUMN end_offset integer",
    f"""
    CREATE TABLE document_text_parts (
        {_owned("document_text_parts")},
        start_offset integer NOT NULL,
        end_offset integer NOT NULL,
        text text NOT NULL,
        pages jsonb NOT NULL,
        tables jsonb NOT NULL,
        headings jsonb NOT NULL,
        CONSTRAINT pk_document_text_parts PRIMARY KEY (document_id, start_offset)
    )
    """,
    "CREATE INDEX ix_document_text_parts_workspace_id ON document_text_parts (workspace_id)",
    """
    CREATE VIEW document_text_pieces WITH (security_invoker = true) AS
        SELECT document_id, workspace_id, 0 AS start_offset, coalesce(end_offset, 2147483647) AS end_offset,
               text, pages, tables, headings
        FROM document_texts
        UNION ALL
        SELECT document_id, workspace_id, start_offset, end_offset, text, pages, tables, headings
        FROM document_text_parts
    """,
    f"""
    CREATE TABLE staged_chunks (
        {_owned("staged_chunks")},
        ordinal integer NOT NULL,
        public_id uuid NOT NULL,
        words_version smallint NOT NULL,
        start_offset integer NOT NULL,
        end_offset integer NOT NULL,
        page integer,
        heading_path text[] NOT NULL,
        table_header text,
        section_start integer,
        section_end integer,
        text text NOT NULL,
        token_count integer NOT NULL,
        terms integer[] NOT NULL,
        weights sparsevec NOT NULL,
        sentences bytea NOT NULL,
        session_id uuid,
        CONSTRAINT pk_staged_chunks PRIMARY KEY (document_id, ordinal)
    )
    """,
    "CREATE INDEX ix_staged_chunks_workspace_id ON staged_chunks (workspace_id)",
    f"""
    CREATE TABLE staged_vectors (
        {_owned("staged_vectors")},
        ordinal integer NOT NULL,
        generation integer NOT NULL,
        embedding halfvec NOT NULL,
        sentences bytea NOT NULL,
        CONSTRAINT pk_staged_vectors PRIMARY KEY (document_id, ordinal, generation)
    )
    """,
    "CREATE INDEX ix_staged_vectors_workspace_id ON staged_vectors (workspace_id)",
    f"""
    CREATE TABLE staged_terms (
        {_owned("staged_terms")},
        term integer NOT NULL,
        chunks integer NOT NULL,
        CONSTRAINT pk_staged_terms PRIMARY KEY (document_id, term)
    )
    """,
    "CREATE INDEX ix_staged_terms_workspace_id ON staged_terms (workspace_id)",
    "ALTER TABLE staged_chunks ALTER weights SET STORAGE PLAIN, ALTER sentences SET STORAGE EXTERNAL",
    "ALTER TABLE staged_vectors ALTER embedding SET STORAGE PLAIN, ALTER sentences SET STORAGE EXTERNAL",
)
_NAMES = ("document_text_parts", "staged_chunks", "staged_vectors", "staged_terms")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in _TABLES:
        op.execute(statement)
    for name in _NAMES:
        enable_tenant_wall(op, name)
    enable_conversation_wall(op, "staged_chunks")
    grant(op, "document_text_pieces", "SELECT")


def downgrade() -> None:
    """Long texts come together again, each in its one row."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        """
        UPDATE document_texts t SET text = whole.text, pages = whole.pages, tables = whole.tables,
                                    headings = whole.headings
        FROM (SELECT p.document_id, string_agg(p.text, '' ORDER BY p.start_offset) AS text,
                     (SELECT coalesce(jsonb_agg(DISTINCT x ORDER BY x), '[]') FROM document_text_pieces o,
                             jsonb_array_elements(o.pages) x WHERE o.document_id = p.document_id) AS pages,
                     (SELECT coalesce(jsonb_agg(DISTINCT x ORDER BY x), '[]') FROM document_text_pieces o,
                             jsonb_array_elements(o.tables) x WHERE o.document_id = p.document_id) AS tables,
                     (SELECT coalesce(jsonb_agg(x ORDER BY (x->>2)::int), '[]') FROM (
                          SELECT DISTINCT e AS x FROM document_text_pieces o,
                                 jsonb_array_elements(o.headings) e WHERE o.document_id = p.document_id) h
                     ) AS headings
              FROM document_text_pieces p GROUP BY p.document_id HAVING count(*) > 1) whole
        WHERE whole.document_id = t.document_id
        """
    )
    op.execute("DROP VIEW document_text_pieces")
    for name in reversed(_NAMES):
        op.execute(f"DROP TABLE {name}")
    op.execute("ALTER TABLE document_texts DROP COLUMN end_offset")
