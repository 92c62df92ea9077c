"""All SQL on the `jobs` table.

Locks say who may change what meanwhile: a running attempt's transactions hold the row FOR KEY SHARE,
which lets progress and cancel requests pass and makes whoever would end or hand over the job wait. Its last
one holds the row alone (FOR NO KEY UPDATE).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import JsonValue
from sqlalchemy import Select, and_, delete, func, insert, or_, select, text, update

from answerable.jobs.job import Job, JobError, JobStatus, Progress, Subject
from answerable.jobs.tables import JobRow
from answerable.jobs.tickets import Ticket
from answerable.kit.db import Session
from answerable.kit.paging import PageRequest, after_cursor

_PRUNED_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job that is about to be queued."""

    id: str
    subject: Subject
    arguments: dict[str, JsonValue]
    ticket: int
    turn: int


async def last_turn(session: Session) -> int:
    """The larger of the turn served last and the last one that this workspace waits for."""
    waiting = (
        select(func.max(JobRow.turn))
        .where(JobRow.workspace_id == session.workspace_id, JobRow.status == JobStatus.QUEUED)
        .scalar_subquery()
    )
    served = select(text("last_value")).select_from(text("job_turns")).scalar_subquery()
    return int((await session.execute(select(func.greatest(served, func.coalesce(waiting, 0))))).scalar_one())


async def served_turn(session: Session) -> int:
    """The turn that was served last."""
    return int((await session.execute(text("SELECT last_value FROM job_turns"))).scalar_one())


async def advance_turn(session: Session, turn: int) -> None:
    """Remember that a turn is being served; earlier ones are never returned to."""
    await session.execute(
        text("SELECT setval('job_turns', :turn) FROM job_turns WHERE last_value < :turn"), {"turn": turn}
    )


async def now(session: Session) -> datetime:
    """The database's clock, which all workers share."""
    moment: datetime = (await session.execute(select(func.clock_timestamp()))).scalar_one()
    return moment


async def add(session: Session, kind: str, jobs: list[NewJob]) -> None:
    """Insert queued jobs of one kind."""
    await session.execute(
        insert(JobRow),
        [
            {
                "id": job.id,
                "workspace_id": session.workspace_id,
                "kind": kind,
                "arguments": job.arguments,
                "status": JobStatus.QUEUED,
                "attempt": 0,
                "failures": 0,
                "ticket": job.ticket,
                "turn": job.turn,
                "revision": 1,
                "subject_type": job.subject.type,
                "subject_id": job.subject.id,
                "created_by": session.principal.user_id,
            }
            for job in jobs
        ],
    )


async def creators(session: Session, job_ids: Collection[str]) -> dict[str, str | None]:
    """Who queued some jobs, by the jobs' ids."""
    statement = select(JobRow.id, JobRow.created_by).where(JobRow.id.in_(job_ids))
    return {job_id: created_by for job_id, created_by in await session.execute(statement)}


async def get(session: Session, job_id: str) -> Job | None:
    """One job of the workspace."""
    row = (await session.execute(select(JobRow).where(JobRow.id == job_id))).scalar_one_or_none()
    return None if row is None else row.view()


async def page(session: Session, request: PageRequest, *, status: JobStatus | None) -> list[Job]:
    """The workspace's jobs, newest first, one more than the page holds."""
    statement = select(JobRow).where(JobRow.workspace_id == session.workspace_id)
    if status is not None:
        statement = statement.where(JobRow.status == status)
    rows = await session.execute(after_cursor(statement, request, JobRow.created_at, JobRow.id))
    return [row.view() for row in rows.scalars()]


async def workers(session: Session) -> list[tuple[int, datetime]]:
    """(id, last heartbeat) of each worker that is enrolled, the newest first."""
    rows = await session.execute(
        text("SELECT id, last_heartbeat FROM procrastinate_workers ORDER BY id DESC")
    )
    return [(row.id, row.last_heartbeat) for row in rows]


async def claim(session: Session, ticket: Ticket) -> JobRow | None:
    """Start the attempt that the ticket stands for. None when the ticket is out of date.

    Claiming twice with one ticket is claiming once: the first answer may have been lost on the way.
    """
    waiting = and_(JobRow.status == JobStatus.QUEUED, JobRow.attempt == ticket.attempt - 1)
    claimed = and_(JobRow.status == JobStatus.RUNNING, JobRow.attempt == ticket.attempt)
    statement = (
        update(JobRow)
        .where(JobRow.id == ticket.job_id, JobRow.ticket == ticket.id, or_(waiting, claimed))
        .values(
            status=JobStatus.RUNNING,
            attempt=ticket.attempt,
            started_at=func.coalesce(JobRow.started_at, func.now()),
            revision=JobRow.revision + 1,
        )
        .returning(JobRow)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def lock_attempt(session: Session, ticket: Ticket, *, alone: bool = False) -> JobRow | None:
    """Hold the row for a transaction of the running attempt; with `alone`, against every change besides.
    None when the attempt is not the job's."""
    statement = _running(ticket).with_for_update(key_share=True, read=not alone)
    return (await session.execute(statement)).scalar_one_or_none()


async def lock_to_settle(session: Session, ticket: Ticket, *, wait: bool = True) -> JobRow | None:
    """Hold the row alone, to end the attempt. None when the attempt is not the job's any more, or,
    without `wait`, when one of its transactions is still open."""
    statement = _running(ticket).with_for_update(skip_locked=not wait)
    return (await session.execute(statement)).scalar_one_or_none()


async def lock_waiting(session: Session, ticket: Ticket) -> JobRow | None:
    """Hold the row of a job that nobody has started on the ticket yet."""
    statement = (
        select(JobRow)
        .where(
            JobRow.id == ticket.job_id,
            JobRow.status == JobStatus.QUEUED,
            JobRow.attempt == ticket.attempt - 1,
            JobRow.ticket == ticket.id,
        )
        .with_for_update(skip_locked=True)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def is_current(session: Session, ticket: Ticket) -> bool:
    """Whether the job still waits for, or runs on, this ticket; asked without waiting for locks."""
    statement = select(JobRow.id).where(
        JobRow.id == ticket.job_id,
        JobRow.ticket == ticket.id,
        JobRow.status.in_((JobStatus.QUEUED, JobStatus.RUNNING)),
    )
    return (await session.execute(statement)).scalar_one_or_none() is not None


async def lock_to_cancel(session: Session, job_id: str, *, wait: bool = True) -> JobRow | None:
    """Hold the row against every change, but not against the running attempt's transactions. Without `wait`
    None also when somebody else holds it."""
    statement = select(JobRow).where(JobRow.id == job_id)
    statement = statement.with_for_update(key_share=True, skip_locked=not wait)
    return (await session.execute(statement)).scalar_one_or_none()


async def ticket(session: Session, job_id: str) -> int | None:
    """The ticket of a job, asked without waiting for locks."""
    return (await session.execute(select(JobRow.ticket).where(JobRow.id == job_id))).scalar_one_or_none()


async def request_cancel(session: Session, job_id: str) -> None:
    """Note that the running job shall stop."""
    await session.execute(
        update(JobRow)
        .where(JobRow.id == job_id)
        .values(
            cancel_requested_at=func.coalesce(JobRow.cancel_requested_at, func.now()),
            revision=JobRow.revision + 1,
        )
    )


async def forget_failures(session: Session, ticket: Ticket) -> None:
    """Let the job's tries count from here; the session holds its row alone."""
    await session.execute(update(JobRow).where(JobRow.id == ticket.job_id).values(failures=0))


async def succeed(session: Session, ticket: Ticket, progress: Progress | None) -> bool:
    """Mark the running attempt's job succeeded. False when it was lost or cancelled meanwhile."""
    values: dict[str, object] = {} if progress is None else _progress_values(progress)
    statement = (
        update(JobRow)
        .where(
            JobRow.id == ticket.job_id,
            JobRow.status == JobStatus.RUNNING,
            JobRow.attempt == ticket.attempt,
            JobRow.ticket == ticket.id,
            JobRow.cancel_requested_at.is_(None),
        )
        .values(
            status=JobStatus.SUCCEEDED,
            finished_at=func.clock_timestamp(),
            error_code=None,
            error_detail=None,
            revision=JobRow.revision + 1,
            **values,
        )
        .returning(JobRow.id)
    )
    return (await session.execute(statement)).scalar_one_or_none() is not None


async def end(session: Session, job_id: str, status: JobStatus, error: JobError | None) -> None:
    """Mark a job, whose row the transaction holds, failed or cancelled."""
    await session.execute(
        update(JobRow)
        .where(JobRow.id == job_id)
        .values(
            status=status,
            finished_at=func.clock_timestamp(),
            error_code=None if error is None else error.code,
            error_detail=None if error is None else error.detail,
            revision=JobRow.revision + 1,
        )
    )


async def requeue(
    session: Session, job_id: str, *, ticket: int, turn: int, failures: int, error: JobError | None
) -> None:
    """Put a job, whose row the transaction holds, back into the queue. Without a new `error` the last
    try's stays readable."""
    values: dict[str, object] = {}
    if error is not None:
        values = {"error_code": error.code, "error_detail": error.detail}
    await session.execute(
        update(JobRow)
        .where(JobRow.id == job_id)
        .values(
            status=JobStatus.QUEUED,
            ticket=ticket,
            turn=turn,
            failures=failures,
            revision=JobRow.revision + 1,
            **values,
        )
    )


async def save_progress(session: Session, ticket: Ticket, progress: Progress) -> bool:
    """Write the running attempt's progress. False when the attempt is not the job's any more."""
    statement = (
        update(JobRow)
        .where(
            JobRow.id == ticket.job_id,
            JobRow.status == JobStatus.RUNNING,
            JobRow.attempt == ticket.attempt,
            JobRow.ticket == ticket.id,
        )
        .values(revision=JobRow.revision + 1, **_progress_values(progress))
        .returning(JobRow.id)
    )
    return (await session.execute(statement)).scalar_one_or_none() is not None


async def prune(session: Session, keep: timedelta) -> None:
    """Delete some of the workspace's jobs that ended longer ago than `keep`."""
    old = (
        select(JobRow.id)
        .where(JobRow.workspace_id == session.workspace_id, JobRow.finished_at < func.now() - keep)
        .order_by(JobRow.finished_at)
        .limit(_PRUNED_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    await session.execute(
        delete(JobRow).where(JobRow.id.in_(old)).execution_options(synchronize_session=False)
    )


def _running(ticket: Ticket) -> Select[JobRow]:
    return select(JobRow).where(
        JobRow.id == ticket.job_id,
        JobRow.status == JobStatus.RUNNING,
        JobRow.attempt == ticket.attempt,
        JobRow.ticket == ticket.id,
    )


def _progress_values(progress: Progress) -> dict[str, object]:
    return {
        "progress_done": progress.done,
        "progress_total": progress.total,
        "progress_unit": progress.unit,
    }
