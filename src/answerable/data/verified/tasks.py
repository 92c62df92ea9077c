"""Background work of verified questions."""

from __future__ import annotations

from answerable.data.semantics.service import current_model
from answerable.data.verified.checking import CHECK, check_all
from answerable.jobs import JobContext, task


@task(CHECK, retries=2)
async def check(job: JobContext) -> None:
    """Hold the workspace's verified questions against its semantic model."""
    async with job.begin() as session:
        await check_all(session, await current_model(session))
