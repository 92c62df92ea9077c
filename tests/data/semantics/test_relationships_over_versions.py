"""Relationships while data comes: in force without a gap, and refused where a lookup would be wrong."""

from __future__ import annotations

from typing import Any

import pytest

from tests.data.datasets.uploads import ingested
from tests.factories.callers import Caller
from tests.factories.waiting import eventually

pytestmark = pytest.mark.usefixtures("worker")

CUSTOMERS = "customer_id,country\n" + "".join(
    f"c{n},{('Germany', 'France', 'Spain')[n % 3]}\n" for n in range(40)
)
ORDERS = "order_id,customer_id,amount\n" + "".join(f"o{n},c{n % 38},{n}.25\n" for n in range(300))
GERMANY = sum(n + 0.25 for n in range(300) if n % 38 % 3 == 0)
IN_GERMANY = {
    "dataset": "orders",
    "measures": [{"aggregation": "sum", "field": "amount", "alias": "a"}],
    "where": {"field": "customers__country", "operator": "eq", "values": ["Germany"]},
}
CLIENTS = "code,country,manager\nk1,Zambia,Ann\nk2,Spain,Bob\n"
TWICE = CLIENTS + "k1,Austria,Zoe\n"
DEALS = "deal,code,amount\n" + "".join(f"d{n},k{1 + n % 2},{n}.5\n" for n in range(20))
BY_CODE = {
    "left": "deals",
    "left_field": "code",
    "right": "clients",
    "right_field": "code",
    "cardinality": "many_to_one",
}
NOT_UNIQUE = "clients.code has values that are in more than one row"


async def links(owner: Caller, dataset: dict[str, Any]) -> list[dict[str, Any]]:
    found = (await owner.get(f"/api/v1/semantic-models/{dataset['id']}")).json()
    return list(found["relationships"])


async def shop(owner: Caller) -> tuple[dict[str, Any], dict[str, Any]]:
    """Customers and orders, once it is known how they belong together."""
    customers = await ingested(owner, CUSTOMERS.encode(), "customers.csv")
    orders = await ingested(owner, ORDERS.encode(), "orders.csv")

    async def related() -> bool:
        return len(await links(owner, orders)) == 1

    await eventually(related)
    return customers, orders


async def related_to(owner: Caller, dataset: dict[str, Any], link: dict[str, Any] | None) -> Any:
    path = f"/api/v1/semantic-models/{dataset['id']}"
    model = (await owner.get(path)).json()
    return await owner.put(path, json={**model, "relationships": [link] if link else []})


async def relating_ended(owner: Caller) -> None:
    async def done() -> bool:
        jobs = (await owner.get("/api/v1/jobs?limit=100")).json()["items"]
        states = {job["status"] for job in jobs if job["kind"] == "datasets.relate"}
        return states == {"succeeded"}

    await eventually(done)


async def test_a_new_version_never_takes_a_relationship_out_of_the_model(owner: Caller) -> None:
    _, orders = await shop(owner)
    body = {"question": "how is our home market", "query": IN_GERMANY}
    verified = (await owner.post("/api/v1/verified-questions", json=body)).json()["id"]
    assert (await owner.post(f"/api/v1/verified-questions/{verified}/accept")).status_code == 200
    path = f"/api/v1/semantic-models/{orders['id']}"
    before = {each["revision"] for each in (await owner.get(f"{path}/revisions")).json()["items"]}
    await ingested(owner, (ORDERS + "o900,c0,5.25\n").encode(), "orders.csv", dataset_id=orders["id"])
    answer = await owner.post("/api/v1/query", json=IN_GERMANY)
    assert (answer.status_code, answer.json()["rows"]) == (200, [[GERMANY + 5.25]]), answer.text
    await relating_ended(owner)
    revisions = (await owner.get(f"{path}/revisions")).json()["items"]
    fresh = [each["revision"] for each in revisions if each["revision"] not in before]
    assert fresh
    for revision in fresh:
        model = (await owner.get(path, params={"revision": revision})).json()
        assert [link["right"] for link in model["relationships"]] == ["customers"]
    changes = (await owner.get(f"/api/v1/verified-questions/{verified}/changes")).json()["items"]
    assert "became_stale" not in {each["action"] for each in changes}


async def test_an_alert_is_evaluated_again_once_its_relationship_is_there_again(owner: Caller) -> None:
    customers, _ = await shop(owner)
    pinned = {"name": "Home", "question": "home", "query": IN_GERMANY}
    insight = (await owner.post("/api/v1/insights", json=pinned)).json()["id"]
    rule = {"kind": "threshold", "operator": "above", "value": 100}
    wanted = {"insight_id": insight, "name": "Home", "check": {"on": "data"}, "rule": rule}
    alert = (await owner.post("/api/v1/alerts", json=wanted)).json()["id"]

    async def is_in(state: str, version: int) -> None:
        async def there() -> bool:
            found = (await owner.get(f"/api/v1/alerts/{alert}")).json()
            read = found["reading"]["data_versions"].get(customers["id"])
            return found["state"] == state and (state == "unknown" or read == version)

        await eventually(there)

    await is_in("firing", 1)
    twice = CUSTOMERS + "c0,Atlantis\n"
    await ingested(owner, twice.encode(), "customers.csv", dataset_id=customers["id"])
    await is_in("unknown", 2)
    await relating_ended(owner)
    assert await links(owner, customers) == []
    await ingested(owner, CUSTOMERS.encode(), "customers.csv", dataset_id=customers["id"])
    await is_in("firing", 3)
    (link,) = await links(owner, customers)
    assert (await related_to(owner, customers, None)).status_code == 200
    await is_in("unknown", 3)
    said = {name: value for name, value in link.items() if name not in ("status", "confidence")}
    assert (await related_to(owner, customers, said)).status_code == 200
    await is_in("firing", 3)
    (again,) = await links(owner, customers)
    assert again == {**said, "status": "reviewed", "confidence": None}  # a person's word


@pytest.mark.parametrize("cardinality", ["many_to_one", "one_to_one"])
async def test_a_relationship_that_the_data_disproves_is_refused(owner: Caller, cardinality: str) -> None:
    await ingested(owner, TWICE.encode(), "clients.csv")
    deals = await ingested(owner, DEALS.encode(), "deals.csv")
    answer = await related_to(owner, deals, {**BY_CODE, "cardinality": cardinality})
    assert answer.status_code == 422, answer.text
    errors = {each["field"]: each["message"] for each in answer.json()["errors"]}
    assert errors["relationships.0.right_field"].startswith(NOT_UNIQUE)
    assert "upload clients with one row for each code" in errors["relationships.0.right_field"]
    assert ("relationships.0.cardinality" in errors) is (cardinality == "one_to_one")


async def test_a_uniqueness_that_is_only_written_proves_nothing(owner: Caller) -> None:
    await ingested(owner, TWICE.encode(), "clients.csv")
    deals = await ingested(owner, DEALS.encode(), "deals.csv")
    path = f"/api/v1/semantic-models/{deals['id']}"
    model = (await owner.get(path)).json()
    for field in (field for dataset in model["datasets"] for field in dataset["fields"]):
        field["unique"] = True
    answer = await owner.put(path, json={**model, "relationships": [BY_CODE]})
    assert answer.status_code == 422, answer.text


async def test_columns_whose_values_are_never_equal_are_not_related(owner: Caller) -> None:
    await ingested(owner, CLIENTS.encode(), "clients.csv")
    deals = await ingested(owner, DEALS.encode(), "deals.csv")
    answer = await related_to(owner, deals, {**BY_CODE, "left_field": "amount"})
    assert answer.status_code == 422, answer.text
    assert "deals.amount holds decimal and clients.code string" in answer.text


async def test_a_later_version_with_a_key_twice_refuses_what_goes_over_it(owner: Caller) -> None:
    clients = await ingested(owner, CLIENTS.encode(), "clients.csv")
    deals = await ingested(owner, DEALS.encode(), "deals.csv")
    assert (await related_to(owner, deals, {**BY_CODE, "status": "verified"})).status_code == 200
    amounts = [{"aggregation": "sum", "field": "amount", "alias": "a"}]
    by_manager = {
        "dataset": "deals",
        "measures": amounts,
        "group_by": [{"field": "clients__country"}, {"field": "clients__manager"}],
    }
    first = await owner.post("/api/v1/query", json=by_manager)
    assert sorted(row[:2] for row in first.json()["rows"]) == [["Spain", "Bob"], ["Zambia", "Ann"]]

    await ingested(owner, TWICE.encode(), "clients.csv", dataset_id=clients["id"])
    second = await owner.post("/api/v1/query", json=by_manager)
    assert (second.status_code, second.json()["code"]) == (422, "invalid_query"), second.text
    assert NOT_UNIQUE in second.text
    asked = (await owner.post("/api/v1/ask", json={"question": "total amount of deals in Zambia"})).json()
    assert asked["status"] != "answered"
    assert NOT_UNIQUE in str(asked)
    alone = await owner.post("/api/v1/query", json={"dataset": "deals", "measures": amounts})
    assert alone.json()["rows"] == [[200.0]]
    kept = await links(owner, deals)
    assert [link["status"] for link in kept] == ["verified"]
    path = f"/api/v1/semantic-models/{deals['id']}"
    model = (await owner.get(path)).json()
    assert (await owner.put(path, json=model)).status_code == 200, "the rest of the model can be edited"

    await ingested(owner, CLIENTS.encode(), "clients.csv", dataset_id=clients["id"])
    third = await owner.post("/api/v1/query", json=by_manager)
    assert third.json()["rows"] == first.json()["rows"]


async def test_a_model_of_before_over_a_key_that_is_twice_by_now_is_refused(owner: Caller) -> None:
    clients = await ingested(owner, CLIENTS.encode(), "clients.csv")
    deals = await ingested(owner, DEALS.encode(), "deals.csv")
    assert (await related_to(owner, deals, BY_CODE)).status_code == 200
    query = {
        "dataset": "deals",
        "measures": [{"aggregation": "sum", "field": "amount", "alias": "a"}],
        "group_by": [{"field": "clients__country"}],
    }
    first = (await owner.post("/api/v1/query", json=query)).json()
    then = {"model_revision": first["model_revision"]}
    await ingested(owner, TWICE.encode(), "clients.csv", dataset_id=clients["id"])
    today = await owner.post("/api/v1/query", json=query)
    assert today.status_code == 422
    newer: list[dict[str, Any]] = [
        then,
        {**then, "versions": {clients["id"]: 2}},
        {**then, "versions": {deals["id"]: 1}},
        {**then, "versions": {clients["id"]: 2, deals["id"]: 1}},
    ]
    for given in newer:
        refused = await owner.post("/api/v1/query", json={**query, **given})
        assert (refused.status_code, refused.json()["errors"]) == (422, today.json()["errors"]), given
        pin = {"name": "Pin", "query": query, "version_policy": "pinned", **given}
        refused = await owner.post("/api/v1/insights", json=pin)
        assert (refused.status_code, refused.json()["errors"]) == (422, today.json()["errors"]), given
    of_then = {**then, "versions": first["data_versions"]}
    again = await owner.post("/api/v1/query", json={**query, **of_then})
    assert again.json()["rows"] == first["rows"]
    pin = {"name": "Pin", "query": query, "version_policy": "pinned", **of_then}
    assert (await owner.post("/api/v1/insights", json=pin)).status_code == 201
