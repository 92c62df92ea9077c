"""Dashboards through the public API: tiles from what is kept, filters over them, links that show no more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from answerable.kit.runtime import Runtime
from tests.api.test_list_queries import counted
from tests.data.dashboards.boards import by_country, dashboard, pinned, sales, shown, tile, total
from tests.data.datasets.uploads import ingested
from tests.factories.callers import Caller
from tests.factories.waiting import eventually

pytestmark = pytest.mark.usefixtures("worker")
LATER = (datetime.now(UTC) + timedelta(days=1)).isoformat()


async def shared(caller: Caller, board: dict[str, Any]) -> dict[str, Any]:
    answer = await caller.post(f"/api/v1/dashboards/{board['id']}/shares", json={"expires_at": LATER})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_dashboard_keeps_its_layout_and_shows_its_tiles(owner: Caller) -> None:
    dataset = await sales(owner)
    one, two = (
        await pinned(owner, total(dataset)),
        await pinned(owner, by_country(dataset), name="By country"),
    )
    board = await dashboard(owner, tile(one), tile(two, 1, title="Countries", x=4))
    assert [(t["id"], t["x"], t["y"]) for t in board["tiles"]] == [("t0", 0, 0), ("t1", 4, 1)]
    first = await shown(owner, board)
    assert [(t["title"], t["cached"], t["result"]["row_count"]) for t in first] == [
        ("Amount", False, 1),
        ("Countries", False, 3),
    ]
    assert [t["cached"] for t in await shown(owner, board)] == [True, True]


async def test_twelve_tiles_that_are_kept_cost_as_many_statements_as_one(
    owner: Caller, runtime: Runtime
) -> None:
    dataset = await sales(owner)
    insights = [await pinned(owner, total(dataset, limit=n + 1)) for n in range(12)]
    small, large = (
        await dashboard(owner, tile(insights[0])),
        await dashboard(owner, *map(tile, insights, range(12))),
    )
    await shown(owner, large)
    counts = []
    for board in (small, large):
        with counted(runtime) as statements:
            assert all(t["cached"] for t in await shown(owner, board))
        counts.append([s for s in statements if "insight" in s or "dataset" in s])
    # Of this request: the worker beside it sends statements of its own about jobs.
    assert len(counts[0]) == len(counts[1])


async def test_filters_apply_to_the_tiles_they_fit(owner: Caller) -> None:
    dataset = await sales(owner)
    other = await ingested(owner, b"name,stock\nCup,5\nPot,7\n", "goods.csv")
    amount = await pinned(owner, total(dataset))
    stock = await pinned(
        owner, {"dataset": other["name"], "measures": [{"aggregation": "sum", "field": "stock"}]}
    )
    germany = {"dataset": dataset["name"], "field": "country", "operator": "eq", "values": ["Germany"]}
    board = await dashboard(owner, tile(amount), tile(stock, 1), filters=[germany])
    first, second = await shown(owner, board)
    assert (first["result"]["rows"], first["filters"], first["unfiltered"]) == ([[40]], 1, 0)
    assert (second["result"]["rows"], second["filters"], second["unfiltered"]) == ([[12]], 0, 1)
    march = {"start": "2024-03-01", "end": "2024-04-01"}
    first, _ = await shown(owner, board, filters=[march])
    assert first["result"]["rows"] == [[70]]
    first, _ = await shown(owner, board, filters=[germany, march])
    assert (first["result"]["rows"], first["filters"]) == ([[30]], 2)
    first, _ = await shown(owner, board, filters=[])
    assert first["result"]["rows"] == [[100]]


async def test_filters_reach_over_relationships(owner: Caller) -> None:
    customers = b"customer_id,segment\n" + b"".join(
        b"C%03d,%s\n" % (n, b"Gold" if n % 2 else b"Blue") for n in range(30)
    )
    orders = b"order_id,customer_id,amount\n" + b"".join(
        b"O%03d,C%03d,%d\n" % (n, n % 30, 1) for n in range(60)
    )
    right = await ingested(owner, customers, "customers.csv")
    left = await ingested(owner, orders, "orders.csv")

    async def related() -> bool:
        model = (await owner.get(f"/api/v1/semantic-models/{left['id']}")).json()
        return bool(model["relationships"])

    await eventually(related)
    insight = await pinned(owner, total(left))
    gold = {"dataset": right["name"], "field": "segment", "operator": "eq", "values": ["Gold"]}
    (only,) = await shown(owner, await dashboard(owner, tile(insight), filters=[gold]))
    assert only["result"]["rows"] == [[30]]


async def test_a_tile_whose_insight_is_gone_or_fails_says_so_and_the_others_show(owner: Caller) -> None:
    dataset = await sales(owner)
    gone, failing, good = [
        await pinned(owner, query) for query in (total(dataset), by_country(dataset), total(dataset))
    ]
    board = await dashboard(owner, *map(tile, (gone, failing, good), range(3)))
    await owner.delete(f"/api/v1/insights/{gone['id']}")
    await ingested(owner, b"sale_id,amount (EUR)\nS1,7.00\n", "next.csv", dataset_id=dataset["id"])
    first, second, third = await shown(owner, board)
    assert (first["error"]["code"], second["error"]["code"]) == ("not_found", "invalid_query")
    assert (third["error"], third["result"]["rows"]) == (None, [[7]])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"x": 10}, "tiles.0"),
        ({"insight_id": "ins_nothing"}, "tiles.0.insight_id"),
        ({"id": "Not an id"}, "tiles.0.id"),
    ],
)
async def test_tiles_that_cannot_be_are_named(owner: Caller, change: dict[str, Any], field: str) -> None:
    insight = await pinned(owner, total(await sales(owner)))
    body = {"name": "Board", "tiles": [tile(insight, **change)]}
    answer = await owner.post("/api/v1/dashboards", json=body)
    assert answer.status_code == 422, answer.text
    assert any(error["field"].endswith(field) for error in answer.json()["errors"]), answer.text


async def test_a_link_shows_its_dashboard_without_a_credential_and_nothing_else(owner: Caller) -> None:
    dataset = await sales(owner)
    board = await dashboard(
        owner, tile(await pinned(owner, by_country(dataset))), description="For the board"
    )
    link = await shared(owner, board)
    answer = await owner.client.get(link["path"])
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["name"], body["description"]) == ("Board", "For the board")
    (only,) = body["tiles"]
    assert ["Germany", 40] in only["rows"]
    for hidden in (
        "sql",
        "query",
        "SELECT",
        dataset["id"],
        board["id"],
        owner.workspace_id,
        "model_revision",
    ):
        assert hidden not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    listed = (await owner.get(f"/api/v1/dashboards/{board['id']}/shares")).json()["items"]
    assert [s["id"] for s in listed] == [link["id"]]
    assert link["token"] not in (await owner.get(f"/api/v1/dashboards/{board['id']}/shares")).text
    for path in ("dashboards", "insights", "datasets"):
        with_token = {"Authorization": f"Bearer {link['token']}"}
        assert (await owner.client.get(f"/api/v1/{path}", headers=with_token)).status_code == 401


async def test_a_link_that_ended_was_taken_back_or_never_was_is_not_found(
    owner: Caller, stranger: Caller
) -> None:
    board = await dashboard(owner, tile(await pinned(owner, total(await sales(owner)))))
    link = await shared(owner, board)
    token = link["token"]
    head, _, secret = token.rpartition("_")
    other = token.replace(owner.workspace_id.removeprefix("ws_"), stranger.workspace_id.removeprefix("ws_"))
    missing = await owner.client.get(f"/api/v1/shared/{head}_{'A' * len(secret)}")
    for wrong in (other, "nonsense", f"share__{secret}", f"{token}x", "share_" + "a" * 26 + "_" + secret):
        answer = await owner.client.get(f"/api/v1/shared/{wrong}")
        assert answer.status_code == missing.status_code == 404
        assert answer.json()["code"] == missing.json()["code"]
    foreign = await stranger.delete(f"/api/v1/dashboards/{board['id']}/shares/{link['id']}")
    assert foreign.status_code == 404
    assert (await owner.client.get(link["path"])).status_code == 200
    assert (await owner.delete(f"/api/v1/dashboards/{board['id']}/shares/{link['id']}")).status_code == 204
    assert (await owner.client.get(link["path"])).status_code == 404
    second = await shared(owner, board)
    await owner.delete(f"/api/v1/dashboards/{board['id']}")
    assert (await owner.client.get(second["path"])).status_code == 404


async def test_an_expired_link_shows_nothing(owner: Caller, runtime: Runtime) -> None:
    board = await dashboard(owner, tile(await pinned(owner, total(await sales(owner)))))
    past = (runtime.clock.now() - timedelta(seconds=1)).isoformat()
    refused = await owner.post(f"/api/v1/dashboards/{board['id']}/shares", json={"expires_at": past})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "expires_at")
    soon = (runtime.clock.now() + timedelta(seconds=2)).isoformat()
    answer = await owner.post(f"/api/v1/dashboards/{board['id']}/shares", json={"expires_at": soon})

    async def over() -> bool:
        return (await owner.client.get(answer.json()["path"])).status_code == 404

    await eventually(over)


async def test_a_viewer_looks_and_changes_nothing(owner: Caller, viewer: Caller, stranger: Caller) -> None:
    board = await dashboard(owner, tile(await pinned(owner, total(await sales(owner)))))
    url = f"/api/v1/dashboards/{board['id']}"
    assert len(await shown(viewer, board)) == 1
    assert (await viewer.patch(url, json={"name": "Mine"})).status_code == 403
    assert (await viewer.post(f"{url}/shares", json={"expires_at": LATER})).status_code == 403
    for answer in (await stranger.get(url), await stranger.post(f"{url}/results", json={})):
        assert answer.status_code == 404
    changed = await owner.patch(url, json={"name": "Ours", "tiles": []})
    assert (changed.json()["name"], changed.json()["tiles"]) == ("Ours", [])
