"""Queueing, reading and cancelling jobs, always inside the caller's transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from pydantic import JsonValue

from answerable.jobs import repository, tickets
from answerable.jobs.job import Job, JobStatus, Subject, Worker
from answerable.jobs.registry import TaskRegistry, tasks
from answerable.jobs.repository import NewJob
from answerable.jobs.tables import JobRow
from answerable.kit import ids
from answerable.kit.db import Session
from answerable.kit.errors import Conflict, NotFound
from answerable.kit.paging import Page, PageRequest, make_page

_BATCH = 1_000
_PAUSES_SECONDS = (0.02, 0.05, 0.1, 0.0)
"""Between looks at a job's row that is held: long enough for progress to be written, and far from the second
after which PostgreSQL looks for circles."""


async def list_workers(session: Session, *, stall_seconds: float) -> list[Worker]:
    """The worker processes that are enrolled, the newest first. Who was not heard for so long counts as dead:
    the others take over its jobs."""
    now = await repository.now(session)
    return [
        Worker(id, heard, alive=(now - heard).total_seconds() < stall_seconds)
        for id, heard in await repository.workers(session)
    ]


async def enqueue(
    session: Session,
    kind: str,
    *,
    subject: Subject,
    **arguments: JsonValue,
) -> str:
    """Queue a job in the session's transaction: a rollback leaves nothing. Returns the job's id."""
    (job_id,) = await _enqueue(session, kind, [(subject, arguments)])
    return job_id


async def enqueue_many(
    session: Session, kind: str, jobs: Sequence[tuple[Subject, dict[str, JsonValue]]]
) -> list[str]:
    """Queue many jobs of one kind in the session's transaction. Returns their ids in the same order."""
    job_ids: list[str] = []
    for start in range(0, len(jobs), _BATCH):
        job_ids += await _enqueue(session, kind, jobs[start : start + _BATCH])
    return job_ids


async def _enqueue(
    session: Session,
    kind: str,
    jobs: Sequence[tuple[Subject, dict[str, JsonValue]]],
) -> list[str]:
    # Start-time fair queueing (Goyal, Vin, Cheng 1996) with a cost of one a job: the first waiting job
    # of a workspace takes the turn after the one being served, each further one the turn after it.
    turn = await repository.last_turn(session)
    job_ids = [ids.new_id("job") for _ in jobs]
    turns = range(turn + 1, turn + 1 + len(jobs))
    ticket_ids = await tickets.issue(
        session,
        [(job_id, 1, at) for job_id, at in zip(job_ids, turns, strict=True)],
        workspace_id=session.workspace_id,
    )
    rows = [
        NewJob(job_id, subject, arguments, ticket, at)
        for job_id, (subject, arguments), ticket, at in zip(job_ids, jobs, ticket_ids, turns, strict=True)
    ]
    await repository.add(session, kind, rows)
    return job_ids


async def get_job(session: Session, job_id: str) -> Job:
    """One job. NotFound when the workspace has none of that id."""
    job = await repository.get(session, job_id)
    if job is None:
        raise NotFound
    return job


async def creators_of(session: Session, job_ids: Sequence[str]) -> dict[str, str | None]:
    """Who queued some jobs, by the jobs' ids; None for the system. Jobs that are no longer known are left
    out."""
    return await repository.creators(session, job_ids) if job_ids else {}


async def list_jobs(session: Session, request: PageRequest, *, status: JobStatus | None = None) -> Page[Job]:
    """The workspace's jobs, newest first."""
    rows = await repository.page(session, request, status=status)
    return make_page(rows, request, lambda job: job, lambda job: (job.created_at, job.id))


async def cancel_job(session: Session, job_id: str, *, registry: TaskRegistry = tasks) -> Job:
    """Cancel a job: a waiting one at once, a running one within moments of the commit.

    Returns the job as it is now; cancelling a cancelled job changes nothing. NotFound for an unknown
    id, Conflict for a job that ended otherwise.
    """
    held = await _hold_soon(session, job_id)
    if held is None:
        job = await get_job(session, job_id)
        if job.status is JobStatus.RUNNING and await _withdraw(session, job_id):
            return replace(job, cancel_requested_at=await repository.now(session))
        held = await repository.lock_to_cancel(session, job_id)
    if held is None:
        raise NotFound
    status = JobStatus(held.status)
    if status in (JobStatus.SUCCEEDED, JobStatus.FAILED):
        raise Conflict(f"The job has {status} already; there is nothing to cancel.", reason="job_ended")
    await _cancel(session, held, registry)
    return await get_job(session, job_id)


async def stop_job(session: Session, job_id: str, *, registry: TaskRegistry = tasks) -> None:
    """Cancel a job whose subject the transaction takes away. It hardly waits, so it may be called with the
    subject's rows held: a job that is ending is left alone, and finds that its subject is gone."""
    held = await _hold_soon(session, job_id)
    if held is not None:
        await _cancel(session, held, registry)


async def _hold_soon(session: Session, job_id: str) -> JobRow | None:
    """A job's row, held. None for an unknown id, and for a job whose row is held by its last transaction."""
    for pause in _PAUSES_SECONDS:
        row = await repository.lock_to_cancel(session, job_id, wait=False)
        if row is not None:
            return row
        await asyncio.sleep(pause)
    return None


async def _withdraw(session: Session, job_id: str) -> bool:
    """Leave word with a running job's ticket, which its worker looks at until the job's end is written."""
    ticket = await repository.ticket(session, job_id)
    return ticket is not None and await tickets.withdraw(session, ticket)


async def _cancel(session: Session, row: JobRow, registry: TaskRegistry) -> None:
    status = JobStatus(row.status)
    if status is JobStatus.QUEUED:
        await repository.end(session, row.id, JobStatus.CANCELLED, None)
        await tickets.withdraw(session, row.ticket)
        task = registry.get(row.kind)
        if task is not None and task.cancelled is not None:
            await task.cancelled(session, **row.arguments)
    elif status is JobStatus.RUNNING:
        await repository.request_cancel(session, row.id)
        await tickets.withdraw(session, row.ticket)
    session.expire(row)
