"""Uploads that meet another change of the same dataset."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from answerable.data.datasets import uploading
from answerable.kit.errors import NotFound
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from tests.factories.callers import Workspace
from tests.factories.files import files_below
from tests.factories.uploads import ORDERS, upload_dataset
from tests.factories.waiting import eventually

pytestmark = pytest.mark.usefixtures("worker")


async def test_a_file_for_a_dataset_that_is_deleted_meanwhile_does_not_stay(
    workspace: Workspace, runtime: Runtime
) -> None:
    dataset = await upload_dataset(workspace.owner, "orders.csv", ORDERS)

    async def chunks() -> AsyncIterator[bytes]:
        yield b"a,b\n"
        answer = await workspace.owner.delete(f"/api/v1/datasets/{dataset['id']}")
        assert answer.status_code == 204
        yield b"1,2\n"

    new = uploading.NewTables("late.csv", dataset_id=str(dataset["id"]))
    with pytest.raises(NotFound):
        async with runtime.database.begin(Principal.system(workspace.id)) as session:
            await uploading.upload(session, runtime, chunks(), new)

    async def no_file_stays() -> bool:
        return not files_below(runtime.files.path(workspace.id))

    await eventually(no_file_stays)
