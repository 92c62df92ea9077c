"""HTTP: ask, follow a run, cancel it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from answerable.chat.asking import service
from answerable.chat.asking.answer import Answer
from answerable.chat.asking.events import events_of
from answerable.chat.asking.schemas import AskRequest
from answerable.chat.messages import turns
from answerable.identity.access import DeferredContext, RequestContext, Scope, requires, requires_deferred
from answerable.kit.http import REPEATED, Router, lead_repeats_to
from answerable.kit.http.sse import event_stream, last_event_id

router = Router(tags=["ask"])

# FastAPI types the keys and values of `responses` this wide.
_STREAM: dict[int | str, dict[str, Any]] = {200: {"content": {"text/event-stream": {}}}}


@router.post("/ask", response_model=Answer, responses={**_STREAM, **REPEATED})
async def ask(
    body: AskRequest, request: Request, context: Annotated[DeferredContext, requires_deferred(Scope.ASK)]
) -> Answer | StreamingResponse:
    """Ask in plain words. Returns an Answer with its evidence, or its events with `stream`."""
    trace_id: str = request.scope["state"]["trace_id"]
    if not body.stream:
        if body.session_id is not None:
            return await turns.ask(context, turns.Sent(body.session_id, body), trace_id)
        return await service.ask(context, body, trace_id)
    run = await turns.begin_any(await context.begin(), context.runtime, body, trace_id)
    await lead_repeats_to(request, events_of(run.id))
    return event_stream(service.stream_run(context.runtime, context.principal, run))


@router.get("/runs/{run_id}/events", response_class=StreamingResponse, responses=_STREAM)
async def run_events(
    run_id: str, request: Request, context: Annotated[RequestContext, requires(Scope.ASK)]
) -> StreamingResponse:
    """A run's events again, from `Last-Event-ID`, to its end."""
    run = await service.find_run(context.session, run_id)
    after = last_event_id(request)
    return event_stream(service.follow_run(context.runtime, context.principal, run.id, after=after))


@router.post("/runs/{run_id}/cancel", status_code=202)
async def cancel(run_id: str, context: Annotated[RequestContext, requires(Scope.ASK)]) -> Response:
    """Cancel a run that has no answer yet."""
    await service.cancel_run(context.session, context.runtime, run_id)
    return Response(status_code=202)
