"""Places for work that is bounded, given in turn to the workspaces that wait.

Whoever has the fewest at work goes first; among equals, whoever was served longest ago. One that queues a
thousand statements delays its own, not another's.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from answerable.data.engines.errors import EngineUnavailable


class FairQueue:
    """`places` at work at once; at most `max_waiting` wait, of which one owner may have three quarters."""

    def __init__(self, places: int, max_waiting: int) -> None:
        self._free = places
        self._max_waiting = max_waiting
        self._most_of_one = max(1, max_waiting * 3 // 4)
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._working: Counter[str] = Counter()

    @property
    def waiting(self) -> int:
        """How many wait now."""
        return sum(map(len, self._waiting.values()))

    @property
    def unused(self) -> bool:
        """Whether nobody works or waits."""
        return not self._working and not self._waiting

    @asynccontextmanager
    async def place(self, owner: str, seconds: float) -> AsyncIterator[None]:
        """A place, once it is the owner's turn. Raises EngineUnavailable where too many wait, or when the
        turn did not come within `seconds`."""
        await self._enter(owner, seconds)
        try:
            yield
        finally:
            self._leave(owner)

    async def _enter(self, owner: str, seconds: float) -> None:
        if self._free > 0 and not self._waiting:
            self._free -= 1
            self._working[owner] += 1
            return
        queue = self._waiting.get(owner, deque())
        if self.waiting >= self._max_waiting or len(queue) >= self._most_of_one:
            raise EngineUnavailable("Too many queries are waiting. Try again in a moment.")
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(owner, queue).append(turn)
        try:
            async with asyncio.timeout(seconds):
                await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():
                self._leave(owner)  # the place came at the moment in which it was given up
            else:
                self._withdraw(owner, turn)
            if isinstance(error, TimeoutError):
                raise EngineUnavailable(
                    "The queue of queries did not move. Try again in a moment."
                ) from error
            raise

    def _withdraw(self, owner: str, turn: asyncio.Future[None]) -> None:
        queue = self._waiting.get(owner)
        if queue is not None and turn in queue:
            queue.remove(turn)
            if not queue:
                del self._waiting[owner]

    def _leave(self, owner: str) -> None:
        self._working[owner] -= 1
        if not self._working[owner]:
            del self._working[owner]
        self._free += 1
        while self._free > 0 and self._waiting:
            following = min(self._waiting, key=lambda name: self._working[name])
            queue = self._waiting[following]
            turn = queue.popleft()
            if queue:
                self._waiting.move_to_end(following)
            else:
                del self._waiting[following]
            if not turn.done():
                self._free -= 1
                self._working[following] += 1
                turn.set_result(None)
