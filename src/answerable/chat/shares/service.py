"""Giving a conversation to whoever has a link, and taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal, cast

from answerable.chat.messages import repository as messages
from answerable.chat.messages.parts import without_files
from answerable.chat.messages.service import Seen, find, seen
from answerable.chat.messages.tables import MessageRow
from answerable.chat.sessions import service as sessions
from answerable.chat.shares import repository
from answerable.chat.shares.schemas import SharedConversation, SharedMessage, ShareIn
from answerable.chat.shares.tables import ShareRow
from answerable.identity.members.service import is_member
from answerable.identity.secrets_format import (
    SecretKind,
    new_secret,
    secret_hash,
    visible_prefix,
    well_formed,
)
from answerable.kit.db import Session
from answerable.kit.errors import Conflict, NotFound
from answerable.kit.paging import PageRequest
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime

_MOST_MESSAGES = 1_000


class NothingToShare(Conflict):
    code, title = "nothing_to_share", "The conversation has no message yet"


async def create(
    session: Session, runtime: Runtime, session_id: str, wanted: ShareIn
) -> tuple[ShareRow, str]:
    """A link to the path that ends with a message, with its token. Raises NotFound and NothingToShare."""
    chat = await sessions.get(session, session_id)
    end = wanted.message_id or chat.active_message_id
    if end is None:
        raise NothingToShare("Ask something first; then share the conversation.")
    await find(session, session_id, end)
    token = new_secret(SecretKind.SHARE)
    row = ShareRow(
        workspace_id=session.workspace_id,
        owner_id=chat.owner_id,
        session_id=chat.id,
        message_id=end,
        title=chat.title,
        token_hash=secret_hash(token),
        prefix=visible_prefix(token),
        expires_at=runtime.clock.now() + timedelta(days=wanted.days),
    )
    await repository.add(session, row)
    return row, token


async def list_shares(
    session: Session, runtime: Runtime, session_id: str, request: PageRequest
) -> Sequence[ShareRow]:
    """The links to a session that still work."""
    chat = await sessions.get(session, session_id)
    return await repository.page(session, chat.id, request, runtime.clock.now())


async def revoke(session: Session, session_id: str, share_id: str) -> None:
    """End a link now. Raises NotFound."""
    await sessions.get(session, session_id)
    if not await repository.remove(session, session_id, share_id):
        raise NotFound


async def read(runtime: Runtime, token: str) -> SharedConversation:
    """What a link shows. Raises NotFound for a token that is unknown, revoked or expired, and for one
    whose giver has left the workspace."""
    if not well_formed(SecretKind.SHARE, token):
        raise NotFound
    async with runtime.database.begin(Principal(key_hash=secret_hash(token))) as session:
        share = await repository.presented(session, secret_hash(token))
        if share is None or share.expires_at <= runtime.clock.now():
            raise NotFound
        await session.act_as(Principal(workspace_id=share.workspace_id, user_id=share.owner_id))
        if not await is_member(session, share.owner_id):
            raise NotFound
        chat = await sessions.get(session, share.session_id)
        rows = await messages.path(session, chat.id, share.message_id, _MOST_MESSAGES)
        told = [_shared(message, what) for message, what in await seen(session, rows)]
        return SharedConversation(title=share.title, expires_at=share.expires_at, messages=told)


def _shared(message: MessageRow, what: Seen) -> SharedMessage:
    _, parts, answer = what
    return SharedMessage(
        role=cast("Literal['user', 'assistant']", message.role),
        status=answer.status if answer is not None else None,
        parts=without_files(parts),
        created_at=message.created_at,
    )
