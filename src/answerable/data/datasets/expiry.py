"""Old versions go by policy: their data and files, never their history, never what is still needed."""

from __future__ import annotations

from answerable.data.datasets import repository
from answerable.data.datasets.reading import parts_of
from answerable.data.datasets.service import DISCARD
from answerable.data.datasets.settings import DatasetSettings
from answerable.data.datasets.tables import DatasetRow, DatasetStatus
from answerable.jobs import Subject, enqueue
from answerable.kit.db import Session
from answerable.kit.settings import DatasetsSettings


async def expire_versions(session: Session, dataset: DatasetRow, server: DatasetsSettings) -> None:
    """Let the versions go that a dataset keeps no longer; the dataset is held. Their files go by a job of
    the same transaction."""
    own = DatasetSettings.model_validate(dataset.settings)
    keep = server.keep_versions if own.keep_versions is None else own.keep_versions
    days = server.keep_days if own.keep_days is None else own.keep_days
    gone = await repository.outlived(session, dataset, keep, days)
    if not gone:
        return
    tables = [version.table_path for version in gone if version.table_path is not None]
    files = {part.file_key for version in gone for part in parts_of(version)}
    for version in gone:
        version.status, version.table_path = DatasetStatus.EXPIRED, None
    await session.flush()
    unneeded = sorted(files - await repository.needed_files(session, files))
    await enqueue(
        session,
        DISCARD,
        subject=Subject("dataset", dataset.id),
        uploads=[*unneeded],
        tables=[*tables],
        versions=[],
    )
