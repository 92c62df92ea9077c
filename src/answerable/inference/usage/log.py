"""`UsageLog`: one row for every call, whatever becomes of the process or of the database.

A call is noted in the process's log before a provider is asked, and again with its outcome before the
last byte goes to the client; the database is written behind, in batches. Why:
`docs/decisions/0011-usage-log-and-leases.md`.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
import uuid
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import msgspec
import psycopg
import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from answerable.inference.limits.leases import forget_replica
from answerable.inference.usage.frames import record_of
from answerable.inference.usage.journal import Journal
from answerable.inference.usage.record import UsageRecord
from answerable.inference.usage.replay import DeadJournal, dead_journals
from answerable.inference.usage.writing import grouped, write
from answerable.jobs.outage import is_transient
from answerable.kit.db import Database
from answerable.kit.settings import UsageSettings
from answerable.telemetry import metrics

log = structlog.get_logger(__name__)

_LONGEST_PAUSE = 5.0
# A workspace or limit that went in the same moment: the next try finds it gone.
_VANISHED = "23503"

_Failures = (DBAPIError, PoolTimeout, psycopg.Error)


class UsageLog:
    """The log of this process, and the writer that empties it and those of dead processes."""

    def __init__(self, root: Path, database: Database, settings: UsageSettings) -> None:
        self._root = root
        self._database = database
        self._settings = settings
        self._journal = Journal(root, max_bytes=settings.max_log_bytes)
        self._tasks: list[asyncio.Task[None]] = []
        self._writing = asyncio.Lock()
        self.opened = self._journal.opened
        self.closed = self._journal.closed

    @property
    def replica(self) -> uuid.UUID:
        """This process's name, by which its leases are known too."""
        return self._journal.replica

    @property
    def waiting_bytes(self) -> int:
        """How much of this process's log the database has not got."""
        return self._journal.waiting_bytes

    def start(self) -> None:
        """Begin to write behind, and to look after the logs of dead processes, on the running loop."""
        if self._tasks and not self._tasks[0].get_loop().is_closed():
            return
        loops = [self._write_behind(), self._look_after_the_dead()]
        if self._settings.fsync_milliseconds:
            loops.append(self._sync())
        self._tasks = [asyncio.get_running_loop().create_task(loop) for loop in loops]

    async def flush(self) -> None:
        """Write everything that ended so far. Raises the database's errors while it is away."""
        async with self._writing:
            newest = self._journal.newest
            while (batch := self._journal.next_batch()) is not None:
                for start in range(0, len(batch.payloads), self._settings.flush_rows):
                    payloads = batch.payloads[start : start + self._settings.flush_rows]
                    await self._write(_records(payloads), self.replica)
                self._journal.taken(batch)
                if batch.segment is not None and batch.segment.number >= newest:
                    return  # what ended since goes with the next flush: a transaction for a few would be dear

    async def replay(self) -> int:
        """Write what dead processes left behind; returns how many of them there were. Raises the
        database's errors while it is away, and leaves the rest to the next call."""
        count = 0
        for dead in dead_journals(self._root):
            try:
                await self._empty(dead)
            except BaseException:
                dead.let_go()
                raise
            dead.remove()
            count += 1
        return count

    async def close(self) -> None:
        """Write what is left and remove the log; without a database it stays for the next process."""
        for task in self._tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        try:
            await self.flush()
            if self._journal.in_flight == 0:
                await self._forget(self.replica)
        except _Failures as error:
            log.warning("usage_left_for_the_next_process", error=type(error).__name__)
            self._journal.close()
            return
        if self._journal.in_flight:
            self._journal.close()  # the next process writes them as interrupted
        else:
            self._journal.remove()

    async def _write_behind(self) -> None:
        pause = self._settings.flush_seconds
        while True:
            await asyncio.sleep(pause)
            try:
                await self.flush()
                pause = self._settings.flush_seconds
            except (*_Failures, OSError) as error:
                log.warning("usage_not_written", error=type(error).__name__, waiting_bytes=self.waiting_bytes)
                pause = min(2 * pause, _LONGEST_PAUSE)
            metrics.USAGE_WAITING.set(self.waiting_bytes)

    async def _look_after_the_dead(self) -> None:
        while True:
            try:
                if found := await self.replay():
                    log.info("usage_replayed", processes=found)
            except (*_Failures, OSError) as error:
                log.warning("usage_not_replayed", error=type(error).__name__)
            await asyncio.sleep(self._settings.replay_seconds)

    async def _sync(self) -> None:
        while True:
            await asyncio.sleep(self._settings.fsync_milliseconds / 1000)
            try:
                await asyncio.to_thread(self._journal.sync)
            except OSError as error:
                log.warning("usage_log_not_synced", error=str(error))

    async def _empty(self, dead: DeadJournal) -> None:
        records = dead.records()
        while batch := list(islice(records, self._settings.flush_rows)):
            await self._write(batch, dead.replica)
        await self._forget(dead.replica)

    async def _forget(self, replica: uuid.UUID) -> None:
        """Give back what a process had leased, now that what it spent is settled."""
        await forget_replica(self._database, replica)

    async def _write(self, records: Sequence[UsageRecord], writer: uuid.UUID) -> None:
        try:
            await write(self._database, grouped(records), writer)
            return
        except (*_Failures, ValueError) as error:
            if is_transient(error) or _state(error) == _VANISHED:
                raise
            log.warning("usage_batch_refused", error=type(error).__name__, calls=len(records))
        # One record that the database refuses must not keep the others from it.
        for record in records:
            try:
                await write(self._database, grouped([record]), writer)
            except (*_Failures, ValueError) as error:
                if is_transient(error) or _state(error) == _VANISHED:
                    raise
                self._reject(record)

    def _reject(self, record: UsageRecord) -> None:
        """Keep a record that the database will never take where a person finds it."""
        path = self._root / f"rejected-{time.strftime('%Y-%m-%d', time.gmtime())}.jsonl"
        with path.open("ab") as file:
            file.write(msgspec.json.encode(record) + b"\n")
        log.error("usage_record_rejected", call=record.id, file=path.name)


def _records(payloads: Sequence[bytes]) -> list[UsageRecord]:
    """What was read back. One record that cannot be must not keep the others from the database."""
    records = []
    for payload in payloads:
        try:
            records.append(record_of(payload))
        except msgspec.MsgspecError:
            log.exception("usage_record_unreadable", bytes=len(payload))
    return records


def _state(error: BaseException) -> str | None:
    cause = error.orig if isinstance(error, DBAPIError) else error
    return cause.sqlstate if isinstance(cause, psycopg.Error) else None
