from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from answerable.kit import storage
from answerable.kit.errors import InvalidInput, StorageFull, TooLarge
from answerable.kit.storage import FileStore


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_a_stored_file_is_found_under_the_digest_of_its_bytes(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    stored = await store.put("ws_a", pieces(b"ab", b"c"), max_bytes=3)
    assert stored.sha256 == hashlib.sha256(b"abc").hexdigest()
    assert stored.size == 3
    assert store.path(stored.key).read_bytes() == b"abc"


async def test_a_file_over_the_limit_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(TooLarge):
        await FileStore(tmp_path).put("ws_a", pieces(b"ab", b"cd"), max_bytes=3)
    assert files_in(tmp_path) == []


async def test_what_the_stream_reads_from_is_closed_where_it_is_not_read_to_its_end(tmp_path: Path) -> None:
    closed: list[str] = []

    async def reading() -> AsyncIterator[bytes]:
        try:
            yield b"ab"
            yield b"cd"
        finally:
            closed.append("source")

    stream = reading()
    with pytest.raises(TooLarge):
        await FileStore(tmp_path).put("ws_a", stream, max_bytes=1)
    assert closed == ["source"]


async def test_an_empty_file_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        await FileStore(tmp_path).put("ws_a", pieces(), max_bytes=3)
    assert files_in(tmp_path) == []


async def test_a_stream_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"half"
        raise ConnectionError("the client is gone")

    with pytest.raises(ConnectionError):
        await FileStore(tmp_path).put("ws_a", broken(), max_bytes=100)
    assert files_in(tmp_path) == []


async def test_a_full_disk_is_said_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(storage.os, "fsync", full)
    with pytest.raises(StorageFull):
        await FileStore(tmp_path).put("ws_a", pieces(b"abc"), max_bytes=100)
    assert files_in(tmp_path) == []


@pytest.mark.parametrize("key", ["../outside", "/etc/passwd", "ws_a/../../outside"])
def test_a_key_that_leaves_the_store_is_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(ValueError, match="leaves the store"):
        FileStore(tmp_path / "store").path(key)
