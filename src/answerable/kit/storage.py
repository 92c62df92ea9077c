"""Files on disk, addressed by their content.

Keys are made from a workspace's id and the SHA-256 of the bytes: no name that a person gave
ever reaches the file system. A file appears under its key only when it is whole.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import os
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from answerable.kit.errors import FieldError, InvalidInput, StorageFull, TooLarge

DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True, slots=True)
class StoredFile:
    """`key` finds the file again; `size` is in bytes; `sha256` is the digest in hex."""

    key: str
    size: int
    sha256: str


class FileStore:
    """Content-addressed files below one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._incoming = root / "incoming"
        self._incoming.mkdir(parents=True, exist_ok=True, mode=0o700)

    async def put(self, workspace_id: str, chunks: AsyncIterator[bytes], *, max_bytes: int) -> StoredFile:
        """Store a stream. Raises TooLarge past `max_bytes`, InvalidInput when it is empty and
        StorageFull when the disk is; in each case, and when the stream breaks off, nothing stays. A stream
        that is a generator is closed in the end, with whatever file or connection it reads."""
        source = (
            contextlib.aclosing(chunks) if isinstance(chunks, AsyncGenerator) else contextlib.nullcontext()
        )
        async with source:
            return await self._put(workspace_id, chunks, max_bytes)

    async def _put(self, workspace_id: str, chunks: AsyncIterator[bytes], max_bytes: int) -> StoredFile:
        handle, name = await asyncio.to_thread(tempfile.mkstemp, dir=self._incoming)
        try:
            with os.fdopen(handle, "wb") as file:
                digest, size = await _copy(chunks, file, max_bytes)
            if size == 0:
                raise InvalidInput(
                    "The file is empty. Send a file with content.", errors=[FieldError("file", "empty file")]
                )
            key = f"{workspace_id}/{digest[:2]}/{digest}"
            await asyncio.to_thread(self._move_into_place, Path(name), self.path(key))
            return StoredFile(key=key, size=size, sha256=digest)
        except OSError as error:
            if error.errno in DISK_FULL:
                raise StorageFull from error
            raise
        finally:
            _remove(name)

    def path(self, key: str) -> Path:
        """Where the file of a key lies. Keys come from `put` alone; a foreign one is refused."""
        path = (self.root / key).resolve()
        if not path.is_relative_to(self.root.resolve()):
            raise ValueError("the key leaves the store")
        return path

    async def delete(self, key: str) -> None:
        """Remove a file; one that is gone already is no error."""
        await asyncio.to_thread(self.path(key).unlink, True)

    def remove_incoming(self, before: float) -> None:
        """Remove what uploads left that were cut off with their process before a time (seconds since
        1970)."""
        for path in self._incoming.iterdir():
            if path.is_file() and path.lstat().st_mtime < before:
                path.unlink(missing_ok=True)

    @staticmethod
    def _move_into_place(source: Path, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # The rename is atomic; the fsync before it keeps a power cut from leaving an empty file.
        with source.open("rb") as file:
            os.fsync(file.fileno())
        source.replace(target)


def _remove(name: str) -> None:
    Path(name).unlink(missing_ok=True)


async def _copy(chunks: AsyncIterator[bytes], file: IO[bytes], max_bytes: int) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    async for chunk in chunks:
        size += len(chunk)
        if size > max_bytes:
            raise TooLarge(
                f"The file is larger than {max_bytes:,} bytes. Split it, or raise the server's limit "
                "(ANSWERABLE_UPLOADS__MAX_BYTES).",
                errors=[FieldError("file", f"larger than {max_bytes} bytes")],
            )
        digest.update(chunk)
        await asyncio.to_thread(file.write, chunk)
    return digest.hexdigest(), size
