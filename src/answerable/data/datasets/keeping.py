"""Tables of a conversation that the whole workspace is to have."""

from __future__ import annotations

from answerable.data.datasets import repository
from answerable.data.datasets.errors import AlreadyInWorkspace, DatasetNotReady
from answerable.data.datasets.relating import enqueue_relating
from answerable.data.datasets.service import own_dataset
from answerable.data.datasets.tables import DatasetRow
from answerable.data.semantics import service as semantics
from answerable.inference.cache.forgetting import forget
from answerable.inference.cache.tags import DATASETS, dataset_tag
from answerable.kit.db import Session
from answerable.kit.errors import NotFound


async def keep(session: Session, dataset_id: str) -> DatasetRow:
    """Give a dataset of the conversation to the workspace, with its versions and its part of the model.
    NotFound, DatasetNotReady, AlreadyInWorkspace."""
    await repository.hold_names(session)
    await own_dataset(session, dataset_id)
    dataset = await repository.lock(session, dataset_id)
    if dataset is None:
        raise NotFound
    if dataset.version is None or await repository.open_versions(session, dataset_id):
        raise DatasetNotReady("A file of the dataset is being read. Keep it once its job has ended.")
    if await repository.opened_in_workspace(session, dataset_id):
        raise AlreadyInWorkspace(
            "The workspace has a table of the same file and name already. Remove this copy, or leave it here."
        )
    await repository.give_to_workspace(session, dataset_id)
    await semantics.give_to_workspace(session, dataset_id)
    await forget(session, [dataset_tag(dataset_id), DATASETS])
    await session.refresh(dataset)
    await enqueue_relating(session, dataset)
    return dataset
