"""The log of one process: which calls began and how they ended, until the database has them.

    <data folder>/usage-log/<id>/00000001.log …

The folder is locked (flock) as long as the process lives; the kernel opens the lock when it dies, and
whoever gets it then writes what is left (`replay.py`). Files are dropped oldest first. A call that still
runs when its file goes is written down again in the newest one.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path

from answerable.inference.usage.errors import UsageLogFull
from answerable.inference.usage.frames import CLOSED, OPENED, frame_of
from answerable.inference.usage.record import UsageRecord
from answerable.inference.usage.segment import Segment
from answerable.kit import ids

SEGMENT_BYTES = 8 << 20
LONGEST_FRAME = 64 << 10


@dataclass(frozen=True, slots=True)
class Batch:
    """Closed records that wait for the database, as JSON; `segment` is None for those that found no disk."""

    payloads: list[bytes]
    segment: Segment | None
    end: int


class Journal:
    """Appends are plain function calls: one `pwrite` each, no lock, for one thread."""

    def __init__(self, root: Path, *, max_bytes: int, segment_bytes: int = SEGMENT_BYTES) -> None:
        self.replica = ids.uuid7()
        self._folder = root / str(self.replica)
        self._max_bytes = max_bytes
        self._segment_bytes = segment_bytes
        self._open: dict[str, tuple[int, bytes]] = {}
        self._unwritten: list[bytes] = []
        self._old_bytes = 0
        self._lock = _make_locked(root, self.replica)
        try:
            self._segments = [self._new_segment(1)]
        except OSError:
            self._segments = []
            self.remove()
            raise
        self._current = self._segments[0]

    def opened(self, record: UsageRecord) -> None:
        """Note that a call begins. Raises UsageLogFull when its end could not be noted."""
        data = frame_of(OPENED, record)
        current = self._current
        if self._full or len(data) > LONGEST_FRAME:
            raise UsageLogFull
        try:
            if not current.fits(len(data)):
                current = self._rotate()
            current.append(data)
        except OSError as error:
            raise UsageLogFull from error
        self._open[record.id] = (current.number, data)

    def closed(self, record: UsageRecord) -> None:
        """Note how a call ended. Never fails: on a full disk the note stays in memory until the database
        has it, and the call's beginning is on the disk. Of a full log, calls that were refused before they
        began are left out, or refusing would fill it further."""
        data = frame_of(CLOSED, record)
        if self._open.pop(record.id, None) is None and self._full:
            return
        current = self._current
        try:
            if not current.fits(len(data)):
                current = self._rotate()
            current.append(data)
        except OSError:
            self._unwritten.append(data[9:])

    def next_batch(self) -> Batch | None:
        """The oldest records that the database has not got; None when it has all."""
        if self._unwritten:
            return Batch(list(self._unwritten), None, 0)
        for segment in self._segments:
            if segment.unread:
                frames = segment.read()
                if not frames:
                    raise OSError(f"segment {segment.number} of the usage log cannot be read back")
                return Batch([f.payload for f in frames if f.kind == CLOSED], segment, frames[-1].end)
        return None

    def taken(self, batch: Batch) -> None:
        """The database has a batch: drop what is not needed any more."""
        if batch.segment is None:
            del self._unwritten[: len(batch.payloads)]
        else:
            batch.segment.taken = batch.end
            self._drop_read()

    @property
    def _full(self) -> bool:
        return bool(self._unwritten) or self._old_bytes + self._current.size > self._max_bytes

    @property
    def newest(self) -> int:
        """The number of the segment that is written to now."""
        return self._current.number

    @property
    def in_flight(self) -> int:
        """Calls that began and have not ended."""
        return len(self._open)

    @property
    def waiting_bytes(self) -> int:
        """Bytes that the database has not got."""
        return sum(segment.unread for segment in self._segments)

    def sync(self) -> None:
        """Force everything to the disk."""
        for segment in self._segments[-2:]:
            segment.sync()

    def close(self) -> None:
        """Let go of the folder, which another process then reads."""
        os.close(self._lock)

    def remove(self) -> None:
        """Delete the folder: the database has everything."""
        shutil.rmtree(self._folder, ignore_errors=True)
        os.close(self._lock)

    def _new_segment(self, number: int) -> Segment:
        return Segment(self._folder / f"{number:08}.log", number, self._segment_bytes)

    def _rotate(self) -> Segment:
        fresh = self._new_segment(self._current.number + 1)
        self._old_bytes += self._current.size
        self._segments.append(fresh)
        self._current = fresh
        return fresh

    def _drop_read(self) -> None:
        while len(self._segments) > 1 and not self._segments[0].unread:
            oldest = self._segments[0]
            if not self._carry_over(oldest.number):
                return
            self._old_bytes -= oldest.size
            del self._segments[0]
            oldest.remove()

    def _carry_over(self, number: int) -> bool:
        """Write the calls that began in a segment and still run into the newest one."""
        for call_id, (begun_in, data) in list(self._open.items()):
            if begun_in != number:
                continue
            try:
                current = self._current if self._current.fits(len(data)) else self._rotate()
                current.append(data)
            except OSError:
                return False
            self._open[call_id] = (current.number, data)
        return True


def _make_locked(root: Path, replica: uuid.UUID) -> int:
    """Make a process's folder, locked before it has its name, so that nobody takes it for a dead one's."""
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    unnamed = root / f".{replica}"
    unnamed.mkdir(mode=0o700)
    lock = os.open(unnamed, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    unnamed.rename(root / str(replica))
    return lock
