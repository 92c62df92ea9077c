"""The event log and its stream: what happens is heard once, in order, by those who may hear it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.data.dashboards.boards import dashboard, pinned, sales, tile, total
from tests.data.datasets.uploads import ingested
from tests.factories.callers import Caller, Workspace

pytestmark = pytest.mark.usefixtures("worker")
STREAM = "/api/v1/events/stream"


async def heard(caller: Caller, opened: asyncio.Event, **headers: str) -> AsyncIterator[dict[str, Any]]:
    """The events of a stream, from its opening on."""
    wanted = {**caller.headers, **headers}
    async with caller.client.stream("GET", STREAM, headers=wanted) as answer:
        assert answer.status_code == 200
        async for line in answer.aiter_lines():
            opened.set()
            if line.startswith("data: "):
                yield json.loads(line.removeprefix("data: "))


async def first(caller: Caller, opened: asyncio.Event, kind: str, **headers: str) -> dict[str, Any]:
    async with asyncio.timeout(60):
        async for event in heard(caller, opened, **headers):
            if event.get("kind") == kind or event.get("code") == kind:
                return event
    raise AssertionError("the stream ended")


async def test_an_open_dashboard_hears_that_it_was_refreshed_after_new_data(
    owner: Caller, viewer: Caller
) -> None:
    dataset = await sales(owner)
    board = await dashboard(owner, tile(await pinned(owner, total(dataset))))
    opened = asyncio.Event()
    waiting = asyncio.create_task(first(viewer, opened, "dashboard.refreshed"))
    await opened.wait()
    await ingested(owner, b"sale_id,amount (EUR)\nS1,7.00\n", "next.csv", dataset_id=dataset["id"])
    event = await waiting
    assert event["subject"] == {"type": "dashboard", "id": board["id"]}
    assert (event["data"]["tiles"], event["data"]["failed"]) == (1, 0)
    again = await first(
        viewer, asyncio.Event(), event["kind"], **{"Last-Event-ID": str(event["position"] - 1)}
    )
    assert again == event


async def test_another_workspace_hears_nothing_of_it(owner: Caller, stranger: Caller) -> None:
    insight = await pinned(owner, total(await sales(owner)))
    rule = {"kind": "threshold", "operator": "above", "value": 1}
    await owner.post("/api/v1/alerts", json={"insight_id": insight["id"], "name": "x", "rule": rule})
    own = (await owner.get("/api/v1/events")).json()["items"]
    assert "alert.created" in {each["kind"] for each in own}
    assert {each["actor_id"] for each in own if each["kind"] == "alert.created"} == {owner.user_id}
    assert (await stranger.get("/api/v1/events")).json()["items"] == []
    opened = asyncio.Event()
    waiting = asyncio.create_task(first(stranger, opened, "alert.created", **{"Last-Event-ID": "0"}))
    await opened.wait()
    mine = await pinned(stranger, total(await sales(stranger)))
    await stranger.post("/api/v1/alerts", json={"insight_id": mine["id"], "name": "x", "rule": rule})
    assert (await waiting)["data"]["insight_id"] == mine["id"]


async def test_a_stream_ends_with_the_access_that_opened_it(workspace: Workspace) -> None:
    member = await workspace.member("viewer")
    opened = asyncio.Event()
    waiting = asyncio.create_task(first(member, opened, "unauthenticated"))
    await opened.wait()
    await workspace.owner.delete(f"/api/v1/workspaces/{workspace.id}/members/{member.user_id}")
    assert (await waiting)["code"] == "unauthenticated"


async def test_events_committed_at_once_have_positions_without_gaps(owner: Caller) -> None:
    insight = await pinned(owner, total(await sales(owner)))
    rule = {"kind": "threshold", "operator": "above", "value": 1}
    body = {"insight_id": insight["id"], "name": "x", "rule": rule}
    made = await asyncio.gather(*(owner.post("/api/v1/alerts", json=body) for _ in range(8)))
    assert {answer.status_code for answer in made} == {201}
    items = (await owner.get("/api/v1/events", params={"limit": 200})).json()["items"]
    positions = sorted(each["position"] for each in items)
    assert positions == list(range(1, len(positions) + 1))
    assert sum(each["kind"] == "alert.created" for each in items) == 8
