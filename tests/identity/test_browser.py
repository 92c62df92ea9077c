"""Signing in from a browser: tokens in cookies that no script reads and no other site can use."""

from __future__ import annotations

from datetime import timedelta

import httpx
import psycopg
import pytest

from answerable.kit import ids
from answerable.kit.clock import FixedClock
from tests.factories.callers import PASSWORD, Workspace
from tests.identity.conftest import Server, StartServer

BROWSER = "/api/v1/auth/browser"
ME = "/api/v1/auth/me"
CSRF = {"X-Answerable-CSRF": "1"}


@pytest.fixture
def server(start_server: StartServer, clock: FixedClock) -> Server:
    """A server whose clock the test moves."""
    return start_server(clock=clock)


async def _sign_in(client: httpx.AsyncClient, workspace: Workspace) -> httpx.Response:
    body = {"email": workspace.owner.email, "password": PASSWORD}
    answer = await client.post(f"{BROWSER}/login", json=body, headers=CSRF)
    assert answer.status_code == 200, answer.text
    return answer


async def _bearer(client: httpx.AsyncClient, workspace: Workspace) -> dict[str, str]:
    body = {"email": workspace.owner.email, "password": PASSWORD}
    pair = (await client.post("/api/v1/auth/login", json=body)).json()
    return {"Authorization": f"Bearer {pair['access_token']}"}


async def test_no_token_is_within_reach_of_a_script_or_another_site(
    server: Server, workspace: Workspace
) -> None:
    async with server.client() as client:
        answer = await _sign_in(client, workspace)
    assert answer.json() == {"expires_in": 900}
    access, refresh = sorted(answer.headers.get_list("set-cookie"))
    for cookie, name, path in (
        (access, "answerable_access", "/api"),
        (refresh, "answerable_refresh", "/api/v1/auth/browser"),
    ):
        value, _, attributes = cookie.partition("; ")
        assert value.startswith(f"{name}=")
        wanted = {"httponly", "samesite=strict", f"path={path}"}
        assert wanted <= {each.strip().lower() for each in attributes.split(";")}
        assert "domain" not in attributes.lower()


async def test_a_cookie_reads_alone_and_changes_with_the_header(server: Server, workspace: Workspace) -> None:
    async with server.client() as client:
        await _sign_in(client, workspace)
        assert (await client.get(ME)).json()["user"]["email"] == workspace.owner.email
        key = {"name": "from the browser"}
        bare = await client.post("/api/v1/api-keys", json=key)
        assert (bare.status_code, bare.json()["code"]) == (403, "csrf_header_missing")
        assert (await client.post("/api/v1/api-keys", json=key, headers=CSRF)).status_code == 201


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v1/api-keys"),
        ("POST", "/api/v1/documents"),
        ("POST", "/api/v1/ask"),
        ("PATCH", "/api/v1/users/me"),
        ("PUT", "/api/v1/semantic-models/default"),
        ("DELETE", "/api/v1/api-keys/key_x"),
        ("POST", "/api/v1/users/me/password"),
    ],
)
async def test_no_method_that_changes_goes_without_the_header(
    server: Server, workspace: Workspace, method: str, path: str
) -> None:
    forms = [
        {"content": b"a=b", "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
        {"files": {"file": ("a.txt", b"x")}},
        {"content": b"{}", "headers": {"Content-Type": "text/plain"}},
        {"content": b"{}", "headers": {"X-Answerable-CSRF": "0"}},
    ]
    async with server.client() as client:
        await _sign_in(client, workspace)
        for form in forms:
            refused = await client.request(method, path, **form)  # type: ignore[arg-type]
            assert (refused.status_code, refused.json()["code"]) == (403, "csrf_header_missing")


@pytest.mark.parametrize("action", ["login", "register", "exchange", "refresh", "logout"])
async def test_signing_in_and_out_is_no_other_sites_to_do(server: Server, action: str) -> None:
    async with server.client() as client:
        refused = await client.post(f"{BROWSER}/{action}", json={})
        assert (refused.status_code, refused.json()["code"]) == (403, "csrf_header_missing")


async def test_a_header_goes_before_the_cookie(server: Server, workspace: Workspace) -> None:
    async with server.client() as client:
        await _sign_in(client, workspace)
        wrong = await client.get(ME, headers={"Authorization": "Bearer nonsense"})
        assert wrong.status_code == 401
        programs = await client.post(
            "/api/v1/api-keys", json={"name": "k"}, headers=await _bearer(client, workspace)
        )
        assert programs.status_code == 201


async def test_an_api_key_in_the_cookie_is_worth_nothing(server: Server, workspace: Workspace) -> None:
    async with server.client() as client:
        headers = await _bearer(client, workspace)
        key = (await client.post("/api/v1/api-keys", json={"name": "k"}, headers=headers)).json()["key"]
        answer = await client.get(ME, headers={"Cookie": f"answerable_access={key}"})
        assert answer.status_code == 401


async def test_staying_signed_in_rotates_and_a_stolen_cookie_ends_the_sign_in(
    server: Server, clock: FixedClock, workspace: Workspace
) -> None:
    async with server.client() as client, server.client() as thief:
        await _sign_in(client, workspace)
        stolen = client.cookies["answerable_refresh"]
        clock.advance(timedelta(seconds=900 + 6))
        assert (await client.get(ME)).status_code == 401
        assert (await client.post(f"{BROWSER}/refresh", headers=CSRF)).status_code == 200
        assert (await client.get(ME)).status_code == 200
        assert client.cookies["answerable_refresh"] != stolen
        clock.advance(timedelta(seconds=11))
        cookie = {"Cookie": f"answerable_refresh={stolen}"}
        refused = await thief.post(f"{BROWSER}/refresh", headers={**CSRF, **cookie})
        assert (refused.status_code, refused.json()["code"]) == (401, "refresh_token_refused")
        assert (await client.get(ME)).status_code == 401


async def test_signing_out_ends_the_access_token_too(server: Server, workspace: Workspace) -> None:
    async with server.client() as client:
        await _sign_in(client, workspace)
        kept = {"Cookie": f"answerable_access={client.cookies['answerable_access']}"}
        assert (await client.post(f"{BROWSER}/logout", headers=CSRF)).status_code == 204
        assert dict(client.cookies) == {}
        assert (await client.get(ME, headers=kept)).status_code == 401


async def test_a_removed_member_is_out_with_the_next_request(server: Server, workspace: Workspace) -> None:
    member = await workspace.member("editor")
    async with server.client() as client:
        body = {"email": member.email, "password": PASSWORD}
        assert (await client.post(f"{BROWSER}/login", json=body, headers=CSRF)).status_code == 200
        inside = {"X-Workspace": workspace.id}
        assert (await client.get("/api/v1/documents", headers=inside)).status_code == 200
        removed = await workspace.owner.delete(f"/api/v1/workspaces/{workspace.id}/members/{member.user_id}")
        assert removed.status_code == 204
        assert (await client.get("/api/v1/documents", headers=inside)).status_code == 404


async def test_a_disabled_person_is_out_with_the_next_request(
    server: Server, workspace: Workspace, admin_url: str
) -> None:
    async with server.client() as client:
        await _sign_in(client, workspace)
        with psycopg.connect(admin_url) as admin:
            admin.execute(
                "UPDATE users SET disabled_at = now() WHERE id = %s",
                [ids.decode("usr", workspace.owner.user_id)],
            )
        assert (await client.get(ME)).status_code == 401
        assert (await client.post(f"{BROWSER}/refresh", headers=CSRF)).status_code == 401


async def test_a_programs_sign_in_is_exchanged_once(
    server: Server, clock: FixedClock, workspace: Workspace
) -> None:
    async with server.client() as client, server.client() as later:
        body = {"email": workspace.owner.email, "password": PASSWORD}
        pair = (await client.post("/api/v1/auth/login", json=body)).json()
        given = {"refresh_token": pair["refresh_token"]}
        assert (await client.post(f"{BROWSER}/exchange", json=given, headers=CSRF)).status_code == 200
        assert (await client.get(ME)).status_code == 200
        clock.advance(timedelta(seconds=11))
        again = await later.post(f"{BROWSER}/exchange", json=given, headers=CSRF)
        assert again.status_code == 401


async def test_a_fresh_server_waits_for_its_owner_and_says_so(
    start_server: StartServer, unused_database: str
) -> None:
    server = start_server(url=unused_database, registration="closed")
    async with server.client() as client:
        fresh = (await client.get("/api/v1/auth/setup")).json()
        person = {"email": "ada@example.com", "password": PASSWORD}
        made = await client.post(f"{BROWSER}/register", json=person, headers=CSRF)
        assert made.status_code == 201, made.text
        assert made.json().keys() == {"expires_in", "user", "workspace"}
        assert (await client.get(ME)).json()["server_owner"] is True
        owned = (await client.get("/api/v1/auth/setup")).json()
    assert (fresh["first_person"], fresh["registration"], fresh["password_min_length"]) == (
        True,
        "closed",
        10,
    )
    assert owned["first_person"] is False
