"""`/chat/sessions/{session_id}/messages`: ask within a conversation, and read it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.responses import StreamingResponse

from answerable.chat.asking.events import events_of
from answerable.chat.asking.service import stream_run
from answerable.chat.messages import service, turns
from answerable.chat.messages.schemas import (
    Again,
    Exchange,
    MessageEdit,
    MessageHit,
    MessageIn,
    MessageSearch,
    MessagesRequest,
    MessageTree,
    MessageView,
)
from answerable.chat.sessions import service as sessions
from answerable.identity.access import DeferredContext, RequestContext, Scope, requires, requires_deferred
from answerable.kit.http import REPEATED, Router, lead_repeats_to
from answerable.kit.http.sse import event_stream
from answerable.kit.paging import Page

router = Router(prefix="/chat/sessions/{session_id}", tags=["chat"])
searching = Router(prefix="/chat/search", tags=["chat"])

Reader = Annotated[RequestContext, requires(Scope.CHAT_READ)]
Asker = Annotated[DeferredContext, requires_deferred(Scope.CHAT_WRITE)]

# FastAPI types the keys and values of `responses` this wide.
_STREAM: dict[int | str, dict[str, Any]] = {200: {"content": {"text/event-stream": {}}}, **REPEATED}


@router.post("/messages", response_model=Exchange, responses=_STREAM)
async def send_message(
    session_id: str, wanted: MessageIn, request: Request, context: Asker
) -> Exchange | StreamingResponse:
    """Ask the next question. Returns the answer's events, or without `stream` both messages."""
    parent = wanted.parent_id if "parent_id" in wanted.model_fields_set else turns.ACTIVE
    asked, files = wanted.asking(wanted.content), tuple(wanted.files)
    sent = turns.Sent(session_id, asked, parent, wanted.option, files, wanted.content)
    return await _answer(context, sent, request, stream=wanted.stream)


@router.post("/messages/{message_id}/regenerate", response_model=Exchange, responses=_STREAM)
async def regenerate(
    session_id: str, message_id: str, wanted: Again, request: Request, context: Asker
) -> Exchange | StreamingResponse:
    """Another answer to the same question, beside the first."""
    wish = turns.Regenerated(session_id, message_id)
    return await _answer(context, wish, request, stream=wanted.stream)


@router.post("/messages/{message_id}/edit", response_model=Exchange, responses=_STREAM)
async def edit_message(
    session_id: str, message_id: str, wanted: MessageEdit, request: Request, context: Asker
) -> Exchange | StreamingResponse:
    """Ask a question again in other words, beside the first version and what followed it."""
    wish = turns.Edited(session_id, message_id, wanted.asking(wanted.content), wanted.content)
    return await _answer(context, wish, request, stream=wanted.stream)


async def _answer(
    context: DeferredContext, wish: turns.Wish, request: Request, *, stream: bool
) -> Exchange | StreamingResponse:
    trace_id: str = request.scope["state"]["trace_id"]
    if not stream:
        return await turns.exchange(context, wish, trace_id)
    run = await turns.begin(await context.begin(), context.runtime, wish, trace_id)
    await lead_repeats_to(request, events_of(run.id))
    return event_stream(stream_run(context.runtime, context.principal, run))


@router.get("/messages")
async def list_messages(
    session_id: str, context: Reader, request: Annotated[MessagesRequest, Query()]
) -> Page[MessageView]:
    """The path that is shown, newest message last. `next_cursor` leads to older ones."""
    chat = await sessions.get(context.session, session_id)
    return await service.list_path(context.session, chat, request)


@router.get("/messages/{message_id}")
async def read_message(session_id: str, message_id: str, context: Reader) -> MessageView:
    """One message, on whichever path."""
    return await service.get(context.session, session_id, message_id)


@router.get("/tree")
async def read_tree(session_id: str, context: Reader) -> MessageTree:
    """Every message of the conversation, on all paths, a parent before its children."""
    chat = await sessions.get(context.session, session_id)
    return MessageTree(items=await service.list_tree(context.session, chat))


@searching.get("")
async def search_messages(context: Reader, request: Annotated[MessageSearch, Query()]) -> Page[MessageHit]:
    """Your messages that have all the words, or whose conversation's title has them, newest first."""
    return await service.search(context.session, request)
