"""`/chat/sessions/{session_id}/export` and `/chat/import`."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

from fastapi import Query, Request, Response
from pydantic import ValidationError

from answerable.chat.sessions import service as sessions
from answerable.chat.sessions.schemas import SessionView
from answerable.chat.transfer import service
from answerable.chat.transfer.document import KeptConversation, from_markdown
from answerable.identity.access import RequestContext, Scope, requires
from answerable.kit.errors import FieldError, InvalidInput
from answerable.kit.http import Router

router = Router(prefix="/chat", tags=["chat"])

Reader = Annotated[RequestContext, requires(Scope.CHAT_READ)]
Writer = Annotated[RequestContext, requires(Scope.CHAT_WRITE)]

# FastAPI types the keys and values of `responses` this wide.
_EXPORT: dict[int | str, dict[str, Any]] = {
    200: {"model": KeptConversation, "content": {"text/markdown": {"schema": {"type": "string"}}}}
}
_IMPORT = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"type": "object"}},
            "text/markdown": {"schema": {"type": "string"}},
        },
    }
}


@router.get("/sessions/{session_id}/export", response_class=Response, responses=_EXPORT)
async def export_session(
    session_id: str,
    context: Reader,
    format: Annotated[
        Literal["json", "markdown"], Query(description="All of it, or what is shown.")
    ] = "json",
) -> Response:
    """A conversation to keep: all of its messages as JSON, or the path that is shown as Markdown."""
    if format == "markdown":
        text, kind = await service.export_markdown(context.session, session_id), "text/markdown"
    else:
        kept = await service.export_json(context.session, session_id)
        text, kind = kept.model_dump_json(), "application/json"
    suffix = "md" if format == "markdown" else "json"
    name = {"Content-Disposition": f'attachment; filename="conversation.{suffix}"'}
    return Response(text, media_type=kind, headers=name)


@router.post("/import", status_code=201, openapi_extra=_IMPORT)
async def import_session(request: Request, context: Writer) -> SessionView:
    """Make a conversation from what an export gave: JSON, or Markdown with `Content-Type: text/markdown`."""
    body, kind = await request.body(), request.headers.get("content-type", "")
    # In a thread: a large text would hold up everybody else's requests.
    kept = await asyncio.to_thread(_read, body, markdown=kind.lower().startswith("text/markdown"))
    row = await service.put_in(context.session, context.runtime, kept)
    return await sessions.view(context.session, row)


def _read(body: bytes, *, markdown: bool) -> KeptConversation:
    try:
        return from_markdown(body.decode()) if markdown else KeptConversation.model_validate_json(body)
    except UnicodeDecodeError:
        raise InvalidInput("Send the conversation as UTF-8 text.") from None
    except ValidationError as error:
        mistakes = [
            FieldError(".".join(str(place) for place in mistake["loc"]) or "body", mistake["msg"])
            for mistake in error.errors()[:20]
        ]
        raise InvalidInput("The conversation has mistakes; each is listed.", errors=mistakes) from None
