"""Waiting for what a call can do without: not long, and not again and again when it is slow or away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import structlog

from answerable.inference.cache.store import StoreUnavailable

T = TypeVar("T")

log = structlog.get_logger(__name__)

_FAILURES = 3
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 30.0


class BoundedWait:
    """A call that takes too long goes on by itself, and nobody waits for it. After three of these in a row,
    or as many errors, it is left alone for a while; then one call tries."""

    def __init__(self, seconds: float, name: str, *, now: Callable[[], float] = time.monotonic) -> None:
        """`name` is what the log calls it."""
        self._seconds = seconds
        self._name = name
        self._now = now
        self._failures = 0
        self._pause = _FIRST_PAUSE
        self._paused_until = 0.0
        self._tasks: set[asyncio.Future[Any]] = set()

    @property
    def paused(self) -> bool:
        """Whether it is left alone now."""
        return self._now() < self._paused_until

    async def get(self, work: Callable[[], Awaitable[T]]) -> T | None:
        """What the work gives; None when it is too slow, fails with StoreUnavailable or is not tried."""
        if self.paused:
            return None
        if self._failures >= _FAILURES:  # the pause is over: one tries, the others wait for its outcome
            self._paused_until = self._now() + self._pause
        task: asyncio.Future[T] = asyncio.ensure_future(work())
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        await asyncio.wait({task}, timeout=self._seconds)
        if not task.done():
            self._failed("slow")
            return None
        try:
            result = task.result()
        except StoreUnavailable as error:
            self._failed(str(error))
            return None
        self._failures, self._pause, self._paused_until = 0, _FIRST_PAUSE, 0.0
        return result

    async def close(self) -> None:
        """End what is still under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _failed(self, reason: str) -> None:
        self._failures += 1
        if self._failures >= _FAILURES:
            self._paused_until = self._now() + self._pause
            log.warning("cache_goes_on_without", what=self._name, reason=reason, seconds=self._pause)
            self._pause = min(2 * self._pause, _LONGEST_PAUSE)

    def _ended(self, task: asyncio.Future[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # told to who waits; nobody may
