"""A request's body, bounded in size and time while it arrives."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from starlette.types import Message, Receive

from answerable.kit.errors import AnswerableError, MalformedRequest, TooLarge


class ClientGone(Exception):
    """The client left before its request was whole: there is nobody to answer."""


class TooSlow(AnswerableError):
    """The body did not arrive in time; its connection ends with the answer."""

    code, status, title = "too_slow", 408, "The request took too long to arrive"

    def __init__(self) -> None:
        super().__init__(
            "The body did not arrive in time. Send it again over a faster connection; an operator can allow "
            "more time with ANSWERABLE_HTTP__BODY_SECONDS and ANSWERABLE_HTTP__BODY_BYTES_PER_SECOND.",
            headers={"Connection": "close"},
        )


@dataclass(frozen=True, slots=True)
class BodyBounds:
    """A body of n bytes may keep the server waiting for `seconds + n / bytes_per_second`."""

    max_bytes: int
    seconds: float
    bytes_per_second: int


async def read_body(receive: Receive, content_length: bytes | None, bounds: BodyBounds) -> bytes:
    """The whole body. Raises MalformedRequest, TooLarge, TooSlow, ClientGone."""
    expected = bounds.max_bytes
    if content_length is not None:
        if not content_length.isdigit():
            raise MalformedRequest("The content length is not a number.")
        expected = int(content_length)
        if expected > bounds.max_bytes:
            raise _too_large(bounds.max_bytes)
    message = _at_hand(receive)
    if message is not None and message["type"] == "http.disconnect":
        raise ClientGone
    if message is not None and not message.get("more_body", False):
        body: bytes = message.get("body", b"")
        if len(body) > bounds.max_bytes:
            raise _too_large(bounds.max_bytes)
        return body
    try:
        async with asyncio.timeout(bounds.seconds + expected / bounds.bytes_per_second):
            return await _read(receive, message, bounds.max_bytes)
    except TimeoutError:
        raise TooSlow from None


def _at_hand(receive: Receive) -> Message | None:
    """What `receive` gives without waiting: a small body mostly came with its head."""
    waiting = receive()
    try:
        waiting.send(None)  # type: ignore[attr-defined]  # ASGI's callables are coroutine functions
    except StopIteration as told:
        message: Message = told.value
        return message
    waiting.close()  # type: ignore[attr-defined]
    return None


async def _read(receive: Receive, message: Message | None, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = message or await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > limit:
            raise _too_large(limit)
        if not message.get("more_body", False):
            return b"".join(parts)
        message = None


def _too_large(limit: int) -> TooLarge:
    return TooLarge(
        f"The body has more than {limit:,} bytes. Send less, or have the operator raise the limit."
    )
