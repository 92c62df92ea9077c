"""How much is answered without a model, day by day."""

from __future__ import annotations

import httpx
import pytest

from tests.factories.callers import register
from tests.factories.uploads import ORDERS, upload_dataset

pytestmark = pytest.mark.usefixtures("worker")


async def test_answers_are_counted_by_day_and_stage(client: httpx.AsyncClient) -> None:
    workspace = await register(client)
    owner = workspace.owner
    assert (await upload_dataset(owner, "orders.csv", ORDERS))["status"] == "ready"
    for question in ("total amount in 2024", "number of orders", "amount in Narnia"):
        assert (await owner.post("/api/v1/ask", json={"question": question})).status_code == 200
    report = (await owner.get("/api/v1/usage/stages")).json()
    (day,) = report["days"]
    assert (day["questions"], day["answered"], day["by_stage"]) == (3, 2, {"rules": 2})
    assert day["rules_share"] == report["rules_share"] == 1
    documents = (await owner.get("/api/v1/usage/stages?route=documents")).json()
    assert sum(day["answered"] for day in documents["days"]) == 0
    assert (await owner.get("/api/v1/usage/stages?route=sky")).status_code == 422
    dates = "since=2025-01-02T00:00:00Z&until=2025-01-01T00:00:00Z"
    assert (await owner.get(f"/api/v1/usage/stages?{dates}")).status_code == 422


async def test_another_workspace_counts_its_own(client: httpx.AsyncClient) -> None:
    asked, other = (await register(client)).owner, (await register(client)).owner
    assert (await asked.post("/api/v1/ask", json={"question": "anything"})).status_code == 200
    assert len((await asked.get("/api/v1/usage/stages")).json()["days"]) == 1
    assert (await other.get("/api/v1/usage/stages")).json()["days"] == []
