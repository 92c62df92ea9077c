"""Statuses and confidences over HTTP: kept through YAML, edits, new data and going back."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from answerable.data.semantics.model import SemanticModel
from tests.data.datasets.uploads import ORDERS, ingested
from tests.factories.callers import Caller

pytestmark = pytest.mark.usefixtures("worker")
YAML = {"Content-Type": "application/yaml", "Accept": "application/yaml"}


async def model_of(caller: Caller, dataset: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = (await caller.get(f"/api/v1/semantic-models/{dataset['id']}")).json()
    return body


async def kept(caller: Caller, model: dict[str, Any]) -> dict[str, Any]:
    answer = await caller.put(f"/api/v1/semantic-models/{model['id']}", json=model)
    assert answer.status_code == 200, answer.text
    changed: dict[str, Any] = answer.json()
    return changed


def field(model: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(f for f in model["datasets"][0]["fields"] if f["name"] == name)
    return found


def metric(model: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in model["metrics"] if each["name"] == name)
    return found


async def test_guesses_have_a_status_and_a_confidence(owner: Caller) -> None:
    model = await model_of(owner, await ingested(owner))
    amount = field(model, "amount")
    assert amount["status"] == metric(model, "total_amount")["status"] == "inferred"
    assert set(amount["confidence"]) == {"type", "role", "unit", "synonyms", "personal"}
    assert 0 < metric(model, "total_amount")["confidence"] < 1
    assert set(model["datasets"][0]["confidence"]) == {"primary_key", "default_time"}


async def test_what_a_person_changes_is_reviewed_and_its_confidence_goes(owner: Caller) -> None:
    model = await model_of(owner, await ingested(owner))
    field(model, "quantity")["role"] = "dimension"
    metric(model, "total_amount")["aggregation"] = "avg"
    changed = await kept(owner, model)
    quantity, total = field(changed, "quantity"), metric(changed, "total_amount")
    assert (quantity["status"], "role" in quantity["confidence"]) == ("reviewed", False)
    assert quantity["confidence"]["type"] == field(model, "quantity")["confidence"]["type"]
    assert (total["status"], total["confidence"]) == ("reviewed", None)
    assert field(changed, "amount") == field(model, "amount")
    assert metric(changed, "orders_count") == metric(model, "orders_count")


async def test_what_a_person_confirms_keeps_how_sure_it_was(owner: Caller) -> None:
    model = await model_of(owner, await ingested(owner))
    field(model, "amount")["status"] = "verified"
    changed = field(await kept(owner, model), "amount")
    assert (changed["status"], changed["confidence"]) == ("verified", field(model, "amount")["confidence"])


async def test_a_confidence_cannot_be_claimed(owner: Caller) -> None:
    model = await model_of(owner, await ingested(owner))
    metric(model, "total_amount")["confidence"] = 1.0
    field(model, "amount")["confidence"] = {"role": 1.0}
    assert (await kept(owner, model))["revision"] == model["revision"]


async def test_a_client_that_says_nothing_of_them_takes_nothing_back(owner: Caller) -> None:
    model = await model_of(owner, await ingested(owner))
    field(model, "amount")["status"] = "verified"
    confirmed = await kept(owner, model)
    bare = await model_of(owner, {"id": model["id"]})
    for part in (*bare["datasets"], *bare["datasets"][0]["fields"], *bare["metrics"]):
        del part["status"], part["confidence"]
    again = await kept(owner, bare)
    assert again["revision"] == confirmed["revision"]
    assert field(again, "amount")["status"] == "verified"


async def test_they_go_through_yaml_and_back(owner: Caller) -> None:
    dataset = await ingested(owner)
    path = f"/api/v1/semantic-models/{dataset['id']}"
    text = (await owner.get(path, headers=YAML)).text
    assert yaml.safe_load(text)["datasets"][0]["fields"][0]["confidence"]["role"] > 0
    same = await owner.put(path, content=text, headers=YAML)
    assert (same.status_code, same.text == text) == (200, True)
    edited = text.replace("label: Total amount", "label: Turnover")
    assert edited != text
    answer = await owner.put(path, content=edited, headers=YAML)
    assert answer.status_code == 200, answer.text
    assert metric(yaml.safe_load(answer.text), "total_amount")["status"] == "reviewed"


async def test_new_data_refreshes_guesses_and_leaves_what_people_said(owner: Caller) -> None:
    dataset = await ingested(owner)
    model = await model_of(owner, dataset)
    field(model, "quantity")["role"] = "dimension"
    field(model, "amount")["status"] = "verified"
    await kept(owner, model)
    more = ORDERS + b"".join(
        b"%d,2024-04-01,eve@example.com,%d.50,%d,no\n" % (n, n, n) for n in range(2000, 2050)
    )
    await ingested(owner, more.replace(b"17-", b""), dataset_id=dataset["id"])
    merged = await model_of(owner, dataset)
    quantity, amount = field(merged, "quantity"), field(merged, "amount")
    assert (quantity["role"], quantity["status"]) == ("dimension", "reviewed")
    assert "role" not in quantity["confidence"]
    assert amount["status"] == "verified"
    assert amount["confidence"]["role"] > field(model, "amount")["confidence"]["role"]


async def test_going_back_takes_reviews_back_too(owner: Caller) -> None:
    model = await model_of(owner, await ingested(owner))
    field(model, "quantity")["role"] = "dimension"
    await kept(owner, model)
    path = f"/api/v1/semantic-models/{model['id']}"
    back = await owner.post(f"{path}/restore", json={"revision": model["revision"]})
    assert back.json()["revision"] == model["revision"]
    assert field(back.json(), "quantity") == field(model, "quantity") | {"role": "measure"}


def test_models_of_before_have_their_revision_and_no_confidence() -> None:
    model = SemanticModel.model_validate(_OLD)
    assert model.datasets[0].fields[0].status == "inferred"
    assert model.datasets[0].fields[0].confidence.model_dump() == {}
    assert model.revision == "d8d0ad3504af2db1"


_OLD: dict[str, Any] = {
    "datasets": [
        {
            "name": "orders",
            "id": "ds_1",
            "label": "Orders",
            "fields": [{"name": "amount", "label": "amount", "type": "decimal", "role": "measure"}],
        }
    ],
    "metrics": [
        {"name": "total", "label": "Total", "dataset": "orders", "aggregation": "sum", "field": "amount"}
    ],
}
