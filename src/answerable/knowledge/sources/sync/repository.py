"""All SQL of runs, items and errors."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from answerable.kit import ids
from answerable.kit.db import Session
from answerable.kit.paging import PageRequest, after_cursor
from answerable.knowledge.documents.tables import DocumentMemberRow, DocumentRow, DocumentStatus
from answerable.knowledge.sources.tables import (
    OPEN_RUN,
    RunStatus,
    SourceItemRow,
    SyncErrorRow,
    SyncRunRow,
)

_ENDED = (DocumentStatus.READY.value, DocumentStatus.FAILED.value)
_READY = DocumentStatus.READY.value
_PRUNED_AT_ONCE = 20


def key_of(external_id: str) -> bytes:
    """What an item is found by: ids may be longer than an index entry."""
    return hashlib.sha256(external_id.encode()).digest()


@dataclass(frozen=True, slots=True)
class ItemState:
    """An item with its document's state; None where it has no document."""

    row: SourceItemRow
    document_status: str | None
    document_error: tuple[str, str] | None


async def get_run(session: Session, run_id: str) -> SyncRunRow | None:
    """One run."""
    return await session.scalar(select(SyncRunRow).where(SyncRunRow.id == run_id))


async def lock_run(session: Session, run_id: str) -> SyncRunRow | None:
    """One run, held until the transaction ends."""
    statement = select(SyncRunRow).where(SyncRunRow.id == run_id).with_for_update()
    return await session.scalar(statement.execution_options(populate_existing=True))


async def open_run(session: Session, source_id: str) -> SyncRunRow | None:
    """The source's run that has not ended, held until the transaction ends."""
    statement = select(SyncRunRow).where(SyncRunRow.source_id == source_id, SyncRunRow.status.in_(OPEN_RUN))
    return await session.scalar(statement.with_for_update().execution_options(populate_existing=True))


async def open_runs(session: Session, source_ids: Sequence[str]) -> Mapping[str, SyncRunRow]:
    """The runs of these sources that have not ended, by source."""
    statement = select(SyncRunRow).where(
        SyncRunRow.source_id.in_(source_ids), SyncRunRow.status.in_(OPEN_RUN)
    )
    return {row.source_id: row for row in await session.scalars(statement)}


async def open_among(session: Session, run_ids: Collection[str]) -> set[str]:
    """Those of the runs that have not ended."""
    statement = select(SyncRunRow.id).where(SyncRunRow.id.in_(run_ids), SyncRunRow.status.in_(OPEN_RUN))
    return set(await session.scalars(statement))


async def add_run(session: Session, row: SyncRunRow) -> None:
    """Insert a run."""
    session.add(row)
    await session.flush()


async def runs(session: Session, source_id: str, request: PageRequest) -> Sequence[SyncRunRow]:
    """A source's runs, newest first, one more than the page holds."""
    statement = select(SyncRunRow).where(SyncRunRow.source_id == source_id)
    return (
        await session.scalars(after_cursor(statement, request, SyncRunRow.created_at, SyncRunRow.id))
    ).all()


async def errors(session: Session, run_id: str, most: int) -> Sequence[SyncErrorRow]:
    """The latest errors of a run."""
    statement = select(SyncErrorRow).where(SyncErrorRow.run_id == run_id)
    ordered = statement.order_by(SyncErrorRow.created_at.desc(), SyncErrorRow.id.desc())
    return (await session.scalars(ordered.limit(most))).all()


async def add_error(session: Session, run_id: str, external_id: str, code: str, detail: str) -> None:
    """Note what could not be taken in."""
    session.add(SyncErrorRow(run_id=run_id, external_id=external_id, code=code, detail=detail,
                             workspace_id=session.workspace_id))  # fmt: skip
    await session.flush()


async def prune(session: Session, source_id: str, keep: timedelta) -> None:
    """Delete some of a source's runs that ended longer ago than `keep`."""
    old = (
        select(SyncRunRow.id)
        .where(SyncRunRow.source_id == source_id, SyncRunRow.finished_at < func.now() - keep)
        .limit(_PRUNED_AT_ONCE)
    )
    await session.execute(
        delete(SyncRunRow).where(SyncRunRow.id.in_(old)).execution_options(synchronize_session=False)
    )


async def items_by_id(
    session: Session, source_id: str, external: Collection[str]
) -> dict[str, SourceItemRow]:
    """Those of the items that are known, by their ids in the source, fresh from the database."""
    statement = select(SourceItemRow).where(
        SourceItemRow.source_id == source_id, SourceItemRow.key.in_([key_of(each) for each in external])
    )
    rows = await session.scalars(statement.execution_options(populate_existing=True))
    return {row.external_id: row for row in rows}


async def count_items(session: Session, source_id: str) -> int:
    """How many items the source has."""
    statement = select(func.count()).where(SourceItemRow.source_id == source_id)
    return int((await session.execute(statement)).scalar_one())


async def put_item(session: Session, source_id: str, external_id: str, values: Mapping[str, object]) -> None:
    """Insert or change an item."""
    row = {
        "id": ids.new_id("item"),
        "workspace_id": session.workspace_id,
        "source_id": source_id,
        "external_id": external_id,
        "key": key_of(external_id),
        **values,
    }
    statement = insert(SourceItemRow).values(row)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["source_id", "key"], set_={**values, "updated_at": func.now()}
        )
    )


async def remove_item(session: Session, item_id: str) -> None:
    """Forget an item."""
    await session.execute(
        delete(SourceItemRow).where(SourceItemRow.id == item_id).execution_options(synchronize_session=False)
    )


async def unseen(session: Session, source_id: str, run_id: str, most: int) -> Sequence[SourceItemRow]:
    """At most that many items which a run has not seen."""
    statement = (
        select(SourceItemRow)
        .where(
            SourceItemRow.source_id == source_id,
            or_(SourceItemRow.seen_run_id.is_(None), SourceItemRow.seen_run_id != run_id),
        )
        .order_by(SourceItemRow.id)
        .limit(most)
    )
    return (await session.scalars(statement.execution_options(populate_existing=True))).all()


async def all_items(session: Session, source_id: str, most: int) -> Sequence[SourceItemRow]:
    """At most that many items of a source."""
    statement = select(SourceItemRow).where(SourceItemRow.source_id == source_id)
    return (await session.scalars(statement.order_by(SourceItemRow.id).limit(most))).all()


async def items(
    session: Session, source_id: str, request: PageRequest, *, failed: bool
) -> Sequence[ItemState]:
    """Items, newest first, one more than the page holds; with `failed` those that are not readable."""
    statement = (
        select(SourceItemRow, DocumentRow.status, DocumentRow.error_code, DocumentRow.error_detail)
        .outerjoin(DocumentRow, DocumentRow.id == SourceItemRow.document_id)
        .where(SourceItemRow.source_id == source_id)
    )
    if failed:
        statement = statement.where(
            or_(SourceItemRow.error_code.is_not(None), DocumentRow.error_code.is_not(None))
        )
    ordered = after_cursor(statement, request, SourceItemRow.created_at, SourceItemRow.id)
    return [
        ItemState(row, status, None if code is None else (code, detail or ""))
        for row, status, code, detail in (await session.execute(ordered)).all()
    ]


async def superseded(session: Session, source_id: str, most: int) -> Sequence[SourceItemRow]:
    """Items whose former document can go: the new one has been read, with all that it holds, or is gone. One
    that cannot be read lets the former one be, unless that could not be read either."""
    former = aliased(DocumentRow)
    no_better = and_(DocumentRow.status == DocumentStatus.FAILED.value, former.status != _READY)
    statement = (
        select(SourceItemRow)
        .outerjoin(DocumentRow, DocumentRow.id == SourceItemRow.document_id)
        .join(former, former.id == SourceItemRow.superseded_id)
        .where(
            SourceItemRow.source_id == source_id,
            or_(DocumentRow.id.is_(None), DocumentRow.status == _READY, no_better),
            ~_unread_below(),
        )
        .order_by(SourceItemRow.id)
        .limit(most)
    )
    return (await session.scalars(statement.execution_options(populate_existing=True))).all()


async def any_superseded(session: Session, source_id: str) -> bool:
    """Whether any former document waits for the new one to be read."""
    statement = (
        select(SourceItemRow.id)
        .join(DocumentRow, DocumentRow.id == SourceItemRow.document_id)
        .where(
            SourceItemRow.source_id == source_id,
            SourceItemRow.superseded_id.is_not(None),
            or_(DocumentRow.status != DocumentStatus.FAILED.value, _unread_below()),
        )
    )
    return await session.scalar(statement.limit(1)) is not None


def _unread_below() -> ColumnElement[bool]:
    """Whether anything that an item's document holds, at any distance, has still to be read."""
    row = DocumentMemberRow
    below = (
        select(row.document_id.label("id"))
        .where(row.container_id == SourceItemRow.document_id)
        .correlate(SourceItemRow)
        .cte("below", recursive=True, nesting=True)
    )
    below = below.union(select(row.document_id).join(below, row.container_id == below.c.id))
    member = aliased(DocumentRow)
    unread = select(member.id).join(below, below.c.id == member.id).where(member.status.not_in(_ENDED))
    return unread.exists()


async def clear_superseded(session: Session, item_id: str) -> None:
    """Forget an item's former document."""
    await session.execute(update(SourceItemRow).where(SourceItemRow.id == item_id).values(superseded_id=None))


async def another_owner(session: Session, document_id: str) -> str | None:
    """The source of an item that became this document or is about to leave it; None: there is none."""
    statement = select(SourceItemRow.source_id).where(
        or_(SourceItemRow.document_id == document_id, SourceItemRow.superseded_id == document_id)
    )
    return await session.scalar(statement.order_by(SourceItemRow.id).limit(1))


async def end_portion(session: Session, run_id: str, portion: int, values: Mapping[str, object]) -> None:
    """End a run from outside if this portion is its latest and it has not ended or paused."""
    statement = update(SyncRunRow).where(
        SyncRunRow.id == run_id,
        SyncRunRow.portion == portion,
        SyncRunRow.status.in_((RunStatus.QUEUED.value, RunStatus.RUNNING.value)),
    )
    await session.execute(statement.values({**values, "finished_at": func.now()}))
