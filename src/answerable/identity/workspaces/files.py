"""Workspaces on disk and elsewhere: what no row names is removed, and all of a workspace that is gone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog

from answerable.identity.workspaces import repository
from answerable.kit.errors import AnswerableError
from answerable.kit.leftovers import SAFE_AGE_SECONDS, KeptElsewhere, KeptFiles, batches, workspaces_below
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime

log = structlog.get_logger(__name__)


async def remove_files_of_deleted(runtime: Runtime) -> None:
    """Remove the files of workspaces that do not exist any more, and what other systems keep of them."""
    for workspace_id in await asyncio.to_thread(workspaces_below, runtime.workspace_roots):
        if not await _exists(runtime, workspace_id):
            await runtime.delete_workspace_files(workspace_id)
            log.info("workspace_files_removed", workspace_id=workspace_id)
    for kept in runtime.kept_elsewhere:
        for workspace_id in await kept.workspaces():
            if not await _exists(runtime, workspace_id):
                await _unless_away(kept, kept.remove_workspace, workspace_id)


async def _exists(runtime: Runtime, workspace_id: str) -> bool:
    async with runtime.database.begin(Principal.system(workspace_id)) as session:
        return await repository.find(session, workspace_id) is not None


async def _unless_away(
    kept: KeptElsewhere, remove: Callable[[str], Awaitable[None]], workspace_id: str
) -> None:
    """A system that is away keeps no other from being cleaned; the next run tries again."""
    try:
        await remove(workspace_id)
    except AnswerableError as error:
        log.warning("leftovers_stay", where=kept.name, workspace_id=workspace_id, reason=error.detail)


async def remove_leftovers(runtime: Runtime) -> None:
    """Remove files that no row names, empty folders and uploads cut off half-way, all older than a day; and
    what no row names in other systems."""
    before = time.time() - SAFE_AGE_SECONDS
    await asyncio.to_thread(runtime.files.remove_incoming, before)
    for kept in runtime.kept_files:
        for workspace_id in await asyncio.to_thread(workspaces_below, [kept.root]):
            await _remove_unnamed(runtime, kept, workspace_id, before)
            await asyncio.to_thread(kept.remove_empty_folders, workspace_id, before)
    for elsewhere in runtime.kept_elsewhere:
        for workspace_id in await elsewhere.workspaces():
            if await _exists(runtime, workspace_id):
                await _unless_away(elsewhere, elsewhere.remove_unnamed, workspace_id)


async def _remove_unnamed(runtime: Runtime, kept: KeptFiles, workspace_id: str, before: float) -> None:
    old = await asyncio.to_thread(kept.old_files, workspace_id, before)
    for paths in batches(old):
        async with runtime.database.begin(Principal.system(workspace_id)) as session:
            named = set(await kept.named(session, paths))
        for path in set(paths) - named:
            await asyncio.to_thread((kept.root / path).unlink, True)
            log.warning("leftover_removed", path=path)
