"""Where every model name leads, kept in memory by workspace.

A snapshot is loaded when it is first asked for, by one query however many ask at once, and dropped by
the notification that comes with the transaction that changed something. While notifications are not
heard, a snapshot is trusted for a second. A database that cannot be read cannot be written either: its
last snapshot then goes on to be served for some minutes, so that models stay within reach.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError

from answerable.inference.models.operator import OperatorModels
from answerable.inference.models.plan import Plan
from answerable.inference.models.reading import ConfigurationReader
from answerable.inference.models.snapshot import NameEntry, NameKind, Snapshot
from answerable.inference.operation import Operation
from answerable.jobs.outage import is_outage
from answerable.kit.db import Database, Session
from answerable.kit.db.notifications import Notifications
from answerable.kit.errors import Unavailable
from answerable.kit.principal import Principal

TOPIC = "models"
_UNHEARD_SECONDS = 1.0
_OUTAGE_SECONDS = 300.0
_LOAD_SECONDS = 5.0

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Kept:
    """A snapshot, the epoch that it was loaded in and when; `good_until` is set while nothing is heard."""

    snapshot: Snapshot
    epoch: int
    good_until: float
    loaded_at: float


class Catalog:
    """The names of all workspaces, as one process knows them."""

    def __init__(
        self,
        database: Database,
        reader: ConfigurationReader,
        operator: OperatorModels,
        notifications: Notifications,
        *,
        most: int = 1_000,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._reader = reader
        self._operator = operator
        self._notifications = notifications
        self._most = most
        self._now = now
        self._epoch = 0
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._loads: dict[str, asyncio.Task[Snapshot]] = {}
        notifications.subscribe(TOPIC, self._changed)

    async def plan(self, workspace_id: str, name: str, operation: Operation) -> Plan:
        """Where a name leads for a workspace; does not suspend when the snapshot is there.

        Raises UnknownModel, ModelLacks, and Unavailable while the database is away and nothing is known.
        """
        kept = self._kept.get(workspace_id)
        if kept is not None and self._is_good(kept):
            self._kept.move_to_end(workspace_id)
            return kept.snapshot.plan(name, operation)
        return (await self.snapshot(workspace_id)).plan(name, operation)

    async def names(self, workspace_id: str) -> Sequence[str]:
        """The names that a workspace may call, sorted, without patterns."""
        return [
            entry.name for entry in await self.entries(workspace_id) if entry.kind is not NameKind.PATTERN
        ]

    async def entries(self, workspace_id: str) -> Sequence[NameEntry]:
        """Every name of a workspace with its targets, sorted."""
        return (await self.snapshot(workspace_id)).entries()

    async def snapshot(self, workspace_id: str) -> Snapshot:
        """The workspace's snapshot, loaded when it is not there."""
        kept = self._kept.get(workspace_id)
        if kept is not None and self._is_good(kept):
            return kept.snapshot
        self._notifications.start()
        load = self._loads.get(workspace_id)
        if load is None:
            load = asyncio.create_task(self._load(workspace_id))
            self._loads[workspace_id] = load
            load.add_done_callback(lambda done: self._finished(workspace_id, done))
        try:
            # Others wait for the same load: one who leaves must not take it away.
            return await asyncio.shield(load)
        except (SQLAlchemyError, TimeoutError) as error:
            return self._in_outage(kept, error)

    def forget_after_commit(self, session: Session) -> None:
        """Have the workspace's snapshot dropped with the transaction's commit, before any answer says so."""
        workspace_id = session.workspace_id
        event.listen(session.sync_session, "after_commit", lambda _: self._changed(workspace_id), once=True)

    async def close(self) -> None:
        """Let the loads that are under way end."""
        await asyncio.gather(*self._loads.values(), return_exceptions=True)

    def _is_good(self, kept: _Kept) -> bool:
        if kept.epoch == self._epoch and self._notifications.listening:
            return True
        return self._now() < kept.good_until

    def _changed(self, workspace_id: str | None) -> None:
        """One workspace's configuration changed, or, for None, anything may have."""
        if workspace_id is not None:
            self._kept.pop(workspace_id, None)
            self._loads.pop(workspace_id, None)
            return
        self._epoch += 1
        self._loads.clear()
        for kept in self._kept.values():
            kept.good_until = 0.0

    async def _load(self, workspace_id: str) -> Snapshot:
        epoch = self._epoch
        me = asyncio.current_task()
        async with (
            asyncio.timeout(_LOAD_SECONDS),
            self._database.begin(Principal.system(workspace_id)) as session,
        ):
            names = await self._reader.names(session, self._operator.names(workspace_id))
        snapshot = Snapshot(names)
        # What changed meanwhile took this load off the list: its waiters get it, nobody later does.
        if self._loads.get(workspace_id) is me:
            now = self._now()
            self._kept[workspace_id] = _Kept(snapshot, epoch, now + _UNHEARD_SECONDS, now)
            self._kept.move_to_end(workspace_id)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return snapshot

    def _finished(self, workspace_id: str, load: asyncio.Task[Snapshot]) -> None:
        if self._loads.get(workspace_id) is load:
            del self._loads[workspace_id]
        if not load.cancelled():
            load.exception()  # told to those who wait; nobody may be left

    def _in_outage(self, kept: _Kept | None, error: Exception) -> Snapshot:
        now = self._now()
        if not (isinstance(error, TimeoutError) or is_outage(error)):
            raise error
        if kept is None or now > kept.loaded_at + _OUTAGE_SECONDS:
            raise Unavailable(
                "The configured models cannot be read right now. Try again in a moment.",
                headers={"Retry-After": "5"},
            ) from error
        log.warning("catalog_stale", error_type=type(error).__name__)
        kept.good_until = now + _LOAD_SECONDS
        return kept.snapshot
