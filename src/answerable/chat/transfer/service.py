"""Taking a conversation out, and putting one in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, cast

from answerable.chat.messages import repository
from answerable.chat.messages.parts import PARTS, without_files
from answerable.chat.messages.repository import Shown
from answerable.chat.messages.service import Seen, seen
from answerable.chat.messages.tables import MessageRow
from answerable.chat.sessions import repository as stored_sessions
from answerable.chat.sessions import service as sessions
from answerable.chat.sessions.tables import ChatSessionRow
from answerable.chat.transfer.document import MOST_MESSAGES, KeptConversation, KeptMessage, to_markdown
from answerable.kit.db import Session
from answerable.kit.ids import new_id
from answerable.kit.runtime import Runtime

IMPORTED = "import"
"""The channel of sessions that were put in."""


async def export_json(session: Session, session_id: str) -> KeptConversation:
    """The whole conversation. Raises NotFound."""
    chat = await sessions.get(session, session_id)
    rows = await repository.tree(session, chat.id)
    places = {message.id: place for place, (message, _) in enumerate(rows)}
    return KeptConversation(
        title=chat.title,
        tags=chat.tags,
        active=places.get(chat.active_message_id or ""),
        messages=_kept(await seen(session, rows), places),
    )


async def export_markdown(session: Session, session_id: str) -> str:
    """The path that is shown. Raises NotFound."""
    chat = await sessions.get(session, session_id)
    rows: Sequence[Shown] = []
    if chat.active_message_id is not None:
        rows = await repository.path(session, chat.id, chat.active_message_id, MOST_MESSAGES)
    return to_markdown(chat.title, _kept(await seen(session, rows), {}))


def _kept(rows: Sequence[tuple[MessageRow, Seen]], places: dict[str, int]) -> list[KeptMessage]:
    return [
        KeptMessage(
            parent=places.get(message.parent_id or ""),
            role=cast("Literal['user', 'assistant']", message.role),
            parts=parts,
            created_at=message.created_at,
        )
        for message, (_, parts, _) in rows
    ]


async def put_in(session: Session, runtime: Runtime, kept: KeptConversation) -> ChatSessionRow:
    """A new session of the caller's with these messages. They are a copy: they have no runs, what they quote
    stays when its source goes, follow-ups take queries from their parts, and files are there by their names
    alone."""
    kept.check()
    chat = ChatSessionRow(
        workspace_id=session.workspace_id,
        owner_id=session.principal.user_id,
        title=kept.title,
        tags=kept.tags,
        channel=IMPORTED,
        updated_at=runtime.clock.now(),
    )
    await stored_sessions.add(session, chat)
    rows: list[MessageRow] = []
    for message in kept.messages:
        parent = None if message.parent is None else rows[message.parent]
        rows.append(
            MessageRow(
                id=new_id("msg"),
                workspace_id=session.workspace_id,
                owner_id=chat.owner_id,
                session_id=chat.id,
                parent_id=None if parent is None else parent.id,
                depth=0 if parent is None else parent.depth + 1,
                role=message.role,
                parts=PARTS.dump_python(without_files(message.parts), mode="json"),
                created_at=message.created_at,
            )
        )
    await repository.add_all(session, rows)
    chat.active_message_id = rows[kept.active].id if kept.active is not None else None
    await stored_sessions.save(session, chat)
    return chat
