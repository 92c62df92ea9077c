"""Which limits bind whom, kept in memory as long as every change to them is heard of."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from datetime import datetime
from functools import partial

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from answerable.inference.limits.bucket import Bucket, Meter
from answerable.inference.limits.errors import LimitsUnavailable
from answerable.inference.limits.leases import limits_of
from answerable.inference.limits.limit import Limit
from answerable.inference.operation import Caller
from answerable.jobs.outage import is_transient
from answerable.kit.db import Database
from answerable.kit.db.notifications import Notifications

PATIENCE_SECONDS = 3.0
"""How long a call waits for a database that does not answer."""

_UNHEARD_SECONDS = 1.0
_MOST_WORKSPACES = 10_000
_MOST_CALLERS = 10_000

_Who = tuple[str | None, str | None, tuple[str, ...] | None]


class _Workspace:
    """A workspace's limits, with the meters of each caller who was asked about."""

    __slots__ = ("by_caller", "by_model", "meters", "read_at", "stale")

    def __init__(self, meters: dict[str, Meter], read_at: float) -> None:
        self.meters = meters
        self.read_at = read_at
        self.stale = False
        self.by_caller: dict[_Who, tuple[Meter, ...]] = {}
        self.by_model = any(meter.limit.model is not None for meter in meters.values())

    def of(self, caller: Caller, names: tuple[str, ...]) -> tuple[Meter, ...]:
        who = (caller.key_id, caller.user_id, names if self.by_model else None)
        found = self.by_caller.get(who)
        if found is None:
            if len(self.by_caller) >= _MOST_CALLERS:
                self.by_caller.clear()
            found = tuple(meter for meter in self.meters.values() if meter.limit.binds(caller, names))
            self.by_caller[who] = found
        return found


class Rules:
    """The limits of the workspaces that call, read again when they change.

    While notifications do not arrive they are read every second. While the database is away the last known
    ones hold: nobody can change them then either.
    """

    def __init__(
        self,
        database: Database,
        notifications: Notifications,
        buckets: dict[tuple[str, datetime], Bucket],
    ) -> None:
        self._database = database
        self._notifications = notifications
        self._buckets = buckets
        self._workspaces: dict[str, _Workspace] = {}
        self._reads: dict[str, asyncio.Task[_Workspace]] = {}
        self._changes = 0

    def known(self, caller: Caller, names: tuple[str, ...]) -> tuple[Meter, ...] | None:
        """What binds a call, in the order of the limits' ids; None when that must be read first."""
        workspace = self._workspaces.get(caller.workspace_id)
        if workspace is None or workspace.stale:
            return None
        if not self._notifications.listening and time.monotonic() - workspace.read_at > _UNHEARD_SECONDS:
            return None
        return workspace.of(caller, names)

    async def find(self, caller: Caller, names: tuple[str, ...], now: datetime) -> tuple[Meter, ...]:
        """What binds a call, read from the database. Raises LimitsUnavailable.

        Calls that come while it is read wait for that, however many they are; those that waited for a read
        that had begun before a change wait for one more, because it may lack a limit that binds them.
        """
        joined = caller.workspace_id in self._reads
        workspace = await self._share_read(caller.workspace_id, now)
        if joined and workspace.stale:
            workspace = await self._share_read(caller.workspace_id, now)
        return workspace.of(caller, names)

    async def close(self) -> None:
        """Let reads that are under way end, before the database closes."""
        await asyncio.gather(*self._reads.values(), return_exceptions=True)

    async def _share_read(self, workspace_id: str, now: datetime) -> _Workspace:
        read = self._reads.get(workspace_id)
        if read is None:
            read = asyncio.get_running_loop().create_task(self._read(workspace_id, now))
            self._reads[workspace_id] = read
            read.add_done_callback(partial(self._read_ended, workspace_id))
        return await asyncio.shield(read)  # a caller who leaves must not take it from the others

    def _read_ended(self, workspace_id: str, read: asyncio.Task[_Workspace]) -> None:
        if self._reads.get(workspace_id) is read:
            del self._reads[workspace_id]
        if not read.cancelled():
            read.exception()  # told to those who wait; nobody may be left

    async def _read(self, workspace_id: str, now: datetime) -> _Workspace:
        before = self._workspaces.get(workspace_id)
        at, changes = time.monotonic(), self._changes
        if before is not None:
            before.read_at = at
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                limits = await limits_of(self._database, workspace_id)
        except (DBAPIError, PoolTimeout, psycopg.Error, TimeoutError) as error:
            if not (isinstance(error, TimeoutError) or is_transient(error)):
                raise
            if before is None:
                raise LimitsUnavailable from error
            before.stale = self._changes != changes
            before.read_at = time.monotonic()
            return before
        workspace = self._replace(workspace_id, limits, at, now)
        workspace.stale = self._changes != changes  # a change during the read may not be in it
        return workspace

    def forget(self, workspace_id: str | None) -> None:
        """Something about a workspace's limits changed; None: anything may have."""
        self._changes += 1
        for known in self._workspaces if workspace_id is None else (workspace_id,):
            if known in self._workspaces:
                self._workspaces[known].stale = True

    def _replace(self, workspace_id: str, limits: Iterable[Limit], at: float, now: datetime) -> _Workspace:
        before = self._workspaces.get(workspace_id)
        old = before.meters if before is not None else {}
        meters = {}
        for limit in limits:
            meter = old.get(limit.id)
            if meter is None:
                meter = Meter(limit, self._buckets, now)
            elif meter.limit != limit:
                meter.limit = meter.bucket.limit = limit
                meter.bucket.amount_changed()
            meters[limit.id] = meter
        for gone in old.keys() - meters.keys():
            self._buckets.pop((gone, old[gone].bucket.window.start), None)
        if before is None and len(self._workspaces) >= _MOST_WORKSPACES:
            self._workspaces.clear()
        workspace = self._workspaces[workspace_id] = _Workspace(meters, at)
        return workspace
