"""One call under way that others may wait for.

The call runs in a task of its own, so that nobody who leaves takes it away from the others; the last one
who leaves ends it. What came is held for those who join late. Beyond the size that is kept anyway, nobody
joins any more, what everybody has got is dropped, and the slowest reader sets the pace.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from answerable.inference.cache.hot import HotAnswer
from answerable.inference.usage.record import Outcome
from answerable.kit.errors import Unavailable

_PIECES_AHEAD = 32


class Flight:
    """What is known of a call so far.

    It has begun once it is `streamed` or `ended`. Ended it has one of: `kept`, an answer that was there
    already; `whole`, the provider's; its pieces; `failed`.
    """

    def __init__(self) -> None:
        self.pieces: list[Any] = []  # bytes of a client's stream, or events of one of our own calls
        self.size = 0
        self.joinable = True
        self.streamed = False
        self.ended = False
        self.broken = False
        self.silent = False  # broken, and no piece says so
        self.kept: HotAnswer | None = None
        self.whole: bytes | None = None
        self.content_type = ""
        self.provider: str | None = None
        self.model: str | None = None
        self.failed: Exception | None = None
        self.leaders_own = False  # the failure is the leader's alone: another may take over
        self.led = False  # a provider is asked, and the leader's books are closed by who asks
        self.unled_close: Callable[[], None] | None = None
        self.stopped_as: Outcome | None = None
        self._dropped = 0
        self._entered = 0
        self._positions: dict[int, int] = {}
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def begun(self) -> bool:
        """Whether there is anything to tell."""
        return self.streamed or self.ended

    @property
    def count(self) -> int:
        """How many pieces came."""
        return self._dropped + len(self.pieces)

    @property
    def complete(self) -> bool:
        """Whether every piece is still there."""
        return not self._dropped

    def has_company(self) -> bool:
        """Whether others wait beside the one that leads it."""
        return len(self._positions) > 1

    @property
    def waiting(self) -> int:
        """How many are there for it."""
        return len(self._positions)

    def start(self, work: Coroutine[None, None, None]) -> None:
        """Begin the call."""
        self._task = asyncio.get_running_loop().create_task(work)
        self._task.add_done_callback(self._over)

    def since(self, position: int) -> list[Any]:  # Any: as the pieces are
        """The pieces from a position on."""
        return self.pieces[position - self._dropped :]

    async def change(self) -> None:
        """Wait until there is something new."""
        await self._changed.wait()

    async def beginning(self, *, takes_over: bool = False) -> None:
        """Wait until there is something to tell. Raises what ended the call before that; who takes over is
        not told of a failure that is the leader's own."""
        while not self.begun:
            await self.change()
        if self.failed is not None and not self.streamed and not (takes_over and self.leaders_own):
            raise self.failed

    def tell(self) -> None:
        """Wake everybody who waits."""
        self._changed.set()
        self._changed = asyncio.Event()

    def begin_stream(self) -> None:
        """Pieces will come."""
        self.streamed = True
        self.tell()

    def add(self, piece: Any, size: int, *, most: int) -> None:  # Any: as the pieces are
        """Another piece came. Beyond `most` bytes in all the flight is closed for those who come later."""
        self.pieces.append(piece)
        self.size += size
        if self.size > most:
            self.joinable = False
        self.tell()

    async def room(self) -> None:
        """Wait until the slowest reader is near, once nobody can join any more."""
        while not self.joinable and self._positions and len(self.pieces) > _PIECES_AHEAD:
            await self.change()

    def end(self) -> None:
        """Nothing more will come."""
        if not self.ended:
            self.ended = True
            self.tell()

    def fail(self, error: BaseException) -> None:
        """The call ended with an error, or was ended."""
        stopped = Unavailable("The server stops. Try again in a moment.")
        self.failed = error if isinstance(error, Exception) else stopped
        if self.streamed and not self.ended:
            self.broken = self.silent = True
        self.ended = True
        self.tell()

    def enter(self) -> int:
        """One more is there for it; returns its name."""
        self._entered += 1
        self._positions[self._entered] = 0
        return self._entered

    def moved(self, reader: int, position: int) -> None:
        """A reader has got everything up to a position."""
        self._positions[reader] = position
        self._drop()

    def leave(self, reader: int, outcome: Outcome | None = None) -> None:
        """One is there no longer; the last one ends the call, with an outcome if it has one to say."""
        if self._positions.pop(reader, None) is None:
            return
        if self._positions:
            self._drop()
        elif not self.ended and self._task is not None:
            self.joinable = False
            self.stopped_as = outcome
            self._task.cancel()
        elif self._task is None or self._task.done():
            self._close_unled()

    async def close(self) -> None:
        """End the call: the process stops, or nobody is there for it any more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def done(self) -> None:
        """Wait until the call's own end, with its books."""
        if self._task is not None:
            await asyncio.wait({self._task})

    def _drop(self) -> None:
        if self.joinable or not self._positions:
            return
        behind = min(self._positions.values()) - self._dropped
        if behind > 0:
            del self.pieces[:behind]
            self._dropped += behind
            self.tell()

    def _over(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            task.exception()  # told to those who wait
        if not self.ended:
            self.fail(asyncio.CancelledError())
        self._close_unled()

    def _close_unled(self) -> None:
        if not self.led and self.unled_close is not None:
            self.unled_close()
            self.unled_close = None
