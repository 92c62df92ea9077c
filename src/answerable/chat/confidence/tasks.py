"""Background work of confidence."""

from __future__ import annotations

from answerable.chat.confidence import service
from answerable.data.verified.service import RECALIBRATE
from answerable.jobs import JobContext, task


@task(RECALIBRATE, retries=2)
async def recalibrate(job: JobContext) -> None:
    """Fit the workspace's curves to what people said of its answers."""
    async with job.begin() as session:
        await service.recalibrate(session)
