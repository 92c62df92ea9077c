"""How a workspace's tables belong together: measured anew in a job whenever a table's data changes."""

from __future__ import annotations

import structlog

from answerable.data.datasets.service import CurrentTable, current_tables
from answerable.data.datasets.tables import DatasetRow
from answerable.data.following import follow_data
from answerable.data.semantics import service as semantics
from answerable.data.semantics.overlap import ColumnPair, ContainmentOutcome, ContainmentRequest
from answerable.data.semantics.relationships import candidates, decide
from answerable.jobs import JobContext, Subject, enqueue
from answerable.kit import sandbox
from answerable.kit.db import Session
from answerable.kit.sandbox import Limits, SandboxError

RELATE = "datasets.relate"
TARGET = "answerable.data.semantics.containment:measure"
_log = structlog.get_logger(__name__)


async def enqueue_relating(session: Session, dataset: DatasetRow) -> None:
    """Have the relationships measured once the session's transaction has committed."""
    if len((await semantics.current_model(session)).datasets) > 1:
        await enqueue(
            session,
            RELATE,
            subject=Subject("dataset", dataset.id),
            session_id=dataset.session_id,
        )


async def relate_tables(job: JobContext, session_id: str | None) -> None:
    """Find the relationships between the workspace's tables and put them into its model; of a conversation's
    tables, with each other and with those, into the conversation's.

    Until then those of before are in force, refused where the new data lets nothing be looked up over them.
    What was computed of the tables is computed again where their relationships have changed.

    The values are compared in a sandboxed child, outside of any transaction. Where that takes more
    memory or time than is allowed there are no relationships: a person can write them down.
    """
    async with job.begin() as session:
        await session.enter(session_id)
        own = await semantics.own_datasets(session)
        model = await semantics.current_model(session)
        tables = await current_tables(session, job.runtime)
    pairs = candidates(model, {name: table.row_count for name, table in tables.items()})
    pairs = [pair for pair in pairs if not own.isdisjoint((pair.left, pair.right))]
    wanted = [
        ColumnPair(
            left_table=tables[c.left].path,
            left_column=c.left_field,
            right_table=tables[c.right].path,
            right_column=c.right_field,
        )
        for c in pairs
    ]
    measured = await _measure(job, wanted) if wanted else ContainmentOutcome(overlaps=[])
    found = decide(list(zip(pairs, measured.overlaps, strict=False)))
    async with job.complete() as session:
        await session.enter(session_id)
        now = await current_tables(session, job.runtime)
        unchanged = {name for name, table in tables.items() if _version(now.get(name)) == _version(table)}
        # What changed meanwhile is measured by the job that its change queued.
        changed = await semantics.refresh_relationships(
            session,
            model,
            [link for link in found if {link.left, link.right} <= unchanged],
            over=unchanged,
        )
        if changed:
            await follow_data(session, changed)


def _version(table: CurrentTable | None) -> tuple[str, int] | None:
    return (table.dataset_id, table.version) if table is not None else None


async def _measure(job: JobContext, pairs: list[ColumnPair]) -> ContainmentOutcome:
    settings = job.runtime.settings.ingestion
    request = ContainmentRequest(pairs=pairs, memory_bytes=settings.engine_bytes, threads=1)
    limits = Limits(
        memory_bytes=settings.memory_bytes,
        cpu_seconds=settings.cpu_seconds,
        wall_seconds=settings.wall_seconds,
        file_bytes=settings.file_bytes,
        open_files=256,
    )
    paths = sorted({path for pair in pairs for path in (pair.left_table, pair.right_table)})
    try:
        answer = await sandbox.run(TARGET, request.model_dump(mode="json"), limits=limits, read=paths)
    except SandboxError as error:
        _log.warning("relationships.unmeasured", kind=error.kind, pairs=len(pairs))
        return ContainmentOutcome(overlaps=[])
    return ContainmentOutcome.model_validate(answer)
