"""Background work of datasets."""

from __future__ import annotations

from collections.abc import Sequence

from answerable.data.datasets import publishing, relating
from answerable.data.datasets.relating import RELATE
from answerable.data.datasets.service import DISCARD
from answerable.data.datasets.storage import DatasetFiles
from answerable.data.datasets.uploading import INGEST
from answerable.data.warehouse.leftovers import discard_tables
from answerable.jobs import JobContext, JobError, task
from answerable.kit.db import Session


@task(INGEST, retries=2)
async def ingest(job: JobContext, *, version_id: str, named: bool) -> None:
    """Read an upload's tables and publish them as datasets."""
    await publishing.ingest_upload(job, version_id, named=named)


@ingest.on_failed
async def ingest_failed(session: Session, error: JobError, *, version_id: str, named: bool) -> None:
    """The reason goes to the row that the person sees."""
    del named
    await publishing.note_failure(session, error, version_id)


@ingest.on_cancelled
async def ingest_cancelled(session: Session, *, version_id: str, named: bool) -> None:
    """Nothing of a cancelled upload stays."""
    del named
    await publishing.withdraw(session, version_id)


@task(DISCARD)
async def discard(
    job: JobContext,
    *,
    uploads: list[str],
    versions: list[str],
    tables: Sequence[str] = (),
    relations: Sequence[str] = (),
) -> None:
    """Remove files, and tables of the warehouse, that no row refers to any more."""
    workspace_id = job.principal.workspace_id or ""
    files = DatasetFiles(job.runtime, workspace_id)
    await files.remove(uploads=uploads, tables=tables, versions=versions)
    await discard_tables(job.runtime, workspace_id, relations=relations, versions=versions)


@task(RELATE, retries=2)
async def relate(job: JobContext, *, session_id: str | None = None) -> None:
    """Find out which tables belong together: the workspace's, or those of a conversation with all that is
    seen in it."""
    await relating.relate_tables(job, session_id)
