"""The event log as server-sent events."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

from answerable.events import service
from answerable.events.bell import Bell
from answerable.events.schemas import EventView
from answerable.events.wall import EventWall
from answerable.identity.access import RequestContext, watch_access
from answerable.kit.errors import AnswerableError
from answerable.kit.http.sse import KEEP_ALIVE, KEEP_ALIVE_SECONDS, Event

_WATCH_SECONDS = 5.0
"""How often the access is looked at, and the log even if nobody rang."""


async def live_events(context: RequestContext, *, after: int) -> AsyncIterator[bytes]:
    """What happens after a position, as it happens; an event's id is its position, its name the kind. Ends
    with an event `error` when the access ends."""
    runtime, principal = context.runtime, context.principal
    bell, wall = runtime.get(Bell), runtime.get(EventWall)
    quiet_since = time.monotonic()
    yield b": open\n\n"  # so that whoever waits for the stream knows that nothing is missed from here on
    with bell.heard(principal.workspace_id or "") as rung:
        while True:
            try:
                await watch_access(runtime, principal)
                async with runtime.database.begin(principal) as session:
                    found, after = await service.read_on(session, wall, after)
            except AnswerableError as error:
                yield Event(after, "error", {"code": error.code, "detail": error.detail}).encode()
                return
            for row in found:
                yield Event(row.position, row.kind, EventView.of(row).model_dump(mode="json")).encode()
            now = time.monotonic()
            if found:
                quiet_since = now
            elif now - quiet_since >= KEEP_ALIVE_SECONDS:
                quiet_since = now
                yield KEEP_ALIVE
            await bell.wait(rung, _WATCH_SECONDS)
