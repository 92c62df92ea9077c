"""The migration that brings filters, up and down on a database with rows."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg

from answerable.kit.db.migrate import migrate
from answerable.kit.postgres import app_url_for

BEFORE, AFTER = "0017", "0018"
FOUND_AS_BEFORE = "SELECT count(*) FROM lexical_candidates('{1}', '{1:1}/1000000000', 10, 10)"


def found(app_url: str, workspace: object) -> object:
    """What the function that finds chunks by words gives, called as the code before calls it."""
    with psycopg.connect(app_url) as connection:
        connection.execute(f"SET LOCAL answerable.workspace_id = '{workspace}'")
        return connection.execute(FOUND_AS_BEFORE).fetchone()


def test_the_index_outlives_the_migration_both_ways(admin_url: str, unique: str) -> None:
    url = urlunsplit(urlsplit(admin_url)._replace(path=f"/filters_{unique}"))
    app_url = app_url_for(url)
    migrate(url, to=BEFORE)
    workspace, document = uuid4(), uuid4()
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO workspaces (id, name) VALUES (%s, 'Test')", [workspace])
        connection.execute(
            "INSERT INTO indexed_documents (document_id, workspace_id, title, chunk_count)"
            " VALUES (%s, %s, 't', 1)",
            [document, workspace],
        )
        connection.execute(
            "INSERT INTO chunks (public_id, workspace_id, document_id, ordinal, start_offset, end_offset,"
            " token_count, heading_path, terms, weights, text, sentences)"
            " VALUES (%s, %s, %s, 0, 0, 1, 1, '{}', '{1}', '{1:2}/1000000000', 'x', '')",
            [uuid4(), workspace, document],
        )
    for revision in (AFTER, "-1", AFTER):
        migrate(url, to=revision)
        assert found(app_url, workspace) == (1,)
        assert found(app_url, uuid4()) == (0,)
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT title, facts FROM indexed_documents").fetchall() == [("t", None)]
