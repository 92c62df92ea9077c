"""What is refused, and in whose words."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import httpx
import pytest

from answerable.api.assembly import build_runtime
from answerable.kit.settings import Settings
from tests.api.relay.gateway import Bed, chat, served
from tests.factories.upstream import Upstream


async def test_an_unknown_model_is_told_in_the_clients_protocol(bed: Bed, upstream: Upstream) -> None:
    answer = await bed.client.post("/v1/chat/completions", json=chat("nothing"))
    assert answer.status_code == 404
    assert set(answer.json()["error"]) == {"message", "type", "param", "code"}
    answer = await bed.client.post("/v1/messages", json=chat("nothing", max_tokens=5))
    assert answer.status_code == 404
    assert answer.json()["type"] == "error"
    assert answer.json()["error"]["type"] == "not_found_error"
    assert upstream.seen == []
    await bed.rows(0)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"model": 5}', b"\xff\xfe", b'{"messages": []}'])
async def test_a_body_that_cannot_be_read(bed: Bed, body: bytes) -> None:
    answer = await bed.client.post("/v1/chat/completions", content=body)
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/none"),
        ("GET", "/v1/chat/completions"),
        ("DELETE", "/v1/models"),
        ("POST", "/v1/"),
        ("PUT", "/v1/messages/x"),
    ],
)
async def test_what_does_not_exist(bed: Bed, method: str, path: str) -> None:
    answer = await bed.client.request(method, path)
    assert answer.status_code == 404
    assert "message" in answer.json()["error"]


async def test_a_foreign_host_or_page_is_refused(bed: Bed) -> None:
    for headers in ({"host": "evil.example"}, {"origin": "https://evil.example"}):
        for method, path in (
            ("POST", "/v1/chat/completions"),
            ("GET", "/v1/models"),
            ("OPTIONS", "/v1/models"),
        ):
            answer = await bed.client.request(method, path, headers=headers, json=chat())
            assert answer.status_code == 403, (method, headers)
    await bed.rows(0)


async def test_a_body_beyond_the_limit(bed: Bed, upstream: Upstream) -> None:
    large = b'{"model": "small", "messages": [{"role": "user", "content": "' + b"x" * 2_100_000 + b'"}]}'

    async def pieces():  # type: ignore[no-untyped-def]  # chunked: no length is told
        for at in range(0, len(large), 100_000):
            yield large[at : at + 100_000]

    assert (await bed.client.post("/v1/chat/completions", content=large)).status_code == 413
    assert (await bed.client.post("/v1/chat/completions", content=pieces())).status_code == 413
    assert upstream.seen == []


async def test_a_picture_within_the_limit_of_its_own(bed: Bed) -> None:
    # Larger than other requests may be.
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 1_500_000}}
    body = chat("large") | {"messages": [{"role": "user", "content": [picture]}]}
    answer = await bed.client.post("/v1/chat/completions", json=body)
    assert answer.status_code in {200, 400}
    assert answer.status_code == 200 or answer.json()["error"]["code"] != "too_large"


async def test_a_limit_refuses_with_headers_and_a_row(bed: Bed, upstream: Upstream) -> None:
    made = await bed.owner.post(
        "/api/v1/limits", json={"subject": {"type": "workspace"}, "measure": "requests", "limit": 2}
    )
    assert made.status_code == 201, made.text
    answers = [await bed.client.post("/v1/chat/completions", json=chat()) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    assert answers[0].headers["x-ratelimit-limit-requests"] == "2"
    assert int(answers[2].headers["retry-after"]) >= 1
    assert answers[2].json()["error"]["type"] == "rate_limit_error"
    assert len(upstream.seen) == 2
    rows = await bed.rows(4)
    assert sorted(row.outcome for row in rows) == ["answered", "answered", "refused", "refused"]


async def test_the_same_key_means_the_same_in_each_place(bed: Bed, relay_client: httpx.AsyncClient) -> None:
    message = chat(max_tokens=5)
    places = [{"authorization": f"Bearer {bed.key}"}, {"authorization": f"bearer  {bed.key}"}]
    for headers in [*places, {"x-api-key": bed.key}, {"x-api-key": bed.key, **places[0]}]:
        answer = await relay_client.post("/v1/messages", json=message, headers=headers)
        assert answer.status_code == 200, headers
    for headers in places:
        answer = await relay_client.post("/v1/chat/completions", json=chat(), headers=headers)
        assert answer.status_code == 200
    rows = await bed.rows(6)
    assert {row.outcome for row in rows} == {"answered"}


async def test_a_credential_in_any_other_place_is_none(bed: Bed, relay_client: httpx.AsyncClient) -> None:
    refused = [
        ("/v1/chat/completions", {}),
        ("/v1/chat/completions", {"x-api-key": bed.key}),
        ("/v1/chat/completions", {"authorization": bed.key}),
        ("/v1/chat/completions", {"authorization": f"Basic {bed.key}"}),
        ("/v1/chat/completions", {"cookie": f"key={bed.key}"}),
        (f"/v1/chat/completions?api_key={bed.key}&key={bed.key}&access_token={bed.key}", {}),
        (f"/v1/messages?x-api-key={bed.key}", {}),
        ("/v1/messages", {"x-api-key": "ansk_wrong", "authorization": f"Bearer {bed.key}"}),
        ("/v1/messages", {"x-api-key": "' OR 1=1 --"}),
    ]
    for path, headers in refused:
        answer = await relay_client.post(path, json=chat(max_tokens=5), headers=headers)
        assert answer.status_code == 401, (path, headers)
    twice = [("authorization", f"Bearer {bed.key}"), ("authorization", f"Bearer {bed.key}")]
    answer = await relay_client.post("/v1/chat/completions", json=chat(), headers=twice)
    assert answer.status_code == 401
    await bed.rows(0)


async def test_a_key_needs_the_scope(bed: Bed, relay_client: httpx.AsyncClient) -> None:
    made = await bed.owner.post("/api/v1/api-keys", json={"name": "other", "scopes": ["ask"]})
    headers = {"authorization": f"Bearer {made.json()['key']}"}
    answer = await relay_client.post("/v1/chat/completions", json=chat(), headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")
    assert (await relay_client.get("/v1/models", headers=headers)).status_code == 403


async def test_another_tenants_models_do_not_exist(bed: Bed, other: Bed) -> None:
    await bed.alias("secret", ["main/small"])
    answer = await other.client.post("/v1/chat/completions", json=chat("secret"))
    missing = await other.client.post("/v1/chat/completions", json=chat("sacred"))
    assert answer.status_code == missing.status_code == 404
    headers = {"x-workspace": bed.owner.workspace_id}
    assert (await other.client.get("/v1/models", headers=headers)).status_code == 404


async def test_a_body_that_trickles_is_not_waited_for(
    bed: Bed, relay_settings: Settings, app_url: str, upstream: Upstream
) -> None:
    changed = relay_settings.model_copy(deep=True)
    changed.http.body_seconds = 0.1
    changed.http.body_bytes_per_second = 100_000
    runtime = build_runtime(changed, app_url)
    async with served(runtime) as url:
        place = urlsplit(url)
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        writer.write(
            f"POST /v1/chat/completions HTTP/1.1\r\nhost: {place.netloc}\r\n"
            f'authorization: Bearer {bed.key}\r\ncontent-length: 100\r\n\r\n{{"model"'.encode()
        )
        answer = await reader.read()
        writer.close()
    await runtime.close()
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"code":"too_slow"' in answer
    assert upstream.seen == []
