"""Clients that send a byte now and then: their requests end, and honest slow ones do not."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from answerable.api.app import create_app
from answerable.api.middleware import BodyPace
from answerable.api.processes import listen
from answerable.api.protocol import protocol_with
from answerable.kit.runtime import Runtime
from answerable.kit.settings import HttpSettings, Settings
from tests.factories.callers import Caller
from tests.factories.waiting import eventually

_SECONDS = 20  # a deadline for what must come at once


@asynccontextmanager
async def served(app: ASGIApp, header_seconds: float) -> AsyncIterator[int]:
    """The port of an app, served as in production."""
    listener = listen("127.0.0.1", 0)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            http=protocol_with(header_seconds),
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
        )
    )
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(server.serve(sockets=[listener]))

    async def started() -> bool:
        return server.started

    await eventually(started)
    yield listener.getsockname()[1]
    server.should_exit = True
    await task


@pytest.fixture
async def port(settings: Settings, runtime: Runtime) -> AsyncIterator[int]:
    """The application with little patience: a fifth of a second, then a kilobyte a second."""
    http = HttpSettings(header_seconds=0.2, body_seconds=0.2, body_bytes_per_second=1_000)
    impatient = copy.copy(runtime)
    impatient.settings = settings.model_copy(update={"http": http})
    async with served(create_app(impatient), 0.2) as number:
        yield number


async def answer_to(port: int, sent: bytes) -> tuple[str, dict[str, object]]:
    """The status line and body of the answer to bytes after which nothing follows; the connection ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    answer = await asyncio.wait_for(reader.read(), _SECONDS)
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head.lower()
    return head.split(b"\r\n")[0].decode(), json.loads(body)


async def test_headers_that_do_not_end_are_answered_408_and_cut_off(port: int) -> None:
    status, body = await answer_to(port, b"GET /health/live HTTP/1.1\r\nHost: localh")
    assert status == "HTTP/1.1 408 Request Timeout"
    assert body["code"] == "too_slow"


async def test_a_connection_that_says_nothing_is_cut_off(port: int) -> None:
    status, _ = await answer_to(port, b"")
    assert status == "HTTP/1.1 408 Request Timeout"


async def test_headers_of_a_later_request_have_the_same_deadline(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\nGET /health/li")
    answers = await asyncio.wait_for(reader.read(), _SECONDS)
    writer.close()
    assert answers.startswith(b"HTTP/1.1 200")
    assert b"HTTP/1.1 408" in answers


@pytest.mark.parametrize("path", ["/api/v1/auth/login", "/api/v1/auth/register"])
async def test_a_body_that_does_not_end_is_answered_408_and_cut_off(port: int, path: str) -> None:
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    status, body = await answer_to(port, f'{head}Content-Length: 1000\r\n\r\n{{"email": '.encode())
    assert status == "HTTP/1.1 408 Request Timeout"
    assert body["code"] == "too_slow"


async def test_an_upload_that_stops_is_answered_408_and_leaves_nothing(port: int, owner: Caller) -> None:
    head = "POST /api/v1/documents HTTP/1.1\r\nHost: localhost\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in owner.headers.items())
    head += "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 900000\r\n\r\n"
    part = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nsome'
    status, _ = await answer_to(port, (head + part).encode())
    assert status == "HTTP/1.1 408 Request Timeout"
    listed = await owner.get("/api/v1/documents")
    assert listed.json()["items"] == []


async def test_a_body_too_large_that_drips_is_cut_off_as_well(port: int) -> None:
    head = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000000\r\n\r\n"
    status, _ = await answer_to(port, head + b"x")
    assert status == "HTTP/1.1 408 Request Timeout"


async def test_what_follows_an_answer_is_not_waited_for(port: int) -> None:
    head = b"POST /api/v1/documents HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head + b"x")
    assert (await asyncio.wait_for(reader.readline(), _SECONDS)).startswith(b"HTTP/1.1 401")
    await asyncio.wait_for(reader.read(), _SECONDS)
    writer.close()


async def _size(scope: Scope, receive: Receive, send: Send) -> None:
    size = sum([len(piece) async for piece in Request(scope, receive).stream()])
    await JSONResponse(size)(scope, receive, send)


class Wire:
    """A client's bytes as the server receives them, and the loop's time that passes between them."""

    def __init__(self, *, pieces: int, size: int, pause: float) -> None:
        self._left, self._size, self._pause = pieces, size, pause
        self.statuses: list[int] = []

    async def receive(self) -> dict[str, object]:
        """The next piece, after the pause."""
        await asyncio.sleep(self._pause)
        self._left -= 1
        return {"type": "http.request", "body": b"x" * self._size, "more_body": self._left > 0}

    async def send(self, message: dict[str, object]) -> None:
        """Keep the status."""
        if message["type"] == "http.response.start":
            self.statuses.append(message["status"])  # type: ignore[arg-type]


class LeapingLoop(asyncio.SelectorEventLoop):
    """A loop whose clock leaps to the next timer: hours pass in no time."""

    _leapt = 0.0

    def time(self) -> float:
        return super().time() + self._leapt

    def _run_once(self) -> None:
        if self._scheduled and not self._ready:  # type: ignore[attr-defined]
            self._leapt += max(0.0, self._scheduled[0].when() - self.time())  # type: ignore[attr-defined]
        super()._run_once()  # type: ignore[misc]


@pytest.mark.parametrize(
    ("pieces", "size", "pause", "status"),
    [
        pytest.param(4_000, 262_144, 5.0, 200, id="a gigabyte in more than five hours"),
        pytest.param(100, 100, 0.2, 200, id="ten kilobytes in twenty seconds"),
        pytest.param(1, 10, 29.0, 200, id="a small body at once, but late"),
        pytest.param(1_000, 10, 1.0, 408, id="ten bytes a second"),
        pytest.param(1_000, 1, 0.04, 408, id="a byte now and then"),
        pytest.param(2, 10, 31.0, 408, id="a pause"),
    ],
)
def test_a_body_is_given_time_by_its_size(pieces: int, size: int, pause: float, status: int) -> None:
    wire = Wire(pieces=pieces, size=size, pause=pause)
    app = BodyPace(_size, seconds=30, bytes_per_second=10_000)
    scope = {"type": "http", "method": "POST", "path": "/", "headers": []}
    with asyncio.Runner(loop_factory=LeapingLoop) as runner:
        runner.run(app(scope, wire.receive, wire.send))  # type: ignore[arg-type]
    assert wire.statuses == [status]
