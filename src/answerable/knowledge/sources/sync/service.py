"""The life of a run: started, paused, resumed, cancelled, ended.

Who changes a run holds its source's row first, then the run's, and never waits for a job's; a worker takes
its job's first. A job that is not told in time finds its run paused or cancelled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from answerable.jobs import JobError, Subject, enqueue, stop_job
from answerable.jobs.recurrence import next_time
from answerable.kit.db import Session
from answerable.kit.errors import Conflict, NotFound
from answerable.kit.paging import PageRequest
from answerable.knowledge.sources import repository as sources
from answerable.knowledge.sources.connectors.folder import FolderConnector
from answerable.knowledge.sources.errors import SourceBusy
from answerable.knowledge.sources.sync import repository
from answerable.knowledge.sources.tables import (
    UPLOAD,
    RunReason,
    RunStatus,
    SourceRow,
    SourceStatus,
    SyncErrorRow,
    SyncRunRow,
)

SYNC = "sources.sync"
_SHOWN_ERRORS = 100


@dataclass(frozen=True, slots=True)
class RunReport:
    """A run with its latest errors."""

    run: SyncRunRow
    errors: Sequence[SyncErrorRow]


async def locked_source(session: Session, source_id: str) -> SourceRow:
    """A source that can be synced, held. NotFound, or SourceBusy for uploads and what is being removed."""
    source = await sources.lock(session, source_id)
    if source is None:
        raise NotFound
    if source.kind == UPLOAD:
        raise SourceBusy("This is the source of uploads. It has nothing to sync; upload documents instead.")
    if source.status == SourceStatus.REMOVING:
        raise SourceBusy("The source is being removed.")
    return source


async def start(session: Session, source_id: str, reason: RunReason = RunReason.MANUAL) -> SyncRunRow:
    """Start a sync; the one that is under way, if any. SourceBusy while the source is paused."""
    source = await locked_source(session, source_id)
    if source.status == SourceStatus.PAUSED:
        raise SourceBusy("The source is paused. Resume it first.")
    run = await repository.open_run(session, source_id)
    if run is None:
        run = SyncRunRow(
            workspace_id=session.workspace_id,
            source_id=source_id,
            reason=reason.value,
            status=RunStatus.QUEUED.value,
            portion=0,
            cursor=source.cursor,
            created_by=session.principal.user_id,
        )
        await repository.add_run(session, run)
        await queue(session, run)
        await session.refresh(run)
    return run


async def start_for_change(session: Session, source_id: str) -> bool:
    """Start a sync because something changed at the source. False while one is under way that may have
    passed the change by: try again when it has ended."""
    source = await sources.lock(session, source_id)
    if source is None or source.status != SourceStatus.ACTIVE:
        return True
    run = await repository.open_run(session, source_id)
    if run is not None:
        return run.started_at is None
    await start(session, source_id, RunReason.CHANGE)
    return True


async def queue(session: Session, run: SyncRunRow) -> None:
    """Put the run's next portion into the queue; those before it may not write any more."""
    run.portion += 1
    run.job_id = await enqueue(
        session, SYNC, subject=Subject("source", run.source_id), run_id=run.id, portion=run.portion
    )
    await session.flush()


async def pause(session: Session, source_id: str) -> SourceRow:
    """Stop syncing, the run under way included, until the source is resumed."""
    source = await locked_source(session, source_id)
    source.status = SourceStatus.PAUSED.value
    await keep_watch(session, source)
    run = await repository.open_run(session, source_id)
    if run is not None and run.status != RunStatus.PAUSED:
        await _stop(session, run, RunStatus.PAUSED)
    await sources.save(session, source)
    return source


async def resume(session: Session, source_id: str) -> SourceRow:
    """Go on where the source was paused, and by its schedule from now on."""
    source = await locked_source(session, source_id)
    source.status = SourceStatus.ACTIVE.value
    await keep_watch(session, source)
    run = await repository.open_run(session, source_id)
    if run is not None and run.status == RunStatus.PAUSED:
        run.status = RunStatus.QUEUED.value
        await queue(session, run)
    await plan(session, source)
    await sources.save(session, source)
    return source


async def keep_watch(session: Session, source: SourceRow) -> None:
    """Have an active folder watched, and nothing else. Called after each change of a source."""
    watched = source.kind == FolderConnector.kind and source.config.get("watch", True)
    if watched and source.status == SourceStatus.ACTIVE:
        await sources.set_watch(session, source.id)
    else:
        await sources.clear_watch(session, source.id)


async def plan(session: Session, source: SourceRow) -> None:
    """Set when the source is synced next by its schedule, if it has one, counted from now."""
    now = await sources.now(session)
    source.next_sync_at = next_time(source.schedule, now) if source.schedule else None
    if source.next_sync_at is not None:
        await sources.set_alarm(session, source.id, source.next_sync_at)


async def cancel(session: Session, run_id: str) -> SyncRunRow:
    """Stop a run for good; what it has committed stays. Cancelling twice changes nothing."""
    run = await repository.get_run(session, run_id)
    if run is None:
        raise NotFound
    await sources.lock(session, run.source_id)
    held = await repository.lock_run(session, run_id)
    if held is None:
        raise NotFound
    if held.status in (RunStatus.SUCCEEDED, RunStatus.FAILED):
        raise Conflict(
            f"The sync has {held.status} already; there is nothing to cancel.", reason="sync_ended"
        )
    if held.status != RunStatus.CANCELLED:
        await _stop(session, held, RunStatus.CANCELLED)
    return held


async def stop_for_removal(session: Session, source_id: str) -> None:
    """Cancel the source's run, if one is under way."""
    run = await repository.open_run(session, source_id)
    if run is not None:
        await _stop(session, run, RunStatus.CANCELLED)


async def _stop(session: Session, run: SyncRunRow, status: RunStatus) -> None:
    """Give a run, which the session holds, another status, and have its job end soon."""
    run.status = status.value
    run.finished_at = await sources.now(session) if status is RunStatus.CANCELLED else None
    await session.flush()
    if run.job_id is not None:
        await stop_job(session, run.job_id)


async def report(session: Session, run_id: str, source_id: str) -> RunReport:
    """One run of a source. NotFound."""
    run = await repository.get_run(session, run_id)
    if run is None or run.source_id != source_id:
        raise NotFound
    return RunReport(run, await repository.errors(session, run_id, _SHOWN_ERRORS))


async def list_runs(session: Session, source_id: str, request: PageRequest) -> Sequence[SyncRunRow]:
    """A source's runs, newest first, one more than the page holds. NotFound."""
    if await sources.get(session, source_id) is None:
        raise NotFound
    return await repository.runs(session, source_id, request)


async def list_items(
    session: Session, source_id: str, request: PageRequest, *, failed: bool
) -> Sequence[repository.ItemState]:
    """A source's items, newest first, one more than the page holds. NotFound."""
    if await sources.get(session, source_id) is None:
        raise NotFound
    return await repository.items(session, source_id, request, failed=failed)


async def fail(session: Session, run_id: str, portion: int, error: JobError) -> None:
    """Put the reason on the run that its job failed at; what it has committed stays."""
    values = {"status": RunStatus.FAILED.value, "error_code": error.code, "error_detail": error.detail}
    await repository.end_portion(session, run_id, portion, values)


async def note_cancelled(session: Session, run_id: str, portion: int) -> None:
    """The job of a run was cancelled, and so is the run, unless it was only paused."""
    await repository.end_portion(session, run_id, portion, {"status": RunStatus.CANCELLED.value})


async def begin_portion(session: Session, run_id: str, portion: int) -> SyncRunRow | None:
    """The run, if this portion is its latest and it shall go on."""
    run = await repository.lock_run(session, run_id)
    going = run is not None and run.status in (RunStatus.QUEUED, RunStatus.RUNNING)
    if run is None or not going or run.portion != portion:
        return None
    return run


async def succeed(session: Session, run: SyncRunRow, *, snapshot: bool, keep: timedelta) -> None:
    """End a run that went through. A listing of everything starts anew next time; one of changes goes on
    where it stopped, or before the first item that shall be tried again."""
    now: datetime = await sources.now(session)
    source = await sources.get(session, run.source_id)
    run.status, run.finished_at = RunStatus.SUCCEEDED.value, now
    if source is not None:
        source.cursor = None if snapshot else run.held_cursor if run.holds else run.cursor
        source.synced_at = now
    await session.flush()
    await repository.prune(session, run.source_id, keep)
