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

from answerable.data.ingestion.outcome import IngestionOutcome
from answerable.kit import ids
from answerable.kit.runtime import Runtime
from answerable.kit.settings import Settings
from answerable.kit.storage import StoredFile

UPLOADS_FOLDER = "datasets"
_SEAL = "outcome.json"


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
        """A folder for an attempt, with what an earlier one had read to its end; the rest of what earlier
        ones left goes: a worker that died could not remove it. A later one's stays, should this attempt
        come late."""
        earlier = [self.attempt_folder(version_id, number) for number in range(1, attempt)]
        folder = self.attempt_folder(version_id, attempt)
        await asyncio.to_thread(_take_over, folder, earlier)
        return folder

    async def seal(self, folder: Path, outcome: IngestionOutcome) -> None:
        """Make what an attempt read survive a power cut, and its own end."""
        await asyncio.to_thread(_seal, folder, outcome.model_dump_json())

    async def sealed_outcome(self, folder: Path) -> IngestionOutcome | None:
        """What was read into a folder to its end; None when it was not."""
        text = await asyncio.to_thread(_read_seal, folder)
        return None if text is None else IngestionOutcome.model_validate_json(text)

    async def unseal(self, folder: Path) -> None:
        """Remove what only another attempt would need."""
        await asyncio.to_thread(_unseal, folder)

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


def _take_over(folder: Path, earlier: Sequence[Path]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    sealed = [left for left in earlier if any(left.rglob(_SEAL))]
    if sealed:
        sealed[-1].rename(folder)
        _remove_unsealed(folder)
    for left in earlier:
        shutil.rmtree(left, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)


def _remove_unsealed(folder: Path) -> None:
    """A reading that was cut off begins anew, in an empty folder."""
    for part in _parts(folder):
        if not (part / _SEAL).exists():
            shutil.rmtree(part)
    if not (folder / _SEAL).exists():
        for path in folder.iterdir():
            if path.is_file():
                path.unlink()


def _parts(folder: Path) -> list[Path]:
    return [path for path in folder.glob("part-*") if path.is_dir()]


def _read_seal(folder: Path) -> str | None:
    seal = folder / _SEAL
    return seal.read_text("utf-8") if seal.exists() else None


def _unseal(folder: Path) -> None:
    (folder / _SEAL).unlink(missing_ok=True)
    for part in _parts(folder):
        shutil.rmtree(part, ignore_errors=True)


def _seal(folder: Path, outcome: str) -> None:
    _sync([*folder.glob("*.parquet"), folder])
    written = folder / f"{_SEAL}.new"
    written.write_text(outcome, "utf-8")
    _sync([written])
    written.rename(folder / _SEAL)
    _sync([folder])


def _sync(paths: Sequence[Path]) -> None:
    for path in paths:
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
