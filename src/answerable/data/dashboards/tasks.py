"""Background work of dashboards."""

from __future__ import annotations

from answerable.data.dashboards import refreshing
from answerable.data.schedules.service import DASHBOARD, JOBS
from answerable.jobs import JobContext, task


@task(JOBS[DASHBOARD], retries=2)
async def refresh(job: JobContext, *, subject_ids: list[str]) -> None:
    """Compute what dashboards show, and tell their open pages."""
    await refreshing.refresh_dashboards(job, subject_ids)
