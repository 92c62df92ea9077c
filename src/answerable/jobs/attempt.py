"""One attempt at one job, from the ticket to the end that is written down."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from enum import StrEnum

import structlog
from sqlalchemy.exc import SQLAlchemyError

from answerable.jobs import repository, settlement, tickets, transaction
from answerable.jobs.context import JobContext
from answerable.jobs.errors import JobCancelled, LostJob
from answerable.jobs.job import JobError, JobStatus
from answerable.jobs.outage import is_outage, is_transient, persist
from answerable.jobs.registry import TaskRegistry
from answerable.jobs.tables import JobRow
from answerable.jobs.tickets import Ticket
from answerable.kit.db import Session
from answerable.kit.errors import AnswerableError
from answerable.kit.runtime import Runtime
from answerable.telemetry.metrics import JOB_SECONDS, JOBS
from answerable.telemetry.tracing import SpanKind, span

_PROGRESS_SECONDS = 0.3
# How long a cancelled function may take to end.
_DEAF_SECONDS = 5.0
_OUTAGE_PAUSE_SECONDS = 1.0

log = structlog.get_logger(__name__)


class StopReason(StrEnum):
    """Why an attempt is stopped from outside."""

    CANCELLED = "cancelled"
    SHUTDOWN = "shutdown"
    LOST = "lost"


class Attempt:
    """Runs the function of one job in a task of its own and writes down how it ended."""

    def __init__(self, runtime: Runtime, registry: TaskRegistry, ticket: Ticket) -> None:
        self.ticket = ticket
        self._runtime = runtime
        self._registry = registry
        self._settings = runtime.settings.jobs
        self._job = JobContext(runtime, ticket)
        self._work: asyncio.Task[None] | None = None
        self._stopped: StopReason | None = None

    @property
    def finishing(self) -> bool:
        """Whether the function's end is being committed or committed, so that nothing may stop it any more
        and its ticket may be gone."""
        return self._job.completing or (self._work is not None and self._work.done())

    def stop(self, reason: StopReason) -> None:
        """Make the function end soon. The first reason counts."""
        if self._stopped is not None or self.finishing:
            return
        self._stopped = reason
        if reason is StopReason.CANCELLED:
            self._job.note_cancelled()
        if self._work is not None:
            self._work.cancel()

    async def run(self) -> None:
        """Claim the job, run its function, settle the end. Returns when all of it is in the database,
        or when the attempt turned out not to be the job's."""
        row = await persist(self._claim)
        if row is None:
            return
        started = time.monotonic()
        with structlog.contextvars.bound_contextvars(job_id=row.id, job_kind=row.kind, attempt=row.attempt):
            self._work = asyncio.create_task(self._call(row), name=f"job {row.id}")
            if self._stopped is not None:
                self._work.cancel()
            progress = asyncio.create_task(self._write_progress())
            await self._until_done(self._work)
            progress.cancel()
            await asyncio.gather(progress, return_exceptions=True)
            status = await self._settle(self._work)
            log.info("job_attempt_ended", status=status)
        if status is not None and status.ended:
            JOBS.labels(row.kind, status).inc()
            JOB_SECONDS.labels(row.kind).observe(time.monotonic() - started)

    def _begin(self) -> AbstractAsyncContextManager[Session]:
        return transaction.begin(self._runtime.database, self._job.principal, self._settings.stall_seconds)

    async def _claim(self) -> JobRow | None:
        async with self._begin() as session:
            row = await repository.claim(session, self.ticket)
            if row is None:
                await tickets.remove(session, self.ticket.id)
                return None
            if not await tickets.hold(session, self.ticket.id):
                # Somebody took us for dead between the fetch and now, and put another ticket in.
                await session.rollback()
                return None
            await repository.advance_turn(session, row.turn)
            await repository.prune(session, timedelta(days=self._settings.keep_days))
            return row

    def _call(self, row: JobRow) -> Coroutine[None, None, None]:
        task = self._registry.get(row.kind)

        async def call() -> None:
            if task is None:
                raise LookupError(f"no function for {row.kind!r} in this worker")
            with span(SpanKind.CHAIN, f"job {row.kind}"):
                await task.function(self._job, **row.arguments)
            if not self._job.completed:
                await persist(self._complete)

        return call()

    async def _complete(self) -> None:
        async with self._job.complete():
            pass

    async def _until_done(self, work: asyncio.Task[None]) -> None:
        while self._stopped is None and not work.done():
            await asyncio.wait({work}, timeout=_DEAF_SECONDS)
        if not work.done():
            await asyncio.wait({work}, timeout=_DEAF_SECONDS)
        if not work.done():
            # It goes on deaf, but the fence keeps out what it writes.
            log.error("job_ignores_its_end", reason=self._stopped)
            work.cancel()

    async def _write_progress(self) -> None:
        written = None
        while True:
            await asyncio.sleep(_PROGRESS_SECONDS)
            latest = self._job.latest_progress
            if latest is None or latest == written or self.finishing or self._job.in_last_transaction:
                continue
            try:
                async with self._begin() as session:
                    current = await repository.save_progress(session, self.ticket, latest)
            except SQLAlchemyError as error:
                if not is_transient(error):
                    raise
                continue
            written = latest
            if not current:
                self.stop(StopReason.LOST)

    async def _settle(self, work: asyncio.Task[None]) -> JobStatus | None:
        """Write the end down. None when the attempt was not the job's any more."""
        if not work.done():
            error: BaseException | None = asyncio.CancelledError()
        elif work.cancelled():
            error = asyncio.CancelledError()
        else:
            error = work.exception()
        if error is None:
            return JobStatus.SUCCEEDED
        if isinstance(error, LostJob) or self._stopped is StopReason.LOST:
            return None

        async def settle() -> JobStatus | None:
            async with self._begin() as session:
                held = await repository.lock_to_settle(session, self.ticket)
                if held is None:
                    return None
                return await self._ending(session, held, error)

        log.warning("job_attempt_failed", exc_info=error)
        return await persist(settle)

    async def _ending(self, session: Session, row: JobRow, error: BaseException) -> JobStatus:
        registry, settings = self._registry, self._settings
        stopped = self._stopped is not None and isinstance(error, asyncio.CancelledError)
        if stopped or isinstance(error, JobCancelled) or is_outage(error):
            pause = _OUTAGE_PAUSE_SECONDS if is_outage(error) else 0.0
            reason = JobError(
                "interrupted",
                "The job was interrupted too often: workers stopped or the database went away while it ran. "
                "Try again when the server is steady.",
            )
            return await settlement.give_back(
                session, row, reason, registry=registry, settings=settings, pause=pause
            )
        final = isinstance(error, AnswerableError) and error.status < 500
        return await settlement.fail(
            session, row, describe(error, row), registry=registry, settings=settings, final=final
        )


def describe(error: BaseException, row: JobRow) -> JobError:
    """The reason for people: a business error's own words; of anything else only its kind, because
    its text may hold what they must not see."""
    if isinstance(error, AnswerableError):
        return JobError(error.code, error.detail)
    return JobError(
        "unexpected",
        f"The job failed unexpectedly ({type(error).__name__}). The server's log says more under {row.id}.",
    )
