"""Changing a session: its title and marks, and which path through its messages is shown."""

from __future__ import annotations

from answerable.chat.messages import repository
from answerable.chat.messages import service as messages
from answerable.chat.sessions import repository as sessions
from answerable.chat.sessions.schemas import SessionPatch
from answerable.chat.sessions.tables import ChatSessionRow
from answerable.kit.db import Session


async def change(session: Session, chat: ChatSessionRow, wanted: SessionPatch) -> None:
    """Change what is given. Raises NotFound for a message that the session does not have."""
    if wanted.active_message_id is not None:
        await messages.find(session, chat.id, wanted.active_message_id)
        chat.active_message_id = await repository.newest_below(session, wanted.active_message_id)
    for name in ("title", "tags", "pinned", "archived"):
        value = getattr(wanted, name)
        if value is not None:
            setattr(chat, name, value)
    await sessions.save(session, chat)
