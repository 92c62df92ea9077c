"""The migration that brings stores, up and down on a database with rows."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg

from answerable.kit.db.migrate import migrate

AFTER = "0031"
_CHUNK = (
    "INSERT INTO chunks (public_id, workspace_id, document_id, ordinal, start_offset, end_offset,"
    " token_count, heading_path, terms, weights, text, sentences)"
    " VALUES (%s, %s, %s, 0, 0, 1, 1, '{}', '{1}', '{1:2}/1000000000', 'x', '') RETURNING id"
)


def test_who_was_searched_elsewhere_is_searched_here_after_the_way_back(admin_url: str, unique: str) -> None:
    url = urlunsplit(urlsplit(admin_url)._replace(path=f"/stores_{unique}"))
    migrate(url, to=AFTER)
    workspace, document = uuid4(), uuid4()
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO workspaces (id, name) VALUES (%s, 'Test')", [workspace])
        (chunk,) = connection.execute(_CHUNK, [uuid4(), workspace, document]).fetchone() or (0,)
        row = connection.execute("SELECT add_encoder('x', '{}', 3, 0, 'chroma', true)").fetchone()
        assert row is not None
        indexes = connection.execute(
            "SELECT count(*) FROM pg_indexes WHERE tablename = 'chunk_vectors_2' AND indexdef LIKE '%hnsw%'"
        ).fetchone()
        assert (row[0], indexes) == (2, (0,))
        connection.execute(
            "INSERT INTO chunk_vectors VALUES (2, %s, %s, %s, '[1,2,3]', '')", [chunk, workspace, document]
        )
        connection.execute("INSERT INTO workspace_encoders (tenant, active) VALUES (%s, 2)", [workspace])
        connection.execute(
            "INSERT INTO vector_changes (tenant, generation, document_id) VALUES (%s, 2, %s)",
            [workspace, document],
        )
    migrate(url, to="-1")
    with psycopg.connect(url) as connection:
        (active,) = connection.execute("SELECT active FROM workspace_encoders").fetchone() or (0,)
        held = connection.execute("SELECT generation, embedding::text FROM chunk_vectors").fetchall()
        assert held == [(active, "[1,2,3]")]
        assert active != 2
        # as the code before calls it
        again = connection.execute("SELECT add_encoder('x', '{}', 3, 0)").fetchone()
        assert again == (active,)
    migrate(url, to=AFTER)
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT add_encoder('x', '{}', 3, 0)").fetchone() == (active,)
        assert connection.execute("SELECT DISTINCT store FROM encoders").fetchall() == [("pgvector",)]
