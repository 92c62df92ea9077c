"""Telling a database that went away from a statement that failed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import psycopg
from procrastinate.exceptions import ConnectorException
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

T = TypeVar("T")

# Class 08: connection exceptions; 57P0x: shutdown, crash, starting up (PostgreSQL manual, appendix A).
_GONE = ("08", "57P01", "57P02", "57P03")
# The database chose a victim or gave up waiting; the same statement may do next time.
_AGAIN = ("40", "55P03", "57014")
_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 2.0


def is_outage(error: BaseException | None) -> bool:
    """Whether the connection to the database was lost or could not be made."""
    return _matches(error, _GONE)


def is_transient(error: BaseException | None) -> bool:
    """Whether repeating the transaction may help: an outage, a deadlock, a time limit."""
    return _matches(error, _GONE + _AGAIN)


async def persist(operation: Callable[[], Awaitable[T]]) -> T:
    """Repeat a transaction until the database takes it. Other errors pass through."""
    pause = _FIRST_PAUSE
    while True:
        try:
            return await operation()
        except (DBAPIError, PoolTimeout, ConnectorException, psycopg.Error) as error:
            if not is_transient(error):
                raise
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)


def _matches(error: BaseException | None, states: tuple[str, ...]) -> bool:
    if isinstance(error, PoolTimeout):
        return True
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or _matches(error.orig, states)
    if isinstance(error, ConnectorException):
        return _matches(error.__cause__, states)
    if isinstance(error, psycopg.Error):
        if error.sqlstate is None:
            return isinstance(error, psycopg.OperationalError)
        return error.sqlstate.startswith(states)
    return False
