"""The same questions of the same rows, in Parquet files and in the warehouse: the same answers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.data.dashboards.boards import dashboard, pinned, shown, tile, total
from tests.data.datasets.uploads import ingested
from tests.data.engines.test_moments import CALLS, COUNT, by, in_riga, rows
from tests.data.semantics.test_reach import HIDDEN, POLICY, SALES, put_model, seller
from tests.data.warehouse.house import House, stored
from tests.factories.callers import Caller, Workspace
from tests.factories.waiting import eventually

pytestmark = [pytest.mark.usefixtures("worker", "warehouse")]

_COUNTRIES = ("Germany", "France", "Spain", "österreich", "Zypern", "")
ORDERS = "\n".join(
    ["order_id,order_date,country,product,quantity,amount (EUR),express"]
    + [
        f"O{number:04d},{2024 + number // 300}-{number * 7 % 12 + 1:02d}-{number % 28 + 1:02d},"
        f"{_COUNTRIES[number * number % 6]},{('Kettle', 'Grinder', 'kettle')[number % 3]},"
        f"{number % 5 + 1},{(number * 13 % 97) - 9}.{number % 100:02d},{('yes', 'no')[number % 2]}"
        for number in range(600)
    ]
).encode()
_AMOUNT = {"aggregation": "sum", "field": "amount", "alias": "total"}
_COUNT = {"aggregation": "count", "alias": "n"}
_MONTHS = {"field": "order_date", "grain": "month"}
QUERIES: dict[str, dict[str, Any]] = {
    "total": {"measures": [_AMOUNT, _COUNT]},
    "by text": {"measures": [_AMOUNT], "group_by": [{"field": "country"}]},
    "by two": {"measures": [_COUNT], "group_by": [{"field": "country"}, {"field": "product"}]},
    "by month": {"measures": [_AMOUNT], "time": _MONTHS},
    "by quarter and text": {
        "measures": [_AMOUNT],
        "time": {"field": "order_date", "grain": "quarter"},
        "group_by": [{"field": "express"}],
    },
    "average and median": {
        "measures": [
            {"aggregation": "avg", "field": "amount", "alias": "mean"},
            {"aggregation": "median", "field": "amount", "alias": "middle"},
            {"aggregation": "min", "field": "amount", "alias": "least"},
            {"aggregation": "max", "field": "quantity", "alias": "most"},
            {"aggregation": "count_distinct", "field": "country", "alias": "different"},
        ],
        "group_by": [{"field": "product"}],
    },
    "filtered": {
        "measures": [_AMOUNT],
        "where": {
            "all": [
                {"field": "country", "operator": "in", "values": ["germany", "Spain"]},
                {"field": "amount", "operator": "gt", "values": [10]},
            ]
        },
    },
    "holding a text": {
        "measures": [_COUNT],
        "where": {"field": "product", "operator": "contains", "values": ["KETT"]},
    },
    "unknown": {"measures": [_COUNT], "where": {"field": "country", "operator": "is_null"}},
    "best of each": {
        "measures": [_AMOUNT],
        "group_by": [
            {"field": "product"},
            {"field": "country", "top": {"n": 2, "by": "total", "each": True}},
        ],
    },
    "against the year before": {
        "measures": [_AMOUNT],
        "time": {
            "field": "order_date",
            "period": {"start": "2025-01-01", "end": "2026-01-01"},
            "comparison": {
                "kind": "previous_year",
                "period": {"start": "2024-01-01", "end": "2025-01-01"},
            },
        },
        "group_by": [{"field": "country"}],
    },
    "rows": {"columns": ["order_id", "country", "amount"], "order": [{"by": "amount"}], "limit": 25},
    "first rows": {"limit": 10},
}


async def both(owner: Caller, stranger: Caller) -> tuple[Caller, Caller]:
    """Two people with the same table, the one in Parquet, the other in the warehouse."""
    await ingested(owner, ORDERS)
    await stored(stranger, ORDERS, "orders.csv")
    return owner, stranger


async def asked(caller: Caller, name: str, query: dict[str, Any]) -> dict[str, Any]:
    answer = await caller.post("/api/v1/query", json={"dataset": name, **query})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_every_query_gives_the_same_rows_on_both_engines(owner: Caller, stranger: Caller) -> None:
    here, there = await both(owner, stranger)
    for what, query in QUERIES.items():
        one, other = await asked(here, "orders", query), await asked(there, "orders", query)
        assert other["rows"] == one["rows"], what
        assert other["columns"] == one["columns"], what
        assert (other["sentence"], other["words"]) == (one["sentence"], one["words"]), what
        assert one["rows"], what
        assert "answerable_ws" in other["sql"], what
        assert "answerable_ws" not in one["sql"], what


async def test_moments_are_read_by_the_clocks_of_the_calendar_there_too(owner: Caller) -> None:
    await in_riga(owner, await stored(owner, CALLS, "calls.csv"))
    assert await rows(owner, measures=[COUNT], time=by("day")) == [["2024-06-01", 1], ["2024-06-02", 3]]
    later = {"field": "started_at", "operator": "ge", "values": ["2024-06-01T21:00:00Z"]}
    assert await rows(owner, measures=[COUNT], where=later) == [[3]]


async def test_a_dry_run_estimates_there_and_a_second_time_is_cached(owner: Caller) -> None:
    there = await stored(owner, ORDERS, "there.csv")
    dry = await asked(owner, there["name"], {**QUERIES["total"], "dry_run": True})
    assert (dry["rows"], dry["estimate"]["rows"]) == ([], 600)
    first, again = [await asked(owner, there["name"], QUERIES["total"]) for _ in range(2)]
    assert (first["cached"], again["cached"]) == (False, True)
    assert first["data_versions"] == {there["id"]: 1}


async def test_questions_in_words_are_answered_alike(owner: Caller, stranger: Caller) -> None:
    people = await both(owner, stranger)
    for question in (
        "total amount",
        "amount by country",
        "how many orders per month",
        "top 3 countries by amount",
    ):
        answers = [(await who.post("/api/v1/ask", json={"question": question})).json() for who in people]
        found = [(a["status"], a["text"], a["evidence"] and a["evidence"][0]["rows"]) for a in answers]
        assert found[0] == found[1], question
        assert found[0][0] == "answered", question


async def test_tables_of_both_engines_are_asked_together(owner: Caller) -> None:
    products = b"product,maker\nKettle,Anna\nGrinder,Bert\n"
    await ingested(owner, products, "products.csv")
    results = []
    for engine in ("parquet", "postgresql"):
        orders = await ingested(owner, ORDERS, f"orders {engine}.csv", engine=engine)
        link = {
            "left": orders["name"],
            "left_field": "product",
            "right": "products",
            "right_field": "product",
            "cardinality": "many_to_one",
        }
        assert (await put_model(owner, relationships=[link])).status_code == 200
        query = {"measures": [_AMOUNT], "group_by": [{"field": "products__maker"}]}
        results.append((await asked(owner, orders["name"], query))["rows"])
    assert results[0] == results[1]
    assert [row[0] for row in results[0]] == ["Anna", "Bert"]


async def test_insights_and_dashboards_follow_its_versions(owner: Caller) -> None:
    dataset = await stored(owner, SALES, "sales.csv")
    insight = await pinned(owner, total(dataset))
    board = await dashboard(owner, tile(insight))
    assert [one["result"]["rows"] for one in await shown(owner, board)] == [[[210.0]]]
    more = SALES + b"S7,2024-04-01,Italy,Zoe,70.00,1.00\n"
    await ingested(owner, more, dataset_id=dataset["id"])

    async def followed() -> bool:
        return [one["result"]["rows"] for one in await shown(owner, board)] == [[[280.0]]]

    await eventually(followed)


async def test_policies_and_hidden_fields_hold(workspace: Workspace) -> None:
    owner = workspace.owner
    dataset = await stored(owner, SALES, "sales.csv")
    assert (await put_model(owner, policies=[POLICY], hidden_fields=[HIDDEN])).status_code == 200
    ada = await seller(workspace, "Germany")
    query = {"measures": [_AMOUNT, _COUNT]}
    assert (await asked(owner, "sales", query))["rows"] == [[210.0, 6]]
    assert (await asked(ada, "sales", query))["rows"] == [[90.0, 3]]
    shown = (await ada.get(f"/api/v1/datasets/{dataset['id']}/rows")).json()
    assert {row[0] for row in shown["rows"]} == {"S1", "S3", "S5"}
    assert "cost" not in [column["name"] for column in shown["columns"]]
    hidden = {"dataset": "sales", "measures": [{"aggregation": "sum", "field": "cost", "alias": "c"}]}
    assert (await ada.post("/api/v1/query", json=hidden)).status_code == 422


async def test_old_versions_are_asked_and_compared_alike(owner: Caller, warehouse: House) -> None:
    differences = []
    for engine in ("parquet", "postgresql"):
        dataset = await ingested(owner, SALES, f"sales {engine}.csv", engine=engine)
        more = SALES + b"S7,2024-04-01,Italy,Zoe,70.00,1.00\n"
        await ingested(owner, more, dataset_id=dataset["id"])
        extra = (
            b"sale_id,sold_on,country,seller,amount (EUR),cost (EUR)\nS7,2024-04-01,Italy,Zoe,71.00,1.00\n"
        )
        now = await ingested(owner, extra, dataset_id=dataset["id"], mode="upsert", key="sale_id")
        assert (now["version"], now["row_count"], now["engine"]) == (3, 7, engine)
        totals = [
            (await asked(owner, dataset["name"], {"measures": [_AMOUNT], **at}))["rows"]
            for at in ({}, {"versions": {dataset["id"]: 2}}, {"versions": {dataset["id"]: 1}})
        ]
        assert totals == [[[281.0]], [[280.0]], [[210.0]]]
        old = await owner.get(f"/api/v1/datasets/{dataset['id']}/rows", params={"version": 1})
        found = (await owner.get(f"/api/v1/datasets/{dataset['id']}/differences")).json()
        differences.append((old.json()["rows"], found["rows"], found["examples"]))
    assert differences[0] == differences[1]
    assert len(warehouse.tables(owner.workspace_id)) == 3
