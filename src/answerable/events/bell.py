"""Waking streams when something was published, by whichever process."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from answerable.kit.db.notifications import Notifications

TOPIC = "events"
_UNHEARD_SECONDS = 1.0
"""How often the log is looked at while notifications do not arrive."""


class Bell:
    """One for the process: streams wait on it, each for its own workspace."""

    def __init__(self, notifications: Notifications) -> None:
        self._notifications = notifications
        self._waiting: dict[str, set[asyncio.Event]] = {}
        notifications.subscribe(TOPIC, self._ring)

    @contextmanager
    def heard(self, workspace_id: str) -> Iterator[asyncio.Event]:
        """An event that is set for everything that is published in a workspace from now on."""
        self._notifications.start()
        rung = asyncio.Event()
        self._waiting.setdefault(workspace_id, set()).add(rung)
        try:
            yield rung
        finally:
            waiting = self._waiting[workspace_id]
            waiting.discard(rung)
            if not waiting:
                del self._waiting[workspace_id]

    async def wait(self, rung: asyncio.Event, seconds: float) -> None:
        """Return when it rang, or after so many seconds; sooner while nothing can be heard."""
        limit = seconds if self._notifications.listening else min(seconds, _UNHEARD_SECONDS)
        try:
            async with asyncio.timeout(limit):
                await rung.wait()
        except TimeoutError:
            return
        rung.clear()

    def _ring(self, workspace_id: str | None) -> None:
        if workspace_id is not None:
            for rung in self._waiting.get(workspace_id, ()):
                rung.set()
            return
        for waiting in self._waiting.values():
            for rung in waiting:
                rung.set()
