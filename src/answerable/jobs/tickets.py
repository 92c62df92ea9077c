"""Tickets: procrastinate's jobs, each of which stands for one attempt at one of ours.

A ticket carries ids alone, because the queue's tables lie outside the tenant wall. It is made and
removed in the transaction that changes the job's row, so that neither is ever without the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg
from procrastinate import PsycopgConnector
from procrastinate.jobs import Job as QueueJob
from procrastinate.manager import JobManager
from procrastinate.types import JSONDict
from sqlalchemy import text

from answerable.kit.db import Session

ATTEMPT_TASK = "answerable.attempt"
PERIOD_TASK = "answerable.period"
_QUEUE = "default"
_LOWEST_PRIORITY = -(2**31)
# Only ever used with a caller's connection, so it is never opened.
_manager = JobManager(PsycopgConnector())


@dataclass(frozen=True, slots=True)
class Ticket:
    """The right to make one attempt. `id` is procrastinate's."""

    id: int
    workspace_id: str
    job_id: str
    attempt: int
    # The last attempt's worker died: no other job shall be near when this one may kill again.
    alone: bool = False

    @classmethod
    def from_queue(cls, job: QueueJob) -> Ticket:
        """The ticket that a job of the queue carries."""
        arguments = job.task_kwargs
        return cls(
            id=job.id or 0,
            workspace_id=str(arguments["workspace_id"]),
            job_id=str(arguments["job_id"]),
            attempt=int(str(arguments["attempt"])),
            alone=bool(arguments["alone"]),
        )


async def issue(
    session: Session,
    jobs: Sequence[tuple[str, int, int]],
    *,
    workspace_id: str,
    not_before: datetime | None = None,
    alone: bool = False,
) -> list[int]:
    """Put tickets for `(job id, attempt, turn)` into the queue, in the session's transaction.

    Returns their ids in the same order. Lower turns are served first. A worker runs a job with an
    `alone` ticket while it runs no other.
    """
    queued = [
        _queue_job(
            ATTEMPT_TASK,
            {"workspace_id": workspace_id, "job_id": job_id, "attempt": attempt, "alone": alone},
            turn=turn,
            not_before=not_before,
        )
        for job_id, attempt, turn in jobs
    ]
    deferred = await _manager.batch_defer_jobs_async(queued, connection=await _raw_connection(session))
    return [job.id for job in deferred if job.id is not None]


async def issue_period(session: Session, name: str, period: datetime) -> None:
    """Put a ticket for one run of a schedule into the queue."""
    queued = _queue_job(PERIOD_TASK, {"name": name, "period": period.isoformat()}, turn=0, not_before=None)
    await _manager.batch_defer_jobs_async([queued], connection=await _raw_connection(session))


async def withdraw(session: Session, ticket_id: int) -> bool:
    """Remove a waiting ticket; tell the worker that holds it to stop otherwise. False when it is gone."""
    return await _manager.cancel_job_by_id_async(
        ticket_id, abort=True, delete_job=True, connection=await _raw_connection(session)
    )


async def withdrawn(session: Session, ticket_id: int) -> bool:
    """Whether the worker that holds the ticket was told to stop."""
    statement = text("SELECT abort_requested FROM procrastinate_jobs WHERE id = :id")
    return bool((await session.execute(statement, {"id": ticket_id})).scalar_one_or_none())


async def use_up(session: Session, ticket_id: int) -> bool:
    """Remove a ticket whose attempt succeeds in this transaction. False when it was withdrawn before."""
    statement = text("DELETE FROM procrastinate_jobs WHERE id = :id AND NOT abort_requested RETURNING id")
    return (await session.execute(statement, {"id": ticket_id})).first() is not None


async def remove(session: Session, ticket_id: int) -> None:
    """Remove a ticket that was used, in the transaction that records its end."""
    await session.execute(text("DELETE FROM procrastinate_jobs WHERE id = :id"), {"id": ticket_id})


async def hold(session: Session, ticket_id: int) -> bool:
    """Keep a fetched ticket from being removed while the transaction lasts. False when it is gone."""
    statement = text("SELECT 1 FROM procrastinate_jobs WHERE id = :id FOR KEY SHARE")
    return (await session.execute(statement, {"id": ticket_id})).first() is not None


def _queue_job(name: str, arguments: JSONDict, *, turn: int, not_before: datetime | None) -> QueueJob:
    return QueueJob(
        queue=_QUEUE,
        lock=None,
        queueing_lock=None,
        task_name=name,
        task_kwargs=arguments,
        # Past two thousand million jobs the order is by arrival alone.
        priority=max(-turn, _LOWEST_PRIORITY),
        scheduled_at=not_before,
    )


async def _raw_connection(session: Session) -> psycopg.AsyncConnection[tuple[object, ...]]:
    """psycopg's own connection of the session's transaction."""
    pooled = await (await session.connection()).get_raw_connection()
    raw = pooled.driver_connection
    if not isinstance(raw, psycopg.AsyncConnection):
        raise TypeError("the queue needs psycopg")
    return raw
