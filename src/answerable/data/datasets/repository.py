"""All SQL of datasets and their versions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, text, update
from sqlalchemy.orm import aliased

from answerable.data.datasets.tables import DatasetRow, DatasetStatus, DatasetVersionPinRow, DatasetVersionRow
from answerable.kit.db import Session
from answerable.kit.paging import PageRequest, after_cursor

_OPEN = (DatasetStatus.QUEUED, DatasetStatus.PROCESSING)
_NEEDED = text(
    """
    SELECT file_key FROM dataset_versions
    WHERE status IN ('queued', 'processing', 'ready') AND file_key = ANY(:keys)
    UNION
    SELECT part ->> 'file_key' FROM dataset_versions, jsonb_array_elements(parts) AS part
    WHERE status = 'ready' AND part ->> 'file_key' = ANY(:keys)
    """
)


def own_of(session: Session) -> ColumnElement[bool]:
    """That a dataset belongs to the conversation within which the session acts; without one, to the
    workspace."""
    conversation = session.principal.conversation_id
    return DatasetRow.session_id.is_(None) if conversation is None else DatasetRow.session_id == conversation


async def hold_names(session: Session) -> None:
    """Let one transaction at a time choose names in the workspace."""
    key = f"datasets:{session.workspace_id}"
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})


async def names_like(session: Session, name: str) -> set[str]:
    """The names in the workspace that begin with a name."""
    statement = select(DatasetRow.name).where(DatasetRow.name.startswith(name, autoescape=True))
    return set(await session.scalars(statement))


async def older_like(session: Session, dataset: DatasetRow, name: str) -> Sequence[DatasetRow]:
    """The workspace's datasets and those of the dataset's conversation whose names begin with a name and
    that were there before it, oldest first."""
    statement = (
        select(DatasetRow)
        .where(DatasetRow.name.startswith(name, autoescape=True), DatasetRow.id < dataset.id)
        .where(or_(DatasetRow.session_id.is_(None), DatasetRow.session_id == dataset.session_id))
        .order_by(DatasetRow.id)
    )
    return (await session.scalars(statement)).all()


async def get(session: Session, dataset_id: str) -> DatasetRow | None:
    """One dataset."""
    return await session.get(DatasetRow, dataset_id)


async def labels(session: Session, dataset_ids: Collection[str]) -> dict[str, str]:
    """The labels of those of the ids that are datasets of the workspace, or of the session's conversation."""
    statement = select(DatasetRow.id, DatasetRow.label).where(DatasetRow.id.in_(dataset_ids), own_of(session))
    return {dataset_id: label for dataset_id, label in await session.execute(statement)}


async def ids_of_all(session: Session) -> Sequence[str]:
    """All datasets that the session sees."""
    return (await session.scalars(select(DatasetRow.id).order_by(DatasetRow.id))).all()


async def lock(session: Session, dataset_id: str) -> DatasetRow | None:
    """One dataset, held until the transaction ends."""
    return await session.scalar(select(DatasetRow).where(DatasetRow.id == dataset_id).with_for_update())


async def page(session: Session, request: PageRequest) -> Sequence[DatasetRow]:
    """The conversation's datasets, or the workspace's, newest first, one more than the page holds."""
    wanted = select(DatasetRow).where(own_of(session))
    statement = after_cursor(wanted, request, DatasetRow.created_at, DatasetRow.id)
    return (await session.scalars(statement)).all()


async def versions(session: Session, dataset_id: str) -> Sequence[DatasetVersionRow]:
    """A dataset's versions, newest first."""
    statement = (
        select(DatasetVersionRow)
        .where(DatasetVersionRow.dataset_id == dataset_id)
        .order_by(DatasetVersionRow.number.desc())
    )
    return (await session.scalars(statement)).all()


async def version(session: Session, dataset_id: str, number: int) -> DatasetVersionRow | None:
    """One version by its number."""
    statement = select(DatasetVersionRow).where(
        DatasetVersionRow.dataset_id == dataset_id, DatasetVersionRow.number == number
    )
    return await session.scalar(statement)


async def current_versions(session: Session) -> Sequence[tuple[DatasetRow, DatasetVersionRow]]:
    """Every ready dataset of the workspace, and of the conversation, with its newest ready version."""
    statement = (
        select(DatasetRow, DatasetVersionRow)
        .join(DatasetVersionRow, DatasetVersionRow.dataset_id == DatasetRow.id)
        .where(
            DatasetVersionRow.number == DatasetRow.version,
            or_(DatasetRow.session_id.is_(None), own_of(session)),
        )
    )
    return [(dataset, version) for dataset, version in (await session.execute(statement)).all()]


async def next_number(session: Session, dataset_id: str) -> int:
    """The number that the dataset's next version gets; hold the dataset."""
    statement = select(func.max(DatasetVersionRow.number)).where(DatasetVersionRow.dataset_id == dataset_id)
    return (await session.scalar(statement) or 0) + 1


async def newest_version(session: Session, dataset_id: str) -> DatasetVersionRow | None:
    """The latest version that did not fail and has its data; None when there is none."""
    statement = (
        select(DatasetVersionRow)
        .where(
            DatasetVersionRow.dataset_id == dataset_id,
            DatasetVersionRow.status.not_in((DatasetStatus.FAILED, DatasetStatus.EXPIRED)),
        )
        .order_by(DatasetVersionRow.number.desc())
        .limit(1)
    )
    return await session.scalar(statement)


async def lock_opening(session: Session, sha256: str, opened_as: str) -> DatasetVersionRow | None:
    """The version that opened a dataset with these bytes under this name, held until the transaction
    ends; hold the names."""
    statement = (
        select(DatasetVersionRow)
        .join(DatasetRow, DatasetRow.id == DatasetVersionRow.dataset_id)
        .where(DatasetVersionRow.sha256 == sha256, DatasetVersionRow.opened_as == opened_as, own_of(session))
        .with_for_update(of=DatasetVersionRow)
    )
    return await session.scalar(statement)


async def datasets_of_upload(session: Session, upload_id: str) -> Sequence[DatasetRow]:
    """The datasets that came out of one upload."""
    statement = (
        select(DatasetRow)
        .join(DatasetVersionRow, DatasetVersionRow.dataset_id == DatasetRow.id)
        .where(DatasetVersionRow.upload_id == upload_id)
        .order_by(DatasetVersionRow.id)
    )
    return list(dict.fromkeys(await session.scalars(statement)))


async def newest_ready(session: Session, dataset_id: str) -> DatasetVersionRow | None:
    """The version that a dataset shows; None before its first."""
    statement = (
        select(DatasetVersionRow)
        .join(DatasetRow, DatasetRow.id == DatasetVersionRow.dataset_id)
        .where(DatasetRow.id == dataset_id, DatasetVersionRow.number == DatasetRow.version)
    )
    return await session.scalar(statement)


async def newest_ready_of(session: Session, dataset_ids: Collection[str]) -> Sequence[DatasetVersionRow]:
    """The versions that some datasets show."""
    statement = (
        select(DatasetVersionRow)
        .join(DatasetRow, DatasetRow.id == DatasetVersionRow.dataset_id)
        .where(DatasetRow.id.in_(dataset_ids), DatasetVersionRow.number == DatasetRow.version)
    )
    return (await session.scalars(statement)).all()


async def read_before(session: Session, version: DatasetVersionRow) -> DatasetVersionRow | None:
    """The ready version that a dataset had when the file of this one came."""
    statement = (
        select(DatasetVersionRow)
        .where(
            DatasetVersionRow.dataset_id == version.dataset_id,
            DatasetVersionRow.upload_id != version.upload_id,
            DatasetVersionRow.number < version.number,
            DatasetVersionRow.status.in_((DatasetStatus.READY, DatasetStatus.EXPIRED)),
        )
        .order_by(DatasetVersionRow.number.desc())
        .limit(1)
    )
    return await session.scalar(statement)


async def open_versions(session: Session, dataset_id: str) -> Sequence[DatasetVersionRow]:
    """The versions of a dataset that wait or are worked on."""
    statement = select(DatasetVersionRow).where(
        DatasetVersionRow.dataset_id == dataset_id, DatasetVersionRow.status.in_(_OPEN)
    )
    return (await session.scalars(statement)).all()


async def page_versions(
    session: Session, dataset_id: str, request: PageRequest
) -> Sequence[DatasetVersionRow]:
    """A dataset's versions, newest first, one more than the page holds."""
    statement = after_cursor(
        select(DatasetVersionRow).where(DatasetVersionRow.dataset_id == dataset_id),
        request,
        DatasetVersionRow.created_at,
        DatasetVersionRow.id,
    )
    return (await session.scalars(statement)).all()


async def outlived(
    session: Session, dataset: DatasetRow, keep: int, days: int
) -> Sequence[DatasetVersionRow]:
    """The versions that are neither among the newest so many nor younger than so many days, nor shown,
    nor pinned, nor what another is made from now. Hold the dataset."""
    ready = (
        select(DatasetVersionRow.number)
        .where(DatasetVersionRow.dataset_id == dataset.id, DatasetVersionRow.status == DatasetStatus.READY)
        .order_by(DatasetVersionRow.number.desc())
        .limit(keep)
    )
    bases = select(DatasetVersionRow.base).where(
        DatasetVersionRow.dataset_id == dataset.id,
        DatasetVersionRow.status.in_(_OPEN),
        DatasetVersionRow.base.is_not(None),
    )
    statement = select(DatasetVersionRow).where(
        DatasetVersionRow.dataset_id == dataset.id,
        DatasetVersionRow.status == DatasetStatus.READY,
        DatasetVersionRow.number != dataset.version,
        DatasetVersionRow.number.not_in(ready),
        DatasetVersionRow.number.not_in(bases),
        DatasetVersionRow.number.not_in(
            select(DatasetVersionPinRow.number).where(DatasetVersionPinRow.dataset_id == dataset.id)
        ),
        DatasetVersionRow.ready_at < func.now() - func.make_interval(0, 0, 0, days),
    )
    return (await session.scalars(statement)).all()


async def add_pin(session: Session, dataset_id: str, number: int, holder: str) -> None:
    """Keep a version for a holder."""
    session.add(
        DatasetVersionPinRow(
            workspace_id=session.workspace_id, dataset_id=dataset_id, number=number, holder=holder
        )
    )
    await session.flush()


async def remove_pins(session: Session, holder: str) -> None:
    """Keep no version for a holder any more."""
    await session.execute(delete(DatasetVersionPinRow).where(DatasetVersionPinRow.holder == holder))


async def needed_files(session: Session, keys: Collection[str]) -> set[str]:
    """Those of the uploads that a version, of any dataset, is or will be made of."""
    return set(await session.scalars(_NEEDED, {"keys": [*keys]}))


async def settings_of(session: Session, dataset_ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """What is remembered of some datasets."""
    statement = select(DatasetRow.id, DatasetRow.settings).where(DatasetRow.id.in_(dataset_ids))
    return {dataset_id: settings for dataset_id, settings in (await session.execute(statement)).all()}


async def file_is_shared(session: Session, version: DatasetVersionRow) -> bool:
    """Whether another version reads the same file."""
    statement = select(DatasetVersionRow.id).where(
        DatasetVersionRow.file_key == version.file_key, DatasetVersionRow.id != version.id
    )
    return await session.scalar(statement.limit(1)) is not None


async def claim(session: Session, version_id: str, attempt: int) -> DatasetVersionRow | None:
    """Put a version that waits or is worked on into the hands of an attempt; None when it is ready,
    failed or gone, or a later attempt has it."""
    statement = (
        update(DatasetVersionRow)
        .where(
            DatasetVersionRow.id == version_id,
            DatasetVersionRow.status.in_(_OPEN),
            DatasetVersionRow.attempt < attempt,
        )
        .values(status=DatasetStatus.PROCESSING, attempt=attempt)
        .returning(DatasetVersionRow)
    )
    claimed = (await session.scalars(statement)).one_or_none()
    if claimed is not None:
        await session.execute(
            update(DatasetRow)
            .where(DatasetRow.id == claimed.dataset_id, DatasetRow.status == DatasetStatus.QUEUED)
            .values(status=DatasetStatus.PROCESSING)
        )
    return claimed


async def held(session: Session, version_id: str, attempt: int) -> DatasetVersionRow | None:
    """The version, locked, if this attempt still has it."""
    statement = (
        select(DatasetVersionRow)
        .where(
            DatasetVersionRow.id == version_id,
            DatasetVersionRow.status == DatasetStatus.PROCESSING,
            DatasetVersionRow.attempt == attempt,
        )
        .with_for_update()
    )
    return await session.scalar(statement)


async def open_version(session: Session, version_id: str) -> DatasetVersionRow | None:
    """The version, locked, if it waits or is worked on."""
    statement = (
        select(DatasetVersionRow)
        .where(DatasetVersionRow.id == version_id, DatasetVersionRow.status.in_(_OPEN))
        .with_for_update()
    )
    return await session.scalar(statement)


async def engine_of(session: Session, dataset_id: str) -> str | None:
    """What answers questions about a dataset."""
    return await session.scalar(select(DatasetRow.engine).where(DatasetRow.id == dataset_id))


async def siblings(session: Session, dataset_id: str) -> dict[str, str]:
    """Datasets that came out of the same upload as the newest ready version of this one:
    {label of the table: dataset}."""
    newest = (
        select(DatasetVersionRow.upload_id)
        .where(DatasetVersionRow.dataset_id == dataset_id, DatasetVersionRow.status == DatasetStatus.READY)
        .order_by(DatasetVersionRow.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    statement = select(DatasetVersionRow.table_label, DatasetVersionRow.dataset_id).where(
        DatasetVersionRow.upload_id == newest
    )
    return {label: found for label, found in (await session.execute(statement)).all() if label is not None}


async def hold_uploads(session: Session, upload_ids: Collection[str]) -> Sequence[DatasetVersionRow]:
    """All versions of some uploads, locked in one order: of two datasets of one file that are deleted
    at once, the second sees that it is the last."""
    statement = (
        select(DatasetVersionRow)
        .where(DatasetVersionRow.upload_id.in_(upload_ids))
        .order_by(DatasetVersionRow.id)
        .with_for_update()
    )
    return (await session.scalars(statement)).all()


async def remove(session: Session, dataset_id: str) -> None:
    """Delete a dataset with its versions."""
    await session.execute(delete(DatasetRow).where(DatasetRow.id == dataset_id))


async def remove_version(session: Session, version_id: str) -> None:
    """Delete one version."""
    await session.execute(delete(DatasetVersionRow).where(DatasetVersionRow.id == version_id))


async def of_conversation(session: Session) -> Sequence[str]:
    """The ids of all datasets of the conversation within which the session acts."""
    return (await session.scalars(select(DatasetRow.id).where(own_of(session)))).all()


async def opened_in_workspace(session: Session, dataset_id: str) -> bool:
    """Whether the workspace, not a conversation, has a dataset that the same bytes opened under the same name
    as this one."""
    here, there = aliased(DatasetVersionRow), aliased(DatasetVersionRow)
    statement = (
        select(there.id)
        .join(here, and_(here.sha256 == there.sha256, here.opened_as == there.opened_as))
        .where(here.dataset_id == dataset_id, there.session_id.is_(None), here.id != there.id)
    )
    return await session.scalar(statement.limit(1)) is not None


async def give_to_workspace(session: Session, dataset_id: str) -> None:
    """Let a dataset of a conversation, with its versions, belong to the workspace."""
    for row, column in ((DatasetRow, DatasetRow.id), (DatasetVersionRow, DatasetVersionRow.dataset_id)):
        statement = update(row).where(column == dataset_id).values(session_id=None)
        await session.execute(statement.execution_options(synchronize_session=False))


async def known_uploads(session: Session, keys: Collection[str]) -> set[str]:
    """Those of the keys that a version has."""
    statement = select(DatasetVersionRow.file_key).where(DatasetVersionRow.file_key.in_(keys))
    return set(await session.scalars(statement))


async def known_relations(session: Session, relations: Collection[str]) -> set[str]:
    """Those of the tables of the warehouse that a version has."""
    statement = select(DatasetVersionRow.relation).where(DatasetVersionRow.relation.in_(relations))
    return {name for name in await session.scalars(statement) if name is not None}


async def open_among(session: Session, version_ids: Collection[str]) -> set[str]:
    """Those of the versions that wait or are worked on."""
    statement = select(DatasetVersionRow.id).where(
        DatasetVersionRow.id.in_(version_ids), DatasetVersionRow.status.in_(_OPEN)
    )
    return set(await session.scalars(statement))


@dataclass(frozen=True, slots=True)
class TableInWarehouse:
    """A ready version's table in the warehouse, how many rows it has to have, and the path of its Parquet
    file."""

    relation: str
    rows: int
    path: str


async def tables_in_warehouse(session: Session) -> Sequence[TableInWarehouse]:
    """Those of the session's workspace."""
    statement = select(
        DatasetVersionRow.relation, DatasetVersionRow.row_count, DatasetVersionRow.table_path
    ).where(DatasetVersionRow.relation.is_not(None), DatasetVersionRow.status == DatasetStatus.READY)
    found = await session.execute(statement.order_by(DatasetVersionRow.relation))
    return [TableInWarehouse(relation or "", rows or 0, path or "") for relation, rows, path in found.all()]


async def known_tables(session: Session, paths: Collection[str]) -> set[str]:
    """Those of the paths of Parquet files that a version has."""
    statement = select(DatasetVersionRow.table_path).where(DatasetVersionRow.table_path.in_(paths))
    return {path for path in await session.scalars(statement) if path is not None}
