"""`Limits`: lets calls through or refuses them, from shares that this process leases of each limit.

While the shares have room a call is let through by arithmetic alone. Otherwise it waits for one
statement; when the limit has no room but others hold unused shares, these are recalled first. So the
sum of all replicas never passes a hard limit, and none is refused what another holds unused.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
import uuid
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import datetime
from decimal import Decimal

import psycopg
import structlog
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from answerable.inference.limits.admission import Admission, Estimate, Hold, limit_headers, refused
from answerable.inference.limits.bucket import TIGHT_SECONDS, ZERO, Bucket
from answerable.inference.limits.errors import LimitExceeded, LimitsUnavailable
from answerable.inference.limits.leases import RECALL, RETURNED, drop, give_back, lease, renew
from answerable.inference.limits.rules import PATIENCE_SECONDS, Rules
from answerable.inference.operation import Caller
from answerable.jobs.outage import is_transient
from answerable.kit.clock import Clock
from answerable.kit.db import Database, Session
from answerable.kit.db.notifications import Notifications
from answerable.kit.settings import LimitSettings

log = structlog.get_logger(__name__)

_UPKEEP_SECONDS = 1.0
_ASK_AGAIN_SECONDS = 0.05
_REFUSE_SECONDS = 0.2
# A lease is used for this part of its life at most: clocks of machines run at slightly different speeds.
_SAFE_PART = 0.8

_Failures = (DBAPIError, PoolTimeout, psycopg.Error)


class Limits:
    """All limits as this process knows them, and its shares of them.

    `settle` writes the usage rows of calls that ended; it is called before a lease that ran out is asked
    for anew, so that the counters know what this process spent.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        settings: LimitSettings,
        notifications: Notifications,
        replica: uuid.UUID,
        settle: Callable[[], Awaitable[None]],
    ) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings
        self._notifications = notifications
        self._replica = replica
        self._settle = settle
        self._buckets: dict[tuple[str, datetime], Bucket] = {}
        self._rules = Rules(database, notifications, self._buckets)
        self._returned = asyncio.Event()
        self._upkeep: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._refilling: set[Bucket] = set()
        self._returning: set[Bucket] = set()
        notifications.subscribe("limits", self._rules.forget)
        notifications.subscribe(RECALL, self._on_recall)
        notifications.subscribe(RETURNED, self._on_returned)

    def start(self) -> None:
        """Begin to hear of changes, and to renew and give back leases, on the running loop."""
        self._notifications.start()
        if self._upkeep is None or self._upkeep.get_loop().is_closed():
            self._upkeep = asyncio.get_running_loop().create_task(self._keep_up())

    async def admit(self, caller: Caller, estimate: Estimate, now: datetime) -> Admission:
        """Reserve what a call may come to, with every limit that binds it; all of them or none.

        `now` must be the call's `started_at`. Suspends only when a share has no room. Raises
        LimitExceeded, and LimitsUnavailable when the database must be asked and is away.
        """
        meters = self._rules.known(caller, estimate.names)
        if meters is None:
            meters = await self._rules.find(caller, estimate.names, now)
        if not meters:
            return Admission((), now, self._freed)
        at = time.monotonic()
        holds: list[Hold] = [(meter.at(now), estimate.of(meter.measure)) for meter in meters]
        for bucket, need in holds:
            # What others wait for is left for them; beyond it nobody has to queue behind them.
            if not bucket.has(need + bucket.wanted, at):
                await self._reserve_slowly(holds, now)
                break
        else:
            for bucket, need in holds:
                bucket.take(need, at)
                if bucket.runs_low(at):
                    self._refill_soon(bucket, need)
        return Admission(holds, now, self._freed)

    def forget_after_commit(self, session: Session) -> None:
        """Have the workspace's rules read anew with the transaction's commit, before any answer says that
        they have changed; other processes hear of it."""
        workspace_id = session.workspace_id
        event.listen(
            session.sync_session, "after_commit", lambda _: self._rules.forget(workspace_id), once=True
        )

    async def close(self) -> None:
        """Give back what is unused."""
        tasks = [*self._tasks, *([self._upkeep] if self._upkeep else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._rules.close()
        with contextlib.suppress(*_Failures):
            await self._give_back(list(self._buckets.values()))

    async def _reserve_slowly(self, holds: Sequence[Hold], now: datetime) -> None:
        """One limit after the other, waiting where a lease is needed. What was reserved goes back when a
        later one refuses."""
        done: list[Hold] = []
        try:
            for bucket, need in holds:
                await self._reserve(bucket, need, now)
                done.append((bucket, need))
        except BaseException as error:
            for bucket, need in done:
                bucket.settle(need, ZERO)
            if isinstance(error, LimitExceeded):
                told = limit_headers([bucket for bucket, _ in holds], now)
                error.headers.update({name.decode(): value.decode() for name, value in told})
            raise

    async def _reserve(self, bucket: Bucket, need: Decimal, now: datetime) -> None:
        bucket.wanted += need
        try:
            async with bucket.turn:
                if not bucket.has(need, time.monotonic()):
                    await self._obtain(bucket, need, now)
                bucket.take(need, time.monotonic())
        finally:
            bucket.wanted -= need
        if bucket.over and not bucket.warned:
            bucket.warned = True
            told = bucket.limit
            log.warning("soft_limit_passed", limit=told.id, workspace=told.workspace_id, what=told.words)

    async def _obtain(self, bucket: Bucket, need: Decimal, now: datetime) -> None:
        """Lease until there is room for the need. Raises LimitExceeded."""
        at = time.monotonic()
        if at < bucket.refused_until and need >= bucket.refused:
            raise refused(bucket, need, now)
        deadline = at + self._settings.recall_seconds
        while True:
            self._returned.clear()
            waiting = await self._lease(bucket, need)
            at = time.monotonic()
            if bucket.has(need, at):
                return
            if not waiting or at >= deadline:
                bucket.refused, bucket.refused_until = need, at + _REFUSE_SECONDS
                raise refused(bucket, need, now)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_ASK_AGAIN_SECONDS):
                    await self._returned.wait()

    async def _lease(self, bucket: Bucket, need: Decimal) -> int:
        """One statement. Returns how many other processes may still give something back."""
        at = time.monotonic()
        seconds = self._settings.lease_seconds
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                if bucket.valid_until and at >= bucket.valid_until:
                    await self._settle()
                    await drop(self._database, self._replica, bucket)
                    bucket.lapse()
                elif bucket.changed:
                    await self._give_back([bucket])
                amounts = (need - bucket.free, max(bucket.wanted, need) - bucket.free, bucket.block(need, at))
                grant = await lease(self._database, bucket, self._replica, amounts, seconds)
        except (*_Failures, TimeoutError) as error:
            if not (isinstance(error, TimeoutError) or is_transient(error)):
                raise
            raise LimitsUnavailable from error
        if grant is None:  # deleted meanwhile: it binds nobody
            bucket.unclaimed = bucket.limit.amount
            bucket.granted, bucket.valid_until = bucket.used + need, at + _UPKEEP_SECONDS
            return 0
        bucket.add(grant, at=at, valid_until=at + _SAFE_PART * seconds)
        return grant.waiting

    def _refill_soon(self, bucket: Bucket, need: Decimal) -> None:
        if bucket not in self._refilling:
            self._refilling.add(bucket)
            self._spawn(self._refill(bucket, need))

    async def _refill(self, bucket: Bucket, need: Decimal) -> None:
        """Ahead of need, so that calls do not wait; needs nothing, so it takes nothing from others."""
        try:
            async with bucket.turn:
                seconds = self._settings.lease_seconds
                at = time.monotonic()
                if at >= bucket.valid_until:
                    return  # what was held ran out: the next call asks for all of it anew
                amounts = (ZERO, ZERO, bucket.block(need, at))
                grant = await lease(self._database, bucket, self._replica, amounts, seconds)
                if grant is not None:
                    bucket.add(grant, at=at, valid_until=at + _SAFE_PART * seconds)
        except _Failures as error:
            bucket.low = ZERO  # not again before a call needs it
            log.warning("limit_not_refilled", limit=bucket.limit.id, error=type(error).__name__)
        finally:
            self._refilling.discard(bucket)

    def _freed(self, bucket: Bucket) -> None:
        """What is free goes back: others wait for it."""
        if bucket not in self._returning:
            self._returning.add(bucket)
            self._spawn(self._return(bucket))

    def _on_recall(self, workspace_id: str | None) -> None:
        if any(workspace_id in (None, bucket.limit.workspace_id) for bucket in self._buckets.values()):
            self._spawn(self._renew())

    def _on_returned(self, workspace_id: str | None) -> None:
        for bucket in self._buckets.values():
            if workspace_id in (None, bucket.limit.workspace_id):
                bucket.refused_until = 0.0
        self._returned.set()

    async def _keep_up(self) -> None:
        while True:
            await asyncio.sleep(_UPKEEP_SECONDS)
            try:
                if self._buckets:
                    await self._renew()
                    await self._let_go()
            except _Failures as error:
                log.warning("leases_not_renewed", error=type(error).__name__)

    async def _renew(self) -> None:
        """Extend what is held, give back what was recalled, find out what ran out."""
        at = time.monotonic()
        renewed = await renew(self._database, self._replica, self._settings.lease_seconds)
        kept = {(lease.limit_id, lease.window_start): lease for lease in renewed}
        recalled = []
        for place, bucket in list(self._buckets.items()):
            held = kept.get(place)
            if held is not None:
                bucket.valid_until = max(bucket.valid_until, at + _SAFE_PART * self._settings.lease_seconds)
                if held.recalled:
                    bucket.tight_until = at + TIGHT_SECONDS
                    recalled.append(bucket)
        if recalled:
            await self._give_back(recalled, answer=True)

    async def _let_go(self) -> None:
        """Retire what lies idle; forget windows that are over."""
        now, at = self._clock.now(), time.monotonic()
        for place, bucket in list(self._buckets.items()):
            over = bucket.window.end <= now
            idle = at - bucket.touched_at > self._settings.idle_seconds
            if bucket.in_flight or bucket.wanted or not (over or idle):
                continue
            if bucket.valid_until:
                await self._retire(bucket)
            if over:
                self._buckets.pop(place, None)

    async def _retire(self, bucket: Bucket) -> None:
        """Give a lease back whole: once everything is settled, nothing of it is needed. That also mends a
        lease whose answer was lost on the way, of which this process knows nothing."""
        async with bucket.turn:
            if bucket.in_flight:
                return
            bucket.valid_until = 0.0  # who comes meanwhile waits for the turn
            await self._settle()
            await drop(self._database, self._replica, bucket)
            bucket.lapse()

    async def _return(self, bucket: Bucket) -> None:
        self._returning.discard(bucket)
        try:
            await self._give_back([bucket])
        except _Failures as error:
            log.warning("lease_not_returned", error=type(error).__name__)

    async def _give_back(self, buckets: Sequence[Bucket], *, answer: bool = False) -> None:
        """Give back what is free of them; with `answer` also say so where nothing is."""
        by_workspace: dict[str, list[tuple[Bucket, Decimal]]] = {}
        for bucket in buckets:
            free = bucket.give_back()
            if free > 0 or answer:
                by_workspace.setdefault(bucket.limit.workspace_id, []).append((bucket, free))
        for returns in by_workspace.values():
            await give_back(self._database, self._replica, returns)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
