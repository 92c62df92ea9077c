"""Background work of retention."""

from __future__ import annotations

from datetime import datetime

from answerable.data.datasets.retention import service
from answerable.data.datasets.retention.service import EXPIRE
from answerable.jobs import JobContext, periodic, task
from answerable.kit.runtime import Runtime


@task(EXPIRE, retries=2)
async def expire(job: JobContext) -> None:
    """Let the versions go that a workspace keeps no longer."""
    await service.expire_workspace(job.runtime, job.principal.workspace_id or "")


@periodic("datasets.expire_old", "29 2 * * *")
async def expire_old(runtime: Runtime, _period: datetime) -> None:
    """Let the versions go whose days are over."""
    await service.expire_everywhere(runtime)
