"""Work that nobody waits for any more is not done to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.requests import Request

from answerable.kit.errors import AnswerableError

T = TypeVar("T")
_LOOK_SECONDS = 0.25


class ClientLeft(AnswerableError):
    """Told to nobody: who asked is gone."""

    code, status, title = "client_left", 499, "The client left before the answer"


async def while_client_waits(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """The work's result. When the client leaves the work is cancelled, and ClientLeft raised."""
    task = asyncio.ensure_future(work)
    try:
        while not (await asyncio.wait([task], timeout=_LOOK_SECONDS))[0]:
            if await request.is_disconnected():
                raise ClientLeft("Nobody waits for the answer.")
        return task.result()
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait([task])
