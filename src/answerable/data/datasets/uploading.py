"""Taking a file of tables: kept, told from one that is there already, queued to be read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from answerable.data.datasets import repository
from answerable.data.datasets.errors import DatasetBusy, DatasetNotReady, EngineFixed, ReadLive
from answerable.data.datasets.service import LONGEST_NAME, new_dataset, own_dataset
from answerable.data.datasets.storage import DatasetFiles
from answerable.data.datasets.tables import (
    DatasetEngine,
    DatasetRow,
    DatasetStatus,
    DatasetVersionRow,
    VersionOrigin,
)
from answerable.data.ingestion.headers import snake_case
from answerable.data.ingestion.request import Mode
from answerable.data.warehouse.service import NOT_SET_UP, Warehouse
from answerable.jobs import Subject, enqueue
from answerable.kit import ids
from answerable.kit.db import Session
from answerable.kit.errors import FieldError, InvalidInput, NotFound
from answerable.kit.runtime import Runtime
from answerable.kit.storage import StoredFile

INGEST = "datasets.ingest"
_MOST_KEY_COLUMNS = 16


@dataclass(frozen=True, slots=True)
class NewTables:
    """What comes with an upload besides its bytes. `dataset_id` makes it a new version of that one; `mode`
    and `key` say what becomes of the rows that are there. `engine` is chosen where a dataset is made; None:
    the one that it has, or Parquet."""

    file_name: str
    name: str | None = None
    dataset_id: str | None = None
    mode: Mode = "replace"
    key: tuple[str, ...] = ()
    engine: DatasetEngine | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The datasets of an upload as far as they are known, the first one first; the job that reads it,
    None when it was read before; whether reading was queued now."""

    datasets: Sequence[DatasetRow]
    job_id: str | None
    queued: bool


@dataclass(frozen=True, slots=True)
class _Incoming:
    """A file that is kept, and how it is called."""

    stored: StoredFile
    file_name: str
    label: str
    named: bool
    mode: Mode
    key: tuple[str, ...]
    engine: DatasetEngine | None
    usual_engine: DatasetEngine


async def upload(
    session: Session, runtime: Runtime, chunks: AsyncIterator[bytes], new: NewTables
) -> Accepted:
    """Keep a file and queue the job that reads its tables.

    The same bytes under the same name give the datasets that exist, while these show that data; so
    do the bytes of a dataset's newest version as its next. Raises NotFound for an unknown dataset,
    InvalidInput for an empty file, an unusable name or an engine that is not set up, EngineFixed for another
    one than the dataset has, TooLarge and StorageFull; nothing is kept then.
    """
    shown = clean_file_name(new.file_name)
    label = _checked_name(new.name) if new.name is not None else PurePath(shown).stem or shown
    key = _checked_key(new)
    _require_engine(runtime, new.engine)
    if new.dataset_id is not None:
        _require_same_engine(await own_dataset(session, new.dataset_id), new.engine)
    files = DatasetFiles(runtime, session.workspace_id)
    stored = await files.keep_upload(chunks)
    incoming = _Incoming(
        stored, shown, label, new.name is not None, new.mode, key, new.engine, _usual(runtime)
    )
    accepted: Accepted | None = None
    try:
        if new.dataset_id is None:
            accepted = await _open(session, incoming)
        else:
            accepted = await _replace(session, incoming, new.dataset_id)
    finally:
        # Known already, deleted while the bytes arrived, cancelled, no database: nothing will ever
        # refer to them.
        if accepted is None or not accepted.queued:
            await files.remove(uploads=[incoming.stored.key], tables=(), versions=())
    return accepted


async def _open(session: Session, incoming: _Incoming) -> Accepted:
    """The datasets that the same upload made before, or a new one."""
    await repository.hold_names(session)  # of two equal uploads at once the second sees the first
    dataset: DatasetRow | None = None
    known = await repository.lock_opening(session, incoming.stored.sha256, incoming.label)
    if known is not None:
        newest = await repository.newest_version(session, known.dataset_id)
        if newest is None:
            dataset = await repository.lock(session, known.dataset_id)  # it failed: try once more
            if dataset is not None and incoming.engine is not None:
                dataset.engine = incoming.engine
        elif newest.upload_id == known.upload_id:
            found = await repository.get(session, known.dataset_id)
            if found is not None:
                _require_same_engine(found, incoming.engine)
            return await _as_it_is(session, newest)
        # Else the dataset has gone on to other data, and these bytes are nowhere to be seen.
        known.opened_as = None
        await session.flush()
    if dataset is None:
        dataset = await new_dataset(session, incoming.label, incoming.engine or incoming.usual_engine)
    return await _queue(session, dataset, incoming, opens=True)


async def _replace(session: Session, incoming: _Incoming, dataset_id: str) -> Accepted:
    """A dataset's next version, unless its newest has these bytes."""
    dataset = await repository.lock(session, dataset_id)
    if dataset is None:
        raise NotFound
    if dataset.connection_id is not None:
        raise ReadLive(
            "The dataset is a table of a connected database, so it has no uploads. Make a new one."
        )
    newest = await repository.newest_version(session, dataset_id)
    if incoming.mode != "replace":
        await _require_rest(session, dataset)
    if newest is not None and newest.sha256 == incoming.stored.sha256:
        return await _as_it_is(session, newest)
    return await _queue(session, dataset, incoming, opens=False)


async def _as_it_is(session: Session, version: DatasetVersionRow) -> Accepted:
    found = await repository.datasets_of_upload(session, version.upload_id)
    first = [dataset for dataset in found if dataset.id == version.dataset_id]
    others = [dataset for dataset in found if dataset.id != version.dataset_id]
    job_id = None if version.status == DatasetStatus.READY else version.job_id
    return Accepted([*first, *others], job_id, queued=False)


async def _queue(session: Session, dataset: DatasetRow, incoming: _Incoming, *, opens: bool) -> Accepted:
    if dataset.version is None:
        dataset.status = DatasetStatus.QUEUED
        dataset.error_code = dataset.error_detail = None
    version = DatasetVersionRow(
        id=ids.new_id("dsv"),
        workspace_id=session.workspace_id,
        dataset_id=dataset.id,
        session_id=dataset.session_id,
        number=await repository.next_number(session, dataset.id),
        opened_as=incoming.label if opens else None,
        mode=incoming.mode,
        key_columns=[*incoming.key],
        base=dataset.version,
        settings=dataset.settings,
        status=DatasetStatus.QUEUED,
        attempt=0,
        file_name=incoming.file_name,
        file_key=incoming.stored.key,
        file_bytes=incoming.stored.size,
    )
    version.upload_id = version.id
    session.add(version)
    await session.flush()
    version.job_id = await enqueue(
        session,
        INGEST,
        subject=Subject("dataset", dataset.id),
        version_id=version.id,
        named=incoming.named,
    )
    await session.flush()
    return Accepted([dataset], version.job_id, queued=True)


async def read_again(session: Session, dataset: DatasetRow) -> DatasetVersionRow:
    """Queue a version that reads the file of the newest one by what the dataset remembers now. The dataset
    is held. Raises DatasetNotReady before its first version, DatasetBusy while another is made."""
    await _require_rest(session, dataset)
    newest = await repository.newest_ready(session, dataset.id)
    assert newest is not None
    version = DatasetVersionRow(
        id=ids.new_id("dsv"),
        workspace_id=session.workspace_id,
        dataset_id=dataset.id,
        session_id=dataset.session_id,
        number=await repository.next_number(session, dataset.id),
        upload_id=newest.upload_id,
        origin=VersionOrigin.REVIEW,
        mode=newest.mode,
        key_columns=newest.key_columns,
        base=newest.number,
        settings=dataset.settings,
        status=DatasetStatus.QUEUED,
        attempt=0,
        file_name=newest.file_name,
        file_key=newest.file_key,
        file_bytes=newest.file_bytes,
    )
    session.add(version)
    await session.flush()
    subject = Subject("dataset", dataset.id)
    version.job_id = await enqueue(session, INGEST, subject=subject, version_id=version.id, named=False)
    await session.flush()
    return version


async def _require_rest(session: Session, dataset: DatasetRow) -> None:
    """Only a dataset at rest can be built on: what is being made may change what is built upon."""
    if await repository.open_versions(session, dataset.id):
        raise DatasetBusy("A file of the dataset is being read. Wait for its job, then try again.")
    if dataset.version is None:
        raise DatasetNotReady(f"The dataset is {dataset.status} and has no rows yet.")


def _require_engine(runtime: Runtime, engine: DatasetEngine | None) -> None:
    if engine is DatasetEngine.POSTGRESQL and not runtime.get(Warehouse).is_set_up:
        message = f"{NOT_SET_UP} Or leave `engine` out: the rows then lie in Parquet files."
        raise InvalidInput(message, errors=[FieldError("engine", "no data warehouse is set up")])


def _usual(runtime: Runtime) -> DatasetEngine:
    """The engine of datasets whose upload names none."""
    by_default = runtime.settings.warehouse.by_default
    return DatasetEngine.POSTGRESQL if by_default else DatasetEngine.PARQUET


def _require_same_engine(dataset: DatasetRow, engine: DatasetEngine | None) -> None:
    if engine is not None and engine != dataset.engine:
        raise EngineFixed(
            f"{dataset.label} has the engine {dataset.engine}, which is chosen when a dataset is made. Leave "
            "`engine` out, or delete the dataset and upload its file again.",
            errors=[FieldError("engine", f"the dataset has {dataset.engine}")],
        )


def _checked_key(new: NewTables) -> tuple[str, ...]:
    """The columns of the key by their names."""
    if new.mode != "replace" and new.dataset_id is None:
        raise InvalidInput(
            f"Name the dataset to {new.mode} to (dataset_id).",
            errors=[FieldError("dataset_id", f"missing, and the mode is {new.mode}")],
            reason="dataset_missing",
        )
    key = tuple(snake_case(part) for part in new.key if part.strip())
    if new.mode == "upsert" and not key:
        raise InvalidInput(
            "Name the columns that tell rows apart (key).",
            errors=[FieldError("key", "missing for upsert")],
            reason="key_needed",
        )
    if len(key) > _MOST_KEY_COLUMNS:
        raise InvalidInput(
            f"A key has at most {_MOST_KEY_COLUMNS} columns.",
            errors=[FieldError("key", "too many columns")],
            reason="key_too_long",
        )
    return tuple(dict.fromkeys(key))


def clean_file_name(name: str) -> str:
    """A file name fit to be shown: the last part of a path, printable, at most 200 characters. It
    never becomes a path."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    printable = "".join(c for c in last if c.isprintable()).strip()
    stem, dot, ending = printable.rpartition(".")
    if dot and len(ending) <= 10:
        return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}" if stem else ending
    return printable[:LONGEST_NAME] or "table"


def _checked_name(name: str) -> str:
    cleaned = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    if not cleaned or len(cleaned) > LONGEST_NAME:
        raise InvalidInput(
            f"Give the dataset a name of 1 to {LONGEST_NAME} characters, or leave it out.",
            errors=[FieldError("name", "not a usable name")],
            reason="name_length",
        )
    return cleaned
