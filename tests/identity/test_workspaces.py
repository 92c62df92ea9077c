"""Workspaces: chosen by the path or a header, invisible to everybody else, gone when deleted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import psycopg
import pytest
from sqlalchemy import event

from answerable.kit import ids
from answerable.kit.db import Database
from answerable.kit.runtime import Runtime
from tests.factories.callers import Caller, Workspace

ALL = "/api/v1/workspaces"
MISSING = "ws_00000000000000000000000000"


async def test_a_person_in_several_workspaces_names_one(workspace: Workspace, viewer: Caller) -> None:
    at_home = Caller(viewer.client, viewer.token)
    assert (await at_home.get("/api/v1/api-keys")).status_code == 200  # their own, joined first
    there = await at_home.get("/api/v1/api-keys", headers={"X-Workspace": workspace.id})
    assert there.status_code == 403


async def test_every_workspace_that_is_not_ones_own_is_answered_alike(
    workspace: Workspace, stranger: Caller
) -> None:
    names = [workspace.id, MISSING, "ws_", "nonsense", "' OR 1=1 --", workspace.id.upper(), "*"]
    bare = Caller(stranger.client, stranger.token)
    answers = [await bare.get("/api/v1/api-keys", headers={"X-Workspace": name}) for name in names]
    answers += [await bare.get(f"{ALL}/{name}") for name in names]
    answers += [await bare.patch(f"{ALL}/{name}", json={"name": "mine"}) for name in names]
    answers += [await bare.delete(f"{ALL}/{name}") for name in names]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


async def test_the_path_names_the_workspace_whatever_the_header_says(
    workspace: Workspace, viewer: Caller
) -> None:
    own = (await Caller(viewer.client, viewer.token).get(ALL)).json()["items"][-1]["workspace"]["id"]
    answer = await viewer.get(f"{ALL}/{own}")  # the header names the workspace that they joined
    assert (answer.status_code, answer.json()["id"]) == (200, own)


async def test_a_workspace_is_made_renamed_and_listed(workspace: Workspace) -> None:
    owner = workspace.owner
    made = await owner.post(ALL, json={"name": " Second "}, headers={"Idempotency-Key": "second"})
    repeated = await owner.post(ALL, json={"name": " Second "}, headers={"Idempotency-Key": "second"})
    assert (made.status_code, made.json()["name"]) == (201, "Second")
    assert repeated.json() == made.json()
    url = f"{ALL}/{made.json()['id']}"
    assert (await owner.patch(url, json={"name": "Renamed"})).json()["name"] == "Renamed"
    listed = (await owner.get(ALL)).json()["items"]
    assert listed[0]["workspace"]["name"] == "Renamed"
    assert len(listed) == 2


@pytest.mark.parametrize("name", ["", "   ", "a\0b", "line\nbreak", "x" * 201])
async def test_a_name_is_one_line_of_200_characters(workspace: Workspace, name: str) -> None:
    assert (await workspace.owner.post(ALL, json={"name": name})).status_code == 422


async def test_only_owners_change_or_delete(workspace: Workspace, viewer: Caller, editor: Caller) -> None:
    admin = await workspace.member("admin")
    for caller in (viewer, editor, admin):
        assert (await caller.patch(f"{ALL}/{workspace.id}", json={"name": "x"})).status_code == 403
        assert (await caller.delete(f"{ALL}/{workspace.id}")).status_code == 403


async def test_deleting_takes_everything_along(workspace: Workspace, viewer: Caller, admin_url: str) -> None:
    await workspace.owner.post("/api/v1/api-keys", json={"name": "ci"}, headers={"Idempotency-Key": "k"})
    assert (await workspace.owner.delete(f"{ALL}/{workspace.id}")).status_code == 204
    assert (await viewer.get(f"{ALL}/{workspace.id}")).status_code == 404
    me = await Caller(viewer.client, viewer.token).get("/api/v1/auth/me")
    assert len(me.json()["memberships"]) == 1
    with psycopg.connect(admin_url) as admin:
        tables = admin.execute(
            "SELECT table_name FROM information_schema.columns "
            "WHERE table_schema = 'public' AND column_name = 'workspace_id'"
        ).fetchall()
        for (table,) in tables:
            query = f'SELECT count(*) FROM "{table}" WHERE workspace_id = %s'
            assert admin.execute(query.encode(), [ids.decode("ws", workspace.id)]).fetchone() == (0,), table


async def test_somebody_in_no_workspace_can_still_start_one(workspace: Workspace) -> None:
    owner = Caller(workspace.owner.client, workspace.owner.token)
    await owner.delete(f"{ALL}/{workspace.id}")
    assert (await owner.get("/api/v1/auth/me")).json()["memberships"] == []
    assert (await owner.get("/api/v1/api-keys")).status_code == 403
    assert (await owner.post(ALL, json={"name": "Anew"})).status_code == 201
    assert (await owner.get("/api/v1/api-keys")).status_code == 200


@contextmanager
def counted_queries(database: Database) -> Iterator[list[str]]:
    """The statements that are sent while it is open."""
    statements: list[str] = []

    def note(*arguments: object) -> None:
        statements.append(str(arguments[2]))

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)


async def test_lists_take_as_many_queries_for_many_rows_as_for_one(
    workspace: Workspace, runtime: Runtime, client: httpx.AsyncClient, unique: str
) -> None:
    urls = [
        "/api/v1/api-keys",
        ALL,
        f"{ALL}/{workspace.id}/members",
        f"{ALL}/{workspace.id}/invitations",
        "/api/v1/auth/me",
    ]

    async def add_one(number: int) -> None:
        await workspace.owner.post("/api/v1/api-keys", json={"name": f"key {number}"})
        await workspace.owner.post(ALL, json={"name": f"workspace {number}"})
        await workspace.member("viewer")
        await workspace.owner.post(
            f"{ALL}/{workspace.id}/invitations",
            json={"email": f"{unique}{number}@example.com", "role": "viewer"},
        )

    async def count() -> list[int]:
        counts = []
        for url in urls:
            with counted_queries(runtime.database) as statements:
                assert (await workspace.owner.get(url)).status_code == 200
            counts.append(len(statements))
        return counts

    await add_one(0)
    before = await count()
    for number in range(1, 4):
        await add_one(number)
    assert await count() == before
    assert max(before) <= 6


async def test_letting_a_caller_in_takes_one_query(workspace: Workspace, runtime: Runtime) -> None:
    key = (await workspace.owner.post("/api/v1/api-keys", json={"name": "ci"})).json()["key"]
    program = Caller(workspace.owner.client, key)
    await program.get("/api/v1/auth/me")  # writes when the key was last used, for a minute
    for caller in (workspace.owner, program):
        with counted_queries(runtime.database) as statements:
            await caller.get(f"{ALL}/{workspace.id}")
        selects = [s for s in statements if s.startswith("SELECT") and "memberships" in s]
        writes = [s for s in statements if s.startswith(("UPDATE", "INSERT", "DELETE"))]
        assert (len(selects), writes) == (1, [])


async def test_pages_hold_every_member_once(workspace: Workspace) -> None:
    for _ in range(4):
        await workspace.member("viewer")
    seen: list[str] = []
    cursor: str | None = None
    while True:
        params = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        body = (await workspace.owner.get(f"{ALL}/{workspace.id}/members", params=params)).json()
        seen += [item["user"]["id"] for item in body["items"]]
        cursor = body["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 5
