"""The migration that brings tools, up and down on a database with rows."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg

from answerable.kit.db.migrate import migrate

AFTER = "0017"


def test_tools_come_and_go_and_the_workspace_stays(admin_url: str, unique: str) -> None:
    url = urlunsplit(urlsplit(admin_url)._replace(path=f"/tools_{unique}"))
    migrate(url, to=AFTER)
    workspace, tool = uuid4(), uuid4()
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO workspaces (id, name) VALUES (%s, 'Test')", [workspace])
        connection.execute(
            "INSERT INTO tools (id, workspace_id, name, kind, version) VALUES (%s, %s, 'a', 'rag', 1)",
            [tool, workspace],
        )
        connection.execute(
            "INSERT INTO tool_versions (id, workspace_id, tool_id, number, description, configuration)"
            " VALUES (%s, %s, %s, 1, '', '{}')",
            [uuid4(), workspace, tool],
        )
        connection.execute(
            "INSERT INTO tool_defaults (workspace_id, ask_tool_id) VALUES (%s, %s)", [workspace, tool]
        )
    migrate(url, to="-1")
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT to_regclass('tools')").fetchone() == (None,)
        assert connection.execute("SELECT id FROM workspaces").fetchall() == [(workspace,)]
    migrate(url, to=AFTER)
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM tools").fetchone() == (0,)
