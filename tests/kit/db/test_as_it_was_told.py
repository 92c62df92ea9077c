"""Links keep the title of their conversation, and events of before are about the alert."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from answerable.kit.db.migrate import migrate

_ID = "00000000-0000-0000-0000-000000000001"
_ROWS = (
    "INSERT INTO workspaces (id, name) VALUES (%(id)s, 'W')",
    "INSERT INTO users (id, email, name, password_hash) VALUES (%(id)s, 'a@b.example', 'A', 'x')",
    "INSERT INTO chat_sessions (id, workspace_id, owner_id, title, channel) "
    "VALUES (%(id)s, %(id)s, %(id)s, 'Amounts', 'api')",
    "INSERT INTO chat_messages (id, workspace_id, owner_id, session_id, depth, role) "
    "VALUES (%(id)s, %(id)s, %(id)s, %(id)s, 0, 'user')",
    "INSERT INTO chat_shares "
    "(id, workspace_id, owner_id, session_id, message_id, token_hash, prefix, expires_at) "
    "VALUES (%(id)s, %(id)s, %(id)s, %(id)s, %(id)s, 'x', 'anss_', now())",
    "INSERT INTO events (id, workspace_id, position, kind, subject_type, subject_id, data) "
    "VALUES (%(id)s, %(id)s, 1, 'alert.created', 'insight', 'ins_1', '{\"alert_id\": \"alr_1\"}')",
)
_TOLD = "SELECT subject_type, subject_id, data FROM events"


@pytest.fixture
def database(cluster: object, admin_url: str, unique: str) -> str:
    return urlunsplit(urlsplit(admin_url)._replace(path=f"/told_{unique}"))


def test_rows_of_before_are_as_those_to_come(database: str) -> None:
    migrate(database, to="0051")
    with psycopg.connect(database) as connection:
        connection.execute("SET session_replication_role = replica")
        for row in _ROWS:
            connection.execute(row, {"id": _ID})
    migrate(database, to="0052")
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT title FROM chat_shares").fetchall() == [("Amounts",)]
        assert connection.execute(_TOLD).fetchall() == [("alert", "alr_1", {"insight_id": "ins_1"})]
    migrate(database, to="-1")
    with psycopg.connect(database) as connection:
        assert connection.execute(_TOLD).fetchall() == [("insight", "ins_1", {"alert_id": "alr_1"})]
