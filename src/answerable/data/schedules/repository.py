"""All SQL of schedules. They lie outside the tenant wall: ids and times alone, for the job that serves all
workspaces."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import DateTime, ForeignKey, Text, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from answerable.kit.db import Base, Session
from answerable.kit.db.columns import PrefixedId


class ScheduleRow(Base):
    """When something of a workspace is due next. `kind` is the type of the subject."""

    __tablename__ = "data_schedules"

    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    subject_id: Mapped[str] = mapped_column(Text, primary_key=True)
    tenant: Mapped[str] = mapped_column(
        PrefixedId("ws"), ForeignKey("workspaces.id", ondelete="CASCADE"), index=True
    )
    schedule: Mapped[str] = mapped_column(Text)
    time_zone: Mapped[str] = mapped_column(Text)
    due_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)


@dataclass(frozen=True, slots=True)
class Due:
    """Something that is due."""

    kind: str
    subject_id: str
    workspace_id: str
    schedule: str
    time_zone: str
    due_at: datetime


async def put(
    session: Session, kind: str, subject_id: str, *, schedule: str, time_zone: str, due_at: datetime
) -> None:
    """Set when a subject of the session's workspace is due."""
    when = {"schedule": schedule, "time_zone": time_zone, "due_at": due_at}
    row = insert(ScheduleRow).values(kind=kind, subject_id=subject_id, tenant=session.workspace_id, **when)
    await session.execute(
        row.on_conflict_do_update(
            index_elements=[ScheduleRow.kind, ScheduleRow.subject_id],
            set_=when,
            where=ScheduleRow.tenant == session.workspace_id,
        )
    )


async def remove(session: Session, kind: str, subject_ids: Collection[str]) -> None:
    """Take the schedules of subjects of the session's workspace away."""
    await session.execute(
        delete(ScheduleRow).where(
            ScheduleRow.tenant == session.workspace_id,
            ScheduleRow.kind == kind,
            ScheduleRow.subject_id.in_(subject_ids),
        )
    )


async def due_times(session: Session, kind: str, subject_ids: Collection[str]) -> dict[str, datetime]:
    """When those of the subjects that have a schedule are due, by their ids."""
    statement = select(ScheduleRow.subject_id, ScheduleRow.due_at).where(
        ScheduleRow.tenant == session.workspace_id,
        ScheduleRow.kind == kind,
        ScheduleRow.subject_id.in_(subject_ids),
    )
    return {row.subject_id: row.due_at for row in await session.execute(statement)}


async def due(session: Session, now: datetime, limit: int) -> Sequence[Due]:
    """What is due in any workspace, longest first."""
    statement = select(ScheduleRow).where(ScheduleRow.due_at <= now).order_by(ScheduleRow.due_at).limit(limit)
    return [
        Due(row.kind, row.subject_id, row.tenant, row.schedule, row.time_zone, row.due_at)
        for row in await session.scalars(statement)
    ]


async def take(session: Session, one: Due, next_at: datetime) -> bool:
    """Put what is due off to its next time; whether it still was due, so that one process takes it."""
    statement = (
        update(ScheduleRow)
        .where(
            ScheduleRow.kind == one.kind,
            ScheduleRow.subject_id == one.subject_id,
            ScheduleRow.due_at == one.due_at,
        )
        .values(due_at=next_at)
        .returning(ScheduleRow.subject_id)
    )
    return await session.scalar(statement) is not None
