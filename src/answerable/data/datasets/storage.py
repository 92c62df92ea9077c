"""Where a dataset's bytes lie: what was uploaded, and the Parquet files made of it.

Uploads lie beside the workspace's other files, in a folder of their own, so that a document of
the same bytes has its own copy. Tables lie below `<data_dir>/datasets/<workspace>`, the only
folder that query engines see.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from answerable.kit import ids
from answerable.kit.runtime import Runtime
from answerable.kit.settings import Settings
from answerable.kit.storage import StoredFile

UPLOADS_FOLDER = "datasets"


def tables_root(settings: Settings) -> Path:
    """The folder of all Parquet files."""
    return settings.data_dir / "datasets"


class DatasetFiles:
    """The files of one workspace's datasets."""

    def __init__(self, runtime: Runtime, workspace_id: str) -> None:
        self._runtime = runtime
        self._workspace_id = workspace_id
        self._root = tables_root(runtime.settings)

    async def keep_upload(self, chunks: AsyncIterator[bytes]) -> StoredFile:
        """Store an upload within the size limit; raises as FileStore.put does."""
        limit = self._runtime.settings.uploads.max_bytes
        # A folder for each upload: removing one never takes the bytes of another that equals it.
        folder = f"{self._workspace_id}/{UPLOADS_FOLDER}/{ids.new_id('upl')}"
        return await self._runtime.files.put(folder, chunks, max_bytes=limit)

    def upload(self, key: str) -> Path:
        """Where an upload lies."""
        return self._runtime.files.path(key)

    def table(self, path: str) -> Path:
        """Where a Parquet file lies, from the path that its version keeps."""
        found = (self._root / path).resolve()
        if not found.is_relative_to((self._root / self._workspace_id).resolve()):
            raise ValueError("the path leaves the workspace's tables")
        return found

    def version_folder(self, version_id: str) -> Path:
        """The folder of all attempts at one upload."""
        return self._root / self._workspace_id / version_id

    def attempt_folder(self, version_id: str, attempt: int) -> Path:
        """The folder that one attempt writes to: a late one never touches another's files."""
        return self.version_folder(version_id) / f"attempt-{attempt}"

    def relative(self, path: Path) -> str:
        """What a version keeps of the path of its Parquet file."""
        return str(path.relative_to(self._root))

    async def open_attempt(self, version_id: str, attempt: int) -> Path:
        """An empty folder for an attempt. What earlier ones left goes: a worker that died could not
        remove it. A later one's stays, should this attempt come late."""
        earlier = [self.attempt_folder(version_id, number) for number in range(1, attempt)]
        folder = self.attempt_folder(version_id, attempt)
        await asyncio.to_thread(_make_empty, folder, earlier)
        return folder

    async def seal(self, folder: Path) -> None:
        """Make what an attempt wrote survive a power cut."""
        await asyncio.to_thread(_sync_folder, folder)

    async def remove(self, uploads: Sequence[str], tables: Sequence[str], versions: Sequence[str]) -> None:
        """Remove uploads by key, Parquet files by path and whole upload folders by version; what is
        gone already is no error."""
        for key in uploads:
            await self._runtime.files.delete(key)
            await asyncio.to_thread(_remove_empty_folders, self.upload(key))
        for path in tables:
            await asyncio.to_thread(_remove_file, self.table(path))
        for version_id in versions:
            await asyncio.to_thread(shutil.rmtree, self.version_folder(version_id), True)


def _make_empty(folder: Path, earlier: Sequence[Path]) -> None:
    for left in (*earlier, folder):
        shutil.rmtree(left, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)


def _sync_folder(folder: Path) -> None:
    for path in [*folder.glob("*.parquet"), folder]:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _remove_file(path: Path) -> None:
    path.unlink(missing_ok=True)
    _remove_empty_folders(path)


def _remove_empty_folders(path: Path) -> None:
    """The two folders above a file go with their last file."""
    for folder in (path.parent, path.parent.parent):
        try:
            folder.rmdir()
        except OSError:
            return
