"""Logs of dead processes: found by their lock, read to their torn end, handed to the database."""

from __future__ import annotations

import fcntl
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import msgspec
import structlog

from answerable.inference.usage.frames import CLOSED, frames_in, record_of
from answerable.inference.usage.record import Outcome, UsageRecord

log = structlog.get_logger(__name__)


class DeadJournal:
    """A dead process's folder, locked by us."""

    def __init__(self, folder: Path, lock: int) -> None:
        self.folder = folder
        self.replica = uuid.UUID(folder.name)
        self._lock = lock

    def records(self) -> Iterator[UsageRecord]:
        """What its calls came to: as they were closed, or interrupted, with the estimate that they were
        opened with."""
        running: dict[str, UsageRecord] = {}
        for path in sorted(self.folder.glob("*.log")):
            for frame in frames_in(path.read_bytes()):
                try:
                    record = record_of(frame.payload)
                except msgspec.MsgspecError:
                    log.exception("usage_record_unreadable", replica=str(self.replica))
                    continue
                if frame.kind == CLOSED:
                    running.pop(record.id, None)
                    yield record
                else:
                    running[record.id] = record
        for record in running.values():
            # One that names a model was about to be sent, or had been: nobody knows how often it was tried.
            tried = max(record.attempts, 1) if record.model is not None else record.attempts
            yield msgspec.structs.replace(
                record, outcome=Outcome.INTERRUPTED, error_code="interrupted", attempts=tried
            )

    def remove(self) -> None:
        """Delete the folder: the database has everything."""
        shutil.rmtree(self.folder, ignore_errors=True)
        os.close(self._lock)

    def let_go(self) -> None:
        """Leave it to whoever comes next."""
        os.close(self._lock)


def dead_journals(root: Path) -> Iterator[DeadJournal]:
    """The folders below `root` whose processes are dead, each locked until removed or let go."""
    try:
        names = sorted(os.listdir(root))
    except FileNotFoundError:
        return
    for name in names:
        folder = root / name
        if name.startswith(".") or not _is_replica(name):
            continue
        lock = _try_lock(folder)
        if lock is not None:
            yield DeadJournal(folder, lock)


def _is_replica(name: str) -> bool:
    try:
        return str(uuid.UUID(name)) == name
    except ValueError:
        return False


def _try_lock(folder: Path) -> int | None:
    try:
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Somebody else may have emptied and removed it just before.
        if os.fstat(lock).st_ino == folder.stat().st_ino:
            return lock
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(lock)
    return None
