"""Vector indexes are made, and change to, a denser graph."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from answerable.kit.db.migrate import migrate

_GRAPHS = """
    SELECT coalesce(array_to_string(reloptions, ','), '') FROM pg_class
    WHERE relname ~ '^ix_chunk_vectors_[0-9]+_embedding$' ORDER BY relname
"""
_ADDED = "SELECT add_encoder('another', '{}', 16, 0.0, 'pgvector', false)"


@pytest.fixture
def database(cluster: object, admin_url: str, unique: str) -> str:
    return urlunsplit(urlsplit(admin_url)._replace(path=f"/graphs_{unique}"))


def graphs(url: str, before: str = "") -> list[str]:
    """The options of each vector index, oldest first, after a statement."""
    with psycopg.connect(url) as connection:
        if before:
            connection.execute(before)
        return [row[0] for row in connection.execute(_GRAPHS)]


def test_indexes_of_before_and_those_to_come_get_a_denser_graph(database: str) -> None:
    migrate(database, to="0047")
    assert set(graphs(database, _ADDED)) == {""}
    migrate(database)
    assert set(graphs(database, _ADDED.replace("another", "third"))) == {"ef_construction=128"}
    assert len(graphs(database)) == 3
    while _revision(database) != "0047":
        migrate(database, to="-1")
    assert set(graphs(database)) == {""}


def _revision(url: str) -> str:
    with psycopg.connect(url) as connection:
        ((number,),) = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    return str(number)
