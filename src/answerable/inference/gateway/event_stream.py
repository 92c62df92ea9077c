"""Events written for a client as they come: the stream of an answer that no provider's bytes carry."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress

from answerable.inference.chat import ChatEvent
from answerable.inference.dialects.dialect import FrameWriter
from answerable.inference.failures import UpstreamFailure
from answerable.inference.usage.record import Outcome
from answerable.kit.errors import AnswerableError


class EventStream:
    """Bytes for the client. Whoever makes the events has closed the books before the last of them."""

    __slots__ = ("_closing", "_events", "_first", "_writer", "broken", "ended")

    def __init__(
        self, events: AsyncGenerator[ChatEvent, None], writer: FrameWriter, first: bytes = b""
    ) -> None:
        """`first` are frames that wait to be sent."""
        self._events = events
        self._writer = writer
        self._first = first
        self._closing: asyncio.Task[None] | None = None
        self.broken = False
        self.ended = False

    async def read(self) -> bytes:
        """The next bytes, never empty before the end; `ended` then says whether they are the last."""
        data, self._first = self._first, b""
        while not data and not self.ended:
            try:
                data = self._writer.frames(await anext(self._events))
            except StopAsyncIteration:
                self.ended = True
                return self._writer.end()
            except (UpstreamFailure, AnswerableError) as failure:
                self.ended = self.broken = True
                return self._writer.failure(failure)
        return data

    async def drain(self, seconds: float, limit: int) -> None:
        """The client has left: read on within bounds, to learn what the call really used."""
        size = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not self.ended and size < limit:
                    size += len(await self.read())
        self.abandon(Outcome.ABANDONED)

    def abandon(self, outcome: Outcome) -> None:
        """Stop asking; the books are closed as the client's presence says. Nothing happens after the end."""
        del outcome
        if not self.ended:
            self.ended = True
            self._closing = asyncio.ensure_future(self._events.aclose())

    def broken_off(self, failure: UpstreamFailure | AnswerableError) -> bytes:
        """The client's error event for a stream that is ended from our side."""
        return self._writer.failure(failure)
