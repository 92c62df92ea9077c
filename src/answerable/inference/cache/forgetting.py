"""Forgetting: when something that answers depend on changes or goes, they go in the same transaction.

Each tag has a mark: the last moment that it was forgotten. An answer remembers the latest mark that was
seen when it was asked for, and is given out only while no later one is. So one that was under way while
its document was deleted is dead before it is kept, in every process and in every store.
"""

from __future__ import annotations

import asyncio
import weakref
from collections import OrderedDict
from collections.abc import Sequence

import structlog
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from answerable.inference.cache import repository
from answerable.inference.cache.question import workspace_tag
from answerable.inference.cache.store import StoreUnavailable
from answerable.kit.db import Database, Session
from answerable.kit.db.notifications import Notifications
from answerable.kit.principal import Principal

TOPIC = "cached_answers"
NEVER = 0.0

log = structlog.get_logger(__name__)

_Key = tuple[str, tuple[str, ...]]
_in_this_process: weakref.WeakSet[Marks] = weakref.WeakSet()


async def forget(session: Session, tags: Sequence[str]) -> None:
    """Remove every kept answer that depends on one of the tags, such as `document:doc_…`, in the session's
    transaction. `workspace:ws_…` stands for all of the workspace's answers.

    Call it where what they depend on is deleted or changed. Once that has committed, no process gives such
    an answer out.
    """
    workspace_id = session.workspace_id
    everything = workspace_tag(workspace_id) in tags
    await repository.mark(session, tags)
    await repository.remove_tagged(session, None if everything else tags)
    event.listen(
        session.sync_session, "after_commit", lambda _: _forget_in_this_process(workspace_id), once=True
    )


def _forget_in_this_process(workspace_id: str) -> None:
    for marks in _in_this_process:
        marks.changed(workspace_id)


class Marks:
    """The latest marks, as a process knows them; while no notifications are heard it knows none."""

    def __init__(self, database: Database, notifications: Notifications, *, most: int = 10_000) -> None:
        self._database = database
        self._notifications = notifications
        self._most = most
        self._known: OrderedDict[_Key, float] = OrderedDict()
        self._loads: dict[_Key, asyncio.Task[float]] = {}
        notifications.subscribe(TOPIC, self.changed)
        _in_this_process.add(self)

    def known(self, workspace_id: str, tags: tuple[str, ...]) -> float | None:
        """When one of the tags was last forgotten, NEVER if at no time; None when that must be loaded."""
        return self._known.get((workspace_id, tags)) if self._notifications.listening else None

    async def load(self, workspace_id: str, tags: tuple[str, ...]) -> float:
        """As `known`, from the database; those who ask at once share one query. Raises StoreUnavailable."""
        self._notifications.start()
        key = (workspace_id, tags)
        load = self._loads.get(key)
        if load is None:
            load = asyncio.create_task(self._load(key))
            self._loads[key] = load
            load.add_done_callback(lambda done: self._finished(key, done))
        return await asyncio.shield(load)

    async def lately(self, workspace_id: str) -> Sequence[tuple[str, float]] | None:
        """The tags that a workspace forgot within the last hours, with the moments; None for a workspace that
        is gone. Raises StoreUnavailable."""
        try:
            async with self._database.begin(Principal.system(workspace_id)) as session:
                return await repository.late_marks(session)
        except (DBAPIError, PoolTimeout) as error:
            raise StoreUnavailable(type(error).__name__) from error

    def changed(self, workspace_id: str | None) -> None:
        """Something of a workspace was forgotten, or, for None, anything may have been."""
        if workspace_id is None:
            self._known.clear()
            self._loads.clear()
            return
        for known in (self._known, self._loads):
            for key in [key for key in known if key[0] == workspace_id]:
                del known[key]

    async def _load(self, key: _Key) -> float:
        workspace_id, tags = key
        me = asyncio.current_task()
        try:
            async with self._database.begin(Principal.system(workspace_id)) as session:
                latest = await repository.latest_mark(session, tags)
        except (DBAPIError, PoolTimeout) as error:
            raise StoreUnavailable(type(error).__name__) from error
        if self._loads.get(key) is me:
            self._known[key] = latest
            if len(self._known) > self._most:
                self._known.popitem(last=False)
        return latest

    def _finished(self, key: _Key, load: asyncio.Task[float]) -> None:
        if self._loads.get(key) is load:
            del self._loads[key]
        if not load.cancelled():
            load.exception()
