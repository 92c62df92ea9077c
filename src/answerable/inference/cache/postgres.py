"""Kept answers in PostgreSQL, behind the tenant wall."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from answerable.inference.cache import repository
from answerable.inference.cache.kept import SealedAnswer, Vector
from answerable.inference.cache.store import Near, StoreBounds, StoreUnavailable
from answerable.kit.clock import Clock
from answerable.kit.db import Database, Session
from answerable.kit.principal import Principal


class PostgresAnswers:
    """The store that is always there."""

    def __init__(self, database: Database, clock: Clock, bounds: StoreBounds) -> None:
        self._database = database
        self._clock = clock
        self._bounds = bounds

    async def get(self, workspace_id: str, key: bytes) -> bytes | None:
        """The sealed answer of that key."""
        async with self._begin(Principal.system(workspace_id)) as session:
            return await repository.get(session, key, self._now())

    async def near(
        self, workspace_id: str, scope: bytes, encoder: str, vector: Vector, *, count: int
    ) -> Sequence[Near]:
        """The nearest answers of that scope and encoder."""
        async with self._begin(Principal.system(workspace_id)) as session:
            return await repository.near(session, scope, encoder, vector, count=count, now=self._now())

    async def put(self, workspace_id: str, answers: Sequence[SealedAnswer]) -> None:
        """Keep answers; those that expire first make room."""
        async with self._begin(Principal.system(workspace_id)) as session:
            await repository.put(session, answers)
            await repository.trim(session, self._bounds)

    async def sweep(self) -> int:
        """Remove what is past its time, of all workspaces; returns how many."""
        async with self._begin(Principal.anonymous()) as session:
            return await repository.sweep(session)

    async def close(self) -> None:
        """The database is closed by whom it belongs to."""

    def _now(self) -> float:
        return self._clock.now().timestamp()

    @asynccontextmanager
    async def _begin(self, principal: Principal) -> AsyncIterator[Session]:
        try:
            async with self._database.begin(principal) as session:
                yield session
        except (DBAPIError, PoolTimeout) as error:
            raise StoreUnavailable(type(error).__name__) from error
