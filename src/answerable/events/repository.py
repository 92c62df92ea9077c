"""All SQL of the event log."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, func, select, text

from answerable.events.tables import EventRow
from answerable.kit.db import Session
from answerable.kit.paging import PageRequest, after_cursor

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('events ' || :workspace))")


async def next_position(session: Session) -> int:
    """The position of the workspace's next event. The log is held until the transaction ends: positions are
    committed in their order, so that whoever reads on from one misses none."""
    await session.execute(_LOCK, {"workspace": session.workspace_id})
    return await latest_position(session) + 1


async def latest_position(session: Session) -> int:
    """The position of the workspace's latest event; 0 without any."""
    statement = select(func.max(EventRow.position)).where(EventRow.workspace_id == session.workspace_id)
    return await session.scalar(statement) or 0


async def forget_old(session: Session, days: int) -> None:
    """Delete the workspace's events that are older than so many days; the latest stays, for the count."""
    old = EventRow.created_at < func.now() - func.make_interval(0, 0, 0, days)
    latest = select(func.max(EventRow.position)).where(EventRow.workspace_id == session.workspace_id)
    await session.execute(delete(EventRow).where(old, EventRow.position < latest.scalar_subquery()))


async def page(session: Session, request: PageRequest, kind: str | None) -> Sequence[EventRow]:
    """Events, newest first, one more than the page holds."""
    statement = select(EventRow)
    if kind is not None:
        statement = statement.where(EventRow.kind == kind)
    return (await session.scalars(after_cursor(statement, request, EventRow.created_at, EventRow.id))).all()


async def after(session: Session, position: int, limit: int) -> Sequence[EventRow]:
    """The workspace's events after a position, oldest first."""
    statement = (
        select(EventRow)
        .where(EventRow.workspace_id == session.workspace_id, EventRow.position > position)
        .order_by(EventRow.position)
        .limit(limit)
    )
    return (await session.scalars(statement)).all()
