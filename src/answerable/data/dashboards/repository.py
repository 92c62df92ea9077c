"""All SQL of dashboards and their links."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Text, cast, delete, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, JSONPATH

from answerable.data.dashboards.tables import DashboardRow, DashboardShareRow
from answerable.kit.db import Session
from answerable.kit.paging import PageRequest, after_cursor


async def names(session: Session, dashboard_ids: Collection[str]) -> dict[str, str]:
    """The names of those of the dashboards that exist, by their ids."""
    statement = select(DashboardRow.id, DashboardRow.name).where(DashboardRow.id.in_(dashboard_ids))
    return {dashboard_id: name for dashboard_id, name in await session.execute(statement)}


async def get(session: Session, dashboard_id: str) -> DashboardRow | None:
    """One dashboard."""
    return await session.get(DashboardRow, dashboard_id)


async def lock(session: Session, dashboard_id: str) -> DashboardRow | None:
    """One dashboard, held until the transaction ends."""
    statement = select(DashboardRow).where(DashboardRow.id == dashboard_id).with_for_update()
    return await session.scalar(statement)


async def page(session: Session, request: PageRequest) -> Sequence[DashboardRow]:
    """Dashboards, newest first, one more than the page holds."""
    statement = after_cursor(select(DashboardRow), request, DashboardRow.created_at, DashboardRow.id)
    return (await session.scalars(statement)).all()


async def refreshed_on_data(session: Session, insight_ids: Collection[str]) -> Sequence[str]:
    """The dashboards that show one of the insights and are refreshed after new data."""
    shown = func.jsonb_path_query_array(DashboardRow.tiles, cast("$[*].insight_id", JSONPATH), type_=JSONB)
    statement = select(DashboardRow.id).where(
        DashboardRow.refresh["on"].astext == "data", shown.has_any(cast(list(insight_ids), ARRAY(Text)))
    )
    return (await session.scalars(statement.order_by(DashboardRow.id))).all()


async def note_refresh(session: Session, dashboard_id: str, moment: datetime) -> bool:
    """Keep when a dashboard was refreshed, which is no change of it; whether there is such a dashboard."""
    statement = (
        update(DashboardRow)
        .where(DashboardRow.id == dashboard_id)
        .values(refreshed_at=moment, updated_at=DashboardRow.updated_at)
        .returning(DashboardRow.id)
    )
    return await session.scalar(statement) is not None


async def remove(session: Session, dashboard_id: str) -> None:
    """Delete a dashboard with its links."""
    await session.execute(delete(DashboardRow).where(DashboardRow.id == dashboard_id))


async def page_shares(
    session: Session, dashboard_id: str, request: PageRequest
) -> Sequence[DashboardShareRow]:
    """A dashboard's links, newest first, one more than the page holds."""
    statement = after_cursor(
        select(DashboardShareRow).where(DashboardShareRow.dashboard_id == dashboard_id),
        request,
        DashboardShareRow.created_at,
        DashboardShareRow.id,
    )
    return (await session.scalars(statement)).all()


async def remove_share(session: Session, dashboard_id: str, share_id: str) -> bool:
    """Delete a link; whether there was one."""
    statement = (
        delete(DashboardShareRow)
        .where(DashboardShareRow.id == share_id, DashboardShareRow.dashboard_id == dashboard_id)
        .returning(DashboardShareRow.id)
    )
    return await session.scalar(statement) is not None


async def shared(
    session: Session, token_hash: bytes, now: datetime
) -> tuple[DashboardRow, DashboardShareRow] | None:
    """The dashboard that a link shows, and the link; None when there is no such link or it has expired."""
    statement = (
        select(DashboardRow, DashboardShareRow)
        .join(DashboardShareRow, DashboardShareRow.dashboard_id == DashboardRow.id)
        .where(DashboardShareRow.token_hash == token_hash, DashboardShareRow.expires_at > now)
    )
    found = (await session.execute(statement)).one_or_none()
    return (found[0], found[1]) if found is not None else None
