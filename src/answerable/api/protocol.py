"""uvicorn's HTTP protocol with a deadline for what comes before the application sees a request.

uvicorn waits for headers without end: a client that sends one byte a minute would hold its connection for
ever. The same deadline bounds what a client still sends of a body after its answer.
"""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from answerable.api.problems import problem


class PatientProtocol(HttpToolsProtocol):
    """Waits `header_seconds` for a request's headers."""

    header_seconds: float = 20.0
    _deadline: asyncio.TimerHandle | None = None
    _in_headers = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A new connection has to send its first request's headers in time."""
        super().connection_made(transport)
        self._expect_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes of requests; headers that did not come whole have to follow in time."""
        super().data_received(data)
        if self._in_headers:
            self._expect_headers()

    def on_message_begin(self) -> None:
        """The first byte of another request on the same connection."""
        super().on_message_begin()
        self._in_headers = True

    def on_headers_complete(self) -> None:
        """From here on the application's own limits hold."""
        self._in_headers = False
        self._stop_waiting()
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        """The answer is out; where the body is not all in, the rest has to come in time."""
        unread = self.cycle.more_body and not self.pipeline
        super().on_response_complete()
        if unread and not self.transport.is_closing():
            self._expect_headers()

    def _expect_headers(self) -> None:
        # Within the deadline of a connection or of unread bytes a request does not get another.
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.header_seconds, self._give_up)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        if self.transport.is_closing():
            return
        if self.cycle is None or self.cycle.response_complete:
            self.transport.write(_too_slow())
        self.transport.close()


def protocol_with(header_seconds: float) -> type[PatientProtocol]:
    """The protocol for uvicorn's configuration, which takes a class."""
    return type("Protocol", (PatientProtocol,), {"header_seconds": header_seconds})


def _too_slow() -> bytes:
    answer = problem(
        408,
        code="too_slow",
        title="The request took too long to arrive",
        detail="The request's headers did not arrive in time. Send it again.",
        headers={"Connection": "close"},
    )
    lines = [b"%s: %s\r\n" % header for header in answer.raw_headers]
    return b"".join([STATUS_LINE[408], *lines, b"\r\n", bytes(answer.body)])
