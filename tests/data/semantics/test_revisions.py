"""Revisions of the semantic model over HTTP: tried, listed, looked at, gone back to."""

from __future__ import annotations

from typing import Any

import pytest

from tests.data.datasets.uploads import ORDERS, ingested
from tests.factories.callers import Caller, Workspace

pytestmark = pytest.mark.usefixtures("worker")


async def model_of(caller: Caller, dataset: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = (await caller.get(f"/api/v1/semantic-models/{dataset['id']}")).json()
    return body


async def relabelled(caller: Caller, dataset: dict[str, Any], label: str) -> dict[str, Any]:
    """The model with the dataset called otherwise."""
    model = await model_of(caller, dataset)
    model["datasets"][0]["label"] = label
    answer = await caller.put(f"/api/v1/semantic-models/{model['id']}", json=model)
    assert answer.status_code == 200, answer.text
    changed: dict[str, Any] = answer.json()
    return changed


async def test_a_model_is_tried_without_being_kept(owner: Caller) -> None:
    model = await model_of(owner, await ingested(owner))
    path = f"/api/v1/semantic-models/{model['id']}"
    model["metrics"][0]["label"] = "Sold"
    tried = await owner.put(f"{path}?dry_run=true", json=model, headers={"Accept": "application/yaml"})
    assert tried.status_code == 200, tried.text
    assert "label: Sold" in tried.text
    assert (await owner.get(path)).json()["revision"] == model["revision"]
    model["metrics"][0]["field"] = "nowhere"
    refused = await owner.put(f"{path}?dry_run=true", json=model)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "metrics.0.field")


async def test_going_back_brings_edits_back_over_the_data_as_it_is(owner: Caller) -> None:
    dataset = await ingested(owner)
    first = await relabelled(owner, dataset, "Web orders")
    await relabelled(owner, dataset, "Anything")
    more = ORDERS.replace(b",paid\n", b",paid,channel\n").replace(b"yes\n", b"yes,web\n").replace(
        b"no\n", b"no,shop\n"
    )  # fmt: skip
    await ingested(owner, more, dataset_id=dataset["id"])
    path = f"/api/v1/semantic-models/{first['id']}"
    listed = (await owner.get(f"{path}/revisions")).json()["items"]
    assert listed[0]["current"]
    assert [each["current"] for each in listed[1:]] == [False] * (len(listed) - 1)
    assert first["revision"] in {each["revision"] for each in listed}
    old = (await owner.get(path, params={"revision": first["revision"]})).json()
    assert (old["revision"], old["datasets"][0]["label"]) == (first["revision"], "Web orders")

    stale = await owner.post(
        f"{path}/restore", json={"revision": first["revision"]}, headers={"If-Match": first["revision"]}
    )
    assert stale.status_code == 412
    back = await owner.post(f"{path}/restore", json={"revision": first["revision"]})
    assert back.status_code == 200, back.text
    fields = {field["name"]: field for field in back.json()["datasets"][0]["fields"]}
    assert back.json()["datasets"][0]["label"] == "Web orders"
    assert fields["channel"]["values"] == ["web", "shop"]
    newest = (await owner.get(f"{path}/revisions", params={"limit": 1})).json()["items"][0]
    assert (newest["revision"], newest["current"]) == (back.json()["revision"], True)


async def test_going_back_keeps_who_sees_what(owner: Caller) -> None:
    dataset = await ingested(owner)
    first = await relabelled(owner, dataset, "Web orders")
    model = await model_of(owner, dataset)
    model["hidden_fields"] = [{"dataset": "orders", "field": "customer_email"}]
    path = f"/api/v1/semantic-models/{model['id']}"
    assert (await owner.put(path, json=model)).status_code == 200
    back = await owner.post(f"{path}/restore", json={"revision": first["revision"]})
    assert [hidden["field"] for hidden in back.json()["hidden_fields"]] == ["customer_email"]


async def test_a_viewer_looks_without_what_is_hidden_and_changes_nothing(
    workspace: Workspace, stranger: Caller
) -> None:
    owner, viewer = workspace.owner, await workspace.member("viewer")
    dataset = await ingested(owner)
    first = await relabelled(owner, dataset, "Web orders")
    path = f"/api/v1/semantic-models/{first['id']}"
    seen = (await viewer.get(path, params={"revision": first["revision"]})).json()
    assert "customer_email" in {field["name"] for field in seen["datasets"][0]["fields"]}
    first["hidden_fields"] = [{"dataset": "orders", "field": "customer_email"}]
    assert (await owner.put(path, json=first)).status_code == 200
    seen = (await viewer.get(path, params={"revision": first["revision"]})).json()
    assert "customer_email" not in {field["name"] for field in seen["datasets"][0]["fields"]}
    body = {"revision": first["revision"]}
    assert (await viewer.post(f"{path}/restore", json=body)).status_code == 403
    assert (await stranger.get(f"{path}/revisions")).status_code == 404
    assert (await stranger.post(f"{path}/restore", json=body)).status_code == 404
    assert (await viewer.client.get(f"{path}/revisions")).status_code == 401
    unknown = await owner.get(path, params={"revision": "0" * 16})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "revision_unknown")


async def test_two_revisions_are_compared_part_by_part(owner: Caller) -> None:
    dataset = await ingested(owner)
    model = await model_of(owner, dataset)
    path = f"/api/v1/semantic-models/{model['id']}"
    first = model["revision"]
    fields = {field["name"]: field for field in model["datasets"][0]["fields"]}
    fields["amount"]["synonyms"] = ["turnover"]
    model["datasets"][0]["label"] = "Web orders"
    model["metrics"] = [each for each in model["metrics"] if each["name"] != "total_quantity"]
    own = {"name": "paid_orders", "label": "Paid", "dataset": "orders", "aggregation": "count"}
    model["metrics"].append({**own, "where": {"field": "paid", "operator": "eq", "values": [True]}})
    assert (await owner.put(path, json=model)).status_code == 200
    answer = await owner.get(f"{path}/revisions/diff", params={"from": first})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["before"], found["after"]) == (first, (await model_of(owner, dataset))["revision"])
    changes = {change["path"]: change for change in found["changes"]}
    assert {path: change["change"] for path, change in changes.items()} == {
        "datasets.orders": "changed",
        "datasets.orders.fields.amount": "changed",
        "metrics.total_quantity": "removed",
        "metrics.paid_orders": "added",
    }
    amount = changes["datasets.orders.fields.amount"]
    assert amount["before"] == {"synonyms": ["amount"], "status": "inferred"}
    assert amount["after"] == {"synonyms": ["turnover"], "status": "reviewed"}
    assert changes["datasets.orders"]["after"]["label"] == "Web orders"
    assert changes["metrics.paid_orders"]["before"] == {}
    assert changes["metrics.total_quantity"]["after"] == {}
    reverse = {"from": found["after"], "to": found["before"]}
    back = (await owner.get(f"{path}/revisions/diff", params=reverse)).json()["changes"]
    assert {change["path"]: change["change"] for change in back}["metrics.paid_orders"] == "removed"
    same = (await owner.get(f"{path}/revisions/diff", params={"from": first, "to": first})).json()
    assert same["changes"] == []


async def test_relationships_and_what_new_data_brought_are_compared_too(owner: Caller) -> None:
    dataset = await ingested(owner)
    first = await relabelled(owner, dataset, "Web orders")
    path = f"/api/v1/semantic-models/{first['id']}"
    other = await ingested(
        owner, b"customer_email,town\nada@example.com,Bonn\nbob@example.com,Kiel\n", "people.csv"
    )
    model = await model_of(owner, dataset)
    link = {
        "left": "orders",
        "left_field": "customer_email",
        "right": other["name"],
        "right_field": "customer_email",
    }
    model["relationships"] = [{**link, "cardinality": "many_to_one", "status": "verified"}]
    assert (await owner.put(path, json=model)).status_code == 200
    found = (await owner.get(f"{path}/revisions/diff", params={"from": first["revision"]})).json()["changes"]
    added = {change["path"] for change in found if change["change"] == "added"}
    assert {"datasets.people", "datasets.people.fields.town", "metrics.people_count"} <= added
    assert "relationships.orders.customer_email → people.customer_email" in added


@pytest.mark.parametrize("role", ["viewer", "editor", "admin"])
async def test_a_comparison_shows_each_role_what_it_sees(workspace: Workspace, role: str) -> None:
    owner, member = workspace.owner, await workspace.member(role)
    dataset = await ingested(owner)
    model = await model_of(owner, dataset)
    path = f"/api/v1/semantic-models/{model['id']}"
    before = model["revision"]
    fields = {field["name"]: field for field in model["datasets"][0]["fields"]}
    fields["customer_email"]["synonyms"] = ["e-mail of whoever bought"]
    fields["amount"]["synonyms"] = ["turnover"]
    model["hidden_fields"] = [{"dataset": "orders", "field": "customer_email"}]
    assert (await owner.put(path, json=model)).status_code == 200
    answer = await member.get(f"{path}/revisions/diff", params={"from": before})
    assert answer.status_code == 200, answer.text
    paths = {change["path"] for change in answer.json()["changes"]}
    assert "datasets.orders.fields.amount" in paths
    hidden = {"datasets.orders.fields.customer_email", "hidden_fields.orders.customer_email"}
    assert paths & hidden == (hidden if role == "admin" else set())
    assert ("bought" in answer.text) == (role == "admin")


async def test_a_comparison_of_others_or_of_nothing_is_refused(owner: Caller, stranger: Caller) -> None:
    model = await model_of(owner, await ingested(owner))
    path = f"/api/v1/semantic-models/{model['id']}/revisions/diff"
    known = {"from": model["revision"]}
    assert (await stranger.get(path, params=known)).status_code == 404
    assert (await owner.client.get(path, params=known)).status_code == 401
    for wrong in ({"from": "0" * 16}, {**known, "to": "0" * 16}):
        answer = await owner.get(path, params=wrong)
        assert (answer.status_code, answer.json()["code"]) == (422, "revision_unknown")


async def test_without_revisions_the_last_change_is_shown(owner: Caller) -> None:
    dataset = await ingested(owner)
    path = f"/api/v1/semantic-models/{dataset['id']}/revisions/diff"
    await relabelled(owner, dataset, "Web orders")
    await relabelled(owner, dataset, "Shop orders")
    (change,) = (await owner.get(path)).json()["changes"]
    assert (change["before"], change["after"]) == ({"label": "Web orders"}, {"label": "Shop orders"})
