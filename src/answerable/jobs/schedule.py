"""Schedules: each period of a cron line runs once, however many workers there are and whatever their
clocks say.

The clock is the database's, and a row per schedule remembers the last period that was queued; only a
later one can be queued after it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from croniter import croniter
from sqlalchemy import DateTime, Text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from answerable.jobs import repository, tickets, transaction
from answerable.jobs.registry import Periodic
from answerable.kit.db import Base, Database, Session
from answerable.kit.principal import Principal


class ScheduleRow(Base):
    __tablename__ = "job_schedules"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    last_period: Mapped[datetime] = mapped_column(DateTime(timezone=True))


async def run_soon(session: Session, name: str) -> None:
    """Queue one run of a schedule besides its periods, in the session's transaction. It belongs to no
    workspace, so it outlives the one that the transaction deletes."""
    await tickets.issue_period(session, name, await repository.now(session))


class Scheduler:
    """Queues the runs that are due."""

    def __init__(
        self,
        database: Database,
        schedules: tuple[Periodic, ...],
        *,
        stall_seconds: float,
        now: Callable[[Session], Awaitable[datetime]] = repository.now,
    ) -> None:
        self._database = database
        self._schedules = schedules
        self._stall_seconds = stall_seconds
        self._now = now
        self._next_period: datetime | None = None

    async def tick(self) -> list[tuple[str, datetime]]:
        """Queue each schedule's latest period if nobody has. Periods that passed while no worker ran
        are skipped. A schedule that is seen for the first time waits for its next period. What is settled
        once stays so: until the next period begins, nothing but the time is asked for.

        Returns what was queued, as (name, start of the period in UTC).
        """
        queued: list[tuple[str, datetime]] = []
        if not self._schedules:
            return queued
        async with transaction.begin(self._database, Principal.anonymous(), self._stall_seconds) as session:
            moment = await self._now(session)
            if self._next_period is not None and moment < self._next_period:
                return queued
            for schedule in self._schedules:
                period = latest_period(schedule.cron, moment)
                if await self._take(session, schedule.name, period):
                    await tickets.issue_period(session, schedule.name, period)
                    queued.append((schedule.name, period))
        self._next_period = min(next_period(schedule.cron, moment) for schedule in self._schedules)
        return queued

    async def _take(self, session: Session, name: str, period: datetime) -> bool:
        first = await session.execute(
            insert(ScheduleRow)
            .values(name=name, last_period=period)
            .on_conflict_do_nothing()
            .returning(ScheduleRow.name)
        )
        if first.first() is not None:
            return False
        statement = (
            insert(ScheduleRow)
            .values(name=name, last_period=period)
            .on_conflict_do_update(
                index_elements=[ScheduleRow.name],
                set_={"last_period": period},
                where=ScheduleRow.last_period < period,
            )
            .returning(ScheduleRow.name)
        )
        return (await session.execute(statement)).first() is not None


def latest_period(cron: str, moment: datetime) -> datetime:
    """The start of the period of the cron line that `moment` lies in, in UTC."""
    # croniter looks strictly before its start, and a period begins with its first instant.
    start = moment.astimezone(UTC).timestamp() + 1e-3
    period: datetime = croniter(cron, start).get_prev(datetime)
    return period.replace(tzinfo=UTC)


def next_period(cron: str, moment: datetime) -> datetime:
    """The start of the first period of the cron line after `moment`, in UTC."""
    period: datetime = croniter(cron, moment.astimezone(UTC).timestamp()).get_next(datetime)
    return period.replace(tzinfo=UTC)
