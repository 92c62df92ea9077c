"""A server on loopback that sends exactly the bytes that a test gives it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Play = Callable[["Peer"], Awaitable[None]]


@dataclass
class Peer:
    """The server's end of one connection. `number` counts connections from 1."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    number: int
    requests: list[bytes] = field(default_factory=list)

    async def request(self) -> bytes:
        """The next request's body; its head is kept. IncompleteReadError when the client is gone."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        self.requests.append(head)
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        return await self.reader.readexactly(length)

    async def send(self, data: bytes) -> None:
        """Put bytes on the wire."""
        self.writer.write(data)
        await self.writer.drain()

    async def gone(self) -> None:
        """Returns when the client has closed its end."""
        try:
            while await self.reader.read(65536):
                pass
        except ConnectionError:
            pass


@dataclass
class Wire:
    """The server. `peers` are all connections so far."""

    port: int = 0
    scheme: str = "http"
    peers: list[Peer] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The server's address."""
        return f"{self.scheme}://localhost:{self.port}/answer"


@asynccontextmanager
async def wire(play: Play, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[Wire]:
    """Serve: `play` has each connection until it returns, then it is closed."""
    server_side = Wire(scheme="https" if tls else "http")
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        peer = Peer(reader, writer, len(server_side.peers) + 1)
        server_side.peers.append(peer)
        try:
            await play(peer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            tasks.discard(task)
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    server_side.port = server.sockets[0].getsockname()[1]
    try:
        yield server_side
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
