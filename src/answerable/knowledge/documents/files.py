"""The bytes of documents. Each upload has a folder of its own, so that removing one never takes the
bytes of another upload that equals it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from answerable.kit import ids
from answerable.kit.runtime import Runtime
from answerable.kit.storage import StoredFile

FOLDER = "documents"


async def keep(
    runtime: Runtime, workspace_id: str, chunks: AsyncIterator[bytes], *, max_bytes: int | None = None
) -> StoredFile:
    """Store an upload within the size limit. Raises as FileStore.put does; then nothing stays."""
    folder = f"{workspace_id}/{FOLDER}/{ids.new_id('upl')}"
    return await runtime.files.put(folder, chunks, max_bytes=max_bytes or runtime.settings.uploads.max_bytes)


async def discard(runtime: Runtime, key: str) -> None:
    """Remove an upload and its folder; one that is gone already is no error."""
    await runtime.files.delete(key)
    await asyncio.to_thread(_remove_empty_folders, runtime.files.path(key))


async def workspaces(runtime: Runtime) -> list[str]:
    """The ids of the workspaces that have files of documents."""
    return await asyncio.to_thread(
        lambda: sorted(path.parent.name for path in runtime.files.root.glob(f"ws_*/{FOLDER}"))
    )


def _remove_empty_folders(path: Path) -> None:
    for folder in (path.parent, path.parent.parent):
        try:
            folder.rmdir()
        except OSError:
            return
