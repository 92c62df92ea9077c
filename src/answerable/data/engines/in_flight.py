"""Equal work that is wanted while it is being done is done once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

_Made = TypeVar("_Made")


@dataclass(slots=True)
class _Running(Generic[_Made]):
    task: asyncio.Task[_Made]
    waiting: int = 0


class InFlight(Generic[_Made]):
    """Work by its key, while it is done. Whoever leaves takes nothing from those who wait with them; when
    nobody waits any more the work is cancelled. Lives in one process."""

    def __init__(self) -> None:
        self._running: dict[Hashable, _Running[_Made]] = {}

    async def join(self, key: Hashable, work: Callable[[], Awaitable[_Made]]) -> _Made:
        """What the work gives, or raises: begun now, or by another who wants the same."""
        running = self._running.get(key)
        if running is None:
            running = _Running(asyncio.ensure_future(_as_coroutine(work)))
            self._running[key] = running
            running.task.add_done_callback(lambda _: self._forget(key, running))
        running.waiting += 1
        try:
            return await asyncio.shield(running.task)
        finally:
            running.waiting -= 1
            if running.waiting == 0 and not running.task.done():
                self._forget(key, running)  # who comes now begins anew
                running.task.cancel()

    def _forget(self, key: Hashable, running: _Running[_Made]) -> None:
        if self._running.get(key) is running:
            del self._running[key]


async def _as_coroutine(work: Callable[[], Awaitable[_Made]]) -> _Made:
    return await work()
