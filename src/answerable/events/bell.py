"""Waking streams when something was published or changed, by whichever process."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from answerable.kit.db.notifications import Change, Notifications
from answerable.kit.principal import Principal

TOPIC = "events"
RESOURCES = {
    "api_keys": "api-keys",
    "connections": "connections",
    "conversations": "chat/sessions",
    "dashboards": "dashboards",
    "datasets": "datasets",
    "documents": "documents",
    "insights": "insights",
    "invitations": "invitations",
    "jobs": "jobs",
    "limits": "budgets",
    "members": "members",
    "models": "models",
    "proposals": "proposals",
    "semantic_models": "semantic-models",
    "sources": "sources",
    "verified_questions": "verified-questions",
}
"""What streams tell the changes of: by the topic of notifications, the name on the wire."""
_UNHEARD_SECONDS = 1.0
"""How often the log is looked at while notifications do not arrive."""


class Ear:
    """One stream's. `published` says that the log may have grown, `changed` gathers the resources that
    changed, both since the stream last took them; without `changes` it hears of the log alone."""

    def __init__(self, user_id: str | None, *, changes: bool) -> None:
        self.rung = asyncio.Event()
        self.published = True
        self.changed: set[str] = set()
        self._user_id = user_id
        self._changes = changes

    def hear(self, change: Change | None) -> None:
        """Take in a change; None: anything may have."""
        self.published |= change is None or change.topic == TOPIC
        if self._changes:
            self.changed |= self._resources(change)
        if self.published or self.changed:
            self.rung.set()

    def _resources(self, change: Change | None) -> set[str]:
        if change is None:
            return set(RESOURCES.values())
        if change.topic in RESOURCES and change.user_id in (None, self._user_id):
            return {RESOURCES[change.topic]}
        return set()


class Bell:
    """One for the process: streams wait on it, each for its own workspace."""

    def __init__(self, notifications: Notifications) -> None:
        self._notifications = notifications
        self._waiting: dict[str, set[Ear]] = {}
        notifications.watch([TOPIC, *RESOURCES], self._ring)

    @contextmanager
    def heard(self, principal: Principal, *, changes: bool = False) -> Iterator[Ear]:
        """An ear that is rung for everything that is published in the principal's workspace from now on; with
        `changes` for what is changed there too, unless it is another member's own."""
        self._notifications.start()
        workspace_id = principal.workspace_id or ""
        ear = Ear(principal.user_id, changes=changes)
        self._waiting.setdefault(workspace_id, set()).add(ear)
        try:
            yield ear
        finally:
            waiting = self._waiting[workspace_id]
            waiting.discard(ear)
            if not waiting:
                del self._waiting[workspace_id]

    async def wait(self, ear: Ear, seconds: float) -> None:
        """Return when it rang, or after so many seconds, sooner while nothing can be heard: then the log is
        to be looked at."""
        limit = seconds if self._notifications.listening else min(seconds, _UNHEARD_SECONDS)
        try:
            async with asyncio.timeout(limit):
                await ear.rung.wait()
        except TimeoutError:
            ear.published = True
        ear.rung.clear()

    def _ring(self, change: Change | None) -> None:
        waiting = self._waiting.values() if change is None else [self._waiting.get(change.workspace_id, ())]
        for ears in waiting:
            for ear in ears:
                ear.hear(change)
