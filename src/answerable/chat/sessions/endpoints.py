"""`/chat/sessions`: one's own conversations."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from answerable.chat.messages import active
from answerable.chat.sessions import service
from answerable.chat.sessions.schemas import SessionIn, SessionPatch, SessionsRequest, SessionView
from answerable.identity.access import RequestContext, Scope, requires
from answerable.kit.http import Router
from answerable.kit.paging import Page

router = Router(prefix="/chat/sessions", tags=["chat"])

Reader = Annotated[RequestContext, requires(Scope.CHAT_READ)]
Writer = Annotated[RequestContext, requires(Scope.CHAT_WRITE)]


@router.post("", status_code=201)
async def create_session(wanted: SessionIn, context: Writer) -> SessionView:
    """Begin a conversation."""
    row = await service.create(context.session, context.runtime, wanted)
    return await service.view(context.session, row)


@router.get("")
async def list_sessions(context: Reader, request: Annotated[SessionsRequest, Query()]) -> Page[SessionView]:
    """Your conversations in this workspace, the one used last first."""
    return await service.list_sessions(context.session, request)


@router.get("/{session_id}")
async def read_session(session_id: str, context: Reader) -> SessionView:
    """One conversation, with the runs that are under way in it."""
    return await service.view(context.session, await service.get(context.session, session_id))


@router.patch("/{session_id}")
async def change_session(session_id: str, wanted: SessionPatch, context: Writer) -> SessionView:
    """Rename, tag, pin or archive a conversation, or show another path through its messages."""
    row = await service.lock(context.session, session_id)
    await active.change(context.session, row, wanted)
    return await service.view(context.session, row)


@router.delete("/{session_id}", status_code=204)
async def delete_session(session_id: str, context: Writer) -> None:
    """Delete a conversation with everything that was said in it, and the files that belong to it."""
    await service.remove(context.session, session_id)
