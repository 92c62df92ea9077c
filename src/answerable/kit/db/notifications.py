"""Hearing of changes that other processes committed, over one LISTEN connection a process.

A trigger on a table says `topic workspace` on the channel in the transaction that writes
(`announce_changes`), or `topic workspace user` where rows belong to one member. Whoever keeps something in
memory subscribes to its topic and drops what changed. Notifications are lost while the connection is:
`listening` says when to rely on nothing, and every new connection tells all subscribers to drop everything.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import psycopg
import structlog
from alembic.operations import Operations
from psycopg import sql

from answerable.kit import ids

CHANNEL = "answerable_changes"
_SOUND_PINGS = 3
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 5.0
_HELLO_PINGS = 5

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Change:
    """Something changed in a workspace; with a user it is that member's own, and nobody else's business."""

    topic: str
    workspace_id: str
    user_id: str | None


Listener = Callable[[Change | None], None]


class _Deaf(Exception):
    """What was said on the channel was not heard."""


def announce_changes(
    op: Operations, table: str, topic: str, moments: str = "INSERT OR UPDATE OR DELETE"
) -> None:
    """In a migration: have every change to a tenant table's rows told on the channel. The function
    `announce_change` came with migration 0010."""
    if not (table.isidentifier() and topic.isidentifier()):
        raise ValueError(f"not plain names: {table!r}, {topic!r}")
    op.execute(
        f"CREATE TRIGGER announce_change AFTER {moments} ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION announce_change('{topic}')"
    )


class Notifications:
    """The process's one listening connection. Callbacks run on the event loop and must be quick."""

    def __init__(self, database_url: str, *, ping_seconds: float = 1.0) -> None:
        """`ping_seconds` is how often the connection is tried; after three without an answer it is not
        relied on."""
        self._url = database_url
        self._ping_seconds = ping_seconds
        self._listeners: dict[str, list[Listener]] = {}
        self._task: asyncio.Task[None] | None = None
        self._sound_until = 0.0  # by the monotonic clock; put off by every sign of life

    @property
    def listening(self) -> bool:
        """Whether changes are heard of now; false soon after the connection's silent death."""
        return time.monotonic() < self._sound_until

    def subscribe(self, topic: str, listener: Callable[[str | None], None]) -> None:
        """Call `listener` with the workspace's id for each change, or with None: anything may have."""
        self.watch([topic], lambda change: listener(None if change is None else change.workspace_id))

    def watch(self, topics: Iterable[str], listener: Listener) -> None:
        """Call `listener` with each change of the topics, or with None: anything may have."""
        for topic in topics:
            self._listeners.setdefault(topic, []).append(listener)

    def start(self) -> None:
        """Begin to listen, on the running event loop; does nothing when that has begun."""
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._listen(), name="notifications")

    async def close(self) -> None:
        """Stop listening."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _listen(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self._url,
                    autocommit=True,
                    prepare_threshold=None,
                    connect_timeout=10,
                    application_name="answerable notifications",
                ) as connection:
                    await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))
                    await self._hear_oneself(connection)
                    self._sound_until = time.monotonic() + _SOUND_PINGS * self._ping_seconds
                    self._tell_all()
                    pause = _FIRST_PAUSE
                    await self._hear(connection)
            except _Deaf:
                log.warning(
                    "notifications_do_not_arrive",
                    remedy="connect to PostgreSQL itself, not through a pooler of transactions",
                )
            except (psycopg.Error, TimeoutError, OSError) as error:
                log.warning("notifications_disconnected", error=str(error))
            finally:
                self._sound_until = 0.0
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def _hear_oneself(self, connection: psycopg.AsyncConnection[tuple[object, ...]]) -> None:
        """A pooler of transactions takes LISTEN and delivers nothing: raises _Deaf."""
        word = f"hello {secrets.token_hex(8)}"
        await connection.execute("SELECT pg_notify(%s, %s)", [CHANNEL, word])
        async with contextlib.aclosing(
            connection.notifies(timeout=_HELLO_PINGS * self._ping_seconds)
        ) as heard:
            async for notification in heard:
                if notification.payload == word:
                    return
        raise _Deaf

    async def _hear(self, connection: psycopg.AsyncConnection[tuple[object, ...]]) -> None:
        while True:
            async for notification in connection.notifies(timeout=self._ping_seconds):
                self._tell(notification.payload)
            # A connection that died silently is found out here.
            async with asyncio.timeout(self._ping_seconds):
                await connection.execute("SELECT 1")
            self._sound_until = time.monotonic() + _SOUND_PINGS * self._ping_seconds

    def _tell(self, payload: str) -> None:
        topic, _, whose = payload.partition(" ")
        listeners = self._listeners.get(topic)
        if listeners:
            change = _change(topic, whose)
            for listener in listeners:
                listener(change)

    def _tell_all(self) -> None:
        for listeners in self._listeners.values():
            for listener in listeners:
                listener(None)


def _change(topic: str, whose: str) -> Change | None:
    """What was told; None where it is not ours: whatever it means, nothing kept is to be relied on."""
    workspace, _, user = whose.partition(" ")
    try:
        user_id = ids.encode("usr", uuid.UUID(user)) if user else None
        return Change(topic, ids.encode("ws", uuid.UUID(workspace)), user_id)
    except ValueError:
        return None
