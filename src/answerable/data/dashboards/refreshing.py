"""Dashboards whose tiles are computed before anybody looks, and whose open pages are told."""

from __future__ import annotations

from collections.abc import Collection

from answerable.data.dashboards import repository
from answerable.data.dashboards.service import look_up_tiles, tile_results
from answerable.data.insights import repository as insights
from answerable.data.insights.results import compute_missing
from answerable.data.schedules.service import DASHBOARD, JOBS
from answerable.events import publish
from answerable.jobs import JobContext, Subject, enqueue
from answerable.kit.db import Session

REFRESHED = "dashboard.refreshed"


async def enqueue_dashboards(session: Session, dataset_ids: Collection[str]) -> None:
    """Have the dashboards over some datasets refreshed once the session's transaction has committed."""
    over = [row.id for dataset_id in dataset_ids for row in await insights.latest_over(session, dataset_id)]
    found = await repository.refreshed_on_data(session, over) if over else ()
    if found:
        subject = Subject("dataset", min(dataset_ids))
        await enqueue(session, JOBS[DASHBOARD], subject=subject, subject_ids=[*found])


async def refresh_dashboards(job: JobContext, dashboard_ids: Collection[str]) -> None:
    """Compute and keep what the dashboards show to whoever sees everything, under their own filters."""
    for position, dashboard_id in enumerate(dashboard_ids, start=1):
        await _refresh(job, dashboard_id)
        await job.progress(position, len(dashboard_ids), "dashboards")


async def _refresh(job: JobContext, dashboard_id: str) -> None:
    async with job.begin() as session:
        dashboard = await repository.get(session, dashboard_id)
        now = job.runtime.clock.now()
        found = await look_up_tiles(session, now, dashboard, None) if dashboard is not None else None
    if found is None:
        return
    tiles = tile_results(found, await compute_missing(job.runtime, job.principal, found.lookup))
    async with job.begin() as session:
        if await repository.note_refresh(session, dashboard_id, job.runtime.clock.now()):
            counts = {
                "tiles": len(tiles),
                "computed": sum(not tile.cached and tile.error is None for tile in tiles),
                "failed": sum(tile.error is not None for tile in tiles),
            }
            await publish(session, REFRESHED, Subject(DASHBOARD, dashboard_id), counts)
