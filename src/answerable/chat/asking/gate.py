"""How many questions one process works on at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turn:
    """One of the places at work, while it is held."""

    def __init__(self, places: asyncio.Semaphore) -> None:
        self._places = places
        self._held = False

    async def take(self) -> None:
        """Wait for a place, in the order in which others did."""
        await self._places.acquire()
        self._held = True

    def leave(self) -> None:
        """Let the next one have it."""
        if self._held:
            self._held = False
            self._places.release()

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        """Meanwhile another question has the place: for waiting that costs this process nothing."""
        self.leave()
        try:
            yield
        finally:
            await self.take()


class AnsweringGate:
    """Reading a question and looking for passages take processor time and connections. A crowd that does all
    of it at once would keep transactions open while each waits for its turn on the processor."""

    def __init__(self, places: int) -> None:
        self._places = asyncio.Semaphore(places)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Turn]:
        """A place at work, once there is one."""
        turn = Turn(self._places)
        await turn.take()
        try:
            yield turn
        finally:
            turn.leave()
