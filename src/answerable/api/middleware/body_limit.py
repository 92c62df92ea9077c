"""Bounds the size of request bodies while they arrive, whatever their headers claim."""

from __future__ import annotations

from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from answerable.api.problems import problem

_MOST_DISCARDED = 16_000_000


class BodyLimit:
    def __init__(self, app: ASGIApp, *, limit_for: Callable[[str], int]) -> None:
        """`limit_for(path)` gives the bytes that a body to that path may have."""
        self.app = app
        self._limit_for = limit_for

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; past the limit it ends with 413 and no more is read."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = self._limit_for(scope["path"])
        length = dict(scope["headers"]).get(b"content-length", b"")
        if length.isdigit() and int(length) > limit:
            await _discard(receive)
            await _too_large(limit)(scope, receive, send)
            return
        received = 0

        async def counted_receive() -> Message:
            nonlocal received
            message = await receive()
            if message["type"] == "http.request":
                received += len(message.get("body", b""))
                if received > limit:
                    # The one exception that FastAPI lets through while it reads a body.
                    raise HTTPException(413, _detail(limit))
            return message

        await self.app(scope, counted_receive, send)


async def _discard(receive: Receive) -> None:
    """Read and drop a bounded part: a client that is cut off while it sends never sees the answer."""
    dropped = 0
    while dropped < _MOST_DISCARDED:
        message = await receive()
        dropped += len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body", False):
            return


def _detail(limit: int) -> str:
    return f"The body has more than {limit:,} bytes. Send less; files go to their upload address."


def _too_large(limit: int) -> ASGIApp:
    return problem(
        413, code="too_large", title="Too large", detail=_detail(limit), headers={"Connection": "close"}
    )
