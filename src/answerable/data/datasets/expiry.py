"""Old versions go by policy: their data and files, never their history, never what is still needed."""

from __future__ import annotations

from answerable.data.datasets import repository
from answerable.data.datasets.reading import parts_of
from answerable.data.datasets.retention import repository as retention
from answerable.data.datasets.service import enqueue_discard
from answerable.data.datasets.settings import DatasetSettings
from answerable.data.datasets.tables import DatasetRow, DatasetStatus
from answerable.kit.db import Session
from answerable.kit.settings import DatasetsSettings


async def expire_versions(session: Session, dataset: DatasetRow, server: DatasetsSettings) -> int:
    """Let the versions go that a dataset keeps no longer, by its own policy, else its workspace's, else the
    server's; how many. The dataset is held. Their files go by a job of the same transaction."""
    own = DatasetSettings.model_validate(dataset.settings)
    policy = await retention.policy(session)
    keep = _first(own.keep_versions, policy.keep_versions, server.keep_versions)
    days = _first(own.keep_days, policy.keep_days, server.keep_days)
    gone = await repository.outlived(session, dataset, keep, days)
    if not gone:
        return 0
    tables = [version.table_path for version in gone if version.table_path is not None]
    relations = [version.relation for version in gone if version.relation is not None]
    files = {part.file_key for version in gone for part in parts_of(version)}
    for version in gone:
        version.status, version.table_path, version.relation = DatasetStatus.EXPIRED, None, None
    await session.flush()
    unneeded = sorted(files - await repository.needed_files(session, files))
    await enqueue_discard(session, dataset.id, uploads=unneeded, tables=tables, relations=relations)
    return len(gone)


def _first(own: int | None, workspace: int | None, server: int) -> int:
    return own if own is not None else workspace if workspace is not None else server
