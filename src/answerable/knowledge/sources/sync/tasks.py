"""The background work of sources: portions of syncs, alarms, and removal."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from answerable.jobs import JobContext, JobError, periodic, task
from answerable.kit.db import Session
from answerable.kit.errors import AnswerableError
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.knowledge.documents import removal
from answerable.knowledge.documents import repository as document_rows
from answerable.knowledge.sources import repository as sources
from answerable.knowledge.sources.service import REMOVE
from answerable.knowledge.sources.sync import intake, repository, service
from answerable.knowledge.sources.sync.portion import Portion
from answerable.knowledge.sources.tables import RunReason, SourceRow, SourceStatus

_ALARMS_AT_ONCE = 500
_RELEASED_AT_ONCE = 200
_REMOVED_AT_ONCE = 50
_AGAIN_SECONDS = 60

log = structlog.get_logger(__name__)


@task(service.SYNC, retries=3)
async def sync(job: JobContext, *, run_id: str, portion: int) -> None:
    """Go through a portion of a run."""
    await Portion(job, run_id, portion).work()


@sync.on_failed
async def sync_failed(session: Session, error: JobError, *, run_id: str, portion: int) -> None:
    """The reason goes to the run that a person sees."""
    await service.fail(session, run_id, portion, error)


@sync.on_cancelled
async def sync_cancelled(session: Session, *, run_id: str, portion: int) -> None:
    """The run ends with its job, unless it was paused."""
    await service.note_cancelled(session, run_id, portion)


@task(REMOVE, retries=3)
async def remove(job: JobContext, *, source_id: str) -> None:
    """Delete a source with everything that came from it, a bounded part in each transaction."""
    while True:
        async with job.begin() as session:
            await document_rows.take_turns(session)
            rows = await repository.all_items(session, source_id, _REMOVED_AT_ONCE)
            await intake.forget(session, source_id, rows)
        if not rows:
            break
        await job.advanced()
    more = True
    while more:
        async with job.begin() as session:
            more = await removal.leave_source(session, source_id, _REMOVED_AT_ONCE)
        await job.advanced()
    async with job.complete() as session:
        await sources.remove(session, source_id)


@periodic("sources.alarms", "* * * * *")
async def ring(runtime: Runtime, _period: datetime) -> None:
    """Look at every source that wants to be looked at: its schedule, and documents to let go."""
    async with runtime.database.begin(Principal.anonymous()) as session:
        alarms = await sources.ringing(session, _ALARMS_AT_ONCE)
    for alarm in alarms:
        try:
            async with runtime.database.begin(Principal.system(alarm.workspace_id)) as session:
                await _look_at(session, alarm.source_id)
        except AnswerableError as error:
            log.warning("source_alarm_failed", source_id=alarm.source_id, code=error.code)


async def _look_at(session: Session, source_id: str) -> None:
    source = await sources.lock(session, source_id)
    if source is None:
        return
    await document_rows.take_turns(session)
    await sources.clear_alarm(session, source_id)
    if source.status == SourceStatus.REMOVING:
        return
    released = await intake.release_superseded(session, source_id, _RELEASED_AT_ONCE)
    now = await sources.now(session)
    await _start_when_due(session, source, now)
    if released == _RELEASED_AT_ONCE or await repository.any_superseded(session, source_id):
        await sources.set_alarm(session, source_id, now + timedelta(seconds=_AGAIN_SECONDS))


async def _start_when_due(session: Session, source: SourceRow, now: datetime) -> None:
    if source.next_sync_at is None or source.status != SourceStatus.ACTIVE:
        return
    if source.next_sync_at > now:
        await sources.set_alarm(session, source.id, source.next_sync_at)
        return
    await service.start(session, source.id, RunReason.SCHEDULE)
    await service.plan(session, source)
    await session.flush()
