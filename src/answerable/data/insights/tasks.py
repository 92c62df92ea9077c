"""Background work of insights."""

from __future__ import annotations

from answerable.data.insights import refreshing
from answerable.data.insights.refreshing import REFRESH
from answerable.jobs import JobContext, task


@task(REFRESH, retries=2)
async def refresh(job: JobContext, *, dataset_ids: list[str]) -> None:
    """Compute what insights show of new data, before anybody looks."""
    await refreshing.refresh_insights(job, dataset_ids)
