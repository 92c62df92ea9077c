"""Dashboards that are computed before anybody looks: after new data, or at the times that are set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from answerable.api.assembly import build_runtime
from answerable.data.insights.results import compute_missing
from answerable.data.insights.service import find_result
from answerable.data.schedules import service as schedules
from answerable.kit.clock import FixedClock
from answerable.kit.principal import Principal
from answerable.kit.settings import Settings
from tests.data.dashboards.boards import dashboard, pinned, sales, shown, tile, total
from tests.data.datasets.uploads import ingested
from tests.factories.callers import Caller
from tests.factories.waiting import eventually

pytestmark = pytest.mark.usefixtures("worker")
MORNINGS = {"on": "schedule", "schedule": "0 7 * * *", "time_zone": "Europe/Berlin"}


async def refreshed(caller: Caller, board: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}

    async def done() -> bool:
        found.update((await caller.get(f"/api/v1/dashboards/{board['id']}")).json())
        return found["refreshed_at"] is not None

    await eventually(done)
    return found


async def test_new_data_refreshes_the_tiles_under_the_dashboards_filters(owner: Caller) -> None:
    dataset = await sales(owner)
    germany = {"dataset": dataset["name"], "field": "country", "operator": "eq", "values": ["Germany"]}
    board = await dashboard(owner, tile(await pinned(owner, total(dataset))), filters=[germany])
    assert (board["refresh"], board["refreshed_at"]) == ({"on": "data"}, None)
    rows = b"sale_id,sold_on,country,amount (EUR)\nS1,2024-01-13,Germany,7.00\n"
    await ingested(owner, rows, "next.csv", dataset_id=dataset["id"])
    found = await refreshed(owner, board)
    assert found["updated_at"] == board["updated_at"]  # it was refreshed, not changed
    (only,) = await shown(owner, board)
    assert (only["cached"], only["result"]["rows"]) == (True, [[7]])
    assert only["result"]["data_versions"] == {dataset["id"]: 2}
    assert only["computed_at"] is not None


async def test_a_dashboard_is_refreshed_when_it_is_due_and_once(
    owner: Caller, settings: Settings, app_url: str
) -> None:
    board = await dashboard(owner, tile(await pinned(owner, total(await sales(owner)))), refresh=MORNINGS)
    due = datetime.fromisoformat(board["next_refresh_at"])
    assert due > datetime.now(UTC)
    later = build_runtime(settings, app_url, clock=FixedClock(due + timedelta(hours=50)))
    try:
        assert await schedules.run_due(later) >= 1
        assert await schedules.run_due(later) == 0
    finally:
        await later.close()
    found = await refreshed(owner, board)
    # Three mornings have passed: they are made up for by one run, and the next is the next.
    assert datetime.fromisoformat(found["next_refresh_at"]) == due + timedelta(days=3)


async def test_a_month_that_is_over_is_shown_without_new_data(
    owner: Caller, settings: Settings, app_url: str
) -> None:
    dataset = await sales(owner)
    time = {"field": "sold_on", "grain": "month", "whole": True}
    insight = await pinned(owner, {**total(dataset), "time": time})
    principal = Principal(owner.workspace_id, owner.user_id)

    async def months(now: datetime) -> tuple[int, bool]:
        then = build_runtime(settings, app_url, clock=FixedClock(now))
        try:
            async with then.database.begin(principal) as session:
                found = await find_result(session, now, insight["id"])
            (result,) = await compute_missing(then, principal, found)
        finally:
            await then.close()
        assert result.result is not None
        return len(result.result["rows"]), result.cached

    assert await months(datetime(2024, 2, 10, tzinfo=UTC)) == (1, False)
    assert await months(datetime(2024, 2, 28, tzinfo=UTC)) == (1, True)
    assert await months(datetime(2024, 3, 1, 12, tzinfo=UTC)) == (2, False)


async def test_a_dashboard_that_is_refreshed_by_hand_is_never_due(owner: Caller) -> None:
    board = await dashboard(owner, refresh=MORNINGS)
    url = f"/api/v1/dashboards/{board['id']}"
    off = (await owner.patch(url, json={"refresh": {"on": "off"}})).json()
    assert (off["refresh"], off["next_refresh_at"]) == ({"on": "off"}, None)
    (listed,) = (await owner.get("/api/v1/dashboards")).json()["items"]
    assert listed["next_refresh_at"] is None


@pytest.mark.parametrize(
    "refresh",
    [
        {"on": "schedule", "schedule": "every blue moon"},
        {"on": "schedule", "schedule": "* * * * * *"},
        {"on": "schedule", "schedule": "0 7 * * *", "time_zone": "Mars/Olympus"},
        {"on": "schedule", "schedule": "0 7 * * *", "time_zone": "../../etc/passwd"},
        {"on": "sometimes"},
    ],
)
async def test_times_that_cannot_be_are_named(owner: Caller, refresh: dict[str, Any]) -> None:
    answer = await owner.post("/api/v1/dashboards", json={"name": "Board", "refresh": refresh})
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"].startswith("refresh"), answer.text
