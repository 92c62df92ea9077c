"""Datasets: naming, listing, finding their files, deleting.

Other slices find a table's current Parquet file with `current_tables` and `version_path`.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

from answerable.data.datasets import repository
from answerable.data.datasets.errors import DatasetNotReady, VersionExpired
from answerable.data.datasets.storage import DatasetFiles
from answerable.data.datasets.tables import DatasetEngine, DatasetRow, DatasetStatus, DatasetVersionRow
from answerable.data.engines.dialects.tables import PhysicalTable
from answerable.data.ingestion.headers import snake_case, unique
from answerable.data.insights import repository as insights
from answerable.data.semantics import service as semantics
from answerable.data.verified import repository as verified
from answerable.data.warehouse.service import physical_table
from answerable.inference.cache.forgetting import forget
from answerable.inference.cache.tags import DATASETS, dataset_tag
from answerable.jobs import Subject, cancel_job, enqueue
from answerable.kit import ids
from answerable.kit.db import Session
from answerable.kit.errors import Conflict, NotFound
from answerable.kit.paging import PageRequest
from answerable.kit.runtime import Runtime

DISCARD = "datasets.discard"
LONGEST_NAME = 200
_MARK_BYTES = 3
_MARK = re.compile(r"_[0-9a-f]{6}(?:_\d+)?$")


@dataclass(frozen=True, slots=True)
class CurrentTable:
    """Where the newest ready version of a dataset lies: its Parquet file, and its table in the warehouse, if
    any."""

    dataset_id: str
    name: str
    version: int
    path: Path
    row_count: int
    bytes: int
    physical: PhysicalTable | None = None


async def current_tables(session: Session, runtime: Runtime) -> dict[str, CurrentTable]:
    """The newest ready version of every dataset, by the dataset's name in queries."""
    files = DatasetFiles(runtime, session.workspace_id)
    rows = await repository.current_versions(session)
    return {dataset.name: _current(dataset, version, files) for dataset, version in rows}


async def version_path(
    session: Session, runtime: Runtime, dataset_id: str, version: int | None = None
) -> CurrentTable:
    """Where a version lies; the newest ready one by default. Raises NotFound, or DatasetNotReady."""
    dataset = await repository.get(session, dataset_id)
    if dataset is None:
        raise NotFound
    if version is None and dataset.version is None:
        raise DatasetNotReady(f"The dataset is {dataset.status}. Wait for its job, or see why it failed.")
    found = await repository.version(session, dataset_id, version or dataset.version or 0)
    if found is None:
        raise NotFound
    _require_data(found)
    return _current(dataset, found, DatasetFiles(runtime, session.workspace_id))


async def exact_version(session: Session, dataset_id: str, number: int) -> DatasetVersionRow:
    """A version with its data. Raises NotFound, VersionExpired, or DatasetNotReady."""
    found = await repository.version(session, dataset_id, number)
    if found is None:
        raise NotFound
    _require_data(found)
    return found


def _require_data(version: DatasetVersionRow) -> None:
    if version.status == DatasetStatus.EXPIRED:
        raise VersionExpired(f"Version {version.number} is no longer kept. Ask for a newer one.")
    if version.status != DatasetStatus.READY:
        raise NotFound


def _current(dataset: DatasetRow, version: DatasetVersionRow, files: DatasetFiles) -> CurrentTable:
    return CurrentTable(
        dataset_id=dataset.id,
        name=dataset.name,
        version=version.number,
        path=files.table(version.table_path or ""),
        row_count=version.row_count or 0,
        bytes=version.table_bytes or 0,
        physical=physical_table(version.workspace_id, version.relation, version.columns or []),
    )


async def labels(session: Session, dataset_ids: Collection[str]) -> dict[str, str]:
    """The labels of those of the ids that are datasets of the workspace, or of the conversation within
    which the session acts."""
    return await repository.labels(session, dataset_ids)


async def list_datasets(session: Session, request: PageRequest) -> Sequence[DatasetRow]:
    """Datasets, newest first, one more than the page holds."""
    return await repository.page(session, request)


async def read_dataset(session: Session, dataset_id: str) -> tuple[DatasetRow, list[DatasetVersionRow]]:
    """A dataset with its newest versions, newest first. NotFound."""
    dataset = await repository.get(session, dataset_id)
    if dataset is None:
        raise NotFound
    return dataset, list(await repository.versions(session, dataset_id))


async def own_dataset(session: Session, dataset_id: str) -> DatasetRow:
    """A dataset of the conversation within which the session acts. NotFound for any other, the workspace's
    too."""
    dataset = await repository.get(session, dataset_id)
    if dataset is None or dataset.session_id != session.principal.conversation_id:
        raise NotFound
    return dataset


async def leave_conversation(session: Session) -> None:
    """Delete all datasets of the conversation within which the session acts."""
    for dataset_id in sorted(await repository.of_conversation(session)):
        await delete_dataset(session, dataset_id)


async def list_versions(
    session: Session, dataset_id: str, request: PageRequest
) -> Sequence[DatasetVersionRow]:
    """A dataset's versions, newest first, one more than the page holds. NotFound."""
    if await repository.get(session, dataset_id) is None:
        raise NotFound
    return await repository.page_versions(session, dataset_id, request)


async def new_dataset(
    session: Session, label: str, engine: DatasetEngine = DatasetEngine.PARQUET
) -> DatasetRow:
    """A dataset that waits for its data, under a free name made from the label; of the conversation within
    which the session acts."""
    dataset = DatasetRow(
        id=ids.new_id("ds"),
        workspace_id=session.workspace_id,
        name=await _free_name(session, label),
        label=label[:LONGEST_NAME],
        status=DatasetStatus.QUEUED,
        settings={},
        engine=engine,
        session_id=session.principal.conversation_id,
    )
    session.add(dataset)
    await session.flush()
    return dataset


async def rename(session: Session, dataset: DatasetRow, label: str) -> None:
    """Call a dataset that no query knows yet by another label, with a free name made from it."""
    dataset.name = await _free_name(session, label)
    dataset.label = label[:LONGEST_NAME]
    await session.flush()


async def _free_name(session: Session, label: str) -> str:
    """A table of a conversation gets a mark of its own: a name that is merely taken would tell of it."""
    await repository.hold_names(session)
    name = snake_case(label, fallback="table")
    if session.principal.conversation_id is not None:
        name = f"{name[:50].rstrip('_')}_{secrets.token_hex(_MARK_BYTES)}"
    return unique(name, await repository.names_like(session, name[:50]))


async def spoken_name(session: Session, dataset: DatasetRow) -> str:
    """The dataset's name as people say it: without the mark that one of a conversation has, with a number
    where an older table that they see is called the same."""
    if dataset.session_id is None:
        return dataset.name
    bare = _unmarked(dataset)
    taken: set[str] = set()
    for row in await repository.older_like(session, dataset, bare):
        unique(_unmarked(row), taken)
    return unique(bare, taken)


def _unmarked(dataset: DatasetRow) -> str:
    return dataset.name if dataset.session_id is None else _MARK.sub("", dataset.name)


async def delete_dataset(session: Session, dataset_id: str) -> None:
    """Delete a dataset with its versions, its part of the semantic model and the answers from it.

    The files go by a job of the same transaction: once it has committed, and even if this process
    dies then. NotFound.
    """
    if await repository.lock(session, dataset_id) is None:
        raise NotFound
    versions = await repository.versions(session, dataset_id)
    await repository.hold_uploads(session, {v.upload_id for v in versions})
    files = {v.file_key for v in versions} | {part["file_key"] for v in versions for part in v.parts or []}
    for version in versions:
        await _stop(session, version)
    await semantics.forget_dataset(session, dataset_id)
    await insights.remove_over(session, dataset_id)
    await verified.remove_over(session, dataset_id)
    await repository.remove(session, dataset_id)
    await forget(session, [dataset_tag(dataset_id), DATASETS])
    await enqueue_discard(
        session,
        dataset_id,
        uploads=sorted(files - await repository.needed_files(session, files)),
        tables=[version.table_path for version in versions if version.table_path is not None],
        relations=[version.relation for version in versions if version.relation is not None],
    )


async def enqueue_discard(
    session: Session,
    dataset_id: str,
    *,
    uploads: Sequence[str] = (),
    tables: Sequence[str] = (),
    relations: Sequence[str] = (),
    versions: Sequence[str] = (),
) -> None:
    """Have uploads, Parquet files, tables of the warehouse and all that was made of some versions' uploads
    removed, once the session's transaction has committed."""
    # A worker of before knows nothing of the warehouse: it is told only where there is something to know.
    more: dict[str, JsonValue] = {"relations": [*relations]} if relations else {}
    await enqueue(
        session,
        DISCARD,
        subject=Subject("dataset", dataset_id),
        uploads=[*uploads],
        tables=[*tables],
        versions=[*versions],
        **more,
    )


async def _stop(session: Session, version: DatasetVersionRow) -> None:
    if version.status not in (DatasetStatus.QUEUED, DatasetStatus.PROCESSING) or version.job_id is None:
        return
    try:
        await cancel_job(session, version.job_id)
    except (Conflict, NotFound):
        return  # it ended meanwhile
