"""A streamed answer on its way to a client, and its books."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from answerable.inference.chat import TokenCount
from answerable.inference.failures import UpstreamFailure
from answerable.inference.gateway.call import Call
from answerable.inference.gateway.upstream import upstream_failure
from answerable.inference.models.hiding import bytes_without_secrets, failure_without_secrets
from answerable.inference.usage.record import Outcome
from answerable.kit.errors import AnswerableError
from answerable.kit.outbound import OutboundFailure, OutboundResponse


class Converter(Protocol):
    """What happens to bytes between provider and client: EventTap, Translation or Passage.

    `tokens` are the provider's count so far, `events` the pieces of answer that came since it told that;
    `spoke` says whether any came. `unsent` is what a feed that failed had made before.
    """

    tokens: TokenCount | None
    events: int
    finished: bool
    errored: bool
    spoke: bool
    unsent: bytes

    def feed(self, data: bytes) -> bytes:
        """Bytes for the client. Raises UpstreamFailure."""
        ...

    def finish(self) -> bytes:
        """The last bytes for the client. Raises UpstreamFailure(CUT) when the answer is not whole."""
        ...


class AnswerStream:
    """Bytes for the client. The call is on the books before its last byte is given out.

    Whoever holds one reads it to its end, drains it, or abandons it.
    """

    __slots__ = (
        "_call",
        "_converter",
        "_failed",
        "_first",
        "_on_broken",
        "_on_end",
        "_response",
        "_spoke",
        "broken",
        "ended",
    )

    def __init__(
        self,
        call: Call,
        response: OutboundResponse,
        converter: Converter,
        first: bytes,
        *,
        failed: Callable[[UpstreamFailure | AnswerableError], bytes],
        on_broken: Callable[[UpstreamFailure], None],
        on_end: Callable[[], None],
    ) -> None:
        """`first` are converted bytes that wait to be sent; `failed` writes the client's error event."""
        self._call = call
        self._response = response
        self._converter = converter
        self._first = self._shown(first)
        self._failed = failed
        self._on_broken = on_broken
        self._on_end = on_end
        self.broken = False  # the error event, or for lack of one the connection's end, tells of it
        self.ended = False
        call.span.streamed(self._first)
        self._spoke = False
        self._note_first_token()
        if converter.finished:
            self._close()

    async def read(self) -> bytes:
        """The next bytes, never empty before the end; `ended` then says whether they are the last."""
        data, self._first = self._first, b""
        if data:
            return self._given(data)
        while not self.ended:
            try:
                raw = await self._response.read()
                data = self._converter.feed(raw) if raw else self._converter.finish()
            except OutboundFailure as failure:
                return self._broken(upstream_failure(failure))
            except UpstreamFailure as failure:
                return self._broken(failure)
            data = self._shown(data)
            self._call.span.streamed(data)
            if not self._spoke:
                self._note_first_token()
            if not raw:
                self.ended = True
            if self._converter.finished:
                self._close()
            if data:
                return self._given(data)
        return b""

    async def drain(self, seconds: float, limit: int) -> None:
        """The client has left: read on within bounds, to learn what the call really used."""
        size = 0
        try:
            async with asyncio.timeout(seconds):
                while not self.ended and not self._call.closed and size < limit:
                    size += len(await self.read())
        except TimeoutError:
            pass  # the provider is too slow to be waited for; what is known is written down
        finally:
            self.abandon(Outcome.ABANDONED)

    def abandon(self, outcome: Outcome) -> None:
        """Stop asking, and close the books with what is known. Nothing happens after the end."""
        self._response.abort()
        self.ended = True
        self._on_end()
        self._call.close(outcome, self._known_tokens())

    def broken_off(self, failure: UpstreamFailure | AnswerableError) -> bytes:
        """The client's error event for a stream that is ended from our side."""
        return self._failed(failure)

    def _given(self, data: bytes) -> bytes:
        if self._converter.finished and self._response.complete and not self.ended:
            self.ended = self._response.drained
        return data

    def _broken(self, failure: UpstreamFailure) -> bytes:
        self.ended = True
        self._response.abort()
        if self._converter.finished:
            return b""  # the answer was whole; only the connection's end was not
        self.broken = True
        self._on_broken(failure)
        self._call.close(Outcome.FAILED, self._known_tokens(), error_code=failure.kind.value)
        target = self._call.target
        shown = failure if target is None else failure_without_secrets(target, failure)
        return self._converter.unsent + self._failed(shown)

    def _shown(self, data: bytes) -> bytes:
        """Bytes as they came, but for an error event's: it may repeat what the provider was sent."""
        if not self._converter.errored or self._call.target is None:
            return data
        return bytes_without_secrets(self._call.target, data)

    def _note_first_token(self) -> None:
        converter = self._converter
        if converter.spoke or converter.finished:
            self._spoke = True
            self._call.first_token()

    def _close(self) -> None:
        self._on_end()
        if self._converter.errored:
            self._call.close(Outcome.FAILED, self._known_tokens(), error_code="upstream_error_event")
        else:
            self._call.close(Outcome.ANSWERED, self._known_tokens())

    def _known_tokens(self) -> TokenCount:
        converter = self._converter
        whole = converter.finished and not converter.errored
        return self._call.used(converter.tokens, converter.events, whole=whole)
