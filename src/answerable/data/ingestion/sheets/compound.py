"""Streams of an OLE compound file ([MS-CFB]), the container of XLS workbooks."""

from __future__ import annotations

import struct
from pathlib import Path

_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LAST = 0xFFFFFFFA  # sectors of this number and beyond are marks, not places
_SIZES = (512, 4096)
_ENTRY, _STREAM, _ROOT = 128, 2, 5


class DamagedContainer(Exception):
    """The file is no compound file, or its sectors lead nowhere."""


def read_stream(path: Path, names: tuple[str, ...]) -> tuple[str, bytes] | None:
    """(name, content) of the first stream called one of these names; None when there is none. Raises
    DamagedContainer."""
    try:
        return _Container(path.read_bytes()).stream(names)
    except (struct.error, IndexError) as error:
        raise DamagedContainer(str(path.name)) from error


class _Container:
    def __init__(self, content: bytes) -> None:
        if not content.startswith(_MAGIC):
            raise DamagedContainer("no compound file")
        self._content = content
        self._size, self._small = (1 << shift for shift in struct.unpack_from("<HH", content, 30))
        if self._size not in _SIZES:
            raise DamagedContainer("sectors of an unknown size")
        directory, self._cutoff, small, self._more, more_count = struct.unpack_from(
            "<I4xIIxxxxII", content, 48
        )
        self._table = self._allocation(more_count)
        entries = self._chain(directory)
        self._entries = [entries[at : at + _ENTRY] for at in range(0, len(entries) - _ENTRY + 1, _ENTRY)]
        self._small_table = self._numbers(self._chain(small)) if small < _LAST else ()
        root = next((entry for entry in self._entries if entry[66] == _ROOT), None)
        self._small_content = self._chain(_start(root)) if root is not None and _start(root) < _LAST else b""

    def stream(self, names: tuple[str, ...]) -> tuple[str, bytes] | None:
        for entry in self._entries:
            name = entry[: max(0, struct.unpack_from("<H", entry, 64)[0] - 2)].decode("utf-16-le", "replace")
            if entry[66] == _STREAM and name in names:
                (size,) = struct.unpack_from("<I", entry, 120)
                read = self._small_chain if size < self._cutoff else self._chain
                return name, read(_start(entry))[:size]
        return None

    def _allocation(self, more_count: int) -> tuple[int, ...]:
        """Which sector follows each; the sectors that say so are listed in the header and beyond."""
        places = list(struct.unpack_from("<109I", self._content, 76))
        more = self._more
        for _ in range(min(more_count, len(self._content) // self._size)):
            if more >= _LAST:
                break
            *listed, more = self._numbers(self._sector(more))
            places += listed
        return self._numbers(b"".join(self._sector(place) for place in places if place < _LAST))

    def _numbers(self, content: bytes) -> tuple[int, ...]:
        return struct.unpack(f"<{len(content) // 4}I", content[: len(content) // 4 * 4])

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        return self._content[start : start + self._size]

    def _chain(self, start: int) -> bytes:
        return b"".join(self._sector(number) for number in _follow(self._table, start))

    def _small_chain(self, start: int) -> bytes:
        places = (number * self._small for number in _follow(self._small_table, start))
        return b"".join(self._small_content[place : place + self._small] for place in places)


def _start(entry: bytes) -> int:
    start: int = struct.unpack_from("<I", entry, 116)[0]
    return start


def _follow(table: tuple[int, ...], start: int) -> list[int]:
    found: list[int] = []
    while start < _LAST:
        if len(found) > len(table):
            raise DamagedContainer("sectors that go round in a circle")
        found.append(start)
        start = table[start]
    return found
