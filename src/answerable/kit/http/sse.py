"""Server-sent events (WHATWG HTML, section 9.2): framing and reading of `Last-Event-ID`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import StreamingResponse
from pydantic_core import to_json

# A comment line this often keeps proxies from closing a quiet stream.
KEEP_ALIVE_SECONDS = 15.0
KEEP_ALIVE = b": keep-alive\n\n"


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `id` increases within a stream; `data` is sent as JSON on one line."""

    id: int
    name: str
    data: Mapping[str, object]

    def encode(self) -> bytes:
        """The event on the wire."""
        return b"id: %d\nevent: %s\ndata: %s\n\n" % (self.id, self.name.encode(), to_json(self.data))


def last_event_id(request: Request) -> int:
    """The id after which the client wants to go on; 0 from the start or when it is no number."""
    text = request.headers.get("last-event-id", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def event_stream(body: AsyncIterator[bytes]) -> StreamingResponse:
    """The response that carries a stream; nothing on the way may cache or buffer it."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(body, media_type="text/event-stream", headers=headers)
