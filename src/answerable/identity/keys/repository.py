"""The SQL of API keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from answerable.identity.tables import ApiKeyRow
from answerable.kit.db import Session
from answerable.kit.paging import PageRequest, after_cursor


async def add(session: Session, row: ApiKeyRow) -> ApiKeyRow:
    """Add a key; the row as it is stored."""
    session.add(row)
    await session.flush()
    await session.refresh(row)
    return row


async def page_of_workspace(session: Session, page: PageRequest) -> Sequence[ApiKeyRow]:
    """The keys of the session's workspace that were not revoked, newest first."""
    statement = select(ApiKeyRow).where(
        ApiKeyRow.workspace_id == session.workspace_id, ApiKeyRow.revoked_at.is_(None)
    )
    statement = after_cursor(statement, page, ApiKeyRow.created_at, ApiKeyRow.id)
    return (await session.scalars(statement)).all()


async def revoke(session: Session, key_id: str, now: datetime) -> bool:
    """Revoke a key of the session's workspace; False when there is none to revoke."""
    statement = (
        update(ApiKeyRow)
        .where(
            ApiKeyRow.workspace_id == session.workspace_id,
            ApiKeyRow.id == key_id,
            ApiKeyRow.revoked_at.is_(None),
        )
        .values(revoked_at=now)
        .returning(ApiKeyRow.id)
    )
    return (await session.execute(statement)).first() is not None
