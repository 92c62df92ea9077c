"""`/events`: what happened in the workspace, and what happens now."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import StreamingResponse

from answerable.events import service
from answerable.events.schemas import EventsRequest, EventView
from answerable.events.stream import live_events
from answerable.events.wall import EventWall
from answerable.identity.access import RequestContext, Scope, requires
from answerable.kit.http import Router
from answerable.kit.http.sse import event_stream, last_event_id
from answerable.kit.paging import Page, make_page

router = Router(prefix="/events", tags=["events"])

Reader = Annotated[RequestContext, requires(Scope.DATA_READ)]


@router.get("")
async def list_events(context: Reader, wanted: Annotated[EventsRequest, Query()]) -> Page[EventView]:
    """The workspace's events of the last 30 days, newest first. A page has fewer where some are not for
    you."""
    wall = context.runtime.get(EventWall)
    rows, visible = await service.list_events(context.session, wall, wanted, wanted.kind)
    page = make_page(rows, wanted, EventView.of, lambda row: (row.created_at, row.id))
    return Page(items=[each for each in page.items if each.id in visible], next_cursor=page.next_cursor)


@router.get("/stream")
async def follow_events(
    context: Reader,
    request: Request,
    changes: Annotated[bool, Query(description="Also say which resources changed.")] = False,
) -> StreamingResponse:
    """What happens from now on as server-sent events. `Last-Event-ID` goes on after an event, at any
    process. With `changes`, events `changed` name the resources to look at again."""
    goes_on = "last-event-id" in request.headers
    after = last_event_id(request) if goes_on else await service.latest_position(context.session)
    return event_stream(live_events(context, after=after, goes_on=goes_on, changes=changes))
