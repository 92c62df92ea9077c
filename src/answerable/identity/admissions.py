"""Who a credential belongs to, remembered: for calls so frequent that each must not ask the database.

What is remembered goes at once when the person's keys, sign-ins, memberships or account change, in
whatever process: a trigger says so in the transaction that writes. While that is not heard, nothing is
remembered. Besides, an admission is asked for anew after a few seconds.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from answerable.identity import repository
from answerable.identity.authentication import KEY_USE_INTERVAL, authenticate
from answerable.kit import ids
from answerable.kit.db.notifications import Notifications
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime

TOPIC = "access"
MAX_AGE_SECONDS = 5.0
_MOST_KEPT = 10_000


@dataclass(slots=True, eq=False)
class Admitted:
    """Somebody who was let in. `stands` turns false when something about their access changed since."""

    principal: Principal
    until: float
    stands: bool = True


class Admissions:
    """The admissions of one process."""

    def __init__(
        self, runtime: Runtime, notifications: Notifications, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._runtime = runtime
        self._notifications = notifications
        self._now = now
        self._kept: OrderedDict[bytes, Admitted] = OrderedDict()
        self._asking: dict[bytes, asyncio.Task[Admitted]] = {}
        self._epoch = 0
        notifications.subscribe(TOPIC, self._announced)

    async def admit(self, credential: str | None, workspace_id: str | None = None) -> Admitted:
        """Whose credential it is; does not suspend when that is known.

        Raises Unauthenticated, NotFound for a workspace that is not the caller's.
        """
        key = hashlib.sha256(f"{workspace_id or ''} {credential or ''}".encode()).digest()
        kept = self._kept.get(key)
        if kept is not None and kept.until > self._now() and self._notifications.listening:
            return kept
        asking = self._asking.get(key)
        if asking is None:
            self._notifications.start()
            asking = asyncio.create_task(self._ask(key, credential, workspace_id))
            self._asking[key] = asking
            asking.add_done_callback(lambda done: self._asked(key, done))
        # Many calls of one key wait for one answer: a caller who leaves must not take it away.
        return await asyncio.shield(asking)

    def forget_all(self) -> None:
        """Ask anew for everybody, also for those whose answer is under way."""
        self._epoch += 1
        self._asking.clear()
        for admitted in self._kept.values():
            admitted.stands = False
        self._kept.clear()

    async def close(self) -> None:
        """Let the queries that are under way end, before the database closes."""
        await asyncio.gather(*self._asking.values(), return_exceptions=True)

    async def _ask(self, key: bytes, credential: str | None, workspace_id: str | None) -> Admitted:
        epoch, runtime = self._epoch, self._runtime
        async with runtime.database.begin(Principal.anonymous()) as session:
            admission = await authenticate(runtime, session, credential, workspace_id)
        admitted = Admitted(admission.principal, self._now() + MAX_AGE_SECONDS)
        if admission.note_key_use:
            async with runtime.database.begin(admission.principal) as session:
                await repository.note_key_use(
                    session, admission.principal, runtime.clock.now(), KEY_USE_INTERVAL
                )
        # What was read before a change that was heard of since may be what the change ended.
        if epoch == self._epoch:
            self._kept[key] = admitted
            self._kept.move_to_end(key)
            if len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        else:
            admitted.stands = False
        return admitted

    def _asked(self, key: bytes, done: asyncio.Task[Admitted]) -> None:
        if self._asking.get(key) is done:
            del self._asking[key]
        if not done.cancelled():
            done.exception()  # told to those who wait; nobody may be left

    def _announced(self, subject: str | None) -> None:
        """Something about one person's access changed, or, for None, anybody's may have."""
        changed = None if subject is None else ids.decode("ws", subject)
        if changed is None:
            self.forget_all()
            return
        self._epoch += 1
        self._asking.clear()
        for key in [key for key, admitted in self._kept.items() if _is(admitted.principal, changed)]:
            self._kept.pop(key).stands = False


def _is(principal: Principal, changed: uuid.UUID) -> bool:
    return principal.user_id is not None and ids.decode("usr", principal.user_id) == changed
