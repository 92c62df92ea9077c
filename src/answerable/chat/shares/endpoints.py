"""`/chat/sessions/{session_id}/shares`: read-only links; `/chat/shared/{token}`: what they show."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

from answerable.chat.shares import service
from answerable.chat.shares.schemas import NewShare, SharedConversation, ShareIn, ShareView
from answerable.identity.access import AnonymousContext, RequestContext, Scope, anonymous, requires
from answerable.kit.http import Router
from answerable.kit.paging import Page, PageRequest, make_page

router = Router(tags=["chat"])

Reader = Annotated[RequestContext, requires(Scope.CHAT_READ)]
Writer = Annotated[RequestContext, requires(Scope.CHAT_WRITE)]
Sharer = Annotated[RequestContext, requires(Scope.CHAT_WRITE, answer_is_secret=True)]


@router.post("/chat/sessions/{session_id}/shares", status_code=201)
async def create_share(session_id: str, wanted: ShareIn, context: Sharer) -> NewShare:
    """Give the conversation, as it is now, to whoever has the link. Its token is shown once."""
    row, token = await service.create(context.session, context.runtime, session_id, wanted)
    return NewShare(**ShareView.of(row).model_dump(), token=token, path=f"/api/v1/chat/shared/{token}")


@router.get("/chat/sessions/{session_id}/shares")
async def list_shares(
    session_id: str, context: Reader, page: Annotated[PageRequest, Query()]
) -> Page[ShareView]:
    """The links to a conversation that still work, newest first."""
    rows = await service.list_shares(context.session, context.runtime, session_id, page)
    return make_page(rows, page, ShareView.of, lambda row: (row.created_at, row.id))


@router.delete("/chat/sessions/{session_id}/shares/{link_id}", status_code=204)
async def revoke_share(session_id: str, link_id: str, context: Writer) -> None:
    """End a link now."""
    await service.revoke(context.session, session_id, link_id)


@router.get("/chat/shared/{token}")
async def read_shared(
    token: str, context: Annotated[AnonymousContext, anonymous()], response: Response
) -> SharedConversation:
    """What a link shows: the conversation up to its message, and nothing else."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return await service.read(context.runtime, token)
