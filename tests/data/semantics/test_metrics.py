"""Metrics that are computed of others or of a part of the rows: written in the model, asked for by name."""

from __future__ import annotations

from typing import Any

import pytest

from tests.data.datasets.uploads import ingested
from tests.factories.callers import Caller

pytestmark = pytest.mark.usefixtures("worker")

ORDERS = b"""order_id,ordered_on,country,status,amount (EUR),cost (EUR)
1,2025-01-03,Germany,paid,100.00,60.00
2,2025-01-09,Germany,open,50.00,30.00
3,2025-02-04,France,paid,200.00,100.00
4,2025-02-05,Germany,paid,50.00,10.00
5,2025-03-06,France,open,100.00,90.00
"""
PAID = {"field": "status", "operator": "eq", "values": ["paid"]}
EUR = {"kind": "currency", "symbol": "EUR"}


def metric(name: str, label: str, **parts: Any) -> dict[str, Any]:
    base = {"dataset": "orders", "aggregation": "sum", "field": "amount", "status": "verified"}
    return {"name": name, "label": label, **base, **parts}


METRICS = [
    metric("cost_total", "Cost of goods", field="cost"),
    metric("profit", "Profit", minus="cost_total", unit=EUR),
    metric("gross_margin", "Gross margin", minus="cost_total", per="total_amount"),
    metric("order_value", "Order value", per="orders_count", synonyms=["basket size"]),
    metric("paid_revenue", "Paid revenue", where=PAID),
    metric("paid_orders", "Paid orders", aggregation="count", field=None, where=PAID),
    metric("pay_rate", "Pay rate", aggregation="count", field=None, where=PAID, per="orders_count"),
    metric("collected", "Collected", cumulative=True, where=PAID),
]


async def model_with(caller: Caller, *metrics: dict[str, Any]) -> tuple[dict[str, Any], Any]:
    dataset = await ingested(caller, ORDERS, "orders.csv")
    model = (await caller.get(f"/api/v1/semantic-models/{dataset['id']}")).json()
    model["metrics"] += metrics
    return dataset, await caller.put(f"/api/v1/semantic-models/{model['id']}", json=model)


@pytest.fixture
async def orders(owner: Caller) -> dict[str, Any]:
    dataset, answer = await model_with(owner, *METRICS)
    assert answer.status_code == 200, answer.text
    return dataset


async def rows(caller: Caller, *metrics: str, **parts: Any) -> list[list[Any]]:
    measures = [{"metric": name} for name in metrics]
    answer = await caller.post("/api/v1/query", json={"dataset": "orders", "measures": measures, **parts})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["rows"])


async def test_each_kind_is_computed(owner: Caller, orders: dict[str, Any]) -> None:
    del orders
    names = ("profit", "gross_margin", "order_value", "paid_revenue", "paid_orders", "pay_rate")
    assert await rows(owner, *names) == [[210.0, 0.42, 100.0, 350.0, 3, 0.6]]
    by_country = await rows(owner, *names, group_by=[{"field": "country"}])
    assert by_country == [
        ["France", 110.0, pytest.approx(110 / 300), 150.0, 200.0, 1, 0.5],
        ["Germany", 100.0, 0.5, pytest.approx(200 / 3), 150.0, 2, pytest.approx(2 / 3)],
    ]
    narrowed = [
        {"metric": "gross_margin", "where": {"field": "country", "operator": "eq", "values": ["germany"]}}
    ]
    answer = await owner.post("/api/v1/query", json={"dataset": "orders", "measures": narrowed})
    assert answer.json()["rows"] == [[0.5]]


async def test_a_cumulative_one_runs_along_the_periods(owner: Caller, orders: dict[str, Any]) -> None:
    del orders
    by_month = {"time": {"field": "ordered_on", "grain": "month"}}
    found = await rows(owner, "collected", **by_month)
    assert [row[1:] for row in found] == [[100.0], [350.0], [350.0]]
    assert await rows(owner, "collected") == [[350.0]]


async def test_a_cumulative_one_counts_what_was_before_a_period(
    owner: Caller, orders: dict[str, Any]
) -> None:
    del orders
    asked = {"question": "collected by month since February 2025"}
    answer = (await owner.post("/api/v1/ask", json=asked)).json()
    assert [row[1] for row in answer["evidence"][0]["rows"]][:2] == [350.0, 350.0], answer
    assert "before 1 February 2025" in answer["text"]
    asked = {"question": "collected in February 2025"}
    answer = (await owner.post("/api/v1/ask", json=asked)).json()
    assert "350" in answer["text"], answer


@pytest.mark.parametrize(
    ("question", "numbers"),
    [
        ("profit in Germany", ["100"]),
        ("what is our gross margin?", ["42"]),
        ("basket size by country", ["150"]),
        ("paid revenue by month", ["100", "250"]),
        ("how many paid orders", ["3"]),
        ("top country by profit", ["France", "110"]),
        ("profit in January vs February 2025", ["60", "140"]),
        ("pay rate in France", ["50"]),
    ],
)
async def test_they_are_asked_for_by_name(
    owner: Caller, orders: dict[str, Any], question: str, numbers: list[str]
) -> None:
    del orders
    answer = (await owner.post("/api/v1/ask", json={"question": question})).json()
    assert answer["status"] == "answered", answer
    assert all(number in answer["text"] for number in numbers), answer["text"]


@pytest.mark.parametrize(
    "question", ["average gross margin", "share of pay rate by country", "median of profit"]
)
async def test_what_cannot_be_made_of_a_computed_one_is_no_answer(
    owner: Caller, orders: dict[str, Any], question: str
) -> None:
    del orders
    answer = (await owner.post("/api/v1/ask", json={"question": question})).json()
    assert answer["status"] != "answered", answer


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        (metric("m", "M", per="nothing"), "per"),
        (metric("m", "M", minus="m"), "minus"),
        (metric("m", "M", minus="orders_count"), "minus"),
        (metric("m", "M", per="profit"), "per"),
        (metric("m", "M", where={"field": "nowhere", "operator": "eq", "values": ["x"]}), "where"),
        (metric("m", "M", where={"field": "amount", "operator": "contains", "values": ["x"]}), "where"),
        (metric("m", "M", per="orders_count", cumulative=True), "cumulative"),
        (metric("m", "M", aggregation="avg", cumulative=True), "cumulative"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_metric_that_no_query_could_ask_for_is_refused_with_its_place(
    owner: Caller, wrong: dict[str, Any], place: str
) -> None:
    _, answer = await model_with(owner, METRICS[0], METRICS[1], wrong)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_model")
    assert any(place in error["field"] or place in error["message"] for error in answer.json()["errors"])


async def test_a_metric_goes_with_the_columns_that_it_needs(owner: Caller, orders: dict[str, Any]) -> None:
    without = ORDERS.replace(b"cost", b"price").replace(b"status", b"state")
    await ingested(owner, without, "orders.csv", dataset_id=orders["id"])
    model = (await owner.get(f"/api/v1/semantic-models/{orders['id']}")).json()
    kept = {m["name"] for m in model["metrics"]} & {m["name"] for m in METRICS}
    assert kept == {"order_value"}
