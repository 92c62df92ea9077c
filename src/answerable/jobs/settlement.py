"""How an attempt ends other than well: tried again, given back, failed for good, or cancelled.

Each function works on a row that the session holds alone (`lock_to_settle`), and changes row and
ticket in that transaction. A cancel request wins over every other ending.
"""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import timedelta

import structlog

from answerable.jobs import repository, tickets
from answerable.jobs.job import JobError, JobStatus
from answerable.jobs.outage import is_transient
from answerable.jobs.registry import TaskRegistry
from answerable.jobs.tables import JobRow
from answerable.kit.db import Session
from answerable.kit.settings import JobSettings

_LONGEST_PAUSE_SECONDS = 3600.0
# A job that is given back again and again (workers stop, the database goes away) may itself be why.
_STARTS_PER_TRY = 10

WORKER_DIED = "worker_died"

log = structlog.get_logger(__name__)


def most_tries(row: JobRow, registry: TaskRegistry, settings: JobSettings) -> int:
    """How often the job may fail before it counts as failed."""
    task = registry.get(row.kind)
    return settings.max_attempts if task is None or task.retries is None else task.retries + 1


async def fail(
    session: Session,
    row: JobRow,
    error: JobError,
    *,
    registry: TaskRegistry,
    settings: JobSettings,
    final: bool = False,
) -> JobStatus:
    """Count a failed try: queue the next one after a pause that doubles, or mark the job failed with
    the task's `on_failed` when tries are used up or the failure is `final`."""
    if await _cancel_asked(session, row):
        return await cancel(session, row, registry=registry)
    failures = row.failures + 1
    if final or failures >= most_tries(row, registry, settings):
        await repository.end(session, row.id, JobStatus.FAILED, error)
        await tickets.remove(session, row.ticket)
        task = registry.get(row.kind)
        if task is not None and task.failed is not None:
            await _call(session, task.failed(session, error, **row.arguments), row)
        return JobStatus.FAILED
    pause = min(settings.backoff_seconds * 2 ** (failures - 1), _LONGEST_PAUSE_SECONDS)
    await _queue_again(session, row, failures=failures, pause=pause, error=error)
    return JobStatus.QUEUED


async def give_back(
    session: Session,
    row: JobRow,
    error: JobError,
    *,
    registry: TaskRegistry,
    settings: JobSettings,
    pause: float = 0.0,
) -> JobStatus:
    """Queue the job again without counting a try: it was not the job's fault."""
    if row.attempt >= _STARTS_PER_TRY * most_tries(row, registry, settings):
        return await fail(session, row, error, registry=registry, settings=settings)
    if await _cancel_asked(session, row):
        return await cancel(session, row, registry=registry)
    await _queue_again(session, row, failures=row.failures, pause=pause, error=None)
    return JobStatus.QUEUED


async def cancel(session: Session, row: JobRow, *, registry: TaskRegistry) -> JobStatus:
    """Mark the job cancelled, with the task's `on_cancelled`."""
    await repository.end(session, row.id, JobStatus.CANCELLED, None)
    await tickets.remove(session, row.ticket)
    task = registry.get(row.kind)
    if task is not None and task.cancelled is not None:
        await _call(session, task.cancelled(session, **row.arguments), row)
    return JobStatus.CANCELLED


async def issue_again(session: Session, row: JobRow) -> None:
    """Replace the ticket of a job that was fetched but never started."""
    await _queue_again(session, row, failures=row.failures, pause=0.0, error=None)


async def _cancel_asked(session: Session, row: JobRow) -> bool:
    """On the row, or, by who could not write there during the job's last transaction, on its ticket."""
    return row.cancel_requested_at is not None or await tickets.withdrawn(session, row.ticket)


async def _call(session: Session, hook: Awaitable[None], row: JobRow) -> None:
    """Run a slice's hook in a savepoint: one that is broken must not keep the job from ending."""
    try:
        async with session.begin_nested():
            await hook
    except Exception as error:
        if is_transient(error):
            raise
        log.exception("job_hook_failed", job_id=row.id, job_kind=row.kind)


async def _queue_again(
    session: Session, row: JobRow, *, failures: int, pause: float, error: JobError | None
) -> None:
    # A job that was served once does not queue up behind its workspace's others again.
    turn = await repository.served_turn(session)
    not_before = await repository.now(session) + timedelta(seconds=pause) if pause else None
    (ticket_id,) = await tickets.issue(
        session,
        [(row.id, row.attempt + 1, turn)],
        workspace_id=row.workspace_id,
        not_before=not_before,
        alone=(row.error_code if error is None else error.code) == WORKER_DIED,
    )
    await tickets.remove(session, row.ticket)
    await repository.requeue(session, row.id, ticket=ticket_id, turn=turn, failures=failures, error=error)
