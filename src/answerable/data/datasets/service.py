"""Datasets: taking uploads, listing, reading rows, deleting.

Other slices find a table's current Parquet file with `current_tables` and `version_path`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from answerable.data.datasets import repository
from answerable.data.datasets.errors import DatasetNotReady
from answerable.data.datasets.storage import DatasetFiles
from answerable.data.datasets.tables import DatasetRow, DatasetStatus, DatasetVersionRow
from answerable.data.ingestion.headers import snake_case, unique
from answerable.data.semantics import service as semantics
from answerable.jobs import Subject, cancel_job, enqueue
from answerable.kit import ids
from answerable.kit.db import Session
from answerable.kit.errors import Conflict, FieldError, InvalidInput, NotFound
from answerable.kit.paging import PageRequest
from answerable.kit.runtime import Runtime
from answerable.kit.storage import StoredFile

INGEST = "datasets.ingest"
DISCARD = "datasets.discard"
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class CurrentTable:
    """Where the newest ready version of a dataset lies."""

    dataset_id: str
    name: str
    version: int
    path: Path
    row_count: int
    bytes: int


@dataclass(slots=True)
class Leftovers:
    """Files that nothing refers to once the transaction has committed."""

    uploads: list[str] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)


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
    if found is None or found.status != DatasetStatus.READY:
        raise NotFound
    return _current(dataset, found, DatasetFiles(runtime, session.workspace_id))


def _current(dataset: DatasetRow, version: DatasetVersionRow, files: DatasetFiles) -> CurrentTable:
    return CurrentTable(
        dataset_id=dataset.id,
        name=dataset.name,
        version=version.number,
        path=files.table(version.table_path or ""),
        row_count=version.row_count or 0,
        bytes=version.table_bytes or 0,
    )


async def list_datasets(session: Session, request: PageRequest) -> Sequence[DatasetRow]:
    """Datasets, newest first, one more than the page holds."""
    return await repository.page(session, request)


async def read_dataset(session: Session, dataset_id: str) -> tuple[DatasetRow, list[DatasetVersionRow]]:
    """A dataset with its versions, newest first. NotFound."""
    dataset = await repository.get(session, dataset_id)
    if dataset is None:
        raise NotFound
    return dataset, list(await repository.versions(session, dataset_id))


async def upload(
    session: Session,
    runtime: Runtime,
    chunks: AsyncIterator[bytes],
    *,
    file_name: str,
    name: str | None = None,
    dataset_id: str | None = None,
) -> tuple[DatasetRow, str]:
    """Keep a file and queue the job that reads its tables: (the dataset, the job's id).

    `dataset_id` makes it a new version of that dataset. Raises NotFound for an unknown one,
    InvalidInput for an empty file or an unusable name, TooLarge and StorageFull.
    """
    shown = clean_file_name(file_name)
    label = _checked_name(name) if name is not None else PurePath(shown).stem or shown
    if dataset_id is not None and await repository.get(session, dataset_id) is None:
        raise NotFound
    files = DatasetFiles(runtime, session.workspace_id)
    stored = await files.keep_upload(chunks)
    try:
        dataset = await _target(session, dataset_id, label)
        version = await _new_version(session, dataset, stored, shown)
        version.job_id = await enqueue(
            session,
            INGEST,
            subject=Subject("dataset", dataset.id),
            version_id=version.id,
            named=name is not None,
        )
        await session.flush()
    except BaseException:
        # Deleted while the bytes arrived, cancelled, no database: nothing would ever refer to them.
        await files.remove(uploads=[stored.key], tables=(), versions=())
        raise
    return dataset, version.job_id


async def _target(session: Session, dataset_id: str | None, label: str) -> DatasetRow:
    if dataset_id is None:
        return await new_dataset(session, label)
    found = await repository.lock(session, dataset_id)
    if found is None:
        raise NotFound
    return found


async def _new_version(
    session: Session, dataset: DatasetRow, stored: StoredFile, file_name: str
) -> DatasetVersionRow:
    version = DatasetVersionRow(
        id=ids.new_id("dsv"),
        workspace_id=session.workspace_id,
        dataset_id=dataset.id,
        number=await repository.next_number(session, dataset.id),
        status=DatasetStatus.QUEUED,
        attempt=0,
        file_name=file_name,
        file_key=stored.key,
        file_bytes=stored.size,
    )
    version.upload_id = version.id
    session.add(version)
    await session.flush()
    return version


async def new_dataset(session: Session, label: str) -> DatasetRow:
    """A dataset that waits for its data, under a free name made from the label."""
    dataset = DatasetRow(
        id=ids.new_id("ds"),
        workspace_id=session.workspace_id,
        name=await _free_name(session, label),
        label=label[:_LONGEST_NAME],
        status=DatasetStatus.QUEUED,
    )
    session.add(dataset)
    await session.flush()
    return dataset


async def rename(session: Session, dataset: DatasetRow, label: str) -> None:
    """Call a dataset that no query knows yet by another label, with a free name made from it."""
    dataset.name = await _free_name(session, label)
    dataset.label = label[:_LONGEST_NAME]
    await session.flush()


async def _free_name(session: Session, label: str) -> str:
    await repository.hold_names(session)
    name = snake_case(label, fallback="table")
    return unique(name, await repository.names_like(session, name[:50]))


async def delete_dataset(session: Session, dataset_id: str) -> Leftovers:
    """Delete a dataset with its versions, its part of the semantic model and the answers from it.
    Returns the files to remove once that has committed. NotFound."""
    if await repository.lock(session, dataset_id) is None:
        raise NotFound
    versions = await repository.versions(session, dataset_id)
    together = await repository.hold_uploads(session, {v.upload_id for v in versions})
    kept = {v.file_key for v in together if v.dataset_id != dataset_id}
    for version in versions:
        await _stop(session, version)
    await semantics.forget_dataset(session, dataset_id)
    await repository.remove(session, dataset_id)
    return Leftovers(
        uploads=sorted({v.file_key for v in versions} - kept),
        tables=[v.table_path for v in versions if v.table_path is not None],
    )


async def _stop(session: Session, version: DatasetVersionRow) -> None:
    if version.status not in (DatasetStatus.QUEUED, DatasetStatus.PROCESSING) or version.job_id is None:
        return
    try:
        await cancel_job(session, version.job_id)
    except (Conflict, NotFound):
        return  # it ended meanwhile


def clean_file_name(name: str) -> str:
    """A file name fit to be shown: the last part of a path, printable, at most 200 characters. It
    never becomes a path."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    printable = "".join(c for c in last if c.isprintable()).strip()
    stem, dot, ending = printable.rpartition(".")
    if dot and len(ending) <= 10:
        return f"{stem[: _LONGEST_NAME - len(ending) - 1]}.{ending}" if stem else ending
    return printable[:_LONGEST_NAME] or "table"


def _checked_name(name: str) -> str:
    cleaned = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    if not cleaned or len(cleaned) > _LONGEST_NAME:
        raise InvalidInput(
            f"Give the dataset a name of 1 to {_LONGEST_NAME} characters, or leave it out.",
            errors=[FieldError("name", "not a usable name")],
        )
    return cleaned
