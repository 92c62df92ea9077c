"""LISTEN: hears of new tickets and of stop requests at once. Polling covers what it misses."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import psycopg
import structlog
from procrastinate.manager import get_channel_for_queues
from psycopg import sql

_QUIET_SECONDS = 30.0
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 5.0

log = structlog.get_logger(__name__)


async def listen(database_url: str, *, on_ticket: Callable[[], None], on_stop: Callable[[], None]) -> None:
    """Call back for each notification, for ever; reconnects with growing pauses."""
    pause = _FIRST_PAUSE
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(
                database_url, autocommit=True, prepare_threshold=None, application_name="answerable listener"
            ) as connection:
                for channel in get_channel_for_queues(None):
                    await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                pause = _FIRST_PAUSE
                # What was said while nobody listened.
                on_ticket()
                on_stop()
                await _hear(connection, on_ticket, on_stop)
        except psycopg.Error as error:
            log.warning("listener_disconnected", error=str(error))
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)


async def _hear(
    connection: psycopg.AsyncConnection[tuple[object, ...]],
    on_ticket: Callable[[], None],
    on_stop: Callable[[], None],
) -> None:
    while True:
        async for notification in connection.notifies(timeout=_QUIET_SECONDS):
            if json.loads(notification.payload)["type"] == "job_inserted":
                on_ticket()
            else:
                on_stop()
        await connection.execute("SELECT 1")  # a connection that died silently is found out here
