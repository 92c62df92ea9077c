"""Workspaces on disk: what no row names is removed, and everything of a workspace that is gone."""

from __future__ import annotations

import asyncio
import time

import structlog

from answerable.identity.workspaces import repository
from answerable.kit.leftovers import SAFE_AGE_SECONDS, KeptFiles, batches, workspaces_below
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime

log = structlog.get_logger(__name__)


async def remove_files_of_deleted(runtime: Runtime) -> None:
    """Remove the files of workspaces that do not exist any more."""
    for workspace_id in await asyncio.to_thread(workspaces_below, runtime.workspace_roots):
        async with runtime.database.begin(Principal.system(workspace_id)) as session:
            exists = await repository.find(session, workspace_id) is not None
        if not exists:
            await runtime.delete_workspace_files(workspace_id)
            log.info("workspace_files_removed", workspace_id=workspace_id)


async def remove_leftovers(runtime: Runtime) -> None:
    """Remove files that no row names, empty folders and uploads cut off half-way, all older than a day."""
    before = time.time() - SAFE_AGE_SECONDS
    await asyncio.to_thread(runtime.files.remove_incoming, before)
    for kept in runtime.kept_files:
        for workspace_id in await asyncio.to_thread(workspaces_below, [kept.root]):
            await _remove_unnamed(runtime, kept, workspace_id, before)
            await asyncio.to_thread(kept.remove_empty_folders, workspace_id, before)


async def _remove_unnamed(runtime: Runtime, kept: KeptFiles, workspace_id: str, before: float) -> None:
    old = await asyncio.to_thread(kept.old_files, workspace_id, before)
    for paths in batches(old):
        async with runtime.database.begin(Principal.system(workspace_id)) as session:
            named = set(await kept.named(session, paths))
        for path in set(paths) - named:
            await asyncio.to_thread((kept.root / path).unlink, True)
            log.warning("leftover_removed", path=path)
