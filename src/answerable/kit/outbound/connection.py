"""One HTTP/1.1 connection (RFC 9112) as a client: one request at a time, many after each other.

It is pushed by the event loop and parsed by llhttp (httptools). aiohttp's client costs about three
times as much a request, which the relay's budget does not have.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from answerable.kit.outbound.failure import FailedStage, OutboundFailure
from answerable.kit.outbound.response import OutboundResponse

# Bytes that may come without any of the body: status line, headers, trailers.
_MOST_OVERHEAD = 64 * 1024
_JOIN_BELOW = 64 * 1024


@dataclass(frozen=True, slots=True)
class OutboundTimes:
    """Seconds. `first_byte` counts from the sent request to the body's first byte."""

    connect: float = 5.0
    first_byte: float = 60.0
    idle: float = 60.0
    total: float = 600.0


class Connection(asyncio.Protocol):
    """A connection of the pool. `on_idle` is called when it may be used again, `on_lost` at its end."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        *,
        idle_seconds: float,
        on_idle: Callable[[Connection], None],
        on_lost: Callable[[Connection], None],
    ) -> None:
        self._loop = loop
        self._idle_seconds = idle_seconds
        self._on_idle = on_idle
        self._on_lost = on_lost
        self._transport: asyncio.Transport | None = None
        self._parser = HttpResponseParser(self)
        self._response: OutboundResponse | None = None
        self._headers: dict[str, str] = {}
        self._interim = False
        self._stray = False
        self._overhead = 0
        self._times = OutboundTimes()
        self._total_at = 0.0
        self._stage = FailedStage.FIRST_BYTE
        self._deadline = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = 0.0
        self.requests = 0
        self.heard = False  # any byte since the last request was sent

    @property
    def open(self) -> bool:
        """Whether a request can be sent."""
        return self._transport is not None and not self._transport.is_closing()

    def send(self, head: bytes, body: bytes, times: OutboundTimes, total_at: float) -> OutboundResponse:
        """Write a request. The response begins when the other server answers; see `started`."""
        assert self._transport is not None
        response = self._response = OutboundResponse(self._loop, self)
        self.requests += 1
        self.heard = False
        self._overhead = 0
        self._headers = {}
        self._times = times
        self._total_at = total_at
        if len(body) < _JOIN_BELOW:
            self._transport.write(head + body)
        else:
            self._transport.write(head)
            self._transport.write(body)
        self._stage = FailedStage.FIRST_BYTE
        self._arm(min(self._loop.time() + times.first_byte, total_at))
        return response

    def resume(self) -> None:
        """The reader has caught up."""
        if self._transport is not None:
            self._transport.resume_reading()
            self._arm(min(self._loop.time() + self._times.idle, self._total_at))

    def abort(self) -> None:
        """Close without waiting for anything."""
        self._response = None
        if self._transport is not None:
            self._transport.abort()

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Bytes of an answer, or of nothing that was asked for."""
        response = self._response
        if response is None:
            self.abort()  # an answer before its question belongs to nobody
            return
        self.heard = True
        self._overhead += len(data)
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade):
            # Beyond a whole answer there may be anything; within one there may not.
            self._fail(FailedStage.PROTOCOL, "The server's answer is not valid HTTP/1.1.")
            self.abort()
            return
        if self._response is response and self._overhead > _MOST_OVERHEAD:
            self._fail(FailedStage.PROTOCOL, "The server's answer has too many or too long headers.")
            self.abort()
        elif self._stray:
            self.abort()

    def eof_received(self) -> bool:
        """The other side ends: the transport closes, and `connection_lost` says what that means."""
        return False

    def connection_lost(self, error: Exception | None) -> None:
        """The connection is gone. Without length and chunks, its end was the body's end."""
        response, self._response = self._response, None
        self._transport = None
        self._disarm()
        if response is not None:
            if response.status and not response.framed and error is None:
                response.end()
            else:
                response.fail(OutboundFailure(FailedStage.CUT, "The server closed the connection."))
        self._on_lost(self)

    # What the parser calls.

    def on_message_begin(self) -> None:
        """An answer begins; one that follows a whole answer belongs to no question."""
        self._stray = self._response is None

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header line, or one trailer."""
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        known = self._headers.get(key)
        self._headers[key] = text if known is None else f"{known}, {text}"

    def on_headers_complete(self) -> None:
        """The head is whole: an interim answer (1xx) is passed over, any other is the answer."""
        status = self._parser.get_status_code()
        self._interim = 100 <= status < 200
        response = self._response
        if self._interim or response is None:
            return
        response.status = status
        response.headers = self._headers
        headers, self._headers = self._headers, {}
        response.framed = (
            "content-length" in headers
            or "chunked" in headers.get("transfer-encoding", "")
            or status in {204, 304}
        )

    def on_body(self, data: bytes) -> None:
        """Bytes of the body."""
        response = self._response
        if response is None:
            return
        self._overhead = 0
        self._stage = FailedStage.IDLE
        if response.put(data) and self._transport is not None:
            # While the reader is slow, only the whole counts.
            self._transport.pause_reading()
            self._arm(self._total_at)
        else:
            self._arm(min(self._loop.time() + self._times.idle, self._total_at))

    def on_message_complete(self) -> None:
        """The answer is whole. The connection is kept when both sides wish so."""
        if self._interim:
            self._headers = {}
            return
        response, self._response = self._response, None
        if response is None:
            return
        if response.paused and self._transport is not None:
            self._transport.resume_reading()
        response.end()
        if self._parser.should_keep_alive() and self.open:
            self._stage = FailedStage.IDLE
            self._arm(self._loop.time() + self._idle_seconds)
            self._on_idle(self)
        else:
            self._disarm()
            if self._transport is not None:
                self._transport.close()

    # Deadlines: one timer that is only moved when it would ring too late.

    def _arm(self, deadline: float) -> None:
        self._deadline = deadline
        if self._timer is None or self._timer_at > deadline:
            if self._timer is not None:
                self._timer.cancel()
            self._timer_at = deadline
            self._timer = self._loop.call_at(deadline, self._ring)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _ring(self) -> None:
        self._timer = None
        now = self._loop.time()
        if now < self._deadline:
            self._arm(self._deadline)
            return
        if self._response is not None:
            stage = FailedStage.TOTAL if now >= self._total_at else self._stage
            self._fail(stage, _TOO_SLOW[stage])
        self.abort()

    def _fail(self, stage: FailedStage, detail: str) -> None:
        response, self._response = self._response, None
        if response is not None:
            response.fail(OutboundFailure(stage, detail))


_TOO_SLOW = {
    FailedStage.FIRST_BYTE: "The server did not begin to answer in time.",
    FailedStage.IDLE: "The server stopped in the middle of its answer.",
    FailedStage.TOTAL: "The server's answer took too long.",
}
