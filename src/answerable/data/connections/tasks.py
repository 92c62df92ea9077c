"""Background work of connections."""

from __future__ import annotations

from answerable.data.connections import importing
from answerable.data.connections.importing import IMPORT
from answerable.jobs import JobContext, task


@task(IMPORT, retries=1)
async def import_tables(job: JobContext, *, connection_id: str, tables: list[str]) -> None:
    """Make datasets of tables of a connected database."""
    await importing.import_tables(job, connection_id, tables)
