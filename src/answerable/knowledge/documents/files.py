"""The bytes of documents. Each upload has a folder of its own, so that removing one never takes the
bytes of another upload that equals it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

from answerable.kit import ids
from answerable.kit.runtime import Runtime
from answerable.kit.storage import StoredFile

_FOLDER = "documents"
_ABANDONED_SECONDS = 24 * 3600


async def keep(runtime: Runtime, workspace_id: str, chunks: AsyncIterator[bytes]) -> StoredFile:
    """Store an upload within the size limit. Raises as FileStore.put does; then nothing stays."""
    folder = f"{workspace_id}/{_FOLDER}/{ids.new_id('upl')}"
    return await runtime.files.put(folder, chunks, max_bytes=runtime.settings.uploads.max_bytes)


async def discard(runtime: Runtime, key: str) -> None:
    """Remove an upload and its folder; one that is gone already is no error."""
    await runtime.files.delete(key)
    await asyncio.to_thread(_remove_empty_folders, runtime.files.path(key))


async def workspaces(runtime: Runtime) -> list[str]:
    """The ids of the workspaces that have files of documents."""
    return await asyncio.to_thread(
        lambda: sorted(path.parent.name for path in runtime.files.root.glob(f"ws_*/{_FOLDER}"))
    )


async def abandoned(runtime: Runtime) -> dict[str, list[str]]:
    """Keys of uploads older than a day by workspace: candidates for having lost their document when a
    process died between the file and the commit."""
    return await asyncio.to_thread(_old_keys, runtime.files.root)


def _remove_empty_folders(path: Path) -> None:
    for folder in (path.parent, path.parent.parent):
        try:
            folder.rmdir()
        except OSError:
            return


def _old_keys(root: Path) -> dict[str, list[str]]:
    oldest = time.time() - _ABANDONED_SECONDS
    found: dict[str, list[str]] = {}
    for path in root.glob(f"ws_*/{_FOLDER}/upl_*/*/*"):
        if path.is_file() and path.stat().st_mtime < oldest:
            key = path.relative_to(root)
            found.setdefault(key.parts[0], []).append(str(key))
    return found
