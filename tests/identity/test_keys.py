"""API keys: shown once, never wider than their maker, gone at once."""

from __future__ import annotations

from datetime import timedelta

import httpx
import psycopg
import pytest
from psycopg.types.string import TextLoader

from answerable.identity.secrets_format import SecretKind, new_secret, well_formed
from answerable.kit.clock import FixedClock
from tests.factories.callers import PASSWORD, Caller, Workspace
from tests.identity.conftest import StartServer

KEYS, ME = "/api/v1/api-keys", "/api/v1/auth/me"


async def make_key(caller: Caller, **body: object) -> Caller:
    """A caller with a fresh API key."""
    answer = await caller.post(KEYS, json={"name": "ci", **body})
    assert answer.status_code == 201, answer.text
    return Caller(caller.client, answer.json()["key"], user_id=caller.user_id)


async def test_a_key_is_shown_once_and_works_in_its_workspace(workspace: Workspace) -> None:
    answer = await workspace.owner.post(KEYS, json={"name": "ci"})
    key = answer.json()["key"]
    assert key.startswith(answer.json()["prefix"])
    assert well_formed(SecretKind.API_KEY, key)
    program = Caller(workspace.owner.client, key)
    assert [m["workspace"]["id"] for m in (await program.get(ME)).json()["memberships"]] == [workspace.id]
    listed = (await workspace.owner.get(KEYS)).json()["items"]
    assert [item["id"] for item in listed] == [answer.json()["id"]]
    assert key not in (await workspace.owner.get(KEYS)).text


async def test_no_table_holds_the_key(workspace: Workspace, admin_url: str) -> None:
    answer = await workspace.owner.post(KEYS, json={"name": "ci"}, headers={"Idempotency-Key": workspace.id})
    secret = answer.json()["key"].encode()
    with psycopg.connect(admin_url) as admin:
        admin.adapters.register_loader("timestamptz", TextLoader)  # '-infinity' is no datetime
        tables = admin.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (table,) in tables:
            for row in admin.execute(f'SELECT * FROM "{table}"'.encode()).fetchall():
                for value in row:
                    assert secret not in (value if isinstance(value, bytes) else str(value).encode()), table


async def test_a_repeated_creation_makes_no_second_key_and_repeats_no_secret(workspace: Workspace) -> None:
    headers = {"Idempotency-Key": "once"}
    first = await workspace.owner.post(KEYS, json={"name": "ci"}, headers=headers)
    second = await workspace.owner.post(KEYS, json={"name": "ci"}, headers=headers)
    assert (first.status_code, second.status_code) == (201, 409)
    assert second.json()["code"] == "answer_withheld"
    assert len((await workspace.owner.get(KEYS)).json()["items"]) == 1


async def test_only_the_authorization_header_carries_a_key(
    client: httpx.AsyncClient, workspace: Workspace
) -> None:
    key = (await make_key(workspace.owner)).token
    accepted = [f"Bearer {key}", f"bearer {key}", f"BEARER {key}", f"Bearer  {key}"]
    bodies = {(await client.get(ME, headers={"Authorization": value})).content for value in accepted}
    assert len(bodies) == 1
    assert workspace.id.encode() in bodies.pop()
    other_places: list[dict[str, dict[str, str]]] = [
        *(
            {"headers": {name: key}}
            for name in ("Authorization", "X-API-Key", "Api-Key", "X-Auth-Token", "Cookie")
        ),
        *(
            {"headers": {"Authorization": f"{scheme} {key}"}}
            for scheme in ("Basic", "Token", "ApiKey", "Digest")
        ),
        {"headers": {"Proxy-Authorization": f"Bearer {key}"}},
        {"headers": {"Cookie": f"access_token={key}"}},
        *({"params": {name: key}} for name in ("api_key", "key", "access_token", "token", "authorization")),
    ]
    for place in other_places:
        assert (await client.get(ME, **place)).status_code == 401, place  # type: ignore[arg-type]


async def test_two_authorization_headers_are_none(client: httpx.AsyncClient, workspace: Workspace) -> None:
    key = (await make_key(workspace.owner)).token
    twice = [("Authorization", f"Bearer {key}"), ("Authorization", f"Bearer {key}")]
    assert (await client.get(ME, headers=twice)).status_code == 401


async def test_a_key_manages_nothing_unless_that_was_asked_for(workspace: Workspace) -> None:
    plain = await make_key(workspace.owner)
    assert (await plain.post(KEYS, json={"name": "child"})).status_code == 403
    assert (await plain.delete(f"/api/v1/workspaces/{workspace.id}")).status_code == 403
    names = {"name": "small", "targets": [{"model": "x"}]}
    assert (await plain.post("/api/v1/model-aliases", json=names)).status_code == 403
    wider = await make_key(workspace.owner, more_scopes=["models:write"])
    assert (await wider.post("/api/v1/model-aliases", json=names)).status_code == 422
    assert (await wider.get("/api/v1/documents")).status_code == 200
    manager = await make_key(workspace.owner, scopes=["keys:write", "ask"])
    assert (await manager.post(KEYS, json={"name": "child", "scopes": ["ask"]})).status_code == 201


async def test_a_key_cannot_hold_what_its_maker_lacks(workspace: Workspace) -> None:
    admin = await workspace.member("admin")
    answer = await admin.post(KEYS, json={"name": "x", "scopes": ["ask", "workspace:write"]})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (403, "scopes")
    narrow = await make_key(admin, scopes=["keys:write"])
    assert (await narrow.post(KEYS, json={"name": "x", "scopes": ["ask"]})).status_code == 403
    more = await admin.post(KEYS, json={"name": "x", "more_scopes": ["workspace:write"]})
    assert (more.status_code, more.json()["errors"][0]["field"]) == (403, "more_scopes")
    unknown = await admin.post(KEYS, json={"name": "x", "scopes": ["everything"]})
    assert unknown.status_code == 422


async def test_a_key_ends_when_it_says(
    start_server: StartServer, clock: FixedClock, workspace: Workspace
) -> None:
    server = start_server(clock=clock)
    async with server.client() as client:
        body = {"email": workspace.owner.email, "password": PASSWORD}
        token = (await client.post("/api/v1/auth/login", json=body)).json()["access_token"]
        owner = Caller(client, token, workspace_id=workspace.id)
        past = await owner.post(KEYS, json={"name": "x", "expires_at": clock.now().isoformat()})
        assert (past.status_code, past.json()["errors"][0]["field"]) == (422, "expires_at")
        ends = clock.now() + timedelta(minutes=5)
        key = await make_key(owner, expires_at=ends.isoformat())
        assert (await key.get(ME)).status_code == 200
        clock.advance(timedelta(minutes=5))
        assert (await key.get(ME)).status_code == 401


async def test_a_revoked_key_fails_at_once_and_is_gone(workspace: Workspace) -> None:
    key = await make_key(workspace.owner)
    key_id = (await workspace.owner.get(KEYS)).json()["items"][0]["id"]
    assert (await key.get(ME)).status_code == 200
    assert (await workspace.owner.delete(f"{KEYS}/{key_id}")).status_code == 204
    assert (await key.get(ME)).status_code == 401
    assert (await workspace.owner.delete(f"{KEYS}/{key_id}")).status_code == 404
    assert (await workspace.owner.get(KEYS)).json()["items"] == []


async def test_another_workspaces_key_is_like_one_that_does_not_exist(
    workspace: Workspace, stranger: Caller
) -> None:
    await make_key(workspace.owner)
    key_id = (await workspace.owner.get(KEYS)).json()["items"][0]["id"]
    foreign = await stranger.delete(f"{KEYS}/{key_id}")
    missing = await stranger.delete(f"{KEYS}/key_00000000000000000000000000")
    malformed = await stranger.delete(f"{KEYS}/' OR 1=1")
    assert foreign.status_code == 404
    assert foreign.content == missing.content == malformed.content
    assert len((await workspace.owner.get(KEYS)).json()["items"]) == 1


async def test_a_key_belongs_to_one_workspace(workspace: Workspace) -> None:
    member = await workspace.member("admin")
    at_home = Caller(member.client, member.token)
    own = (await at_home.get(ME)).json()["memberships"][0]["workspace"]["id"]
    key = await make_key(member)
    elsewhere = await key.get(KEYS, headers={"X-Workspace": own})
    assert elsewhere.status_code == 404
    assert (await key.get(KEYS, headers={"X-Workspace": workspace.id})).status_code == 200
    assert (await key.get(f"/api/v1/workspaces/{own}")).status_code == 404
    listed = (await key.get("/api/v1/workspaces")).json()["items"]
    assert [m["workspace"]["id"] for m in listed] == [workspace.id]


async def test_a_demotion_narrows_the_makers_keys(workspace: Workspace) -> None:
    admin = await workspace.member("admin")
    key = await make_key(admin, scopes=["keys:read", "ask"])
    assert (await key.get(KEYS)).status_code == 200
    url = f"/api/v1/workspaces/{workspace.id}/members/{admin.user_id}"
    await workspace.owner.patch(url, json={"role": "viewer"})
    assert (await key.get(KEYS)).status_code == 403


async def test_a_removed_makers_keys_stay_dead_when_they_come_back(workspace: Workspace) -> None:
    admin = await workspace.member("admin")
    key = await make_key(admin)
    base = f"/api/v1/workspaces/{workspace.id}"
    assert (await workspace.owner.delete(f"{base}/members/{admin.user_id}")).status_code == 204
    assert (await key.get(ME)).status_code == 401
    invited = await workspace.owner.post(f"{base}/invitations", json={"email": admin.email, "role": "admin"})
    back = await Caller(admin.client, admin.token).post(
        "/api/v1/invitations/accept", json={"token": invited.json()["token"]}
    )
    assert back.status_code == 200
    assert (await key.get(ME)).status_code == 401


async def test_last_use_is_written_at_most_once_a_minute(
    start_server: StartServer, clock: FixedClock, workspace: Workspace
) -> None:
    server = start_server(clock=clock)
    key = await make_key(workspace.owner)

    async def last_used() -> object:
        return (await workspace.owner.get(KEYS)).json()["items"][0]["last_used_at"]

    assert await last_used() is None
    async with server.client() as client:
        program = Caller(client, key.token)
        await program.get(ME)
        first = await last_used()
        clock.advance(timedelta(seconds=59))
        await program.get(ME)
        assert await last_used() == first is not None
        clock.advance(timedelta(seconds=2))
        await program.get(ME)
        assert await last_used() != first


@pytest.mark.parametrize(
    "key",
    [
        "ansk_",
        "ansk_" + "0" * 46,
        pytest.param(new_secret(SecretKind.API_KEY), id="well-made but unknown"),
        pytest.param(new_secret(SecretKind.API_KEY)[:-1] + "!", id="wrong letter"),
        pytest.param(new_secret(SecretKind.REFRESH_TOKEN), id="a refresh token"),
        "ansk_' OR '1'='1",
        "ansk_" + "é" * 46,
    ],
)
async def test_what_is_no_key_is_refused_alike(client: httpx.AsyncClient, key: str) -> None:
    answer = await client.get(ME, headers=[(b"authorization", f"Bearer {key}".encode())])
    assert (answer.status_code, answer.content) == (401, (await client.get(ME)).content)


def test_a_mistyped_key_fails_its_checksum() -> None:
    key = new_secret(SecretKind.API_KEY)
    for place in range(5, len(key)):
        other = "0" if key[place] != "0" else "1"
        assert not well_formed(SecretKind.API_KEY, key[:place] + other + key[place + 1 :])


async def test_people_without_the_right_make_no_keys(viewer: Caller, editor: Caller) -> None:
    for caller in (viewer, editor):
        assert (await caller.post(KEYS, json={"name": "x"})).status_code == 403
        assert (await caller.get(KEYS)).status_code == 403
