"""Streams that several clients read, and streams that are there as a whole."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from answerable.inference.cache.flight import Flight
from answerable.inference.failures import UpstreamFailure
from answerable.inference.gateway.call import Call
from answerable.inference.gateway.errors import error_event
from answerable.inference.operation import Operation
from answerable.inference.usage.record import Outcome
from answerable.kit.errors import AnswerableError


class SharedStream:
    """One client's view of a call under way: what came so far, then what comes.

    `joined` says that the provider was asked by another call, which has the costs on its books.
    """

    __slots__ = ("_at", "_call", "_flight", "_joined", "_operation", "_reader", "_shown", "broken", "ended")

    def __init__(
        self,
        flight: Flight,
        reader: int,
        call: Call,
        operation: Operation,
        *,
        joined: bool,
        shown: Callable[[bytes], bytes],
    ) -> None:
        """`shown` gives what of some bytes the client wants to see."""
        self._flight = flight
        self._reader = reader
        self._call = call
        self._operation = operation
        self._joined = joined
        self._shown = shown
        self._at = 0
        self.broken = False
        self.ended = False

    async def read(self) -> bytes:
        """The next bytes, never empty before the end; `ended` then says whether they are the last."""
        flight = self._flight
        while not self.ended:
            data = b""
            if self._at < flight.count:
                data = self._shown(b"".join(flight.since(self._at)))
                self._at = flight.count
                flight.moved(self._reader, self._at)
            elif not flight.ended:
                await flight.change()
                continue
            if flight.ended and not (flight.silent and data):
                self._end()
            if data:
                return data
        return b""

    async def drain(self, seconds: float, limit: int) -> None:
        """The client has left. Others may be there; else the call is read on within bounds."""
        flight = self._flight
        most = flight.size + limit
        self._at = flight.count
        flight.moved(self._reader, self._at)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._alone and not flight.ended and not self._call.closed and flight.size < most:
                    await flight.change()
                    self._at = flight.count
                    flight.moved(self._reader, self._at)
        self.abandon(Outcome.ABANDONED)

    def abandon(self, outcome: Outcome) -> None:
        """Read no more. Nothing happens after the end."""
        if self.ended:
            return
        self.ended = True
        if self._joined:
            self._call.close(outcome)
        self._flight.leave(self._reader, outcome)

    def broken_off(self, failure: UpstreamFailure | AnswerableError) -> bytes:
        """The client's error event for a stream that is ended from our side."""
        if self._operation is Operation.SPEECH:
            return b""  # sound has no place for words: the connection is cut instead
        return error_event(self._operation, failure)

    @property
    def _alone(self) -> bool:
        return not self._joined and self._flight.waiting == 1

    def _end(self) -> None:
        self.ended = True
        self.broken = self._flight.broken
        if self._joined:
            outcome = Outcome.FAILED if self.broken else Outcome.ANSWERED
            self._call.close(outcome, error_code="upstream_broken" if self.broken else None)
        self._flight.leave(self._reader)


class WholeStream:
    """A stream whose every byte is there. The call is on the books already."""

    __slots__ = ("_data", "broken", "ended")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.broken = False
        self.ended = False

    async def read(self) -> bytes:
        """All bytes."""
        self.ended = True
        return self._data

    async def drain(self, seconds: float, limit: int) -> None:
        """There is nothing to learn."""
        del seconds, limit
        self.ended = True

    def abandon(self, outcome: Outcome) -> None:
        """Nobody is asked anything."""
        del outcome
        self.ended = True

    def broken_off(self, failure: UpstreamFailure | AnswerableError) -> bytes:
        """Nothing: the stream has not begun, or is over."""
        del failure
        return b""
