"""`POST /api/v1/query`, as apps see it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import httpx
import pytest
from sqlalchemy import delete
from tests.data.engines.sales import Sale
from tests.data.engines.stored import replace_sales, store_sales
from tests.factories.callers import Caller

from answerable.data.datasets.tables import DatasetVersionRow
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime

URL = "/api/v1/query"
REVENUE_BY_SHOP = {"dataset": "sales", "measures": [{"metric": "revenue"}], "group_by": [{"field": "shop"}]}


def sale(number: int, shop: str, amount: str, day: str = "2025-03-01") -> Sale:
    moment = date.fromisoformat(day)
    return Sale(number, moment, datetime.combine(moment, datetime.min.time()), shop, Decimal(amount), 1, 1)


SALES = [sale(1, "North", "10.50"), sale(2, "East", "99.99"), sale(3, "North", "1.50", "2025-04-02")]


@pytest.fixture
async def dataset_id(runtime: Runtime, owner: Caller) -> str:
    return await store_sales(runtime, owner.workspace_id, SALES)


async def test_a_query_answers_with_rows_and_all_its_evidence(
    viewer: Caller, owner: Caller, dataset_id: str
) -> None:
    answer = await viewer.post(URL, json=REVENUE_BY_SHOP)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["rows"] == [["East", 99.99], ["North", 12.0]]
    assert [column["name"] for column in body["columns"]] == ["shop", "revenue"]
    assert body["columns"][1]["unit"]["symbol"] == "EUR"
    assert (body["row_count"], body["truncated"]) == (2, False)
    assert body["sql"].startswith("SELECT")
    assert '"sales"' in body["sql"]
    assert body["sentence"] == "East has the highest revenue: 99.99 EUR; followed by North (12 EUR)."
    assert body["words"] == "Revenue by shop."
    assert body["chart"]["mark"]["type"] == "bar"
    assert body["estimate"]["rows"] == 3
    assert body["data_versions"] == {dataset_id: 1}
    assert len(body["model_revision"]) == 16
    assert body["latency_ms"] > 0


async def test_whole_months_end_with_the_one_before_today(
    runtime: Runtime, owner: Caller, dataset_id: str
) -> None:
    month = runtime.clock.now().date().replace(day=1)
    before = (month - timedelta(days=1)).replace(day=1)
    days = [month.isoformat(), before.isoformat(), (before - timedelta(days=1)).isoformat()]
    sales = [sale(number, "North", "10.00", day) for number, day in enumerate(days)]
    await replace_sales(runtime, owner.workspace_id, dataset_id, sales)
    growth = {"kind": "previous_period", "period": {}, "shift": 1}
    time = {"field": "day", "grain": "month", "comparison": growth}
    asked = {"dataset": "sales", "measures": [{"metric": "revenue"}]}
    every = (await owner.post(URL, json={**asked, "time": time})).json()
    whole = (await owner.post(URL, json={**asked, "time": {**time, "whole": True}})).json()
    assert [row[0] for row in every["rows"]][-1] == month.isoformat()
    assert whole["rows"] == every["rows"][:-1]
    assert whole["words"].startswith("Revenue by month up to the last that is over")


async def test_a_dry_run_estimates_and_returns_no_rows(owner: Caller, dataset_id: str) -> None:
    body = (await owner.post(URL, json={**REVENUE_BY_SHOP, "dry_run": True})).json()
    assert body["rows"] == []
    assert body["estimate"]["rows"] == 3
    assert body["sql"]


async def test_an_equal_query_is_answered_from_the_cache_until_the_data_changes(
    runtime: Runtime, owner: Caller, dataset_id: str
) -> None:
    first = (await owner.post(URL, json=REVENUE_BY_SHOP)).json()
    again = (await owner.post(URL, json=REVENUE_BY_SHOP)).json()
    assert (first["cached"], again["cached"]) == (False, True)
    assert again["rows"] == first["rows"]
    await replace_sales(runtime, owner.workspace_id, dataset_id, [sale(1, "West", "5.00")])
    changed = (await owner.post(URL, json=REVENUE_BY_SHOP)).json()
    assert changed["cached"] is False
    assert changed["rows"] == [["West", 5.0]]
    assert changed["data_versions"] == {dataset_id: 2}


async def test_another_workspace_sees_neither_the_data_nor_that_it_exists(
    owner: Caller, stranger: Caller, dataset_id: str
) -> None:
    await owner.post(URL, json=REVENUE_BY_SHOP)
    answer = await stranger.post(URL, json=REVENUE_BY_SHOP)
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid_query"
    assert "North" not in answer.text
    assert dataset_id not in answer.text


async def test_a_wrong_name_is_refused_with_its_place_and_the_nearest_name(
    owner: Caller, dataset_id: str
) -> None:
    query = {"dataset": "sales", "measures": [{"metric": "revenu"}], "group_by": [{"field": "shopp"}]}
    answer = await owner.post(URL, json=query)
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("application/problem+json")
    errors = {error["field"]: error["message"] for error in answer.json()["errors"]}
    assert "'revenue'" in errors["measures[0].metric"]
    assert "'shop'" in errors["group_by[0].field"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"dataset": "sales; DROP TABLE x"},
        {"dataset": "sales", "sql": "SELECT 1"},
        {"dataset": "sales", "limit": 0},
        {"dataset": "sales", "limit": "many"},
        {"dataset": "sales", "where": {"field": "shop"}},
        {"dataset": "sales", "where": {"field": "shop", "operator": "like", "values": ["x"]}},
        {"dataset": "sales", "columns": ['shop" FROM sales --']},
        {"dataset": "sales", "order": [{"by": "1; SELECT 1"}]},
        [],
        "x",
    ],
)
async def test_what_is_no_query_is_refused(owner: Caller, dataset_id: str, body: object) -> None:
    answer = await owner.post(URL, json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("application/problem+json")


async def test_a_filter_nested_beyond_reason_is_refused(owner: Caller, dataset_id: str) -> None:
    text = '{"negated":' * 3_000 + '{"field":"shop","operator":"is_null"}' + "}" * 3_000
    body = f'{{"dataset":"sales","where":{text}}}'
    answer = await owner.post(URL, content=body, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 422), answer.text


@pytest.mark.parametrize(
    "text", ["'; DROP TABLE sales; --", "\u202e\u0000x", "x" * 5_000, "%", "\\", '"', "🙂"]
)
async def test_hostile_text_in_a_value_is_only_text(owner: Caller, dataset_id: str, text: str) -> None:
    where = {"field": "shop", "operator": "contains", "values": [text]}
    answer = await owner.post(
        URL, json={"dataset": "sales", "measures": [{"aggregation": "count"}], "where": where}
    )
    if answer.status_code == 200:
        assert answer.json()["rows"] == [[0]]
    else:
        assert answer.json()["errors"][0]["field"] in ("where.values[0]", "where.values.0")


async def test_a_question_to_data_that_is_not_ready_says_so(
    runtime: Runtime, owner: Caller, dataset_id: str
) -> None:
    async with runtime.database.begin(Principal.system(owner.workspace_id)) as session:
        await session.execute(delete(DatasetVersionRow))
    answer = await owner.post(URL, json=REVENUE_BY_SHOP)
    assert (answer.status_code, answer.json()["code"]) == (409, "dataset_not_ready")


async def test_without_credentials_there_is_no_answer(client: httpx.AsyncClient, dataset_id: str) -> None:
    answer = await client.post(URL, json=REVENUE_BY_SHOP)
    assert answer.status_code == 401
