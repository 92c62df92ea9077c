"""The nightly job of retention."""

from __future__ import annotations

from datetime import datetime

from answerable.chat.retention import service
from answerable.jobs import periodic
from answerable.kit.runtime import Runtime


@periodic("chat.delete_expired", "41 2 * * *")
async def delete_expired(runtime: Runtime, _period: datetime) -> None:
    """Delete what workspaces do not keep any longer."""
    await service.delete_expired(runtime)
