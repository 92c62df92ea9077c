"""The rules of schedules: set with their subject, and each due time queues one job."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from answerable.data.schedules import repository
from answerable.data.schedules.schemas import ByHand, BySchedule, WithData
from answerable.jobs import Subject, enqueue
from answerable.jobs.recurrence import next_time
from answerable.kit.db import Session
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime

DASHBOARD, ALERT = "dashboard", "alert"
JOBS = {DASHBOARD: "dashboards.refresh", ALERT: "alerts.evaluate"}
_PORTION = 200


async def set_schedule(
    session: Session, now: datetime, kind: str, subject_id: str, wanted: WithData | BySchedule | ByHand
) -> None:
    """Have a subject's job run at its times, or not by time at all."""
    if not isinstance(wanted, BySchedule):
        await repository.remove(session, kind, [subject_id])
        return
    await repository.put(
        session,
        kind,
        subject_id,
        schedule=wanted.schedule,
        time_zone=wanted.time_zone,
        due_at=next_time(wanted.schedule, now, wanted.time_zone),
    )


async def remove_schedules(session: Session, kind: str, subject_ids: Collection[str]) -> None:
    """Forget when subjects that are deleted were due."""
    await repository.remove(session, kind, subject_ids)


async def due_times(session: Session, kind: str, subject_ids: Collection[str]) -> dict[str, datetime]:
    """When those of the subjects that have a schedule are due next, by their ids."""
    return await repository.due_times(session, kind, subject_ids)


async def run_due(runtime: Runtime) -> int:
    """Queue the jobs that are due in all workspaces, each in a transaction of its own; how many. Times that
    passed while no worker ran are made up for by one run."""
    now, count = runtime.clock.now(), 0
    async with runtime.database.begin(Principal.anonymous()) as session:
        found = await repository.due(session, now, _PORTION)
    for one in found:
        async with runtime.database.begin(Principal.system(one.workspace_id)) as session:
            if await repository.take(session, one, next_time(one.schedule, now, one.time_zone)):
                subject = Subject(one.kind, one.subject_id)
                await enqueue(session, JOBS[one.kind], subject=subject, subject_ids=[one.subject_id])
                count += 1
    return count
