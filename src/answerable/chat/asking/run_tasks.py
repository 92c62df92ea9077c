"""Runs at work in this process, and whom to tell of the end of runs anywhere.

A run goes on when its listener leaves; another may listen later, at any process. While it works, its process
renews a lease on it. When the process dies, another takes the run over; what the first might still write
after that changes nothing, because it must end its lease to write.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
import uuid
from collections.abc import Callable, Coroutine, Iterator
from datetime import timedelta

import structlog
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from answerable.chat.asking import leases
from answerable.chat.asking.leases import Claim
from answerable.kit.db import Database, Session
from answerable.kit.principal import Principal

log = structlog.get_logger(__name__)

Work = Callable[[], Coroutine[None, None, None]]
TakeOver = Callable[[Claim], Coroutine[None, None, None]]

_RENEWALS = 5  # in the term of a lease
_MOST_CLAIMED = 20
_LOOK_SECONDS = 0.1


class News:
    """Says when there may be news of a run."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def tell(self) -> None:
        """There may be."""
        self._event.set()

    async def wait(self, seconds: float) -> bool:
        """True as soon as there may be news; False after that time without."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._event.wait()
        heard = self._event.is_set()
        self._event.clear()
        return heard


class RunTasks:
    """Keeps the tasks of running runs alive, and ends them when the process stops."""

    def __init__(self, database: Database, *, lease_seconds: float, take_over: TakeOver) -> None:
        """`take_over` works on a run that a dead process left."""
        self.process_id = uuid.uuid4()
        self._database = database
        self._term = timedelta(seconds=lease_seconds)
        self._beat_seconds = lease_seconds / _RENEWALS
        self._take_over = take_over
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._followers: dict[str, set[News]] = {}
        self._keeper: asyncio.Task[None] | None = None
        self._told: set[str] = set()
        self._seen: dict[str, int] = {}  # how many events runs of other processes had given out
        self._stirred = asyncio.Event()
        self._next_beat = 0.0

    def begin(self) -> None:
        """Look after leases from now on, on the running loop; does nothing when that has begun."""
        if self._keeper is None or self._keeper.done():
            self._keeper = asyncio.get_running_loop().create_task(self._keep(), name="run leases")

    async def start_after_commit(self, session: Session, run_id: str, work: Work) -> None:
        """Take the lease of a new run, and work on it as soon as the session's transaction, which keeps the
        run, has committed.

        Not when its events are read: a listener who is gone by then would leave the run undone.
        """
        await leases.take(session, run_id, self.process_id, self._term)
        event.listen(session.sync_session, "after_commit", lambda _: self._start(run_id, work()), once=True)

    async def may_end(self, session: Session, run_id: str) -> bool:
        """End this process's lease of a run in the session's transaction, which writes how the run ended.
        False when there is nothing to write: the run was cancelled, or is another process's by now."""
        return await leases.end(session, run_id, self.process_id)

    async def cancel(self, session: Session, run_id: str) -> None:
        """Stop a run's work once the session's transaction has committed: here at once, in another process
        with its next renewal."""
        await leases.end(session, run_id)
        event.listen(session.sync_session, "after_commit", lambda _: self._stop(run_id), once=True)

    def is_silent(self, run_id: str) -> bool:
        """Whether this process works on a run, and has told nothing of it yet."""
        return run_id in self._tasks and run_id not in self._told

    async def shown(self, session: Session, run_id: str, events: int) -> bool:
        """So many more events are given out by the session's transaction; who follows is told once it has
        committed. False when the run is not this process's any more."""
        if not await leases.shown(session, run_id, self.process_id, events):
            return False
        event.listen(session.sync_session, "after_commit", lambda _: self._told_of(run_id), once=True)
        return True

    @contextlib.contextmanager
    def following(self, run_id: str) -> Iterator[News]:
        """Meanwhile, news of a run, wherever it is worked on."""
        news = News()
        self._followers.setdefault(run_id, set()).add(news)
        self.begin()
        if run_id not in self._tasks:
            self._stirred.set()
        try:
            yield news
        finally:
            self._followers[run_id].discard(news)
            if not self._followers[run_id]:
                del self._followers[run_id]

    async def close(self) -> None:
        """Stop all work, wait until it has ended, and leave the runs to other processes."""
        tasks = list(self._tasks.values())
        if self._keeper is not None:
            tasks.append(self._keeper)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._keeper is not None:
            with contextlib.suppress(DBAPIError, PoolTimeout, OSError):
                async with self._database.begin(Principal.anonymous()) as session:
                    await leases.give_back(session, self.process_id)

    def _start(self, run_id: str, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work, name=run_id)
        self._tasks[run_id] = task
        task.add_done_callback(lambda _: self._ended(run_id))
        self.begin()

    def _ended(self, run_id: str) -> None:
        self._tasks.pop(run_id, None)
        self._told.discard(run_id)
        self._tell(run_id)

    def _stop(self, run_id: str) -> None:
        if (task := self._tasks.get(run_id)) is not None:
            task.cancel()

    def _told_of(self, run_id: str) -> None:
        if run_id in self._tasks:
            self._told.add(run_id)
        self._tell(run_id)

    def _tell(self, run_id: str) -> None:
        for news in self._followers.get(run_id, ()):
            news.tell()

    async def _keep(self) -> None:
        while True:
            self._stirred.clear()
            remote = self._followers.keys() - self._tasks.keys()
            try:
                if remote:
                    await self._look(remote)
                if time.monotonic() >= self._next_beat:
                    await self._beat()
                    self._next_beat = time.monotonic() + self._beat_seconds
            except (DBAPIError, PoolTimeout, OSError) as error:
                log.warning("run_leases_not_kept", error=type(error).__name__)
            if remote:
                await asyncio.sleep(_LOOK_SECONDS)
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._beat_seconds):
                    await self._stirred.wait()

    async def _look(self, run_ids: set[str]) -> None:
        """Tell of runs of other processes that have ended, or shown more: one statement, however many are
        followed."""
        async with self._database.begin(Principal.anonymous()) as session:
            running = await leases.running(session, run_ids)
        for run_id in run_ids:
            if running.get(run_id) != self._seen.get(run_id, 0):
                self._tell(run_id)
        self._seen = running

    async def _beat(self) -> None:
        """Renew the leases, let go of runs that are no longer this process's, take over dead ones'."""
        mine = set(self._tasks)
        async with self._database.begin(Principal.anonymous()) as session:
            kept = await leases.renew(session, self.process_id, self._term)
            claims = await leases.claim_expired(session, self.process_id, self._term, _MOST_CLAIMED)
        for run_id in mine - kept:
            self._stop(run_id)
        for claim in claims:
            log.info("run_taken_over", run_id=claim.run_id, attempt=claim.attempt)
            self._start(claim.run_id, self._take_over(claim))
