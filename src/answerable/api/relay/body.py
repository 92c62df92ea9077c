"""A request's body, bounded while it arrives."""

from __future__ import annotations

from starlette.types import Receive

from answerable.kit.errors import MalformedRequest, TooLarge


class ClientGone(Exception):
    """The client left before its request was whole: there is nobody to answer."""


async def read_body(receive: Receive, content_length: bytes | None, limit: int) -> bytes:
    """The whole body. Raises TooLarge, ClientGone."""
    if content_length is not None:
        if not content_length.isdigit():
            raise MalformedRequest("The content length is not a number.")
        if int(content_length) > limit:
            raise _too_large(limit)
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientGone
    body: bytes = message.get("body", b"")
    if not message.get("more_body", False):
        if len(body) > limit:
            raise _too_large(limit)
        return body
    parts, size = [body], len(body)
    while message.get("more_body", False):
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > limit:
            raise _too_large(limit)
    return b"".join(parts)


def _too_large(limit: int) -> TooLarge:
    return TooLarge(
        f"The body has more than {limit:,} bytes. Send less, or have the operator raise the limit."
    )
