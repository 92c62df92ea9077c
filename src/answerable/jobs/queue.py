"""The worker's side of the queue: procrastinate's functions, on the app's own connections."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import psycopg
from procrastinate import PsycopgConnector
from procrastinate.jobs import Job as QueueJob
from procrastinate.manager import JobManager
from sqlalchemy import text

from answerable.jobs.transaction import idle_limit
from answerable.kit.db import Database

if TYPE_CHECKING:
    from psycopg_pool import AsyncConnectionPool

_STALLED = text(
    """
    SELECT job.id, job.task_name, job.args, job.attempts
    FROM procrastinate_jobs AS job
    LEFT JOIN procrastinate_workers AS worker ON worker.id = job.worker_id
    WHERE job.status = 'doing'
      AND (worker.id IS NULL
           OR worker.last_heartbeat < now() - make_interval(secs => :stall_seconds)
           OR (worker.id = :worker_id AND job.id <> ALL (:held)))
    ORDER BY job.id
    LIMIT 100
    """
)


@dataclass(frozen=True, slots=True)
class Stalled:
    """A ticket that a worker fetched and no longer works on."""

    id: int
    task_name: str
    arguments: dict[str, object]
    attempts: int


class _EnginePool:
    """What procrastinate needs of a connection pool, over SQLAlchemy's."""

    def __init__(self, database: Database, stall_seconds: float) -> None:
        self._database = database
        self._limit = idle_limit(stall_seconds)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[psycopg.AsyncConnection[tuple[object, ...]]]:
        async with self._database.connect() as connection:
            await connection.execute(self._limit)
            raw = (await connection.get_raw_connection()).driver_connection
            yield cast("psycopg.AsyncConnection[tuple[object, ...]]", raw)


class Queue:
    """The queue as one worker sees it."""

    def __init__(self, database: Database, stall_seconds: float) -> None:
        self._database = database
        self._stall_seconds = stall_seconds
        self._connector = PsycopgConnector()
        self._manager = JobManager(self._connector)

    async def open(self) -> None:
        """Attach procrastinate to the app's connections."""
        await self._connector.open_async(
            cast("AsyncConnectionPool", _EnginePool(self._database, self._stall_seconds))
        )

    async def register(self) -> int:
        """Announce a worker. Returns its id."""
        return await self._manager.register_worker()

    async def unregister(self, worker_id: int) -> None:
        """Take a worker off the list; the tickets that it still holds count as stalled at once."""
        await self._manager.unregister_worker(worker_id)

    async def prune_workers(self) -> None:
        """Forget workers without a heartbeat."""
        await self._manager.prune_stalled_workers(self._stall_seconds)

    async def fetch(self, worker_id: int) -> QueueJob | None:
        """The next ticket that is due, now held by the worker."""
        return await self._manager.fetch_job(queues=None, worker_id=worker_id)

    async def stalled(self, worker_id: int, held: Collection[int]) -> list[Stalled]:
        """Tickets of dead workers, and those of this one that it does not know of (the answer to its
        fetch was lost)."""
        parameters = {"worker_id": worker_id, "held": list(held), "stall_seconds": self._stall_seconds}
        async with self._database.connect() as connection:
            rows = await connection.execute(_STALLED, parameters)
            return [Stalled(row.id, row.task_name, row.args, row.attempts) for row in rows]

    async def stops(self, held: Collection[int]) -> dict[int, bool]:
        """Of the tickets that the worker holds, those that still exist, and whether a stop is asked for."""
        statement = text("SELECT id, abort_requested FROM procrastinate_jobs WHERE id = ANY (:held)")
        async with self._database.connect() as connection:
            rows = await connection.execute(statement, {"held": list(held)})
            return {row.id: row.abort_requested for row in rows}

    async def remove(self, ticket_id: int) -> None:
        """Remove a ticket that needs no job's row to change."""
        async with self._database.connect() as connection:
            await connection.execute(text("DELETE FROM procrastinate_jobs WHERE id = :id"), {"id": ticket_id})

    async def put_back(self, ticket_id: int) -> None:
        """Let a ticket be fetched again, counting the attempt."""
        async with self._database.connect() as connection:
            await connection.execute(
                text(
                    "UPDATE procrastinate_jobs SET status = 'todo', worker_id = NULL, "
                    "attempts = attempts + 1 WHERE id = :id AND status = 'doing'"
                ),
                {"id": ticket_id},
            )
