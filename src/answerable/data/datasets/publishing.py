"""From an upload to ready datasets: the work of the ingestion job.

Everything that a person sees changes in the job's last transaction. Until then only the attempt's
own folder is written to, so a worker that dies or comes late leaves nothing behind.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func

from answerable.data.datasets import repository
from answerable.data.datasets.expiry import expire_versions
from answerable.data.datasets.reading import Part, parts_of, plan_reading, read_parts
from answerable.data.datasets.relating import enqueue_relating
from answerable.data.datasets.service import enqueue_discard, new_dataset, rename, spoken_name
from answerable.data.datasets.storage import DatasetFiles
from answerable.data.datasets.tables import (
    DatasetEngine,
    DatasetRow,
    DatasetStatus,
    DatasetVersionRow,
    VersionOrigin,
)
from answerable.data.following import follow_data
from answerable.data.ingestion.outcome import IngestedTable
from answerable.data.ingestion.quality import ASKED, is_asked
from answerable.data.semantics import service as semantics
from answerable.data.semantics.inference import InferredDataset, infer
from answerable.data.warehouse.loading import drop_loaded, load_tables
from answerable.inference.cache.forgetting import forget
from answerable.inference.cache.tags import DATASETS, dataset_tag
from answerable.jobs import JobContext, JobError
from answerable.kit import ids
from answerable.kit.db import Session

_FACTS = (
    "name", "label", "type", "unit", "null_count", "distinct_count", "unique", "minimum", "maximum",
    "date_order", "decimal_mark", "identifier", "instant",
)  # fmt: skip


async def ingest_upload(job: JobContext, version_id: str, *, named: bool) -> None:
    """Read an upload's tables in a sandboxed child and publish them. `named` says that the person
    gave the dataset its name. Raises FileRefused, FileTooHeavy or SandboxError."""
    async with job.begin() as session:
        version = await repository.claim(session, version_id, job.attempt)
        await session.enter(None if version is None else version.session_id)
        files = DatasetFiles(job.runtime, session.workspace_id)
        plan = await plan_reading(session, files, version) if version is not None else None
        engine = await repository.engine_of(session, version.dataset_id) if version is not None else None
    if plan is None:
        return
    folder = await files.open_attempt(version_id, job.attempt)
    try:
        outcome = await read_parts(job, files, folder, plan)
        tables = [Written(table, files.relative(folder / table.file)) for table in outcome.tables]
        if engine == DatasetEngine.POSTGRESQL:
            relations = await load_tables(job, folder, version_id, outcome.tables)
            tables = [replace(table, relation=name) for table, name in zip(tables, relations, strict=True)]
        async with job.complete() as session:
            await _publish(session, version_id, tables, job=job, named=named)
        await files.unseal(folder)
    finally:
        if not job.completed:
            await asyncio.to_thread(shutil.rmtree, folder, True)
            if engine == DatasetEngine.POSTGRESQL:
                await drop_loaded(job, version_id)


@dataclass(frozen=True, slots=True)
class Written:
    """A table that was read, its Parquet file, and its table in the warehouse if it has one."""

    table: IngestedTable
    path: str
    relation: str | None = None


async def _publish(
    session: Session, version_id: str, tables: Sequence[Written], *, job: JobContext, named: bool
) -> None:
    await repository.hold_names(session)  # before any row, as uploads do
    version = await repository.held(session, version_id, job.attempt)
    if version is None:
        return
    dataset = await repository.lock(session, version.dataset_id)
    if dataset is None:
        return
    await session.enter(dataset.session_id)
    siblings = await repository.siblings(session, dataset.id)
    main = _main_table([written.table for written in tables], dataset.id, siblings)
    several = len(tables) > 1
    if several and dataset.version is None:
        label = tables[main].table.label
        await rename(session, dataset, f"{dataset.label}: {label}" if named else label)
    changed = {dataset.id: dataset}
    for position, written in enumerate(tables):
        if position == main:
            await _make_ready(session, dataset, version, written)
        else:
            other, number = await _other_dataset(session, written.table, siblings, dataset)
            more = _another_version(version, other.id, number)
            more.settings, more.base = other.settings, other.version
            session.add(more)
            await _make_ready(session, other, more, written)
            changed[other.id] = other
    await session.flush()
    for one in changed.values():
        await expire_versions(session, one, job.runtime.settings.datasets)
    await forget(session, [*map(dataset_tag, changed), DATASETS])
    await follow_data(session, changed)
    await enqueue_relating(session, dataset)


def _main_table(tables: list[IngestedTable], dataset_id: str, siblings: dict[str, str]) -> int:
    """The table of a new file that continues the dataset: the one of the same label, else the first."""
    for position, table in enumerate(tables):
        if siblings.get(table.label) == dataset_id:
            return position
    return 0


async def _other_dataset(
    session: Session, table: IngestedTable, siblings: dict[str, str], main: DatasetRow
) -> tuple[DatasetRow, int]:
    """The dataset of a further table: the one that an earlier upload made of it, or a new one."""
    known = siblings.get(table.label)
    if known is not None and known != main.id:
        dataset = await repository.lock(session, known)
        if dataset is not None:
            return dataset, await repository.next_number(session, known)
    return await new_dataset(session, table.label, DatasetEngine(main.engine)), 1


def _another_version(version: DatasetVersionRow, dataset_id: str, number: int) -> DatasetVersionRow:
    return DatasetVersionRow(
        id=ids.new_id("dsv"),
        workspace_id=version.workspace_id,
        dataset_id=dataset_id,
        session_id=version.session_id,
        number=number,
        upload_id=version.upload_id,
        job_id=version.job_id,
        status=DatasetStatus.PROCESSING,
        attempt=version.attempt,
        mode=version.mode,
        key_columns=version.key_columns,
        file_name=version.file_name,
        file_key=version.file_key,
        file_bytes=version.file_bytes,
    )


async def _make_ready(
    session: Session, dataset: DatasetRow, version: DatasetVersionRow, written: Written
) -> None:
    table = written.table
    spoken = await spoken_name(session, dataset)
    guess = infer(dataset.id, dataset.name, dataset.label, table.profile, spoken=spoken)
    version.status = DatasetStatus.READY
    version.table_label = table.label
    version.table_path, version.relation = written.path, written.relation
    version.table_bytes = table.profile.bytes
    version.row_count = table.profile.rows
    version.columns = _facts(table, guess)
    version.quality = table.quality.model_dump(mode="json")
    version.open_questions = _open_questions(table)
    version.parts = await _parts(session, version)
    version.changes = table.changes.model_dump(mode="json") if table.changes is not None else None
    version.ready_at = func.now()  # the database's clock
    if dataset.version is not None and dataset.version > version.number:
        return  # a later upload was faster
    dataset.status = DatasetStatus.READY
    dataset.version = version.number
    dataset.row_count = version.row_count
    dataset.error_code = dataset.error_detail = None
    await session.flush()
    await semantics.refresh_dataset(session, guess)


async def _parts(session: Session, version: DatasetVersionRow) -> list[dict[str, Any]]:
    """The files that a version is made of, its own last."""
    own = Part(
        file_key=version.file_key,
        file_name=version.file_name,
        mode=version.mode,
        key=version.key_columns,
        label=version.table_label,
    )
    base = await repository.version(session, version.dataset_id, version.base or 0)
    earlier: tuple[Part, ...] = ()
    if base is not None and version.origin == VersionOrigin.REVIEW:
        earlier = parts_of(base)[:-1]
    elif base is not None and version.mode != "replace":
        earlier = parts_of(base)
    return [part.model_dump(mode="json") for part in (*earlier, own)]


def _open_questions(table: IngestedTable) -> list[dict[str, Any]] | None:
    """The doubtful decisions that change numbers, until a person makes them."""
    asked = [
        {
            "column": finding.column,
            "setting": ASKED[finding.code],
            "sentence": finding.sentence,
            "arguments": finding.arguments.model_dump(mode="json") if finding.arguments else None,
        }
        for finding in table.quality.findings
        if is_asked(finding)
    ]
    return asked or None


def _facts(table: IngestedTable, guess: InferredDataset) -> list[dict[str, object]]:
    """What is kept of each column's profile: no values, and of personal data no ranges either."""
    personal = {f.name for f in guess.dataset.fields if f.personal}
    facts = []
    for column in table.profile.columns:
        kept = {key: value for key, value in column.model_dump(mode="json").items() if key in _FACTS}
        if column.name in personal:
            kept["minimum"] = kept["maximum"] = None
        facts.append(kept)
    return facts


async def note_failure(session: Session, error: JobError, version_id: str) -> None:
    """Put the reason on the version, and on the dataset when it has no data from before."""
    version = await repository.open_version(session, version_id)
    if version is None:
        return
    version.status = DatasetStatus.FAILED
    version.error_code, version.error_detail = error.code, error.detail
    dataset = await repository.lock(session, version.dataset_id)
    if dataset is not None and dataset.version is None:
        dataset.status = DatasetStatus.FAILED
        dataset.error_code, dataset.error_detail = error.code, error.detail
    await enqueue_discard(session, version.dataset_id, versions=[version_id])
    await session.flush()


async def withdraw(session: Session, version_id: str) -> None:
    """Take a cancelled upload back: the version, and the dataset when that was its only one."""
    version = await repository.open_version(session, version_id)
    if version is None:
        return
    dataset_id = version.dataset_id
    keys = [] if await repository.file_is_shared(session, version) else [version.file_key]
    await repository.remove_version(session, version_id)
    if not await repository.versions(session, dataset_id):
        await repository.remove(session, dataset_id)
    await enqueue_discard(session, dataset_id, uploads=keys, versions=[version_id])
