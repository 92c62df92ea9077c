"""Open streams and long work: does the access that started them still stand?"""

from __future__ import annotations

import asyncio
import time

from answerable.identity.authentication import present_scopes
from answerable.kit.clock import Clock
from answerable.kit.db import Database
from answerable.kit.errors import Unauthenticated
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime

_MOST_KEPT = 4096


class AccessWatch:
    """Answers from one query every `seconds` for each principal, however many streams it has open."""

    def __init__(self, database: Database, clock: Clock, *, seconds: float = 1.0) -> None:
        self._database = database
        self._clock = clock
        self._seconds = seconds
        self._checks: dict[Principal, tuple[float, asyncio.Task[bool]]] = {}

    async def check(self, principal: Principal) -> None:
        """Returns while the access stands; raises Unauthenticated once it was ended or narrowed."""
        now = time.monotonic()
        known = self._checks.get(principal)
        if known is None or known[0] <= now:
            self._forget_old(now)
            known = (now + self._seconds, asyncio.create_task(self._stands(principal)))
            self._checks[principal] = known
        # Another stream waits for the same answer: one that is cancelled must not take it away.
        if not await asyncio.shield(known[1]):
            raise Unauthenticated("Your access has ended or changed. Sign in again.")

    async def close(self) -> None:
        """Let the queries that are under way end, before the database closes."""
        await asyncio.gather(*(task for _, task in self._checks.values()), return_exceptions=True)

    async def _stands(self, principal: Principal) -> bool:
        async with self._database.begin(principal) as session:
            scopes = await present_scopes(session, principal, self._clock.now())
        return scopes is not None and principal.scopes <= scopes

    def _forget_old(self, now: float) -> None:
        if len(self._checks) >= _MOST_KEPT:
            self._checks = {key: known for key, known in self._checks.items() if known[0] > now}


async def watch_access(runtime: Runtime, principal: Principal) -> None:
    """Call this every second or two while a stream of that principal is open, outside a transaction.

    Returns while the access stands. Raises Unauthenticated when the person was disabled, signed out,
    removed or demoted, or the key revoked or expired: the stream must end.
    """
    await runtime.get(AccessWatch).check(principal)
