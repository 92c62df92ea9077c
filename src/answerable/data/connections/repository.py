"""All SQL of connections and of the datasets that are read through them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select

from answerable.data.connections.tables import ConnectionRow
from answerable.data.datasets.tables import DatasetRow
from answerable.kit.db import Session
from answerable.kit.paging import PageRequest, after_cursor


async def names(session: Session, connection_ids: Collection[str]) -> dict[str, str]:
    """The names of those of the connections that exist, by their ids."""
    statement = select(ConnectionRow.id, ConnectionRow.name).where(ConnectionRow.id.in_(connection_ids))
    return {connection_id: name for connection_id, name in await session.execute(statement)}


async def get(session: Session, connection_id: str) -> ConnectionRow | None:
    """One connection."""
    return await session.get(ConnectionRow, connection_id)


async def lock(session: Session, connection_id: str) -> ConnectionRow | None:
    """One connection, held until the transaction ends."""
    statement = select(ConnectionRow).where(ConnectionRow.id == connection_id).with_for_update()
    return await session.scalar(statement)


async def page(session: Session, request: PageRequest) -> Sequence[ConnectionRow]:
    """Connections, newest first, one more than the page holds."""
    statement = after_cursor(select(ConnectionRow), request, ConnectionRow.created_at, ConnectionRow.id)
    return (await session.scalars(statement)).all()


async def name_is_taken(session: Session, name: str, but: str | None = None) -> bool:
    """Whether another connection has that name."""
    statement = select(ConnectionRow.id).where(ConnectionRow.name == name)
    return (
        await session.scalar(statement if but is None else statement.where(ConnectionRow.id != but))
        is not None
    )


async def remove(session: Session, connection_id: str) -> None:
    """Delete a connection."""
    await session.execute(delete(ConnectionRow).where(ConnectionRow.id == connection_id))


async def datasets_of(session: Session, connection_id: str) -> Sequence[DatasetRow]:
    """The datasets that are read through a connection."""
    statement = select(DatasetRow).where(DatasetRow.connection_id == connection_id).order_by(DatasetRow.id)
    return (await session.scalars(statement)).all()


async def live_datasets(
    session: Session, dataset_ids: Collection[str]
) -> Sequence[tuple[DatasetRow, ConnectionRow, datetime]]:
    """The datasets among these that are read through a connection, with it, and the time now."""
    statement = (
        select(DatasetRow, ConnectionRow, func.now())
        .join(ConnectionRow, ConnectionRow.id == DatasetRow.connection_id)
        .where(DatasetRow.id.in_(dataset_ids))
    )
    return [(row[0], row[1], row[2]) for row in await session.execute(statement)]
