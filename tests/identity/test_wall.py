"""What the database shows of identity to a session that knows little."""

from __future__ import annotations

import psycopg
import pytest

from answerable.identity.secrets_format import secret_hash
from answerable.kit import ids
from tests.factories.callers import Caller, Workspace
from tests.identity.test_keys import make_key

TABLES = ["users", "workspaces", "memberships", "sessions", "refresh_tokens", "api_keys", "invitations"]


def rows(app_url: str, table: str, **settings: str) -> int:
    """How many rows the app's role sees with only these settings."""
    with psycopg.connect(app_url) as connection:
        for name, value in settings.items():
            connection.execute(f"SET LOCAL answerable.{name} = '{value}'".encode())
        counted = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
    assert counted is not None
    number: int = counted[0]
    return number


@pytest.mark.parametrize("table", TABLES)
async def test_without_a_setting_nobody_is_seen(workspace: Workspace, app_url: str, table: str) -> None:
    assert rows(app_url, table) == 0


async def test_a_persons_id_shows_what_is_theirs(workspace: Workspace, viewer: Caller, app_url: str) -> None:
    user = str(ids.decode("usr", viewer.user_id))
    seen = {table: rows(app_url, table, user_id=user) for table in TABLES}
    assert seen == {
        "users": 1,
        "workspaces": 2,
        "memberships": 2,
        "sessions": 1,
        "refresh_tokens": 1,
        "api_keys": 0,
        "invitations": 0,
    }


async def test_a_presented_key_shows_itself_and_its_maker(workspace: Workspace, app_url: str) -> None:
    await workspace.member("viewer")
    key = (await make_key(workspace.owner)).token
    await make_key(workspace.owner)
    digest = secret_hash(key).hex()
    seen = {table: rows(app_url, table, key_hash=digest) for table in TABLES}
    assert seen == {**dict.fromkeys(TABLES, 0), "api_keys": 1, "memberships": 1, "users": 1}


async def test_a_workspace_shows_its_members_and_no_sign_ins(workspace: Workspace, app_url: str) -> None:
    await workspace.member("viewer")
    tenant = str(ids.decode("ws", workspace.id))
    seen = {table: rows(app_url, table, workspace_id=tenant) for table in TABLES}
    assert (seen["users"], seen["workspaces"], seen["memberships"]) == (2, 1, 2)
    assert (seen["sessions"], seen["refresh_tokens"]) == (0, 0)


async def test_nobody_writes_into_another_persons_rows(
    workspace: Workspace, stranger: Caller, app_url: str
) -> None:
    user, other = ids.decode("usr", workspace.owner.user_id), ids.decode("usr", stranger.user_id)
    with psycopg.connect(app_url) as connection:
        connection.execute(f"SET LOCAL answerable.user_id = '{user}'".encode())
        for table, column in (("users", "id"), ("sessions", "user_id")):
            changed = connection.execute(
                f"UPDATE {table} SET created_at = now() WHERE {column} = %s".encode(), [other]
            )
            assert changed.rowcount == 0
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(
                "INSERT INTO sessions (id, user_id, expires_at) VALUES (gen_random_uuid(), %s, now())",
                [other],
            )
