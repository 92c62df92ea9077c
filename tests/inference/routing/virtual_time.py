"""Time that passes as soon as everybody waits for it."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Awaitable


class VirtualTime:
    """A monotonic clock and the sleeping that belongs to it. Nothing here depends on the machine's speed."""

    def __init__(self) -> None:
        self.moment = 1_000.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()

    def now(self) -> float:
        """Seconds."""
        return self.moment

    async def sleep(self, seconds: float) -> None:
        """Return when the time has come."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.moment + seconds, next(self._numbers), future))
        await future

    async def run(self, *work: Awaitable[object]) -> None:
        """Let time pass until all the work is done."""
        tasks = [asyncio.ensure_future(each) for each in work]
        while not all(task.done() for task in tasks):
            await self._settle()
            if self._sleepers and not all(task.done() for task in tasks):
                moment, _, future = heapq.heappop(self._sleepers)
                self.moment = max(self.moment, moment)
                if not future.done():
                    future.set_result(None)
        for task in tasks:
            task.result()

    async def _settle(self) -> None:
        """Let everybody go on who can, to the next wait."""
        for _ in range(10):
            await asyncio.sleep(0)
