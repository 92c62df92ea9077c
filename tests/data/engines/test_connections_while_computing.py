"""Whoever waits for the engine holds no database connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import httpx
import pytest
from tests.data.engines.stored import store_sales
from tests.data.engines.test_query_api import REVENUE_BY_SHOP, SALES
from tests.factories.callers import Caller
from tests.factories.waiting import eventually

from answerable.api.app import create_app
from answerable.api.assembly import build_runtime
from answerable.data.datasets.storage import tables_root
from answerable.data.engines.duckdb.engine import DuckDBEngine, Rows
from answerable.data.engines.query_limits.bounds import NO_LIMITS, QueryLimits
from answerable.kit.runtime import Runtime
from answerable.kit.settings import DatabaseSettings, Settings


class GatedEngine(DuckDBEngine):
    """The engine behind a gate that the test opens: slow for as long as it likes."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings.query, tables_root(settings))
        self.gate = asyncio.Event()
        self.waiters = 0

    async def run(
        self, sql: str, tables: Mapping[str, Path], *, owner: str = "", limits: QueryLimits = NO_LIMITS
    ) -> Rows:
        """Wait, then run."""
        self.waiters += 1
        await self.gate.wait()
        return await super().run(sql, tables, owner=owner, limits=limits)


@pytest.fixture
async def small(settings: Settings, app_url: str) -> AsyncIterator[Runtime]:
    """The system with two connections and a gated engine."""
    few = settings.model_copy(update={"database": DatabaseSettings(pool_size=2, max_overflow=0)})
    runtime = build_runtime(few, app_url)
    engine = GatedEngine(few)
    runtime.provide(DuckDBEngine, lambda _: engine)
    yield runtime
    engine.gate.set()
    await runtime.close()


async def test_requests_are_answered_while_others_wait_for_the_engine(small: Runtime, owner: Caller) -> None:
    dataset_id = await store_sales(small, owner.workspace_id, SALES)
    engine = small.get(DuckDBEngine)
    assert isinstance(engine, GatedEngine)
    transport = httpx.ASGITransport(app=create_app(small))
    headers = {"Authorization": f"Bearer {owner.token}", "Host": "localhost"}
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as client:
        waiting = [
            asyncio.create_task(request)
            for request in (
                client.post("/api/v1/query", json=REVENUE_BY_SHOP),
                client.post("/api/v1/query", json={**REVENUE_BY_SHOP, "limit": 1}),
                client.post("/api/v1/ask", json={"question": "revenue by shop"}),
                client.post("/api/v1/ask", json={"question": "revenue in 2025"}),
                client.get(f"/api/v1/datasets/{dataset_id}/rows"),
                client.get(f"/api/v1/datasets/{dataset_id}/rows", params={"limit": 1}),
            )
        ]

        async def all_wait() -> bool:
            early = [task.result().text for task in waiting if task.done()]
            assert not early, early
            return engine.waiters == len(waiting)

        await eventually(all_wait)
        assert small.database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        async with asyncio.timeout(20):
            for path in ("users/me", "datasets", f"datasets/{dataset_id}"):
                assert (await client.get(f"/api/v1/{path}")).status_code == 200
        engine.gate.set()
        answers = await asyncio.gather(*waiting)
    assert [answer.status_code for answer in answers] == [200] * len(waiting), [a.text for a in answers]
    assert {answer.json()["status"] for answer in answers[2:4]} == {"answered"}


async def test_a_repeated_question_has_one_run_and_one_answer(owner: Caller, unique: str) -> None:
    async def ask() -> httpx.Response:
        return await owner.post(
            "/api/v1/ask",
            json={"question": "how many cats live on the moon?"},
            headers={"Idempotency-Key": unique},
        )

    answers = await asyncio.gather(*(ask() for _ in range(4)))
    answers.append(await ask())
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["run_id"] for answer in answers}) == 1
    assert "idempotency-replayed" in answers[-1].headers
