"""The migrations of kept answers and of cascades, up and down on a database with rows."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest

from answerable.kit.db.migrate import migrate


@pytest.fixture
def url(admin_url: str, unique: str) -> str:
    """A database of the test's own."""
    return urlunsplit(urlsplit(admin_url)._replace(path=f"/inference_{unique}"))


def test_calls_and_limits_outlive_the_kept_answers_and_the_cascades_both_ways(url: str) -> None:
    migrate(url, to="0013")
    workspace, limit = uuid4(), uuid4()
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO workspaces (id, name) VALUES (%s, 'Test')", [workspace])
        connection.execute(
            "INSERT INTO limits (id, workspace_id, measure, amount, period, mode)"
            " VALUES (%s, %s, 'requests', 5, 'day', 'hard')",
            [limit, workspace],
        )
    for _ in range(2):
        migrate(url, to="0014")
        with psycopg.connect(url) as connection:
            connection.execute(
                "INSERT INTO cached_answers (workspace_id, key, sealed, size, tags, created_at, expires_at,"
                " encoder, vector) VALUES (%s, 'k', 's', 1, '{document:doc_1}', now(), now(), 'e', '[1,2]')",
                [workspace],
            )
            connection.execute(
                "INSERT INTO cached_answer_marks (workspace_id, tag, forgotten_at) VALUES (%s, 't', now())",
                [workspace],
            )
        migrate(url, to="0015")
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT tags FROM cached_answers").fetchall() == [(["document:doc_1"],)]
            connection.execute(
                "INSERT INTO cascade_legs (id, workspace_id, call_id, alias, position, stage, taken,"
                " cost_usd, at) VALUES (%s, %s, %s, 'smart', 0, 'small', true, 1, now())",
                [uuid4(), workspace, uuid4()],
            )
        migrate(url, to="-1")
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT to_regclass('cascade_legs')").fetchone() == (None,)
            assert connection.execute("SELECT count(*) FROM cached_answers").fetchone() == (1,)
        migrate(url, to="-1")
        with psycopg.connect(url) as connection:
            gone = connection.execute(
                "SELECT to_regclass('cached_answers'), to_regclass('cached_answer_marks')"
            ).fetchone()
            assert gone == (None, None)
            assert connection.execute("SELECT id FROM limits").fetchall() == [(limit,)]


def test_what_became_of_stages_outlives_the_index_of_outcomes(url: str) -> None:
    migrate(url, to="0028")
    workspace = uuid4()
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO workspaces (id, name) VALUES (%s, 'Test')", [workspace])
        connection.execute(
            "INSERT INTO cascade_legs (id, workspace_id, call_id, alias, position, stage, taken, confidence,"
            " agreed, cost_usd, at) VALUES (%s, %s, %s, 'smart', 0, 'small', false, 0.5, true, 1, now())",
            [uuid4(), workspace, uuid4()],
        )
    migrate(url, to="0029")
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT to_regclass('ix_cascade_legs_outcomes')").fetchone() != (None,)
    migrate(url, to="-1")
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT to_regclass('ix_cascade_legs_outcomes')").fetchone() == (None,)
        assert connection.execute("SELECT confidence FROM cascade_legs").fetchall() == [(0.5,)]
