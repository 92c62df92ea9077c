"""All SQL of alerts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select

from answerable.data.alerts.tables import AlertChangeRow, AlertRow
from answerable.data.datasets.tables import DatasetVersionRow
from answerable.data.insights.tables import InsightRow
from answerable.kit.db import Session
from answerable.kit.paging import PageRequest, after_cursor

_KEPT_CHANGES = 500
Pair = tuple[AlertRow, InsightRow]


async def get(session: Session, alert_id: str) -> Pair | None:
    """One alert with its insight."""
    found = await of_ids(session, [alert_id])
    return found[0] if found else None


async def of_ids(session: Session, alert_ids: Collection[str]) -> Sequence[Pair]:
    """Those of the alerts that exist, each with its insight."""
    statement = (
        select(AlertRow, InsightRow)
        .join(InsightRow, InsightRow.id == AlertRow.insight_id)
        .where(AlertRow.id.in_(alert_ids))
    )
    return [(row[0], row[1]) for row in await session.execute(statement)]


async def lock(session: Session, alert_id: str) -> AlertRow | None:
    """One alert, held until the transaction ends, as it is now."""
    statement = select(AlertRow).where(AlertRow.id == alert_id).with_for_update()
    return await session.scalar(statement.execution_options(populate_existing=True))


async def page(
    session: Session, request: PageRequest, insight_id: str | None, state: str | None
) -> Sequence[Pair]:
    """Alerts with their insights, newest first, one more than the page holds."""
    statement = select(AlertRow, InsightRow).join(InsightRow, InsightRow.id == AlertRow.insight_id)
    if insight_id is not None:
        statement = statement.where(AlertRow.insight_id == insight_id)
    if state is not None:
        statement = statement.where(AlertRow.state == state)
    found = await session.execute(after_cursor(statement, request, AlertRow.created_at, AlertRow.id))
    return [(row[0], row[1]) for row in found]


async def over(session: Session, dataset_ids: Collection[str]) -> Sequence[str]:
    """The alerts that are evaluated after new data of one of the datasets."""
    statement = (
        select(AlertRow.id)
        .join(InsightRow, InsightRow.id == AlertRow.insight_id)
        .where(
            AlertRow.check["on"].astext == "data",
            InsightRow.version_policy == "latest",
            InsightRow.dataset_ids.overlap(list(dataset_ids)),
        )
    )
    return (await session.scalars(statement.order_by(AlertRow.id))).all()


async def count(session: Session) -> int:
    """How many alerts the workspace has."""
    return await session.scalar(select(func.count()).select_from(AlertRow)) or 0


async def remove(session: Session, alert_id: str) -> None:
    """Delete an alert with its history."""
    await session.execute(delete(AlertRow).where(AlertRow.id == alert_id))


async def page_changes(session: Session, alert_id: str, request: PageRequest) -> Sequence[AlertChangeRow]:
    """An alert's changes of state, newest first, one more than the page holds."""
    statement = select(AlertChangeRow).where(AlertChangeRow.alert_id == alert_id)
    return (
        await session.scalars(after_cursor(statement, request, AlertChangeRow.created_at, AlertChangeRow.id))
    ).all()


async def forget_old_changes(session: Session, alert_id: str) -> None:
    """Keep of an alert's history the newest."""
    newest = (
        select(AlertChangeRow.id)
        .where(AlertChangeRow.alert_id == alert_id)
        .order_by(AlertChangeRow.created_at.desc(), AlertChangeRow.id.desc())
        .limit(_KEPT_CHANGES)
    )
    await session.execute(
        delete(AlertChangeRow).where(AlertChangeRow.alert_id == alert_id, AlertChangeRow.id.not_in(newest))
    )


async def ready_moment(session: Session, dataset_id: str, number: int) -> datetime | None:
    """When a version of a dataset was ready: it has nothing of what happened later."""
    return await session.scalar(
        select(DatasetVersionRow.ready_at).where(
            DatasetVersionRow.dataset_id == dataset_id, DatasetVersionRow.number == number
        )
    )
