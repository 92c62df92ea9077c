"""The numbers of an explanation as apps get them: each of them was computed by hand."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.chat.asking.test_ask import ask
from tests.factories.callers import Caller, register
from tests.factories.uploads import upload_dataset

pytestmark = pytest.mark.usefixtures("worker")

EUR = {"kind": "currency", "symbol": "EUR"}
# Of each month and country: orders, of these cancelled, revenue and cost of one.
MONTHS = {
    (2024, 2, "Germany"): (10, 1, 100, 60),
    (2024, 3, "Germany"): (11, 1, 100, 60),
    (2025, 2, "Germany"): (10, 1, 100, 60),
    (2025, 2, "Spain"): (10, 1, 50, 40),
    (2025, 3, "Germany"): (10, 1, 100, 60),
    (2025, 3, "Spain"): (30, 9, 50, 40),
}


def orders_csv() -> bytes:
    lines = ["Order ID,Order date,Client number,Country,Channel,Status,Revenue (EUR),Cost (EUR)"]
    number = 0
    for (year, month, country), (orders, cancelled, revenue, cost) in MONTHS.items():
        for at in range(orders):
            number += 1
            status = "Cancelled" if at < cancelled else "Shipped"
            channel = ("Web", "Store")[at % 2]
            # Five clients in each country, who buy by both ways.
            client = f"{country[:2]}-{at % 5}"
            lines.append(
                f"{number},{year}-{month:02}-{at % 28 + 1:02},{client},{country},{channel},{status},"
                f"{revenue}.00,{cost}.00"
            )
    return "\n".join(lines).encode()


def metric(name: str, label: str, **parts: Any) -> dict[str, Any]:
    base = {"dataset": "orders", "aggregation": "sum", "field": "revenue", "status": "verified"}
    return {"name": name, "label": label, **base, **parts}


METRICS = [
    metric("cost_total", "Spending", field="cost", unit=EUR),
    metric("profit", "Profit", minus="cost_total", unit=EUR),
    metric("basket", "Basket value", per="orders_count"),
    metric("order_profit", "Profit per basket", minus="cost_total", per="orders_count"),
    metric("clients", "Buyers", aggregation="count_distinct", field="client_number"),
    metric("middle", "Middle value", aggregation="median"),
]


@pytest.fixture(scope="module")
async def seller(client: httpx.AsyncClient) -> Caller:
    owner = (await register(client)).owner
    dataset = await upload_dataset(owner, "orders.csv", orders_csv())
    assert dataset["status"] == "ready"
    model = (await owner.get(f"/api/v1/semantic-models/{dataset['id']}")).json()
    model["metrics"] += METRICS
    changed = await owner.put(f"/api/v1/semantic-models/{model['id']}", json=model)
    assert changed.status_code == 200, changed.text
    return owner


async def explained(caller: Caller, question: str) -> dict[str, Any]:
    """The explanation that the first query of the evidence carries, with the answer's text as `text`."""
    answer = await ask(caller, question)
    assert answer["intent"]["kind"] == "explanation", answer["text"]
    found = answer["evidence"][0]["explanation"]
    assert all(item["explanation"] is None for item in answer["evidence"][1:])
    known = {item["n"]: item["query"] for item in answer["evidence"]}
    for split in found["splits"]:
        # The parts of each dimension sum to the change, and those told of name the query that they are from.
        assert sum(value["change"] for value in split["values"]) == pytest.approx(found["change"])
        shares = [value["share"] for value in split["values"]]
        assert sum(shares) == pytest.approx(1) if found["change"] else set(shares) == {None}
        assert split["evidence"] is None or known[split["evidence"]] == split["query"]
        again = await caller.post("/api/v1/query", json=split["query"])
        assert again.status_code == 200, again.text
    if found["factors"]:
        assert sum(factor["change"] for factor in found["factors"]) == pytest.approx(found["change"])
    return {**found, "text": answer["text"]}


def by_country(found: dict[str, Any]) -> dict[str, Any]:
    split = next(split for split in found["splits"] if split["field"] == "country")
    return {value["value"]: value for value in split["values"]}


def factors(found: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [(f["label"], f["before"], f["after"], pytest.approx(f["change"])) for f in found["factors"]]


async def test_a_sum_with_its_groups_factors_and_the_year_before(seller: Caller) -> None:
    found = await explained(seller, "Why did revenue rise in March 2025?")
    assert (found["kind"], found["before"], found["after"], found["change"]) == ("sum", 1500, 2500, 1000)
    assert found["change_pct"] == pytest.approx(2 / 3)
    assert found["unit"]["symbol"] == "EUR"
    assert found["period"] == {"start": "2025-03-01", "end": "2025-04-01"}
    assert found["compared_period"] == {"start": "2025-02-01", "end": "2025-03-01"}
    countries = by_country(found)
    spain = countries["Spain"]
    assert (spain["before"], spain["after"], spain["change"], spain["share"]) == (500, 1500, 1000, 1)
    assert (spain["mix"], spain["rate"]) == (None, None)
    assert countries["Germany"]["change"] == 0
    # 20 to 40 orders at the middle of 75 and 62.5 each; the value fell by 12.5 at the middle of 20 and 40.
    assert factors(found) == [("number of orders", 20, 40, 1375), ("value per order", 75, 62.5, -375)]
    assert found["outliers"] == []
    earlier = found["year_before"]
    assert (earlier["before"], earlier["after"], earlier["change"]) == (1000, 1100, 100)
    assert earlier["change_pct"] == pytest.approx(0.1)
    assert earlier["period"] == {"start": "2024-03-01", "end": "2024-04-01"}


async def test_a_ratio_by_mix_and_rate_and_by_its_two_numbers(seller: Caller) -> None:
    found = await explained(seller, "why did basket value fall in March 2025?")
    assert (found["kind"], found["before"], found["after"], found["change"]) == ("ratio", 75, 62.5, -12.5)
    countries = by_country(found)
    # Both countries keep their 100 and 50; their parts of the orders go from 1/2 to 1/4 and to 3/4.
    assert countries["Germany"]["mix"] == pytest.approx(-0.25 * (100 - 68.75))
    assert countries["Spain"]["mix"] == pytest.approx(0.25 * (50 - 68.75))
    assert [value["rate"] for value in countries.values()] == [pytest.approx(0), pytest.approx(0)]
    assert (countries["Spain"]["before"], countries["Spain"]["after"]) == (50, 50)
    # 1,000 more above at the middle of 1/20 and 1/40, and twice as many orders below.
    assert [f["change"] for f in found["factors"]] == [pytest.approx(37.5), pytest.approx(-50)]
    assert [(f["before"], f["after"]) for f in found["factors"]] == [(1500, 2500), (20, 40)]
    assert "rose from 1,500 EUR to 2,500 EUR (+37.50 EUR of it)" in found["text"]


async def test_a_difference_by_what_it_is_taken_from_and_off(seller: Caller) -> None:
    found = await explained(seller, "why did profit rise in March 2025?")
    assert (found["kind"], found["before"], found["after"], found["change"]) == ("difference", 500, 700, 200)
    assert [(f["before"], f["after"], f["change"]) for f in found["factors"]] == [
        (1500, 2500, 1000),
        (1000, 1800, -800),
    ]
    spain = by_country(found)["Spain"]
    assert (spain["before"], spain["after"], spain["change"]) == (100, 300, 200)


async def test_a_difference_per_thing_by_all_three_numbers(seller: Caller) -> None:
    found = await explained(seller, "why did profit per basket fall in March 2025?")
    assert (found["before"], found["after"], found["change"]) == (25, 17.5, -7.5)
    # Revenue +1,000 and cost +800 at the middle of 1/20 and 1/40, the rest by the orders.
    assert [f["change"] for f in found["factors"]] == [
        pytest.approx(37.5),
        pytest.approx(-30),
        pytest.approx(-15),
    ]


async def test_a_rate_of_rows_that_are_chosen(seller: Caller) -> None:
    found = await explained(seller, "why did the cancellation rate rise in March 2025?")
    assert (found["kind"], found["before"], found["after"]) == ("ratio", 0.1, 0.25)
    countries = by_country(found)
    # Germany keeps a tenth, at the middle of 0.1 and 0.25 all is mix; Spain's goes from 0.1 to 0.3.
    assert countries["Germany"]["mix"] == pytest.approx(-0.25 * (0.1 - 0.175))
    assert countries["Germany"]["rate"] == pytest.approx(0)
    assert countries["Spain"]["mix"] == pytest.approx(0.25 * (0.2 - 0.175))
    assert countries["Spain"]["rate"] == pytest.approx((0.5 + 0.75) / 2 * 0.2)
    # The number is one of the status: it is not split by that.
    assert "status" not in {split["field"] for split in found["splits"]}
    assert "points" in found["text"]


async def test_a_share_of_a_total_is_a_ratio(seller: Caller) -> None:
    found = await explained(seller, "why did the share of cancelled orders rise in March 2025?")
    assert (found["kind"], found["before"], found["after"]) == ("ratio", 0.1, 0.25)
    found = await explained(seller, "why did Spain's share of revenue rise in March 2025?")
    assert (found["before"], found["after"]) == (pytest.approx(1 / 3), pytest.approx(0.6))


async def test_an_average_is_weighted_by_its_rows(seller: Caller) -> None:
    found = await explained(seller, "why did average revenue fall in March 2025?")
    assert (found["kind"], found["before"], found["after"]) == ("average", 75, 62.5)
    assert by_country(found)["Germany"]["mix"] == pytest.approx(-7.8125)


async def test_what_is_counted_once_splits_where_nothing_is_in_two_groups(seller: Caller) -> None:
    found = await explained(seller, "why did buyers change in March 2025?")
    assert found["kind"] == "distinct"
    assert (found["before"], found["after"]) == (10, 10)
    assert by_country(found)["Spain"]["before"] == 5
    # Each buyer buys on the web and in the store.
    assert {out["field"] for out in found["left_out"]} >= {"channel"}
    assert "more than one" in found["left_out"][0]["reason"]


async def test_a_median_has_no_parts_and_the_answer_says_so(seller: Caller) -> None:
    for question in (
        "why did middle value fall in March 2025?",
        "why did median revenue fall in March 2025?",
    ):
        answer = await ask(seller, question)
        assert answer["status"] == "abstained"
        assert answer["warnings"][0]["code"] == "change_not_explained"
        assert "median is not made of those of its groups" in str(answer["text"])
        assert "average" in str(answer["text"])


async def test_a_side_without_a_value_is_named(seller: Caller) -> None:
    answer = await ask(seller, "why did basket value fall in June 2025?")
    assert answer["warnings"][0]["code"] == "change_not_explained"
    assert "no value of basket value in May 2025" in str(answer["text"])
