"""Relays that do nothing but relay: no keys, no prices, no failures. The gateway is held against them.

`bare` is what one writes with the usual parts, uvicorn and aiohttp's client. `leanest` replaces the
client by a few lines on the parser, for this one upstream: the floor under any relay in ASGI.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import uvicorn
from httptools import HttpResponseParser


class Upstream(asyncio.Protocol):
    """One connection to the upstream."""

    def __init__(self) -> None:
        self.parser = HttpResponseParser(self)
        self.transport: asyncio.Transport | None = None
        self.waiter: asyncio.Future[None] | None = None
        self.reset()

    def reset(self) -> None:
        """Before a request."""
        self.parts: list[bytes] = []
        self.headers: list[tuple[bytes, bytes]] = []
        self.done = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands."""
        self.transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        """A part of the answer."""
        self.parser.feed_data(data)
        if self.waiter is not None and not self.waiter.done():
            self.waiter.set_result(None)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        if name != b"transfer-encoding":
            self.headers.append((name, value))

    def on_body(self, data: bytes) -> None:
        """A part of the body."""
        self.parts.append(data)

    def on_message_complete(self) -> None:
        """The answer is whole."""
        self.done = True

    async def more(self) -> bytes:
        """What arrived; waits for it."""
        if not self.parts and not self.done:
            self.waiter = asyncio.get_running_loop().create_future()
            await self.waiter
            self.waiter = None
        data = self.parts[0] if len(self.parts) == 1 else b"".join(self.parts)
        self.parts.clear()
        return data


class BareRelay:
    """The ASGI app over aiohttp's client."""

    def __init__(self, port: int) -> None:
        self._address = f"http://127.0.0.1:{port}"
        self._session: aiohttp.ClientSession | None = None

    async def __call__(
        self,
        scope: dict[str, Any],  # ASGI's own shape
        receive: Callable[[], Awaitable[dict[str, Any]]],
        send: Callable[[dict[str, Any]], Awaitable[None]],
    ) -> None:
        """Relay one request."""
        if (body := await _body(scope, receive, send)) is None:
            return
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0), auto_decompress=False
            )
        headers = {"content-type": "application/json"}
        async with self._session.post(self._address + scope["path"], data=body, headers=headers) as answer:
            passed = [(name.lower(), value) for name, value in answer.raw_headers]
            passed = [header for header in passed if header[0] != b"transfer-encoding"]
            await send({"type": "http.response.start", "status": answer.status, "headers": passed})
            async for data in answer.content.iter_any():
                await send({"type": "http.response.body", "body": data, "more_body": True})
            await send({"type": "http.response.body", "body": b""})


async def _body(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> bytes | None:
    """The request's body; None when the request was no POST, which is answered."""
    if scope["method"] != "POST":
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body"})
        return None
    message = await receive()
    body: bytes = message["body"]
    while message["more_body"]:
        message = await receive()
        body += message["body"]
    return body


class LeanestRelay:
    """The ASGI app over connections by hand."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[Upstream] = []

    async def __call__(
        self,
        scope: dict[str, Any],  # ASGI's own shape
        receive: Callable[[], Awaitable[dict[str, Any]]],
        send: Callable[[dict[str, Any]], Awaitable[None]],
    ) -> None:
        """Relay one request."""
        if (body := await _body(scope, receive, send)) is None:
            return
        if self._idle:
            upstream = self._idle.pop()
            upstream.reset()
        else:
            loop = asyncio.get_running_loop()
            _, upstream = await loop.create_connection(Upstream, "127.0.0.1", self._port)
        assert upstream.transport is not None
        upstream.transport.write(
            b"POST %b HTTP/1.1\r\nhost: upstream\r\ncontent-type: application/json\r\n"
            b"content-length: %d\r\n\r\n%b" % (scope["path"].encode(), len(body), body)
        )
        data = await upstream.more()
        await send({"type": "http.response.start", "status": 200, "headers": upstream.headers})
        while not upstream.done:
            await send({"type": "http.response.body", "body": data, "more_body": True})
            data = await upstream.more()
        await send({"type": "http.response.body", "body": data})
        self._idle.append(upstream)


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--upstream", type=int, required=True, help="port of the upstream")
    parser.add_argument("--leanest", action="store_true", help="connections by hand instead of aiohttp's")
    options = parser.parse_args()
    uvicorn.run(
        LeanestRelay(options.upstream) if options.leanest else BareRelay(options.upstream),
        host="127.0.0.1",
        port=options.port,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="off",
        access_log=False,
        log_level="error",
        backlog=4096,
    )


if __name__ == "__main__":
    main()
