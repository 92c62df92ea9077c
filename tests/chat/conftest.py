"""A workspace that conversations are held in."""

from __future__ import annotations

import httpx
import pytest

from tests.factories.callers import Workspace, register
from tests.factories.uploads import ORDERS, RETURNS_POLICY, upload_dataset, upload_document


@pytest.fixture(scope="module")
async def shop(client: httpx.AsyncClient, worker: None) -> Workspace:
    """A workspace with one document and one table."""
    del worker
    workspace = await register(client)
    assert (await upload_document(workspace.owner, "returns.md", RETURNS_POLICY))["status"] == "ready"
    assert (await upload_dataset(workspace.owner, "orders.csv", ORDERS))["status"] == "ready"
    return workspace
