"""Who may register, and what they start with."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from tests.conftest import CreateWorkspace
from tests.factories.callers import PASSWORD, Caller, Workspace, register
from tests.identity.conftest import StartServer, owner_of_server


async def test_a_fresh_person_owns_a_workspace_of_their_own(workspace: Workspace) -> None:
    me = (await workspace.owner.get("/api/v1/auth/me")).json()
    assert me["user"]["email"] == workspace.owner.email
    assert [(m["workspace"]["id"], m["role"]) for m in me["memberships"]] == [(workspace.id, "owner")]


async def test_the_first_person_owns_the_server_even_where_registration_is_closed(
    start_server: StartServer, unused_database: str
) -> None:
    server = start_server(url=unused_database, registration="closed")
    async with server.client() as client:
        first = (await register(client)).owner
        assert (await first.get("/api/v1/auth/me")).json()["server_owner"] is True
        refused = await client.post(
            "/api/v1/auth/register", json={"email": "late@example.com", "password": PASSWORD}
        )
    assert (refused.status_code, refused.json()["code"]) == (403, "registration_closed")


async def test_of_two_first_people_at_once_one_owns_the_server(
    start_server: StartServer, unused_database: str
) -> None:
    server = start_server(url=unused_database, registration="closed")
    async with server.client() as client:
        answers = await asyncio.gather(
            *(
                client.post("/api/v1/auth/register", json={"email": f"{n}@example.com", "password": PASSWORD})
                for n in range(4)
            )
        )
    assert sorted(answer.status_code for answer in answers) == [201, 403, 403, 403]


async def test_an_invitation_opens_a_closed_server_and_leads_into_its_workspace(
    start_server: StartServer, workspace: Workspace, unique: str
) -> None:
    email = f"{unique}@example.com"
    token = await _invite(workspace, email, "editor")
    server = start_server(registration="closed")
    async with server.client() as client:
        answer = await client.post(
            "/api/v1/auth/register",
            json={"email": email, "password": PASSWORD, "invitation_token": token},
        )
        assert answer.status_code == 201, answer.text
        assert answer.json()["workspace"]["id"] == workspace.id
        me = await Caller(client, answer.json()["access_token"]).get("/api/v1/auth/me")
        assert [m["role"] for m in me.json()["memberships"]] == ["editor"]


async def test_a_refused_invitation_leaves_nobody_registered(
    client: httpx.AsyncClient, workspace: Workspace, unique: str
) -> None:
    token = await _invite(workspace, f"other-{unique}@example.com", "editor")
    body = {"email": f"{unique}@example.com", "password": PASSWORD, "invitation_token": token}
    assert (await client.post("/api/v1/auth/register", json=body)).status_code == 403
    del body["invitation_token"]
    assert (await client.post("/api/v1/auth/register", json=body)).status_code == 201


async def test_an_address_in_any_spelling_is_one_person(client: httpx.AsyncClient, unique: str) -> None:
    body = {"email": f"  {unique.upper()}@Example.COM ", "password": PASSWORD}
    assert (await client.post("/api/v1/auth/register", json=body)).status_code == 201
    again = await client.post("/api/v1/auth/register", json={**body, "email": f"{unique}@example.com"})
    assert (again.status_code, again.json()["code"]) == (409, "email_taken")
    credentials = {"email": f"{unique}@EXAMPLE.com", "password": PASSWORD}
    assert (await client.post("/api/v1/auth/login", json=credentials)).status_code == 200


async def test_one_address_registered_many_times_at_once_gives_one_person(
    client: httpx.AsyncClient, unique: str
) -> None:
    body = {"email": f"{unique}@example.com", "password": PASSWORD}
    answers = await asyncio.gather(*(client.post("/api/v1/auth/register", json=body) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


@pytest.mark.parametrize(
    ("password", "status"),
    [
        ("x" * 9, 422),
        ("x" * 10, 201),
        ("é" * 10, 201),
        ("x" * 1024, 201),
        ("x" * 1025, 422),
        ("with a NUL \0 inside", 422),
        ("with a line break\n", 422),
        ("", 422),
    ],
)
async def test_passwords_are_10_to_1024_characters_that_can_be_typed(
    client: httpx.AsyncClient, unique: str, password: str, status: int
) -> None:
    body = {"email": f"{unique}@example.com", "password": password}
    answer = await client.post("/api/v1/auth/register", json=body)
    assert answer.status_code == status, answer.text
    if status == 422:
        assert answer.json()["errors"][0]["field"] == "password"


@pytest.mark.parametrize(
    "email", ["", "nobody", "a@", "@b", "a b@c.de", "a@b\0.de", "a@b@c.de", "a@-b.de", f"{'x' * 250}@b.de"]
)
async def test_what_is_no_address_is_refused(client: httpx.AsyncClient, email: str) -> None:
    answer = await client.post("/api/v1/auth/register", json={"email": email, "password": PASSWORD})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "email")


async def test_unknown_fields_are_refused(client: httpx.AsyncClient, unique: str) -> None:
    body = {"email": f"{unique}@example.com", "password": PASSWORD, "server_owner": True}
    assert (await client.post("/api/v1/auth/register", json=body)).status_code == 422


async def test_registering_is_throttled_by_address(start_server: StartServer, unique: str) -> None:
    server = start_server(throttle_attempts=1)
    async with server.client(f"198.51.100.{unique}") as client:
        answers = [
            await client.post(
                "/api/v1/auth/register", json={"email": f"{unique}{n}@example.com", "password": PASSWORD}
            )
            for n in range(11)
        ]
    assert [answer.status_code for answer in answers] == [201] * 10 + [429]


async def _invite(workspace: Workspace, email: str, role: str) -> str:
    answer = await workspace.owner.post(
        f"/api/v1/workspaces/{workspace.id}/invitations", json={"email": email, "role": role}
    )
    assert answer.status_code == 201, answer.text
    token: str = answer.json()["token"]
    return token


async def test_the_servers_owner_disables_and_enables_people(
    start_server: StartServer, owned_database: str
) -> None:
    server = start_server(url=owned_database)
    async with server.client() as client:
        boss, person = await owner_of_server(client), (await register(client)).owner
        url = f"/api/v1/users/{person.user_id}"
        assert (await person.get(url)).status_code == 403
        everybody = (await boss.get("/api/v1/users")).json()["items"]
        assert {boss.user_id, person.user_id} <= {user["id"] for user in everybody}
        assert (await boss.get(url)).json()["email"] == person.email
        assert (await boss.patch(url, json={"disabled": True})).json()["disabled"] is True
        assert (await person.get("/api/v1/auth/me")).status_code == 401
        credentials = {"email": person.email, "password": PASSWORD}
        assert (await client.post("/api/v1/auth/login", json=credentials)).status_code == 401
        assert (await boss.patch(url, json={"disabled": False})).json()["disabled"] is False
        assert (await person.get("/api/v1/auth/me")).status_code == 401  # that sign-in ended for good
        assert (await client.post("/api/v1/auth/login", json=credentials)).status_code == 200
        own = await boss.patch(f"/api/v1/users/{boss.user_id}", json={"disabled": True})
        assert own.status_code == 409


async def test_the_servers_owner_adds_people_directly_and_others_cannot(
    start_server: StartServer, owned_database: str
) -> None:
    server = start_server(url=owned_database)
    async with server.client() as client:
        boss, other = await owner_of_server(client), await register(client)
        added = await boss.post(
            f"/api/v1/workspaces/{boss.workspace_id}/members",
            json={"email": other.owner.email, "role": "viewer"},
        )
        assert added.status_code == 201, added.text
        url = f"/api/v1/workspaces/{other.id}/members"
        known = await other.owner.post(url, json={"email": boss.email, "role": "viewer"})
        unknown = await other.owner.post(url, json={"email": "nobody@example.com", "role": "viewer"})
    assert known.status_code == 422
    assert known.content == unknown.content


async def test_people_are_told_apart_by_workspace(create_workspace: CreateWorkspace) -> None:
    first, second = await create_workspace(), await create_workspace()
    members = (await first.owner.get(f"/api/v1/workspaces/{first.id}/members")).json()["items"]
    assert [m["user"]["id"] for m in members] == [first.owner.user_id] != [second.owner.user_id]
