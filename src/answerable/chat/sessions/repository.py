"""All SQL of sessions. A member sees their own alone; the database enforces it besides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, Select, delete, func, or_, select

from answerable.chat.asking.tables import RunRow
from answerable.chat.messages.tables import MessageRow
from answerable.chat.sessions.schemas import SessionsRequest
from answerable.chat.sessions.tables import ChatSessionRow
from answerable.kit.db import Session
from answerable.kit.paging import after_cursor


def _own(session: Session) -> Select[ChatSessionRow]:
    return select(ChatSessionRow).where(ChatSessionRow.owner_id == session.principal.user_id)


async def add(session: Session, row: ChatSessionRow) -> None:
    """Store a new session."""
    session.add(row)
    await session.flush()
    await session.refresh(row)


async def find(session: Session, session_id: str) -> ChatSessionRow | None:
    """A session of the caller's own."""
    return await session.scalar(_own(session).where(ChatSessionRow.id == session_id))


async def lock(session: Session, session_id: str) -> ChatSessionRow | None:
    """The same, held against every other change until the transaction ends."""
    statement = _own(session).where(ChatSessionRow.id == session_id).with_for_update(key_share=True)
    return await session.scalar(statement.execution_options(populate_existing=True))


async def hold(session: Session, session_id: str) -> None:
    """Hold a session against everything, also against files that would come to belong to it, until the
    transaction ends."""
    await session.execute(select(ChatSessionRow.id).where(ChatSessionRow.id == session_id).with_for_update())


async def save(session: Session, row: ChatSessionRow) -> None:
    """Write what changed of a session."""
    await session.flush()
    await session.refresh(row)


async def remove(session: Session, session_id: str) -> bool:
    """Delete a session of the caller's own, with its messages and runs. False when there is none."""
    gone = await session.execute(
        delete(ChatSessionRow)
        .where(ChatSessionRow.id == session_id, ChatSessionRow.owner_id == session.principal.user_id)
        .returning(ChatSessionRow.id)
    )
    return gone.first() is not None


async def page(
    session: Session, request: SessionsRequest, words: str | None = None
) -> Sequence[ChatSessionRow]:
    """The caller's sessions, the one used last first, one more than the page holds. `words` is a query of the
    text search that the title or one message has to fit."""
    statement = _own(session)
    if request.archived is not None:
        statement = statement.where(ChatSessionRow.archived == request.archived)
    if request.pinned is not None:
        statement = statement.where(ChatSessionRow.pinned == request.pinned)
    if request.tag is not None:
        statement = statement.where(ChatSessionRow.tags.contains([request.tag]))
    if words is not None:
        statement = statement.where(_has(words))
    statement = after_cursor(statement, request, ChatSessionRow.updated_at, ChatSessionRow.id)
    return (await session.scalars(statement)).all()


def _has(words: str) -> ColumnElement[bool]:
    query = func.to_tsquery("simple", words)
    said = (
        select(MessageRow.session_id)
        .outerjoin(RunRow, RunRow.id == MessageRow.run_id)
        .where(or_(MessageRow.words.bool_op("@@")(query), RunRow.words.bool_op("@@")(query)))
    )
    titled = func.to_tsvector("simple", func.coalesce(ChatSessionRow.title, "")).bool_op("@@")(query)
    return or_(titled, ChatSessionRow.id.in_(said))


async def running(session: Session, session_ids: Iterable[str]) -> Sequence[tuple[str, str, str]]:
    """The runs under way in sessions, as (session, run, message)."""
    statement = (
        select(RunRow.session_id, RunRow.id, RunRow.message_id)
        .where(RunRow.session_id.in_(list(session_ids)), RunRow.status == "running")
        .order_by(RunRow.created_at)
    )
    rows = (await session.execute(statement)).all()
    return [(row[0] or "", row[1], row[2] or "") for row in rows]
