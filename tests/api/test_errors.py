"""Every error is a Problem Details document, whatever went wrong and wherever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import httpx
import pytest
from sqlalchemy import text

from answerable.api.app import create_app
from answerable.identity.secrets_format import SecretKind, new_secret
from answerable.kit.db import Database, Session
from answerable.kit.runtime import Runtime
from answerable.kit.settings import Settings
from tests.factories.callers import Caller


def assert_problem(answer: httpx.Response, status: int, code: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["code"] == code
    assert body["status"] == status
    assert all(body[member] for member in ("type", "title", "detail"))


async def test_an_unknown_route_is_a_problem(client: httpx.AsyncClient) -> None:
    assert_problem(await client.get("/api/v1/nothing/here"), 404, "not_found")


async def test_a_wrong_method_is_a_problem(client: httpx.AsyncClient) -> None:
    assert_problem(await client.request("TRACE", "/health/live"), 405, "method_not_allowed")


async def test_bad_json_is_a_problem_that_names_the_body(client: httpx.AsyncClient) -> None:
    answer = await client.post(
        "/api/v1/auth/login", content=b'{"email": ', headers={"content-type": "application/json"}
    )
    assert_problem(answer, 400, "malformed_request")
    assert answer.json()["errors"][0]["field"] == "body"


async def test_a_missing_field_is_named(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/auth/login", json={"email": "ada@example.com"})
    assert_problem(answer, 422, "invalid_input")
    assert {"field": "password", "message": "Field required", "code": "missing", "arguments": {}} in (
        answer.json()["errors"]
    )


async def test_a_body_that_is_too_large_is_refused_by_its_length(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/auth/login", content=b"x" * 1_000_001)
    assert_problem(answer, 413, "too_large")


async def test_a_body_that_hides_its_length_is_cut_off(client: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(2_000):
            yield b"x" * 1_000

    answer = await client.post(
        "/api/v1/auth/login", content=endless(), headers={"content-type": "application/json"}
    )
    assert_problem(answer, 413, "too_large")


@pytest.fixture
async def broken_client(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an app whose database is no database at all."""
    runtime = Runtime(settings, NoDatabase())  # type: ignore[arg-type]
    transport = httpx.ASGITransport(create_app(runtime), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


class NoDatabase:
    def begin(self, principal: object) -> object:
        raise RuntimeError("the secret detail")


async def test_an_unexpected_failure_gives_a_trace_id_and_no_internals(
    broken_client: httpx.AsyncClient,
) -> None:
    answer = await broken_client.get("/health/ready")
    assert_problem(answer, 500, "internal_error")
    assert "secret detail" not in answer.text
    assert len(answer.json()["trace_id"]) == 32


async def test_the_callers_trace_id_is_kept(broken_client: httpx.AsyncClient) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    answer = await broken_client.get(
        "/health/ready", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    )
    assert answer.json()["trace_id"] == trace


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"])
@pytest.mark.parametrize(
    ("header", "value"), [("Host", "evil.example"), ("Origin", "https://evil.example"), ("Origin", "null")]
)
async def test_a_foreign_host_or_origin_is_refused_on_every_method(
    client: httpx.AsyncClient, method: str, header: str, value: str
) -> None:
    answer = await client.request(method, "/health/live", headers={header: value})
    assert answer.status_code == 403


async def test_the_servers_own_origin_is_welcome(client: httpx.AsyncClient) -> None:
    answer = await client.get("/health/live", headers={"Origin": str(client.base_url).rstrip("/")})
    assert answer.status_code == 200


async def test_a_strangers_upload_is_refused_before_its_body_has_arrived(client: httpx.AsyncClient) -> None:
    reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
    writer.write(
        b"POST /api/v1/documents HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000000\r\n"
        b"Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n"
    )
    await writer.drain()
    status = await asyncio.wait_for(reader.readline(), timeout=60)
    writer.close()
    assert status == b"HTTP/1.1 401 Unauthorized\r\n"


@pytest.mark.parametrize(
    "content_type", ["Multipart/Form-Data; boundary=x", "application/x-www-form-urlencoded", "text/plain"]
)
async def test_no_spelling_of_a_form_lets_a_stranger_send_on(
    client: httpx.AsyncClient, content_type: str
) -> None:
    reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
    head = "POST /api/v1/datasets HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000000\r\n"
    writer.write(f"{head}Content-Type: {content_type}\r\n\r\n--x\r\n".encode())
    await writer.drain()
    status = await asyncio.wait_for(reader.readline(), timeout=60)
    writer.close()
    assert status == b"HTTP/1.1 401 Unauthorized\r\n"


async def test_an_upload_is_a_multipart_form(owner: Caller) -> None:
    answer = await owner.post("/api/v1/documents", data={"file": "text"})
    assert_problem(answer, 415, "unsupported_type")


@pytest.mark.parametrize("origin", ["http://[::1", "http://", "://", "http://[evil"])
async def test_an_origin_that_is_no_address_is_refused(client: httpx.AsyncClient, origin: str) -> None:
    answer = await client.get("/health/live", headers={"Origin": origin})
    assert_problem(answer, 403, "origin_not_allowed")


@pytest.fixture
async def client_of(
    settings: Settings,
) -> AsyncIterator[Callable[[Database], httpx.AsyncClient]]:
    """Makes a client of an app on another database."""
    async with AsyncExitStack() as stack:

        def make(database: Database) -> httpx.AsyncClient:
            app = create_app(Runtime(settings, database))
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            client = httpx.AsyncClient(transport=transport, base_url="http://localhost")
            stack.push_async_callback(client.aclose)
            stack.push_async_callback(database.close)
            return client

        yield make


async def test_a_database_that_is_gone_is_said(
    client_of: Callable[[Database], httpx.AsyncClient],
) -> None:
    client = client_of(Database("postgresql://nobody@127.0.0.1:1/none"))
    answer = await client.post(
        "/api/v1/auth/refresh", json={"refresh_token": new_secret(SecretKind.REFRESH_TOKEN)}
    )
    assert_problem(answer, 503, "unavailable")
    assert answer.headers["retry-after"] == "5"


async def test_a_statement_that_fails_is_a_failure_of_ours(
    client_of: Callable[[Database], httpx.AsyncClient], monkeypatch: pytest.MonkeyPatch, app_url: str
) -> None:
    async def broken(session: Session, token_hash: bytes) -> None:
        await session.execute(text("SELECT 1 / 0"))

    monkeypatch.setattr("answerable.identity.sessions.repository.owner_of_token", broken)
    client = client_of(Database(app_url))
    answer = await client.post(
        "/api/v1/auth/refresh", json={"refresh_token": new_secret(SecretKind.REFRESH_TOKEN)}
    )
    assert_problem(answer, 500, "internal_error")
