"""The clock of schedules."""

from __future__ import annotations

from datetime import datetime

from answerable.data.schedules import service
from answerable.jobs import periodic
from answerable.kit.runtime import Runtime


@periodic("data.run_due", "* * * * *")
async def run_due(runtime: Runtime, _period: datetime) -> None:
    """Queue the refreshes and evaluations that are due."""
    await service.run_due(runtime)
