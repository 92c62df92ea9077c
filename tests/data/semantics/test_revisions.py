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
