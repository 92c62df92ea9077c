"""From an upload to ready datasets: the work of the ingestion job.

Everything that a person sees changes in the job's last transaction. Until then only the attempt's
own folder is written to, so a worker that dies or comes late leaves nothing behind.
"""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from pydantic import JsonValue
from sqlalchemy import func

from answerable.data.datasets import repository
from answerable.data.datasets.errors import FileRefused, FileTooHeavy
from answerable.data.datasets.relating import enqueue_relating
from answerable.data.datasets.service import DISCARD, new_dataset, rename
from answerable.data.datasets.settings import DatasetSettings
from answerable.data.datasets.storage import DatasetFiles
from answerable.data.datasets.tables import DatasetRow, DatasetStatus, DatasetVersionRow, VersionOrigin
from answerable.data.ingestion.outcome import IngestedTable, IngestionOutcome
from answerable.data.ingestion.quality import Code, Severity
from answerable.data.ingestion.request import IngestionRequest, KnownColumn, TableSettings
from answerable.data.semantics import service as semantics
from answerable.data.semantics.inference import InferredDataset, infer
from answerable.inference.cache.forgetting import forget
from answerable.inference.cache.tags import DATASETS, dataset_tag
from answerable.jobs import JobContext, JobError, Subject, enqueue
from answerable.kit import ids, sandbox
from answerable.kit.db import Session
from answerable.kit.errors import AnswerableError, StorageFull
from answerable.kit.sandbox import Limits, SandboxError
from answerable.kit.settings import IngestionSettings

TARGET = "answerable.data.ingestion.ingest:ingest"
_FACTS = (
    "name", "label", "type", "unit", "null_count", "distinct_count", "minimum", "maximum", "date_order",
    "decimal_mark", "identifier",
)  # fmt: skip
# What the reader assumes until a person says otherwise: numbers would be wrong, not missing.
_ASKED = {Code.DATE_ORDER: "date_order", Code.DECIMAL_MARK: "decimal_mark"}


async def ingest_upload(job: JobContext, version_id: str, *, named: bool) -> None:
    """Read an upload's tables in a sandboxed child and publish them. `named` says that the person
    gave the dataset its name. Raises FileRefused, FileTooHeavy or SandboxError."""
    async with job.begin() as session:
        version = await repository.claim(session, version_id, job.attempt)
        tables = await _known_tables(session, version) if version is not None else None
    if version is None or tables is None:
        return
    files = DatasetFiles(job.runtime, version.workspace_id)
    folder = await files.open_attempt(version_id, job.attempt)
    try:
        outcome = await _read_tables(job, files, folder, version, tables)
        await files.seal(folder)
        async with job.complete() as session:
            await _publish(session, files, version_id, folder, outcome, job=job, named=named)
    finally:
        if not job.completed:
            await asyncio.to_thread(shutil.rmtree, folder, True)


@dataclass(frozen=True, slots=True)
class _KnownTables:
    """What is known of a file's tables: of the one that it is read for, and of those beside it by label."""

    main: TableSettings
    others: dict[str, TableSettings]


async def _known_tables(session: Session, version: DatasetVersionRow) -> _KnownTables:
    siblings = await repository.siblings(session, version.dataset_id)
    ids = {version.dataset_id, *siblings.values()}
    newest = {row.dataset_id: row for row in await repository.newest_ready_of(session, ids)}
    settings = await repository.settings_of(session, ids)
    main = _table_settings(version.settings, newest.get(version.dataset_id))
    others = {
        label: _table_settings(settings[dataset_id], newest.get(dataset_id))
        for label, dataset_id in siblings.items()
        if dataset_id != version.dataset_id and dataset_id in settings
    }
    return _KnownTables(main, others)


def _table_settings(stored: dict[str, Any], newest: DatasetVersionRow | None) -> TableSettings:
    columns = newest.columns or [] if newest is not None else []
    return TableSettings(
        label=newest.table_label if newest is not None else None,
        choices=DatasetSettings.model_validate(stored).choices,
        known={column["name"]: KnownColumn.model_validate(column) for column in columns},
    )


async def _read_tables(
    job: JobContext, files: DatasetFiles, folder: Path, version: DatasetVersionRow, tables: _KnownTables
) -> IngestionOutcome:
    settings = job.runtime.settings.ingestion
    upload = files.upload(version.file_key)
    request = IngestionRequest(
        path=upload,
        folder=folder,
        name=PurePath(version.file_name).stem,
        memory_bytes=settings.memory_bytes // 2,
        threads=settings.threads,
        main=tables.main,
        others=tables.others,
        only_main=version.origin == VersionOrigin.REVIEW,
    )
    try:
        answer = await sandbox.run(
            TARGET,
            request.model_dump(mode="json"),
            limits=_limits(settings),
            read=[upload],
            write=[folder],
            on_progress=lambda seen: job.note_progress(seen["done"], None, seen["unit"]),
        )
    except SandboxError as error:
        raise _typed(error) from error
    return IngestionOutcome.model_validate(answer)


def _limits(settings: IngestionSettings) -> Limits:
    return Limits(
        memory_bytes=settings.memory_bytes,
        cpu_seconds=settings.cpu_seconds,
        wall_seconds=settings.wall_seconds,
        file_bytes=settings.file_bytes,
        open_files=256,
    )


def _typed(error: SandboxError) -> AnswerableError | SandboxError:
    if error.kind == "refused":
        return StorageFull() if error.code == "disk_full" else FileRefused(error.code, error.detail)
    if error.kind in ("memory", "cpu", "timeout"):
        return FileTooHeavy(
            "Reading the file took more memory or time than is allowed. "
            "Split it, or save it as CSV or Parquet."
        )
    return error


async def _publish(
    session: Session,
    files: DatasetFiles,
    version_id: str,
    folder: Path,
    outcome: IngestionOutcome,
    *,
    job: JobContext,
    named: bool,
) -> None:
    await repository.hold_names(session)  # before any row, as uploads do
    version = await repository.held(session, version_id, job.attempt)
    if version is None:
        return
    dataset = await repository.lock(session, version.dataset_id)
    if dataset is None:
        return
    siblings = await repository.siblings(session, dataset.id)
    main = _main_table(outcome.tables, dataset.id, siblings)
    several = len(outcome.tables) > 1
    if several and dataset.version is None:
        label = outcome.tables[main].label
        await rename(session, dataset, f"{dataset.label}: {label}" if named else label)
    changed = {dataset.id}
    for position, table in enumerate(outcome.tables):
        path = files.relative(folder / table.file)
        if position == main:
            await _make_ready(session, dataset, version, table, path)
        else:
            other, number = await _other_dataset(session, table, siblings, dataset.id)
            more = _another_version(version, other.id, number)
            more.settings = other.settings
            session.add(more)
            await _make_ready(session, other, more, table, path)
            changed.add(other.id)
    await session.flush()
    await forget(session, [*map(dataset_tag, changed), DATASETS])
    await enqueue_relating(session, dataset.id)


def _main_table(tables: list[IngestedTable], dataset_id: str, siblings: dict[str, str]) -> int:
    """The table of a new file that continues the dataset: the one of the same label, else the first."""
    for position, table in enumerate(tables):
        if siblings.get(table.label) == dataset_id:
            return position
    return 0


async def _other_dataset(
    session: Session, table: IngestedTable, siblings: dict[str, str], main_id: str
) -> tuple[DatasetRow, int]:
    """The dataset of a further table: the one that an earlier upload made of it, or a new one."""
    known = siblings.get(table.label)
    if known is not None and known != main_id:
        dataset = await repository.lock(session, known)
        if dataset is not None:
            return dataset, await repository.next_number(session, known)
    return await new_dataset(session, table.label), 1


def _another_version(version: DatasetVersionRow, dataset_id: str, number: int) -> DatasetVersionRow:
    return DatasetVersionRow(
        id=ids.new_id("dsv"),
        workspace_id=version.workspace_id,
        dataset_id=dataset_id,
        number=number,
        upload_id=version.upload_id,
        job_id=version.job_id,
        status=DatasetStatus.PROCESSING,
        attempt=version.attempt,
        file_name=version.file_name,
        file_key=version.file_key,
        file_bytes=version.file_bytes,
    )


async def _make_ready(
    session: Session, dataset: DatasetRow, version: DatasetVersionRow, table: IngestedTable, path: str
) -> None:
    guess = infer(dataset.id, dataset.name, dataset.label, table.profile)
    version.status = DatasetStatus.READY
    version.table_label = table.label
    version.table_path = path
    version.table_bytes = table.profile.bytes
    version.row_count = table.profile.rows
    version.columns = _facts(table, guess)
    version.quality = table.quality.model_dump(mode="json")
    version.open_questions = _open_questions(table)
    version.ready_at = func.now()  # the database's clock
    if dataset.version is not None and dataset.version > version.number:
        return  # a later upload was faster
    dataset.status = DatasetStatus.READY
    dataset.version = version.number
    dataset.row_count = version.row_count
    dataset.error_code = dataset.error_detail = None
    await session.flush()
    await semantics.refresh_dataset(session, guess)


def _open_questions(table: IngestedTable) -> list[dict[str, Any]] | None:
    """The doubtful decisions that change numbers, until a person makes them."""
    asked = [
        {"column": finding.column, "setting": _ASKED[finding.code], "sentence": finding.sentence}
        for finding in table.quality.findings
        if finding.code in _ASKED and finding.severity is Severity.DOUBTFUL
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
    await enqueue(
        session, DISCARD, subject=Subject("dataset", version.dataset_id), uploads=[], versions=[version_id]
    )
    await session.flush()


async def withdraw(session: Session, version_id: str) -> None:
    """Take a cancelled upload back: the version, and the dataset when that was its only one."""
    version = await repository.open_version(session, version_id)
    if version is None:
        return
    dataset_id = version.dataset_id
    keys: list[JsonValue] = [] if await repository.file_is_shared(session, version) else [version.file_key]
    await repository.remove_version(session, version_id)
    if not await repository.versions(session, dataset_id):
        await repository.remove(session, dataset_id)
    await enqueue(
        session, DISCARD, subject=Subject("dataset", dataset_id), uploads=keys, versions=[version_id]
    )
