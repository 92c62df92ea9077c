"""Ends requests whose body arrives too slowly: each holds a connection, and some a transaction."""

from __future__ import annotations

import asyncio

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from answerable.api.problems import problem

_DETAIL = (
    "The body did not arrive in time. Send it again over a faster connection; an operator can allow more "
    "time with ANSWERABLE_HTTP__BODY_SECONDS and ANSWERABLE_HTTP__BODY_BYTES_PER_SECOND."
)


class _TooSlow(HTTPException):
    """The one kind of exception that FastAPI lets through while it reads a body."""

    def __init__(self) -> None:
        super().__init__(408, _DETAIL, {"Connection": "close"})


class BodyPace:
    def __init__(self, app: ASGIApp, *, seconds: float, bytes_per_second: int) -> None:
        """A body of n bytes may keep the server waiting for `seconds + n / bytes_per_second`."""
        self.app = app
        self._seconds = seconds
        self._bytes_per_second = bytes_per_second

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; one that is too slow ends with 408, and so does its connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        loop = asyncio.get_running_loop()
        # Waiting alone counts: the time that the application takes is not the client's.
        left = self._seconds
        complete = answering = False

        async def paced_receive() -> Message:
            nonlocal left, complete
            if complete:
                return await receive()
            before = loop.time()
            try:
                async with asyncio.timeout(max(left, 0)):
                    message = await receive()
            except TimeoutError:
                raise _TooSlow from None
            left += len(message.get("body", b"")) / self._bytes_per_second - (loop.time() - before)
            complete = not message.get("more_body", False)
            return message

        async def watched_send(message: Message) -> None:
            nonlocal answering
            answering = True
            await send(message)

        try:
            await self.app(scope, paced_receive, watched_send)
        except _TooSlow as error:
            if answering:
                raise
            answer = problem(
                408,
                code="too_slow",
                title="The request took too long to arrive",
                detail=_DETAIL,
                headers=error.headers,
            )
            await answer(scope, receive, send)
