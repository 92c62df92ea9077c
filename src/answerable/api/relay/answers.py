"""Writing answers and errors of `/v1/*`."""

from __future__ import annotations

from starlette.types import Send

from answerable.inference.dialects.registry import error_for
from answerable.inference.dialects.telling import complaint
from answerable.inference.failures import UpstreamFailure
from answerable.inference.operation import Operation
from answerable.kit.errors import AnswerableError

Headers = list[tuple[bytes, bytes]]

_JSON = (b"content-type", b"application/json")


async def send_whole(send: Send, status: int, headers: Headers, body: bytes) -> None:
    """One whole response."""
    headers.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def send_error(
    send: Send, operation: Operation, headers: Headers, error: UpstreamFailure | AnswerableError
) -> int:
    """An error in the client's protocol; returns its status."""
    told = complaint(error)
    body = error_for(operation, told.status, told.code, told.message, told.field)
    await send_whole(send, told.status, [_JSON, *headers, *told.headers], body)
    return told.status
