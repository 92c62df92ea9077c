"""Changes are heard of, or it is known that they are not."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit, urlunsplit

import psycopg
import pytest

from answerable.kit import ids
from answerable.kit.db.notifications import CHANNEL, Notifications
from tests.factories.waiting import eventually


class Wire:
    """What lies between a client and PostgreSQL. `dead` swallows everything and says nothing; `deaf`
    swallows notifications alone, as a pooler of transactions does."""

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        self.dead = False
        self.deaf = False
        self.connections = 0
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """The same database over this wire."""
        assert self._server is not None
        port = self._server.sockets[0].getsockname()[1]
        user = self._parts.netloc.rpartition("@")[0]
        return urlunsplit(
            self._parts._replace(
                netloc=f"{user}@127.0.0.1:{port}", query="sslmode=disable&gssencmode=disable"
            )
        )

    async def start(self) -> None:
        """Listen on loopback."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)

    async def stop(self) -> None:
        """Close the door; open connections end with their clients."""
        assert self._server is not None
        self._server.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        folder = parse_qs(self._parts.query).get("host")
        port = self._parts.port or 5432
        if folder:
            up_reader, up_writer = await asyncio.open_unix_connection(f"{folder[0]}/.s.PGSQL.{port}")
        else:
            up_reader, up_writer = await asyncio.open_connection(self._parts.hostname, port)
        await asyncio.gather(self._pass(reader, up_writer), self._pass(up_reader, writer, answers=True))

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool = False
    ) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65_536):
                if self.dead:
                    continue
                if answers and self.deaf:
                    data = without_notifications(data)
                writer.write(data)
        writer.close()


def without_notifications(data: bytes) -> bytes:
    """Whole messages but those of the kind 'A' (PostgreSQL manual, 54.7)."""
    kept, at = b"", 0
    while at < len(data):
        size = 1 + int.from_bytes(data[at + 1 : at + 5])
        if data[at : at + 1] != b"A":
            kept += data[at : at + size]
        at += size
    return kept


@pytest.fixture
async def wire(app_url: str) -> AsyncIterator[Wire]:
    wire = Wire(app_url)
    await wire.start()
    yield wire
    await wire.stop()


@pytest.fixture
async def notifications(wire: Wire) -> AsyncIterator[Notifications]:
    notifications = Notifications(wire.url, ping_seconds=0.3)
    yield notifications
    await notifications.close()


async def say(url: str, topic: str, workspace_id: str) -> None:
    workspace = ids.decode("ws", workspace_id) or workspace_id
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute("SELECT pg_notify(%s, %s)", [CHANNEL, f"{topic} {workspace}"])


async def hears(notifications: Notifications) -> bool:
    return notifications.listening


async def is_deaf(notifications: Notifications) -> bool:
    return not notifications.listening


async def test_a_topic_is_told_what_changed_and_first_that_anything_may_have(
    notifications: Notifications, app_url: str
) -> None:
    heard: list[str | None] = []
    notifications.subscribe("models", heard.append)
    assert not notifications.listening
    notifications.start()
    await eventually(lambda: hears(notifications))
    workspace_id = ids.new_id("ws")
    await say(app_url, "other", ids.new_id("ws"))
    await say(app_url, "models", workspace_id)
    await say(app_url, "models", "nonsense")

    async def all_heard() -> bool:
        return heard[-2:] == [workspace_id, None]

    await eventually(all_heard)


async def test_a_connection_that_dies_silently_is_not_relied_on_and_is_replaced(
    notifications: Notifications, wire: Wire
) -> None:
    heard: list[str | None] = []
    notifications.subscribe("models", heard.append)
    notifications.start()
    await eventually(lambda: hears(notifications))
    wire.dead = True
    await eventually(lambda: is_deaf(notifications))
    wire.dead = False
    await eventually(lambda: hears(notifications))
    assert len(heard) >= 2


async def test_a_pooler_that_swallows_notifications_is_found_out(wire: Wire) -> None:
    wire.deaf = True
    notifications = Notifications(wire.url, ping_seconds=0.05)
    notifications.start()

    async def tried_twice() -> bool:
        assert not notifications.listening
        return wire.connections >= 2

    await eventually(tried_twice)
    await notifications.close()
