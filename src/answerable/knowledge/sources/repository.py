"""All SQL of sources and their alarms."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from answerable.kit import ids
from answerable.kit.db import Session
from answerable.kit.paging import PageRequest, after_cursor
from answerable.knowledge.documents.tables import DocumentRow
from answerable.knowledge.sources.errors import NameTaken
from answerable.knowledge.sources.tables import SourceAlarmRow, SourceRow, SourceWatchRow


@dataclass(frozen=True, slots=True)
class Alarm:
    """A source that wants to be looked at."""

    workspace_id: str
    source_id: str


@dataclass(frozen=True, slots=True)
class Watch:
    """A source that wants its folder watched, since it was last changed."""

    workspace_id: str
    source_id: str
    changed_at: datetime


async def add(session: Session, row: SourceRow) -> None:
    """Insert a source. NameTaken."""
    try:
        async with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        raise NameTaken(f"There is a source called '{row.name}' already. Choose another name.") from error
    await session.refresh(row)


async def save(session: Session, row: SourceRow) -> None:
    """Write what changed of a source. NameTaken."""
    name = row.name
    try:
        async with session.begin_nested():
            await session.flush()
    except IntegrityError as error:
        raise NameTaken(f"There is a source called '{name}' already. Choose another name.") from error
    await session.execute(update(SourceRow).where(SourceRow.id == row.id).values(updated_at=func.now()))
    await session.refresh(row)


async def names(session: Session, source_ids: Collection[str]) -> dict[str, str]:
    """The names of those of the sources that exist, by their ids."""
    statement = select(SourceRow.id, SourceRow.name).where(SourceRow.id.in_(source_ids))
    return {source_id: name for source_id, name in await session.execute(statement)}


async def get(session: Session, source_id: str) -> SourceRow | None:
    """One source."""
    return await session.scalar(select(SourceRow).where(SourceRow.id == source_id))


async def lock(session: Session, source_id: str) -> SourceRow | None:
    """One source, held against every other change of it and its runs until the transaction ends."""
    statement = select(SourceRow).where(SourceRow.id == source_id).with_for_update(key_share=True)
    return await session.scalar(statement.execution_options(populate_existing=True))


async def page(session: Session, request: PageRequest) -> Sequence[SourceRow]:
    """Sources, newest first, one more than the page holds."""
    return (
        await session.scalars(after_cursor(select(SourceRow), request, SourceRow.created_at, SourceRow.id))
    ).all()


async def document_counts(session: Session, source_ids: Sequence[str]) -> dict[str, int]:
    """How many documents each of the sources has."""
    statement = (
        select(DocumentRow.source_id, func.count())
        .where(DocumentRow.source_id.in_(source_ids))
        .group_by(DocumentRow.source_id)
    )
    return {source: count for source, count in (await session.execute(statement)).all()}


async def remove(session: Session, source_id: str) -> None:
    """Delete a source's row, with its items and runs."""
    await session.execute(delete(SourceRow).where(SourceRow.id == source_id))


async def now(session: Session) -> datetime:
    """The database's clock."""
    moment: datetime = (await session.execute(select(func.now()))).scalar_one()
    return moment


async def set_alarm(session: Session, source_id: str, rings_at: datetime) -> None:
    """Have the source looked at then, or earlier if it is to be so already."""
    values = {
        "source_id": source_id,
        "tenant": ids.decode("ws", session.workspace_id),
        "rings_at": rings_at,
    }
    statement = insert(SourceAlarmRow).values(values)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["source_id"],
            set_={"rings_at": func.least(SourceAlarmRow.rings_at, statement.excluded.rings_at)},
        )
    )


async def clear_alarm(session: Session, source_id: str) -> None:
    """Have the source left alone."""
    await session.execute(delete(SourceAlarmRow).where(SourceAlarmRow.source_id == source_id))


async def ringing(session: Session, most: int) -> Sequence[Alarm]:
    """The alarms of all workspaces that ring now, the earliest first."""
    statement = select(SourceAlarmRow).where(SourceAlarmRow.rings_at <= func.now())
    rows = await session.scalars(statement.order_by(SourceAlarmRow.rings_at).limit(most))
    return [Alarm(ids.encode("ws", row.tenant), row.source_id) for row in rows]


async def set_watch(session: Session, source_id: str) -> None:
    """Have the source's folder watched, anew if it is already."""
    values = {"source_id": source_id, "tenant": ids.decode("ws", session.workspace_id)}
    statement = insert(SourceWatchRow).values(values)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["source_id"], set_={"changed_at": func.clock_timestamp()}
        )
    )


async def clear_watch(session: Session, source_id: str) -> None:
    """Have the source's folder not watched."""
    await session.execute(delete(SourceWatchRow).where(SourceWatchRow.source_id == source_id))


async def watches(session: Session) -> set[Watch]:
    """The sources of all workspaces whose folders are to be watched."""
    rows = await session.scalars(select(SourceWatchRow))
    return {Watch(ids.encode("ws", row.tenant), row.source_id, row.changed_at) for row in rows}
