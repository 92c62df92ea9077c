"""`/chat/sessions/{session_id}/recap`: a conversation in short."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query

from answerable.chat.recaps import service
from answerable.chat.recaps.schemas import Recap
from answerable.identity.access import DeferredContext, Scope, requires_deferred
from answerable.kit.http import Router

router = Router(prefix="/chat/sessions/{session_id}", tags=["chat"])

Reader = Annotated[DeferredContext, requires_deferred(Scope.CHAT_READ)]


@router.get("/recap")
async def read_recap(
    session_id: str,
    context: Reader,
    by: Annotated[
        Literal["rules"] | None, Query(description="`rules` asks no model, whatever is set.")
    ] = None,
) -> Recap:
    """The path that is shown in short: a line for each turn that has an answer; and a summary, where the
    workspace has the alias `recaps` for it."""
    return await service.read(context, session_id, by_rules=by is not None)
