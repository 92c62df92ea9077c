"""The worker's transactions: ended by PostgreSQL when their process freezes in the middle."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import TextClause, text

from answerable.kit.db import Database, Session
from answerable.kit.principal import Principal


def idle_limit(stall_seconds: float) -> TextClause:
    """The statement that lets a transaction idle for a stall time and no longer."""
    milliseconds = max(1, round(stall_seconds * 1000))
    return text(f"SET LOCAL idle_in_transaction_session_timeout = {milliseconds}")


@asynccontextmanager
async def begin(database: Database, principal: Principal, stall_seconds: float) -> AsyncIterator[Session]:
    """A transaction that holds no lock for longer than a frozen worker may."""
    async with database.begin(principal) as session:
        await session.execute(idle_limit(stall_seconds))
        yield session
