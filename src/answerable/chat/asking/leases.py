"""All SQL of leases: which process is at work on which run, for as long as it says so.

The table lies outside the tenant wall, as the queue's tickets do: it holds ids and times alone, so that one
process can renew all of its leases at once and find the runs that dead processes left, whoever asked them.
The clock is the database's.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import DateTime, ForeignKey, Uuid, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from answerable.kit.db import Base, Session
from answerable.kit.db.columns import PrefixedId


class RunLeaseRow(Base):
    """A running run. It goes with the transaction that ends the run. `shown` counts the events that were
    given out before the end."""

    __tablename__ = "run_leases"

    run_id: Mapped[str] = mapped_column(
        PrefixedId("run"), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True
    )
    tenant: Mapped[str] = mapped_column(PrefixedId("ws"))
    process_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    attempt: Mapped[int]
    shown: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


@dataclass(frozen=True, slots=True)
class Claim:
    """A run that a dead process left, now this process's to finish; `attempt` counts from 1."""

    run_id: str
    workspace_id: str
    attempt: int


async def take(session: Session, run_id: str, process_id: uuid.UUID, term: timedelta) -> None:
    """The process is at work on a new run."""
    await session.execute(
        insert(RunLeaseRow).values(
            run_id=run_id,
            tenant=session.workspace_id,
            process_id=process_id,
            attempt=1,
            expires_at=func.now() + term,
        )
    )


async def end(session: Session, run_id: str, process_id: uuid.UUID | None = None) -> bool:
    """End the lease of a run, whoever has it, or only if this process does. False when there is none: then
    the run has ended, or is another's."""
    statement = delete(RunLeaseRow).where(RunLeaseRow.run_id == run_id)
    if process_id is not None:
        statement = statement.where(RunLeaseRow.process_id == process_id)
    return (await session.execute(statement.returning(RunLeaseRow.run_id))).first() is not None


async def renew(session: Session, process_id: uuid.UUID, term: timedelta) -> set[str]:
    """Put off the end of the process's leases; the runs that they are for."""
    renewed = await session.execute(
        update(RunLeaseRow)
        .where(RunLeaseRow.process_id == process_id)
        .values(expires_at=func.now() + term)
        .returning(RunLeaseRow.run_id)
    )
    return set(renewed.scalars())


async def claim_expired(
    session: Session, process_id: uuid.UUID, term: timedelta, limit: int
) -> Sequence[Claim]:
    """Take over runs of processes that no longer say that they are at work. Of two processes that look at
    once each gets others."""
    expired = (
        select(RunLeaseRow.run_id)
        .where(RunLeaseRow.expires_at < func.now())
        .order_by(RunLeaseRow.expires_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claimed = await session.execute(
        update(RunLeaseRow)
        .where(RunLeaseRow.run_id.in_(expired.scalar_subquery()))
        .values(process_id=process_id, attempt=RunLeaseRow.attempt + 1, expires_at=func.now() + term)
        .returning(RunLeaseRow.run_id, RunLeaseRow.tenant, RunLeaseRow.attempt)
    )
    return [Claim(row[0], row[1], row[2]) for row in claimed]


async def give_back(session: Session, process_id: uuid.UUID) -> None:
    """Let others take over at once what the process was at work on."""
    await session.execute(
        update(RunLeaseRow).where(RunLeaseRow.process_id == process_id).values(expires_at=func.now())
    )


async def shown(session: Session, run_id: str, process_id: uuid.UUID, events: int) -> bool:
    """So many more events are given out. False where the run is not, or no longer, this process's."""
    counted = await session.execute(
        update(RunLeaseRow)
        .where(RunLeaseRow.run_id == run_id, RunLeaseRow.process_id == process_id)
        .values(shown=RunLeaseRow.shown + events)
        .returning(RunLeaseRow.run_id)
    )
    return counted.first() is not None


async def running(session: Session, run_ids: Collection[str]) -> dict[str, int]:
    """Those of the runs that are being worked on, or will be, and how many events each has given out."""
    statement = select(RunLeaseRow.run_id, RunLeaseRow.shown).where(RunLeaseRow.run_id.in_(list(run_ids)))
    return {row[0]: row[1] for row in await session.execute(statement)}
