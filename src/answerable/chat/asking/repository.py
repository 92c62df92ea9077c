"""All SQL of runs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from answerable.chat.asking.tables import RunDatasetRow, RunDocumentRow, RunRow
from answerable.kit.db import Session


class RunRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, run: RunRow) -> None:
        """Store a new run."""
        self._session.add(run)
        await self._session.flush()

    async def find(self, run_id: str) -> RunRow | None:
        """The run, when the principal may see it."""
        return (await self._session.scalars(select(RunRow).where(RunRow.id == run_id))).one_or_none()

    async def finish(
        self, run_id: str, *, status: str, at: datetime, answer: object = None, error: object = None
    ) -> bool:
        """End a running run. False when it has ended already: then nothing changes."""
        ended = await self._session.execute(
            update(RunRow)
            .where(RunRow.id == run_id, RunRow.status == "running")
            .values(status=status, answer=answer, error=error, finished_at=at)
            .returning(RunRow.id)
        )
        return ended.first() is not None

    async def cite(self, run_id: str, *, documents: Iterable[str], datasets: Iterable[str]) -> None:
        """Tie the run to what its answer cites."""
        workspace = {"run_id": run_id, "workspace_id": self._session.workspace_id}
        document_rows = [{**workspace, "document_id": document} for document in documents]
        dataset_rows = [{**workspace, "dataset_id": dataset} for dataset in datasets]
        if document_rows:
            await self._session.execute(insert(RunDocumentRow).values(document_rows))
        if dataset_rows:
            await self._session.execute(insert(RunDatasetRow).values(dataset_rows))
