"""Deleting a workspace takes along what it kept outside the database."""

from __future__ import annotations

import pytest

from answerable.kit.runtime import Runtime
from tests.factories.callers import Workspace
from tests.factories.uploads import ORDERS, RETURNS_POLICY, upload_dataset, upload_document
from tests.factories.waiting import eventually

pytestmark = pytest.mark.usefixtures("worker")


async def test_no_file_of_a_deleted_workspace_stays(workspace: Workspace, runtime: Runtime) -> None:
    async def folders() -> list[str]:
        kept = runtime.settings.data_dir.iterdir()
        return sorted(path.name for path in kept if (path / workspace.id).exists())

    async def none_is_left() -> bool:
        return not await folders()

    await upload_document(workspace.owner, "returns.md", RETURNS_POLICY)
    await upload_dataset(workspace.owner, "orders.csv", ORDERS)
    assert await folders() == ["datasets", "files"]
    assert (await workspace.owner.delete(f"/api/v1/workspaces/{workspace.id}")).status_code == 204
    await eventually(none_is_left)
