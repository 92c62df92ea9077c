"""The event log as server-sent events, and word of what changed beside it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Collection

from answerable.events import service
from answerable.events.bell import RESOURCES, Bell, Ear
from answerable.events.schemas import EventView
from answerable.events.tables import EventRow
from answerable.events.wall import EventWall
from answerable.identity.access import RequestContext, watch_access
from answerable.kit.errors import AnswerableError
from answerable.kit.http.sse import KEEP_ALIVE, KEEP_ALIVE_SECONDS, Event

_WATCH_SECONDS = 5.0
"""How often the access is looked at, and the log even if nobody rang."""
_GATHER_SECONDS = 0.3
"""How long changes are gathered before they are told of, which is so about three times a second at most."""


async def live_events(
    context: RequestContext, *, after: int, goes_on: bool, changes: bool
) -> AsyncIterator[bytes]:
    """What happens after a position, as it happens; an event's id is its position, its name the kind. Ends
    with an event `error` when the access ends.

    With `changes`, events `changed` name resources to look at again, with the position read up to as their
    id. They are not kept: a stream that goes on begins with one that names all.
    """
    runtime, principal = context.runtime, context.principal
    bell = runtime.get(Bell)
    quiet_since = time.monotonic()
    yield b": open\n\n"  # so that whoever waits for the stream knows that nothing is missed from here on
    with bell.heard(principal, changes=changes) as ear:
        if changes:
            yield _changed(after, RESOURCES.values() if goes_on else ())
        while True:
            try:
                await watch_access(runtime, principal)
                found, after = await _read_on(context, ear, after)
            except AnswerableError as error:
                yield Event(after, "error", {"code": error.code, "detail": error.detail}).encode()
                return
            told = [
                Event(row.position, row.kind, EventView.of(row).model_dump(mode="json")).encode()
                for row in found
            ]
            if ear.changed:
                told.append(_changed(after, ear.changed))
                ear.changed.clear()
            now = time.monotonic()
            if told or now - quiet_since >= KEEP_ALIVE_SECONDS:
                quiet_since = now
                yield b"".join(told) or KEEP_ALIVE
            await bell.wait(ear, _WATCH_SECONDS)
            if ear.changed:
                await asyncio.sleep(_GATHER_SECONDS)


async def _read_on(context: RequestContext, ear: Ear, after: int) -> tuple[list[EventRow], int]:
    """What the log has after a position, and the position read up to; asks nothing while it cannot have
    grown."""
    if not ear.published:
        return [], after
    ear.published = False
    async with context.runtime.database.begin(context.principal) as session:
        found, reached = await service.read_on(session, context.runtime.get(EventWall), after)
    if reached != after:  # there may be more than one reading gives
        ear.published = True
        ear.rung.set()
    return found, reached


def _changed(position: int, resources: Collection[str]) -> bytes:
    return Event(position, "changed", {"resources": sorted(resources)}).encode()
