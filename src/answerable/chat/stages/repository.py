"""All SQL of stages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, select

from answerable.chat.asking.tables import RunRow
from answerable.kit.db import Session

Counted = tuple[date, str, str, int]  # day, stage, status, number


class StageRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def counted(self, since: datetime, until: datetime, route: str | None) -> Sequence[Counted]:
        """Finished runs by day (UTC), stage and status, days in order."""
        day = func.date(func.timezone("UTC", RunRow.created_at)).label("day")
        stage, status = (RunRow.answer[name].astext.label(name) for name in ("stage", "status"))
        statement = (
            select(day, stage, status, func.count())
            .where(RunRow.status == "finished", RunRow.created_at >= since, RunRow.created_at < until)
            .group_by(day, stage, status)
            .order_by(day)
        )
        if route is not None:
            statement = statement.where(RunRow.answer["route"].astext == route)
        rows = await self._session.execute(statement)
        return [(row[0], row[1] or "", row[2] or "", row[3]) for row in rows]
