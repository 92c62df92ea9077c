"""Clients that leave and access that ends, while calls are under way.

One task looks at all calls a few times a second, instead of a task beside each of them.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Literal

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import Receive
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from answerable.identity.admissions import MAX_AGE_SECONDS, Admitted
from answerable.identity.watch import AccessWatch
from answerable.inference.usage.record import Outcome
from answerable.kit.errors import Unauthenticated
from answerable.kit.principal import Principal

log = structlog.get_logger(__name__)

_SWEEP_SECONDS = 0.25


class ClientPresence:
    """One call's client. Cancelling `task` is how a call is stopped from outside; `stopped` says so."""

    __slots__ = ("_cycle", "_left", "_receive", "admitted", "checked_at", "left_at", "stopped", "task")

    def __init__(self, receive: Receive, admitted: Admitted) -> None:
        self._receive = receive
        cycle = getattr(receive, "__self__", None)
        self._cycle: RequestResponseCycle | None = None
        if isinstance(cycle, RequestResponseCycle):
            self._cycle = cycle
            cycle.flow.resume_reading()  # paused within a large body, it would not hear of the leaving
        self._left = False
        self.admitted = admitted
        self.checked_at = time.monotonic()
        self.left_at: float | None = None
        self.stopped: Literal["left", "access"] | None = None
        self.task = asyncio.current_task()

    def left(self) -> bool:
        """Whether the client has gone, asked without waiting."""
        # uvicorn's own flag costs a twentieth of a step of `receive`, and every call looks at its end.
        cycle = self._cycle
        if not self._left and (_disconnected(self._receive) if cycle is None else cycle.disconnected):
            self._left = True
            self.left_at = time.monotonic()
        return self._left

    def reason(self) -> Outcome:
        """Why the task is cancelled: by us for one of two reasons, else by a server that stops."""
        if self.stopped == "access":
            return Outcome.CANCELLED
        return Outcome.ABANDONED if self._left else Outcome.INTERRUPTED

    def stop(self, why: Literal["left", "access"]) -> None:
        """End the call at the next point where it waits."""
        if self.stopped is None and self.task is not None:
            self.stopped = why
            self.task.cancel()


class Presences:
    """All calls under way in this process."""

    def __init__(self, watch: Callable[[], AccessWatch], *, drain_seconds: float) -> None:
        """`drain_seconds`: how long a call goes on whose client left; 0 ends it at once."""
        self._watch = watch
        self._drain_seconds = drain_seconds
        self._calls: set[ClientPresence] = set()
        self._sweeper: asyncio.Task[None] | None = None
        self._checks: set[asyncio.Task[None]] = set()

    def add(self, presence: ClientPresence) -> None:
        """Look after a call from now on."""
        self._calls.add(presence)
        if self._sweeper is None or self._sweeper.done():
            self._sweeper = asyncio.create_task(self._sweep())

    def remove(self, presence: ClientPresence) -> None:
        """The call has ended."""
        self._calls.discard(presence)

    async def close(self) -> None:
        """Stop looking."""
        tasks = [*self._checks, *([self._sweeper] if self._sweeper else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _sweep(self) -> None:
        while self._calls:
            await asyncio.sleep(_SWEEP_SECONDS)
            now = time.monotonic()
            doubtful: dict[Principal, list[ClientPresence]] = {}
            for call in list(self._calls):
                if call.left():
                    if call.left_at is not None and now >= call.left_at + self._drain_seconds:
                        call.stop("left")
                elif not call.admitted.stands or now >= call.checked_at + MAX_AGE_SECONDS:
                    doubtful.setdefault(call.admitted.principal, []).append(call)
            for principal, calls in doubtful.items():
                check = asyncio.create_task(self._check(principal, calls))
                self._checks.add(check)
                check.add_done_callback(self._checks.discard)

    async def _check(self, principal: Principal, calls: list[ClientPresence]) -> None:
        """One question for all calls of one principal."""
        now = time.monotonic()
        for call in calls:
            call.checked_at = now
        try:
            await self._watch().check(principal)
        except Unauthenticated:
            for call in calls:
                call.stop("access")
            return
        except (SQLAlchemyError, OSError) as error:
            # Nobody can end an access while the database is away: the calls go on and are asked again.
            log.warning("relay.access_not_checked", error_type=type(error).__name__)
            return
        fresh = Admitted(principal, now)
        for call in calls:
            call.admitted = fresh


def _disconnected(receive: Receive) -> bool:
    """Whether `receive` has the client's leaving to tell: one step of it, no task and no waiting."""
    waiting = receive()
    try:
        waiting.send(None)  # type: ignore[attr-defined]  # ASGI's callables are coroutine functions
    except StopIteration as told:
        return bool(told.value["type"] == "http.disconnect")
    waiting.close()  # type: ignore[attr-defined]
    return False
