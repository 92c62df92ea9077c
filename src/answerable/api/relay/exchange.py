"""The answering side of one request: what was sent so far, and how it goes on."""

from __future__ import annotations

from starlette.types import Send

from answerable.api.relay.answers import Headers, send_error, send_whole
from answerable.inference.failures import UpstreamFailure
from answerable.inference.operation import Operation
from answerable.kit.errors import AnswerableError


class Exchange:
    """One response. `status` is 0 until its head is sent."""

    __slots__ = ("headers", "send", "status")

    def __init__(self, send: Send, headers: Headers) -> None:
        self.send = send
        self.headers = headers
        self.status = 0

    async def whole(self, content_type: bytes, more: tuple[tuple[bytes, bytes], ...], body: bytes) -> None:
        """A good answer."""
        self.status = 200
        await send_whole(self.send, 200, [(b"content-type", content_type), *self.headers, *more], body)

    async def begin(self, content_type: bytes, more: tuple[tuple[bytes, bytes], ...]) -> None:
        """The head of a stream."""
        self.status = 200
        headers = [
            (b"content-type", content_type),
            (b"cache-control", b"no-cache"),
            (b"x-accel-buffering", b"no"),  # nginx would hold events back
            *self.headers,
            *more,
        ]
        await self.send({"type": "http.response.start", "status": 200, "headers": headers})

    async def part(self, data: bytes, *, last: bool) -> None:
        """Bytes of a stream."""
        await self.send({"type": "http.response.body", "body": data, "more_body": not last})

    async def fail(self, operation: Operation, error: UpstreamFailure | AnswerableError) -> None:
        """An error instead of an answer."""
        self.status = await send_error(self.send, operation, list(self.headers), error)
