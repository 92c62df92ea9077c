"""What a job function gets: the runtime, transactions that only the job's own attempt can commit,
progress, and the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from answerable.jobs import repository, tickets, transaction
from answerable.jobs.errors import JobCancelled, LostJob
from answerable.jobs.job import Progress
from answerable.jobs.tickets import Ticket
from answerable.kit.db import Session
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime


class JobContext:
    """One attempt at one job.

    Work in short transactions and compute between them: one that idles for `stall_seconds` is ended
    by PostgreSQL, so that a frozen worker holds no locks.
    """

    def __init__(self, runtime: Runtime, ticket: Ticket) -> None:
        self.runtime = runtime
        self.principal = Principal.system(ticket.workspace_id)
        self.job_id = ticket.job_id
        self.attempt = ticket.attempt
        # Whether the job's row is held by its last transaction, so that nobody else can write to it.
        self.in_last_transaction = False
        # Set while and after the job's end is committed, when the ticket's disappearance is as it should be.
        self.completing = False
        self.completed = False
        self.latest_progress: Progress | None = None
        self._ticket = ticket
        self._cancelled = False
        self._failures = 0

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked for the job to stop. The function's task is cancelled as well;
        this is for code in threads, which a cancellation does not reach."""
        return self._cancelled

    def note_cancelled(self) -> None:
        """The worker learnt that the job shall stop."""
        self._cancelled = True

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Session]:
        """One transaction as the system within the job's workspace.

        It can only commit while this attempt is the job's: raises LostJob when another worker took
        over, JobCancelled when somebody cancelled.
        """
        async with self._begin(alone=False) as session:
            yield session

    @asynccontextmanager
    async def _begin(self, *, alone: bool) -> AsyncIterator[Session]:
        stall_seconds = self.runtime.settings.jobs.stall_seconds
        async with transaction.begin(self.runtime.database, self.principal, stall_seconds) as session:
            row = await repository.lock_attempt(session, self._ticket, alone=alone)
            if row is None:
                raise LostJob(self.job_id)
            if row.cancel_requested_at is not None:
                raise JobCancelled(self.job_id)
            self._failures = row.failures
            yield session

    async def advanced(self) -> None:
        """Call it after a transaction whose effects another try need not repeat: failures of before do not
        count any more, because they were not in vain. A job that fails without getting on still ends."""
        if self._failures:
            async with self._begin(alone=True) as session:
                await repository.forget_failures(session, self._ticket)

    @asynccontextmanager
    async def complete(self) -> AsyncIterator[Session]:
        """The job's last transaction: its effects and the mark `succeeded` commit together, once.

        Nothing may be done after it. A function that returns without it is marked succeeded in a
        transaction of its own; its earlier effects may then be made again after a crash in between.

        The job's row is held from the start, as whoever cancels holds it first: taken at the end, after rows
        that a deletion of the job's subject waits for, the two would wait for each other. Whoever cancels
        meanwhile leaves word with the ticket; up to the last two statements that ends the transaction.
        """
        try:
            async with self._begin(alone=True) as session:
                self.in_last_transaction = True
                yield session
                self.completing = True
                if not await repository.succeed(session, self._ticket, self.latest_progress):
                    raise JobCancelled(self.job_id)
                if not await tickets.use_up(session, self._ticket.id):
                    raise JobCancelled(self.job_id)
            self.completed = True
        finally:
            self.in_last_transaction = False
            self.completing = self.completed

    async def progress(self, done: int, total: int | None, unit: str) -> None:
        """Say how far the job is; cheap enough for every item of a loop, written a few times a second.
        Raises JobCancelled when somebody cancelled."""
        self.note_progress(done, total, unit)
        await asyncio.sleep(0)
        if self._cancelled:
            raise JobCancelled(self.job_id)

    async def enter(self, done: int, total: int | None, unit: str) -> None:
        """Say how far the job is, and write it at once: before a long last transaction, during which nothing
        can be written."""
        await self.progress(done, total, unit)
        async with self.begin() as session:
            await repository.save_progress(session, self._ticket, Progress(done, total, unit))

    def note_progress(self, done: int, total: int | None, unit: str) -> None:
        """The same from code that cannot wait, such as a callback of a child process."""
        self.latest_progress = Progress(done, total, unit)
