"""One file of a process's usage log, with its space set aside so that a full disk is met at its start."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from answerable.inference.usage.frames import Frame, frames_in

_CHUNK = 256 << 10


class Segment:
    """A file of `capacity` bytes. `size` is what was written, `taken` what is in the database."""

    def __init__(self, path: Path, number: int, capacity: int) -> None:
        self.number = number
        self.capacity = capacity
        self.size = 0
        self.taken = 0
        self._path = path
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            if sys.platform == "linux":
                os.posix_fallocate(self._fd, 0, capacity)
            else:
                os.ftruncate(self._fd, capacity)
        except OSError:
            self.remove()
            raise

    def fits(self, length: int) -> bool:
        """Whether so many bytes more have their space."""
        return self.size + length <= self.capacity

    def append(self, data: bytes) -> None:
        """Write at the end. OSError leaves the end where it was."""
        written = os.pwrite(self._fd, data, self.size)
        if written != len(data):
            raise OSError(f"{written} of {len(data)} bytes were written to the usage log")
        self.size += written

    @property
    def unread(self) -> int:
        """Bytes that the database has not got."""
        return self.size - self.taken

    def read(self) -> list[Frame]:
        """Frames that the database has not got, a chunk of them; each `end` counts from the file's start."""
        data = os.pread(self._fd, min(_CHUNK, self.unread), self.taken)
        frames = [Frame(kind, payload, self.taken + end) for kind, payload, end in frames_in(data)]
        if not frames and self.unread > len(data):
            data = os.pread(self._fd, self.unread, self.taken)  # one frame larger than a chunk
            frames = [Frame(kind, payload, self.taken + end) for kind, payload, end in frames_in(data)]
        return frames

    def sync(self) -> None:
        """Force what was written to the disk."""
        os.fdatasync(self._fd)

    def remove(self) -> None:
        """Close and delete the file."""
        os.close(self._fd)
        self._path.unlink(missing_ok=True)
