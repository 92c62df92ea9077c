"""Changing what a dataset remembers."""

from __future__ import annotations

from answerable.data.datasets import repository
from answerable.data.datasets.expiry import expire_versions
from answerable.data.datasets.schemas import DatasetChange
from answerable.data.datasets.settings import DatasetSettings
from answerable.data.datasets.tables import DatasetRow
from answerable.kit.db import Session
from answerable.kit.errors import NotFound
from answerable.kit.runtime import Runtime


async def change_dataset(
    session: Session, runtime: Runtime, dataset_id: str, change: DatasetChange
) -> DatasetRow:
    """The dataset with the given settings in place of its own; versions that it keeps no longer go at
    once. NotFound."""
    dataset = await repository.lock(session, dataset_id)
    if dataset is None:
        raise NotFound
    settings = DatasetSettings.model_validate(dataset.settings)
    dataset.settings = settings.model_copy(update=change.model_dump(exclude_unset=True)).stored()
    await session.flush()
    await expire_versions(session, dataset, runtime.settings.datasets)
    return dataset
