"""A text that is too long to be held: in a file, in parts, read by the offsets of its characters."""

from __future__ import annotations

import os
import stat
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import TypeAlias

_KEPT_PARTS = 2
"""Who goes through a text looks a little ahead, and back no further than a chunk."""


class LongText:
    """A text in a file, read like a string: by its length, slices, `find` and `rfind`.

    `parts` are (characters, bytes in UTF-8) of one part after the other. What is looked at should be short
    or one of the parts; each call reads at most the parts that it touches.
    """

    def __init__(self, path: Path, parts: Sequence[tuple[int, int]]) -> None:
        """Open the file, a plain one and never what it may link to. Raises OSError, and ValueError for parts
        that it does not have."""
        self._handle: int | None = None
        self._handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        status = os.fstat(self._handle)
        if not stat.S_ISREG(status.st_mode) or any(min(part) < 1 for part in parts):
            raise ValueError("no text in parts")
        self.lengths = list(parts)
        self._starts = [0, *accumulate(characters for characters, _ in parts)]
        self._places = [0, *accumulate(size for _, size in parts)]
        if self._places[-1] != status.st_size:
            raise ValueError("the parts are not those of the file")
        self._read: dict[int, str] = {}

    def __len__(self) -> int:
        return self._starts[-1]

    def __getitem__(self, span: slice) -> str:
        start, end, _ = span.indices(len(self))
        pieces: list[str] = []
        while start < end:
            number = bisect_right(self._starts, start) - 1
            first = self._starts[number]
            pieces.append(self._part(number)[start - first : end - first])
            start += len(pieces[-1])
        return pieces[0] if len(pieces) == 1 else "".join(pieces)

    def find(self, mark: str, start: int, end: int) -> int:
        """As of a string; the span should be short."""
        place = self[start:end].find(mark)
        return place if place < 0 else start + place

    def rfind(self, mark: str, start: int, end: int) -> int:
        """As of a string; the span should be short."""
        place = self[start:end].rfind(mark)
        return place if place < 0 else start + place

    def parts(self) -> Iterator[str]:
        """All parts in order. Raises ValueError for a file that holds other ones."""
        return (self._part(number) for number in range(len(self._starts) - 1))

    def close(self) -> None:
        """Let the file go. Safe to repeat."""
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)

    def __del__(self) -> None:
        self.close()

    def _part(self, number: int) -> str:
        known = self._read.get(number)
        if known is not None:
            return known
        if self._handle is None:
            raise ValueError("the text was closed")
        place = self._places[number]
        text = os.pread(self._handle, self._places[number + 1] - place, place).decode("utf-8")
        if len(text) != self._starts[number + 1] - self._starts[number]:
            raise ValueError("a part has another length")
        while len(self._read) >= _KEPT_PARTS:
            del self._read[next(iter(self._read))]
        self._read[number] = text
        return text


Text: TypeAlias = str | LongText


def is_blank(text: Text, start: int, end: int, *, window: int = 10_000) -> bool:
    """Whether there is nothing but white space between two offsets."""
    return all(not text[place : min(end, place + window)].strip() for place in range(start, end, window))


class LongTextWriter:
    """Writes a text into a new file, in parts of `part_characters`; what was written last can be cut off."""

    def __init__(self, path: Path, part_characters: int) -> None:
        self.path = path
        self._size = part_characters
        self._file = path.open("w+b")
        self._parts: list[tuple[int, int]] = []
        self._rest = ""

    def write(self, text: str) -> None:
        """Add to the text."""
        text = self._rest + text
        whole = len(text) - len(text) % self._size
        for start in range(0, whole, self._size):
            self._put(text[start : start + self._size])
        self._rest = text[whole:]

    def cut(self, length: int) -> None:
        """Keep the first characters alone."""
        kept, ahead = divmod(length, self._size)
        if kept == len(self._parts):
            self._rest = self._rest[:ahead]
            return
        self._file.seek(sum(size for _, size in self._parts[:kept]))
        self._rest = self._file.read(self._parts[kept][1]).decode("utf-8")[:ahead]
        del self._parts[kept:]
        self._file.seek(sum(size for _, size in self._parts))
        self._file.truncate()

    def finish(self) -> list[tuple[int, int]]:
        """The parts of the text that was written, all of it on the disk."""
        if self._rest:
            self._put(self._rest)
            self._rest = ""
        self._file.close()
        return self._parts

    def _put(self, part: str) -> None:
        data = part.encode("utf-8")
        self._file.write(data)
        self._parts.append((len(part), len(data)))
