"""All SQL of shares."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select

from answerable.chat.shares.tables import ShareRow
from answerable.kit.db import Session
from answerable.kit.paging import PageRequest, after_cursor


async def add(session: Session, row: ShareRow) -> None:
    """Store a new share."""
    session.add(row)
    await session.flush()
    await session.refresh(row)


async def page(session: Session, session_id: str, request: PageRequest, now: datetime) -> Sequence[ShareRow]:
    """The shares of a session that still work, newest first, one more than the page holds."""
    statement = select(ShareRow).where(
        ShareRow.session_id == session_id,
        ShareRow.owner_id == session.principal.user_id,
        ShareRow.expires_at > now,
    )
    return (await session.scalars(after_cursor(statement, request, ShareRow.created_at, ShareRow.id))).all()


async def remove(session: Session, session_id: str, share_id: str) -> bool:
    """Delete a share of the caller's own. False when there is none."""
    gone = await session.execute(
        delete(ShareRow)
        .where(
            ShareRow.id == share_id,
            ShareRow.session_id == session_id,
            ShareRow.owner_id == session.principal.user_id,
        )
        .returning(ShareRow.id)
    )
    return gone.first() is not None


async def presented(session: Session, token_hash: bytes) -> ShareRow | None:
    """The share whose token was presented."""
    return await session.scalar(select(ShareRow).where(ShareRow.token_hash == token_hash))
