"""Every address of `/v1`: who gets in, from where, and with what. The list is the code's own, so that a new
operation is covered the moment it exists."""

from __future__ import annotations

import httpx
import pytest

from answerable.inference.operation import Operation
from tests.api.relay.gateway import Bed
from tests.factories.callers import Caller, Workspace
from tests.factories.upstream import Upstream

BODY = {
    "model": "small", "max_tokens": 9, "messages": [{"role": "user", "content": "Hello?"}], "input": "Hello?",
    "voice": "alloy",
}  # fmt: skip
CALLS = [("POST", operation.path) for operation in Operation]
ROUTES = [*CALLS, ("GET", "/v1/models"), ("GET", "/v1/models/small")]
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


async def ask(client: httpx.AsyncClient, method: str, path: str, headers: dict[str, str]) -> httpx.Response:
    return await client.request(method, path, headers=headers, json=None if method == "GET" else BODY)


def test_the_list_is_whole() -> None:
    assert {path for _, path in CALLS} >= {
        "/v1/chat/completions", "/v1/responses", "/v1/messages", "/v1/embeddings", "/v1/audio/speech",
    }  # fmt: skip


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_without_a_valid_credential_nothing_answers(
    bed: Bed, upstream: Upstream, relay_client: httpx.AsyncClient, method: str, path: str
) -> None:
    wrong = ["nonsense", "ansk_nonsense", bed.key[:-1], bed.key + "x", "eyJhbGciOiJub25lIn0.e30.", "x"]
    shown = [{"authorization": f"Bearer {each}"} for each in wrong]
    for headers in [{}, *shown, {"x-api-key": "ansk_nonsense"}, {"cookie": f"access_token={bed.key}"}]:
        answer = await ask(relay_client, method, path, headers)
        assert answer.status_code == 401, headers
        assert answer.headers["www-authenticate"] == "Bearer"
        assert "error" in answer.json()
    for query in ("api_key", "key", "access_token", "token"):
        answer = await ask(relay_client, method, f"{path}?{query}={bed.key}", {})
        assert answer.status_code == 401, query
    assert upstream.seen == []
    await bed.rows(0)


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_a_key_passes_with_the_routes_own_scope_alone(
    bed: Bed, relay_client: httpx.AsyncClient, method: str, path: str
) -> None:
    needed = "models:call" if method == "POST" else "models:read"
    for scopes in (["ask"], ["usage:read"], ["models:read" if method == "POST" else "models:call"], [needed]):
        made = await bed.owner.post("/api/v1/api-keys", json={"name": "narrow", "scopes": scopes})
        assert made.status_code == 201, made.text
        answer = await ask(relay_client, method, path, {"authorization": f"Bearer {made.json()['key']}"})
        assert (answer.status_code != 403) is (scopes == [needed]), (scopes, answer.text)
        assert answer.status_code != 401


@pytest.mark.parametrize("role", ["viewer", "editor", "admin"])
async def test_every_role_may_call_models(bed: Bed, relay_client: httpx.AsyncClient, role: str) -> None:
    member = await Workspace(bed.owner.workspace_id, bed.owner).member(role)
    headers = {"authorization": f"Bearer {member.token}", "x-workspace": bed.owner.workspace_id}
    assert (await ask(relay_client, "POST", "/v1/chat/completions", headers)).status_code == 200
    assert (await ask(relay_client, "GET", "/v1/models", headers)).status_code == 200
    (row,) = await bed.rows(1)
    assert row.outcome == "answered"
    mine = Caller(relay_client, member.token, workspace_id=bed.owner.workspace_id)
    seen = (await mine.get("/api/v1/usage/records")).json()["items"]
    assert [record["user_id"] for record in seen] == [member.user_id]


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_another_tenants_workspace_and_models_do_not_exist(
    bed: Bed, other: Bed, upstream: Upstream, relay_client: httpx.AsyncClient, method: str, path: str
) -> None:
    for credential in (other.key, other.owner.token):
        headers = {"authorization": f"Bearer {credential}", "x-workspace": bed.owner.workspace_id}
        foreign = await ask(relay_client, method, path, headers)
        nobody = await ask(relay_client, method, path, headers | {"x-workspace": "ws_" + "0" * 26})
        assert foreign.status_code == nobody.status_code == 404
        assert foreign.content == nobody.content
    if path != "/v1/models":
        answer = await ask(other.client, method, path, {})
        assert answer.status_code == 404
    assert upstream.seen == []
    await bed.rows(0)


@pytest.mark.parametrize("path", [path for _, path in ROUTES])
async def test_a_foreign_host_or_page_is_refused_with_every_method(
    bed: Bed, upstream: Upstream, path: str
) -> None:
    foreign = [
        {"host": "evil.example"}, {"host": "localhost.evil.example"}, {"host": "evil.example:80"},
        {"origin": "https://evil.example"}, {"origin": "null"}, {"origin": "http://localhost.evil.example"},
    ]  # fmt: skip
    for headers in foreign:
        for method in METHODS:
            answer = await bed.client.request(method, path, headers=headers)
            assert answer.status_code == 403, (method, headers)
            assert "access-control-allow-origin" not in answer.headers
    assert upstream.seen == []
