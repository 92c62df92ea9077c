"""Compound files (Microsoft [MS-CFB]): the streams inside DOC, PPT and MSG. Every chain of sectors is bounded
by the file's size, so that one that bites its tail ends."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

from answerable.knowledge.parsing.failures import Reason, refuse

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_BYTES = 256 * 1024 * 1024
_HEADER_BYTES, _ENTRY_BYTES, _IN_HEADER = 512, 128, 109
_LAST_SECTOR = 0xFFFFFFFA  # numbers from here on mean free, end and the like
_MAX_ENTRIES = 100_000
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_NONE = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    kind: int
    left: int
    right: int
    child: int
    start: int
    size: int


class CompoundFile:
    """The streams of a file by their paths, as "storage/stream". Raises Refusal: damaged, too_large."""

    def __init__(self, path: Path) -> None:
        if path.stat().st_size > MAX_BYTES:
            raise refuse(Reason.TOO_LARGE)
        self._data = path.read_bytes()
        try:
            self._open()
        except (struct.error, IndexError) as error:
            raise refuse(Reason.DAMAGED) from error

    def __contains__(self, name: str) -> bool:
        return name in self._streams

    @property
    def names(self) -> list[str]:
        """The paths of all streams."""
        return list(self._streams)

    def read(self, name: str) -> bytes:
        """A stream's bytes. Raises Refusal (damaged) when it is not there or its sectors are not."""
        entry = self._streams.get(name)
        if entry is None:
            raise refuse(Reason.DAMAGED)
        if entry.size < self._cutoff:
            return self._chain(entry.start, self._small_table, self._small, self._small_bytes)[: entry.size]
        return self._sectors(entry.start)[: entry.size]

    def _open(self) -> None:
        header = self._data[:_HEADER_BYTES]
        if not header.startswith(SIGNATURE) or len(header) < _HEADER_BYTES:
            raise refuse(Reason.DAMAGED)
        shift, small_shift = struct.unpack_from("<HH", header, 30)
        if shift not in (9, 12) or not 2 <= small_shift <= shift:
            raise refuse(Reason.DAMAGED)
        self._bytes, self._small_bytes = 1 << shift, 1 << small_shift
        directory, self._cutoff, small_table = struct.unpack_from("<I4xII", header, 48)
        self._table = self._allocation(header)
        numbers = self._sectors(small_table) if small_table < _LAST_SECTOR else b""
        self._small_table = _numbers(numbers)
        entries = self._entries(self._sectors(directory))
        if not entries or entries[0].kind != _ROOT:
            raise refuse(Reason.DAMAGED)
        self._small = self._sectors(entries[0].start) if entries[0].start < _LAST_SECTOR else b""
        self._streams = _paths(entries)

    def _allocation(self, header: bytes) -> tuple[int, ...]:
        """The table that says which sector follows which."""
        listed = list(struct.unpack_from(f"<{_IN_HEADER}I", header, 76))
        further, count = struct.unpack_from("<II", header, 68)
        for _ in range(min(count, len(self._data) // self._bytes)):
            if further >= _LAST_SECTOR:
                break
            *more, further = _numbers(self._sector(further))
            listed += more
        sectors = [self._sector(number) for number in listed if number < _LAST_SECTOR]
        return _numbers(b"".join(sectors[: len(self._data) // self._bytes + 1]))

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._bytes
        return self._data[start : start + self._bytes].ljust(self._bytes, b"\0")

    def _sectors(self, start: int) -> bytes:
        return self._chain(start, self._table, self._data[self._bytes :], self._bytes)

    def _chain(self, start: int, table: tuple[int, ...], content: bytes, size: int) -> bytes:
        pieces: list[bytes] = []
        most = len(content) // size + 1
        while start < _LAST_SECTOR:
            if start >= len(table) or len(pieces) > most:
                raise refuse(Reason.DAMAGED)
            pieces.append(content[start * size : (start + 1) * size])
            start = table[start]
        return b"".join(pieces)

    def _entries(self, directory: bytes) -> list[_Entry]:
        entries = []
        for place in range(0, min(len(directory), _MAX_ENTRIES * _ENTRY_BYTES), _ENTRY_BYTES):
            length, kind, _ = struct.unpack_from("<HBB", directory, place + 64)
            left, right, child = struct.unpack_from("<III", directory, place + 68)
            start, size = struct.unpack_from("<II", directory, place + 116)
            name = directory[place : place + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
            entries.append(_Entry(name, kind, left, right, child, start, size))
        return entries


def _numbers(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])


def _paths(entries: list[_Entry]) -> dict[str, _Entry]:
    """The streams by their paths: each storage is a tree of siblings."""
    found: dict[str, _Entry] = {}
    waiting, seen = [(entries[0].child, "")], set[int]()
    while waiting:
        number, folder = waiting.pop()
        if number == _NONE or number in seen:
            continue
        if number >= len(entries):
            raise refuse(Reason.DAMAGED)
        seen.add(number)
        entry = entries[number]
        waiting += [(entry.left, folder), (entry.right, folder)]
        if entry.kind == _STREAM:
            found[folder + entry.name] = entry
        elif entry.kind == _STORAGE:
            waiting.append((entry.child, f"{folder}{entry.name}/"))
    return found
