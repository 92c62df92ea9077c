"""Upkeep of workspaces on disk."""

from __future__ import annotations

from datetime import datetime

from answerable.identity.workspaces import files
from answerable.identity.workspaces.service import REMOVE_FILES
from answerable.jobs import periodic
from answerable.kit.runtime import Runtime


@periodic(REMOVE_FILES, "47 * * * *")
async def remove_files_of_deleted(runtime: Runtime, _period: datetime) -> None:
    """Remove the files of workspaces that do not exist any more. A deletion queues a run of its own."""
    await files.remove_files_of_deleted(runtime)


@periodic("workspaces.remove_leftovers", "17 3 * * *")
async def remove_leftovers(runtime: Runtime, _period: datetime) -> None:
    """Remove files that no row names, because a process died in between."""
    await files.remove_leftovers(runtime)
