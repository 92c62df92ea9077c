"""All SQL of retention. The policies lie outside the tenant wall: ids and numbers alone, for the job that
serves all workspaces."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from answerable.chat.asking.tables import RunRow
from answerable.chat.sessions.tables import ChatSessionRow
from answerable.kit.db import Base, Session
from answerable.kit.db.columns import PrefixedId


class RetentionRow(Base):
    """A workspace without a row keeps everything."""

    __tablename__ = "chat_retention"

    tenant: Mapped[str] = mapped_column(
        PrefixedId("ws"), ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True
    )
    days: Mapped[int]


async def days(session: Session) -> int | None:
    """How many days the session's workspace keeps things; None for ever."""
    return await session.scalar(select(RetentionRow.days).where(RetentionRow.tenant == session.workspace_id))


async def set_days(session: Session, wanted: int | None) -> None:
    """Change that."""
    if wanted is None:
        await session.execute(delete(RetentionRow).where(RetentionRow.tenant == session.workspace_id))
        return
    row = insert(RetentionRow).values(tenant=session.workspace_id, days=wanted)
    await session.execute(
        row.on_conflict_do_update(index_elements=[RetentionRow.tenant], set_={"days": wanted})
    )


async def policies(session: Session) -> Sequence[tuple[str, int]]:
    """Every workspace's policy, as (workspace, days)."""
    rows = await session.execute(select(RetentionRow.tenant, RetentionRow.days))
    return [(row[0], row[1]) for row in rows]


async def old_sessions(session: Session, before: datetime, limit: int) -> Sequence[str]:
    """The workspace's sessions last used before then, at most so many."""
    old = select(ChatSessionRow.id).where(ChatSessionRow.updated_at < before)
    return (await session.scalars(old.order_by(ChatSessionRow.id).limit(limit))).all()


async def delete_sessions(session: Session, session_ids: Sequence[str]) -> None:
    """Delete sessions."""
    await session.execute(delete(ChatSessionRow).where(ChatSessionRow.id.in_(session_ids)))


async def delete_runs(session: Session, before: datetime, limit: int) -> int:
    """Delete the workspace's answers that belong to no session, likewise."""
    old = select(RunRow.id).where(RunRow.session_id.is_(None), RunRow.created_at < before).limit(limit)
    gone = await session.execute(delete(RunRow).where(RunRow.id.in_(old)).returning(RunRow.id))
    return len(gone.all())
