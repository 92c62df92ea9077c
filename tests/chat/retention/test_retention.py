"""Conversations go when their workspace's time is over, and stay where none is set."""

from __future__ import annotations

import psycopg
import pytest

from answerable.chat.retention.service import delete_expired
from answerable.kit import ids
from answerable.kit.runtime import Runtime
from tests.chat.conversations import new_session, say
from tests.factories.callers import Caller, Workspace

URL = "/api/v1/chat/retention"


def age(admin_url: str, caller: Caller, days: int) -> None:
    """Make everything in the caller's workspace so much older."""
    workspace = ids.decode("ws", caller.workspace_id)
    with psycopg.connect(admin_url, autocommit=True) as connection:
        for table, column in (("chat_sessions", "updated_at"), ("runs", "created_at")):
            connection.execute(
                f"UPDATE {table} SET {column} = {column} - make_interval(days => %s) WHERE workspace_id = %s",
                [days, workspace],
            )


async def test_what_is_older_than_the_policy_goes_and_nothing_else(
    workspace: Workspace, stranger: Caller, viewer: Caller, runtime: Runtime, admin_url: str
) -> None:
    assert (await workspace.owner.put(URL, json={"days": 30})).json() == {"days": 30}
    assert (await viewer.get(URL)).json() == {"days": 30}
    assert (await stranger.get(URL)).json() == {"days": None}
    old = {caller: await new_session(caller) for caller in (viewer, stranger)}
    for caller, chat in old.items():
        await say(caller, chat, "Anything?")
    loose = (await viewer.post("/api/v1/ask", json={"question": "Anything?"})).json()
    for caller in old:
        age(admin_url, caller, 31)
    new = await new_session(viewer)
    await delete_expired(runtime)
    assert (await viewer.get(f"/api/v1/chat/sessions/{old[viewer]}")).status_code == 404
    assert (await viewer.get(f"/api/v1/runs/{loose['run_id']}/events")).status_code == 404
    assert (await viewer.get(f"/api/v1/chat/sessions/{new}")).status_code == 200
    assert (await stranger.get(f"/api/v1/chat/sessions/{old[stranger]}")).status_code == 200


async def test_a_policy_can_be_taken_back(workspace: Workspace, runtime: Runtime, admin_url: str) -> None:
    owner = workspace.owner
    await owner.put(URL, json={"days": 1})
    await owner.put(URL, json={"days": None})
    chat = await new_session(owner)
    age(admin_url, owner, 400)
    await delete_expired(runtime)
    assert (await owner.get(f"/api/v1/chat/sessions/{chat}")).status_code == 200


@pytest.mark.parametrize("role", ["viewer", "editor", "admin"])
async def test_only_an_owner_sets_the_policy(workspace: Workspace, role: str) -> None:
    member = await workspace.member(role)
    assert (await member.put(URL, json={"days": 1})).status_code == 403
    assert (await workspace.owner.put(URL, json={"days": 0})).status_code == 422
