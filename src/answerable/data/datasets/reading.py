"""A version's files, read one after the other in sandboxed children; the last one's tables are the version's.

What an attempt has read is sealed. Should its worker die, the next attempt takes it over and goes on from
there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any

from pydantic import BaseModel, ConfigDict

from answerable.data.datasets import repository
from answerable.data.datasets.errors import FileRefused, FileTooHeavy
from answerable.data.datasets.settings import DatasetSettings
from answerable.data.datasets.storage import DatasetFiles
from answerable.data.datasets.tables import DatasetVersionRow, VersionOrigin
from answerable.data.ingestion.outcome import IngestionOutcome, TableProfile
from answerable.data.ingestion.request import IngestionRequest, Mode, TableSettings
from answerable.data.ingestion.versions import KnownColumn
from answerable.data.semantics.service import current_model
from answerable.jobs import JobContext
from answerable.kit import sandbox
from answerable.kit.db import Session
from answerable.kit.errors import AnswerableError, StorageFull
from answerable.kit.sandbox import Limits, SandboxError
from answerable.kit.settings import IngestionSettings

TARGET = "answerable.data.ingestion.ingest:ingest"


class Part(BaseModel):
    """A file that a version is made of. `label` is what its table is called in it, once it was read."""

    model_config = ConfigDict(frozen=True)

    file_key: str
    file_name: str
    mode: Mode = "replace"
    key: tuple[str, ...] = ()
    label: str | None = None


@dataclass(frozen=True, slots=True)
class ReadingPlan:
    """The files to read, in their order, and what is known of the tables in them."""

    parts: tuple[Part, ...]
    main: TableSettings
    others: dict[str, TableSettings]
    only_main: bool


def parts_of(version: DatasetVersionRow) -> tuple[Part, ...]:
    """The files that a ready version is made of."""
    if version.parts is None:
        return (Part(file_key=version.file_key, file_name=version.file_name, label=version.table_label),)
    return tuple(Part.model_validate(part) for part in version.parts)


async def plan_reading(session: Session, files: DatasetFiles, version: DatasetVersionRow) -> ReadingPlan:
    """What reading a version takes."""
    shown = await repository.newest_ready(session, version.dataset_id)
    key = tuple(version.key_columns) or await _primary_key(session, version.dataset_id)
    if version.origin == VersionOrigin.REVIEW:
        source = await repository.version(session, version.dataset_id, version.base or 0)
        before = await repository.read_before(session, source) if source is not None else None
        main = _settings(version.settings, before)
        main = main.model_copy(
            update={"before": _path(shown, files), "compared_by": key, "schema_changes": "accept"}
        )
        return ReadingPlan(parts_of(source) if source is not None else (), main, {}, only_main=True)
    siblings = await repository.siblings(session, version.dataset_id)
    others = {label: found for label, found in siblings.items() if found != version.dataset_id}
    newest = {row.dataset_id: row for row in await repository.newest_ready_of(session, set(others.values()))}
    settings = await repository.settings_of(session, set(others.values()))
    adding = {"mode": version.mode, "key": tuple(version.key_columns)}
    base = (
        shown if version.base is None else await repository.version(session, version.dataset_id, version.base)
    )
    main = _settings(version.settings, base)
    main = main.model_copy(
        update={"before": _path(base, files), "compared_by": key, **_added(adding, base, files)}
    )
    known = {}
    for label, dataset_id in others.items():
        if dataset_id in settings:
            row = newest.get(dataset_id)
            known[label] = _settings(settings[dataset_id], row).model_copy(
                update={
                    "before": _path(row, files),
                    "compared_by": await _primary_key(session, dataset_id),
                    **_added(adding, row, files),
                }
            )
    own = Part(
        file_key=version.file_key, file_name=version.file_name, mode=version.mode, key=version.key_columns
    )
    return ReadingPlan((own,), main, known, only_main=False)


def _settings(stored: Mapping[str, Any], row: DatasetVersionRow | None) -> TableSettings:
    remembered = DatasetSettings.model_validate(stored)
    return TableSettings(
        label=row.table_label if row is not None else None,
        choices=remembered.choices,
        rules=remembered.rules,
        schema_changes=remembered.schema_changes or "accept",
        known={c["name"]: KnownColumn.model_validate(c) for c in row.columns or []}
        if row is not None
        else {},
    )


def _added(adding: dict[str, Any], base: DatasetVersionRow | None, files: DatasetFiles) -> dict[str, Any]:
    """What adds a file's rows to those of a version; nothing where there are none yet."""
    return {} if base is None or adding["mode"] == "replace" else {**adding, "base": _path(base, files)}


def _path(row: DatasetVersionRow | None, files: DatasetFiles) -> Path | None:
    return files.table(row.table_path) if row is not None and row.table_path is not None else None


async def _primary_key(session: Session, dataset_id: str) -> tuple[str, ...]:
    model = await current_model(session)
    return next((d.primary_key for d in model.datasets if d.id == dataset_id), ())


async def read_parts(
    job: JobContext, files: DatasetFiles, folder: Path, plan: ReadingPlan
) -> IngestionOutcome:
    """The tables of the last file, with the rows of those before it. Raises FileRefused, FileTooHeavy,
    StorageFull or SandboxError."""
    main, outcome = plan.main, None
    for position, part in enumerate(plan.parts, start=1):
        last = position == len(plan.parts)
        target = folder if last else folder / f"part-{position}"
        step = replace(plan, main=_for_part(main, part, plan, last=last))
        outcome = await files.sealed_outcome(target)
        if outcome is None:
            outcome = await _read(job, files, target, part, step)
            await files.seal(target, outcome)
        if not last:
            table = outcome.tables[0]
            main = main.model_copy(
                update={"known": known_columns(table.profile), "base": target / table.file}
            )
    if outcome is None:
        raise FileRefused("no_table", "The files of this version are gone. Upload them again.")
    return outcome


def known_columns(profile: TableProfile) -> dict[str, KnownColumn]:
    """What a table that was read tells the next one."""
    return {column.name: KnownColumn.model_validate(column.model_dump()) for column in profile.columns}


def _for_part(main: TableSettings, part: Part, plan: ReadingPlan, *, last: bool) -> TableSettings:
    """The settings that one file of several is read by."""
    if not plan.only_main:
        return main
    mode = part.mode if main.base is not None else "replace"
    before = plan.main.before if last else None
    return main.model_copy(update={"label": part.label, "mode": mode, "key": part.key, "before": before})


async def _read(
    job: JobContext, files: DatasetFiles, target: Path, part: Part, plan: ReadingPlan
) -> IngestionOutcome:
    settings = job.runtime.settings.ingestion
    upload = files.upload(part.file_key)
    request = IngestionRequest(
        path=upload,
        folder=target,
        name=PurePath(part.file_name).stem,
        memory_bytes=settings.engine_bytes,
        threads=settings.threads,
        main=plan.main,
        others=plan.others,
        only_main=plan.only_main,
    )
    tables = [plan.main, *plan.others.values()]
    paths = {path for table in tables for path in (table.base, table.before) if path is not None}
    await asyncio.to_thread(target.mkdir, 0o700, True, True)
    try:
        answer = await sandbox.run(
            TARGET,
            request.model_dump(mode="json"),
            limits=_limits(settings),
            read=[upload, *sorted(paths)],
            write=[target],
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
