"""From the Parquet files of an upload to tables of the warehouse: a part of the ingestion job.

What is written is an attempt's own, and nobody sees it before the job's last transaction names it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from answerable.data.datasets import repository as datasets
from answerable.data.datasets.errors import FileRefused, FileTooHeavy
from answerable.data.datasets.storage import DatasetFiles
from answerable.data.ingestion.outcome import IngestedTable
from answerable.data.warehouse import repository
from answerable.data.warehouse.columns import NewTable, WritingOutcome, WritingRequest
from answerable.data.warehouse.errors import WarehouseUnavailable
from answerable.data.warehouse.repository import schema_of
from answerable.data.warehouse.service import Warehouse, table_name
from answerable.data.warehouse.tables import note_schema
from answerable.jobs import JobContext
from answerable.kit import sandbox
from answerable.kit.errors import AnswerableError, StorageFull
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.kit.sandbox import Limits, SandboxError
from answerable.kit.settings import IngestionSettings

TARGET = "answerable.data.warehouse.child:write_out"
_TEXT = "rows.csv"
_LOOK_SECONDS = 0.5


async def load_tables(
    job: JobContext, folder: Path, version_id: str, tables: Sequence[IngestedTable]
) -> list[str]:
    """Copy an upload's tables into the warehouse, each within one transaction, until the reading address
    shows all their rows; the names of theirs, in their order. What earlier attempts left goes first.

    Raises WarehouseUnfit, also where the role that reads could write, WarehouseUnavailable, FileTooHeavy,
    StorageFull or SandboxError."""
    warehouse = job.runtime.get(Warehouse)
    workspace_id = job.principal.workspace_id or ""
    await warehouse.check_reader()
    async with job.begin() as session:
        await note_schema(session)
    await repository.make_schema(warehouse.writing, schema_of(workspace_id), warehouse.reading.role)
    await warehouse.drop_attempts(workspace_id, version_id, last=job.attempt - 1)
    names: list[str] = []
    for position, table in enumerate(tables):
        name = table_name(version_id, job.attempt, position)
        source = _Source(workspace_id, folder / table.file, name, table.profile.rows)
        await _load(job.runtime, source, lambda sent: job.note_progress(sent, None, "bytes"))
        names.append(name)
    return names


async def fill(runtime: Runtime, workspace_id: str) -> list[str]:
    """Write those tables of a workspace's versions that the warehouse lacks, or has not whole, from the
    Parquet files; their names. Raises as `load_tables`."""
    warehouse, schema = runtime.get(Warehouse), schema_of(workspace_id)
    async with runtime.database.begin(Principal.system(workspace_id)) as session:
        wanted = await datasets.tables_in_warehouse(session)
        if wanted:
            await note_schema(session)
    if not wanted:
        return []
    await warehouse.check_reader()
    await repository.make_schema(warehouse.writing, schema, warehouse.reading.role)
    files, filled = DatasetFiles(runtime, workspace_id), []
    for kept in wanted:
        if await repository.rows_of(warehouse.reading, schema, kept.relation) != kept.rows:
            await warehouse.drop_tables(workspace_id, [kept.relation])
            await _load(runtime, _Source(workspace_id, files.table(kept.path), kept.relation, kept.rows))
            filled.append(kept.relation)
    return filled


async def drop_loaded(job: JobContext, version_id: str) -> None:
    """Drop what this attempt has written: it came to nothing. Where that fails now, the nightly sweep does
    it."""
    warehouse, workspace_id = job.runtime.get(Warehouse), job.principal.workspace_id or ""
    try:
        await warehouse.drop_attempts(workspace_id, version_id, first=job.attempt, last=job.attempt)
    except AnswerableError:
        return


@dataclass(frozen=True, slots=True)
class _Source:
    """A Parquet file, the name of the table that it becomes, and how many rows it has."""

    workspace_id: str
    parquet: Path
    name: str
    rows: int


async def _load(runtime: Runtime, source: _Source, on_bytes: Callable[[int], None] = lambda _: None) -> None:
    warehouse, schema = runtime.get(Warehouse), schema_of(source.workspace_id)
    text = source.parquet.with_name(_TEXT)
    try:
        written = await _write_out(runtime.settings.ingestion, source.parquet, text)
        await repository.write_table(
            warehouse.writing,
            NewTable(schema, source.name, written.columns, text, source.rows),
            reader=warehouse.reading.role,
            seconds=runtime.settings.ingestion.wall_seconds,
            on_bytes=on_bytes,
        )
    finally:
        await asyncio.to_thread(text.unlink, True)
    await _shown(warehouse, schema, source.name, source.rows)


async def _shown(warehouse: Warehouse, schema: str, name: str, rows: int) -> None:
    """Returns once the reading address has the table: a replica follows a little later."""
    deadline = time.monotonic() + warehouse.replica_seconds
    while await repository.rows_of(warehouse.reading, schema, name) != rows:
        if time.monotonic() > deadline:
            raise WarehouseUnavailable(
                "The data warehouse's reading address does not show the new rows. Try again once its replica "
                "has caught up, or ask its operator whether the reading role may read new tables."
            )
        await asyncio.sleep(_LOOK_SECONDS)


async def _write_out(settings: IngestionSettings, parquet: Path, text: Path) -> WritingOutcome:
    request = WritingRequest(
        parquet=parquet, target=text, memory_bytes=settings.engine_bytes, threads=settings.threads
    )
    limits = Limits(
        memory_bytes=settings.memory_bytes,
        cpu_seconds=settings.cpu_seconds,
        wall_seconds=settings.wall_seconds,
        file_bytes=settings.file_bytes,
        open_files=64,
    )
    try:
        answer = await sandbox.run(
            TARGET, request.model_dump(mode="json"), limits=limits, read=[parquet], write=[parquet.parent]
        )
    except SandboxError as error:
        raise _typed(error) from error
    return WritingOutcome.model_validate(answer)


def _typed(error: SandboxError) -> AnswerableError | SandboxError:
    if error.kind == "refused":
        return StorageFull() if error.code == "disk_full" else FileRefused(error.code, error.detail)
    if error.kind in ("memory", "cpu", "timeout"):
        return FileTooHeavy(
            "Writing the table to the data warehouse took more memory or time than is allowed. "
            "Split the file."
        )
    return error
