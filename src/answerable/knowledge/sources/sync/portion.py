"""One portion of a run: a bounded number of items, committed in batches, then the next one's turn.

A portion that goes on queues another job behind the documents that it took in, so that no workspace
waits for more than a portion of another's. Killed at any point, the run goes on after its last
committed batch: the position, the counts and the items commit together, and only while this attempt
of this portion is the run's.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta

from pydantic import BaseModel

from answerable.jobs import JobContext
from answerable.kit.crypto import SecretBox
from answerable.kit.db import Session
from answerable.kit.errors import NotFound
from answerable.kit.outbound import OutboundFailure
from answerable.knowledge.documents import files
from answerable.knowledge.documents import repository as document_rows
from answerable.knowledge.sources import repository as sources
from answerable.knowledge.sources.configuration import open_config
from answerable.knowledge.sources.errors import as_error, outbound_problem
from answerable.knowledge.sources.registry import connector_for, context_of
from answerable.knowledge.sources.sync import folders, intake, repository, service
from answerable.knowledge.sources.sync.intake import Outcome, Verdict
from answerable.knowledge.sources.tables import ItemStatus, RunStatus, SourceItemRow, SyncRunRow
from answerable.plugins.connectors import Connector, ConnectorFailure, Counting, Item

_FETCHES = 4
_FORGOTTEN_AT_ONCE = 50
_RELEASE_SECONDS = 30


@dataclass(frozen=True, slots=True)
class _Place:
    """What is read: a source with its connector and configuration in clear."""

    source_id: str
    connector: Connector
    config: BaseModel
    snapshot: bool


class _Stopped(Exception):
    """The run was paused, cancelled or taken over."""


class Portion:
    """Works on one portion of a run within a job."""

    def __init__(self, job: JobContext, run_id: str, portion: int) -> None:
        self._job = job
        self._run_id = run_id
        self._portion = portion
        self._settings = job.runtime.settings.sources
        self._clock = time.monotonic()
        self._seen = 0
        self._total: int | None = None
        self._folder = folders.of_run(job.runtime, job.principal.workspace_id or "", run_id)

    async def work(self) -> None:
        """Go through the portion. Raises SourceUnreachable, which is worth another try, and
        SourceUnreadable, which is not."""
        try:
            place, cursor = await self._begin()
            await self._foresee(place)
            if await self._list(place, cursor):
                await self._hand_on()
                return
            if place.snapshot and await self._forget_unseen(place):
                await self._hand_on()
                return
            await self._end(place)
        except _Stopped:
            return
        except ConnectorFailure as failure:
            raise as_error(failure) from failure
        except OutboundFailure as failure:
            raise as_error(outbound_problem(failure)) from failure

    async def _run(self, session: Session) -> SyncRunRow:
        await document_rows.take_turns(session)
        run = await service.begin_portion(session, self._run_id, self._portion)
        if run is None:
            raise _Stopped
        return run

    async def _begin(self) -> tuple[_Place, str | None]:
        async with self._job.begin() as session:
            run = await self._run(session)
            source = await sources.get(session, run.source_id)
            if source is None:
                raise NotFound
            connector = connector_for(source.kind)
            config = open_config(self._job.runtime.get(SecretBox), connector, source)
            snapshot = connector.snapshot(config)
            if run.status == RunStatus.QUEUED:
                run.status = RunStatus.RUNNING.value
            if run.started_at is None:
                run.started_at = await sources.now(session)
                known = await repository.count_items(session, source.id) if snapshot else 0
                run.total = known or None
            await intake.release_superseded(session, source.id, _FORGOTTEN_AT_ONCE)
            self._total, self._seen = run.total, run.seen
            return _Place(source.id, connector, config, snapshot), run.cursor

    async def _foresee(self, place: _Place) -> None:
        """Ask a place that can say it for the number of its items; others have about as many as before."""
        if self._seen or not isinstance(place.connector, Counting):
            return
        total = await place.connector.count(place.config, context_of(self._job.runtime, self._folder))
        async with self._job.begin() as session:
            run = await self._run(session)
            run.total = self._total = total

    async def _list(self, place: _Place, cursor: str | None) -> bool:
        """Take items in. True when the portion is full and there may be more."""
        left = self._settings.portion_items
        context = context_of(self._job.runtime, self._folder)
        listing = place.connector.changes(place.config, cursor, context)
        async with aclosing(_closable(listing)) as items:
            batch: list[Item] = []
            async for item in items:
                batch.append(intake.checked(item))
                if len(batch) >= min(self._settings.batch_items, left):
                    left -= await self._commit(place, batch)
                    batch = []
                    if left <= 0:
                        return True
            if batch:
                await self._commit(place, batch)
        return False

    async def _commit(self, place: _Place, batch: Sequence[Item]) -> int:
        """Take a batch in. How many of its items this run had not seen before."""
        known = await self._known(place, batch)
        latest = list({item.id: item for item in batch}.values())  # a delta may name an item twice
        fresh = [item for item in latest if not self._done(item, known.get(item.id))]
        outcomes = await self._examine(fresh, known)
        async with self._job.begin() as session:
            try:
                run = await self._run(session)
            except _Stopped:
                await self._discard(outcomes)
                raise
            before = run.cursor
            leaving: set[str] = set()
            for outcome in outcomes:
                verdict = await intake.apply(
                    session, self._job.runtime, place.source_id, run.id, outcome, leaving
                )
                _count(run, verdict)
                if _holds(outcome, known.get(outcome.item.id)) and not run.holds:
                    run.holds, run.held_cursor = True, before
            if batch[-1].cursor is not None:
                run.cursor = batch[-1].cursor
            self._note_time(run)
            if await repository.any_superseded(session, place.source_id):
                rings_at = await sources.now(session) + timedelta(seconds=_RELEASE_SECONDS)
                await sources.set_alarm(session, place.source_id, rings_at)
            await intake.release(session, place.source_id, leaving)
        if outcomes:
            await self._job.advanced()
        self._seen += len(outcomes)
        total = max(self._total, self._seen) if self._total is not None else None
        await self._job.progress(self._seen, total, "items")
        return len(fresh)

    async def _known(self, place: _Place, batch: Sequence[Item]) -> dict[str, SourceItemRow]:
        async with self._job.begin() as session:
            return await repository.items_by_id(session, place.source_id, {item.id for item in batch})

    def _done(self, item: Item, known: SourceItemRow | None) -> bool:
        """Whether this run has dealt with the item already, before a kill or in a portion before."""
        if known is None or item.deleted or known.seen_run_id != self._run_id:
            return False
        same = item.version is None or known.version == item.version
        return same or known.status == ItemStatus.FAILED

    async def _examine(self, batch: Sequence[Item], known: dict[str, SourceItemRow]) -> list[Outcome]:
        slots = asyncio.Semaphore(_FETCHES)
        runtime, workspace_id = self._job.runtime, self._job.principal.workspace_id or ""

        async def examine(item: Item) -> Outcome:
            async with slots:
                row = known.get(item.id)
                return await intake.examine(runtime, workspace_id, item, row, self._settings.max_item_bytes)

        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(examine(item)) for item in batch]
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from failures
        return [task.result() for task in tasks]

    async def _discard(self, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            if outcome.stored is not None:
                await files.discard(self._job.runtime, outcome.stored.key)

    async def _forget_unseen(self, place: _Place) -> bool:
        """Forget what the whole listing lacked. True when the portion is full and there is more."""
        for _ in range(max(1, self._settings.portion_items // _FORGOTTEN_AT_ONCE)):
            async with self._job.begin() as session:
                run = await self._run(session)
                rows = await repository.unseen(session, place.source_id, run.id, _FORGOTTEN_AT_ONCE)
                run.deleted += len(rows)
                self._note_time(run)
                await intake.forget(session, place.source_id, rows)
            if rows:
                await self._job.advanced()
            if len(rows) < _FORGOTTEN_AT_ONCE:
                return False
        return True

    async def _hand_on(self) -> None:
        async with self._job.complete() as session:
            run = await self._run(session)
            await service.queue(session, run)

    async def _end(self, place: _Place) -> None:
        keep = timedelta(days=self._settings.keep_runs_days)
        async with self._job.complete() as session:
            await sources.lock(session, place.source_id)
            run = await self._run(session)
            await service.succeed(session, run, snapshot=place.snapshot, keep=keep)
        await folders.remove(self._folder)

    def _note_time(self, run: SyncRunRow) -> None:
        now = time.monotonic()
        run.working_seconds += now - self._clock
        self._clock = now


def _count(run: SyncRunRow, verdict: Verdict) -> None:
    setattr(run, verdict.value, getattr(run, verdict.value) + 1)
    run.seen += 1


def _holds(outcome: Outcome, known: SourceItemRow | None) -> bool:
    """Whether the next sync of changes shall start before this item, to try it again."""
    if outcome.error is None or not outcome.error.retryable:
        return False
    return known is None or known.failures + 1 < intake.RETRIED_RUNS


async def _closable(listing: AsyncIterator[Item]) -> AsyncGenerator[Item, None]:
    """A generator over any iterator, so that it can be closed in the middle."""
    try:
        async for item in listing:
            yield item
    finally:
        close = getattr(listing, "aclose", None)
        if close is not None:
            await close()
