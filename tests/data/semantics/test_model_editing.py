"""The semantic model over HTTP: read, replaced, refused, kept through new data."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from answerable.data.semantics import yaml_text
from answerable.data.semantics.yaml_text import YamlMistake
from tests.data.datasets.uploads import ORDERS, ingested
from tests.factories.callers import Caller

pytestmark = pytest.mark.usefixtures("worker")


async def model_of(caller: Caller, dataset: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = (await caller.get(f"/api/v1/semantic-models/{dataset['id']}")).json()
    return body


async def test_an_edit_survives_a_new_version_of_the_data(owner: Caller) -> None:
    dataset = await ingested(owner)
    model = await model_of(owner, dataset)
    listed = (await owner.get("/api/v1/semantic-models")).json()["items"]
    assert [m["id"] for m in listed] == [model["id"]]
    assert {m["name"] for m in model["metrics"]} == {"orders_count", "total_amount", "total_quantity"}
    amount = next(f for f in model["datasets"][0]["fields"] if f["name"] == "amount")
    amount["synonyms"] = ["turnover"]
    model["datasets"][0]["label"] = "Web orders"
    model["metrics"] = [m for m in model["metrics"] if m["name"] != "total_quantity"]
    answer = await owner.put(
        f"/api/v1/semantic-models/{model['id']}", json=model, headers={"If-Match": model["revision"]}
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["revision"] != model["revision"]
    assert answer.headers["etag"] == f'"{answer.json()["revision"]}"'
    more = (
        ORDERS.replace(b",paid\n", b",paid,channel\n")
        .replace(b"yes\n", b"yes,web\n")
        .replace(b"no\n", b"no,shop\n")
    )
    await ingested(owner, more, dataset_id=dataset["id"])
    merged = await model_of(owner, dataset)
    fields = {f["name"]: f for f in merged["datasets"][0]["fields"]}
    assert merged["datasets"][0]["label"] == "Web orders"
    assert fields["amount"]["synonyms"] == ["turnover"]
    assert fields["channel"]["values"] == ["web", "shop"]
    assert {m["name"] for m in merged["metrics"]} == {"orders_count", "total_amount"}


async def test_a_stale_revision_changes_nothing(owner: Caller) -> None:
    dataset = await ingested(owner)
    model = await model_of(owner, dataset)
    path = f"/api/v1/semantic-models/{model['id']}"
    answer = await owner.put(path, json=model, headers={"If-Match": "0123456789abcdef"})
    assert (answer.status_code, answer.json()["code"]) == (412, "stale_model")


async def test_yaml_goes_both_ways_and_mistakes_name_their_line(owner: Caller) -> None:
    dataset = await ingested(owner)
    path = f"/api/v1/semantic-models/{dataset['id']}"
    text = (await owner.get(path, headers={"Accept": "application/yaml"})).text
    model = yaml.safe_load(text)
    assert model["datasets"][0]["name"] == "orders"
    headers = {"Content-Type": "application/yaml"}
    same = await owner.put(path, content=text, headers=headers)
    assert same.status_code == 200, same.text
    assert same.json()["revision"] == model["revision"]
    broken = text.replace("field: amount", "field: amuont")
    line = broken[: broken.index("field: amuont")].count("\n") + 1
    answer = await owner.put(path, content=broken, headers=headers)
    assert answer.status_code == 422
    errors = answer.json()["errors"]
    assert any(e["message"].startswith(f"line {line}:") and "amuont" in e["message"] for e in errors), errors
    odd = await owner.put(
        path, content=text.replace("aggregation: sum", "aggregation: summ", 1), headers=headers
    )
    assert [e["message"].count("line ") for e in odd.json()["errors"]] == [1], odd.text
    torn = await owner.put(path, content="datasets: [", headers=headers)
    assert (torn.status_code, torn.json()["code"]) == (400, "unreadable_model")


async def test_a_model_cannot_claim_what_the_data_lacks(owner: Caller) -> None:
    dataset = await ingested(owner)
    model = await model_of(owner, dataset)
    path = f"/api/v1/semantic-models/{model['id']}"
    fields = model["datasets"][0]["fields"]
    fields[0]["name"] = "invented"
    fields[3]["type"] = "string"
    fields[2]["values"] = ["ada@example.com"]
    model["metrics"].append(model["metrics"][0])
    answer = await owner.put(path, json=model)
    assert answer.status_code == 422
    places = {e["field"] for e in answer.json()["errors"]}
    assert {
        "datasets.0.fields.0.name",
        "datasets.0.fields.3.type",
        "datasets.0.fields.2.values",
        "metrics",
    } <= places
    assert (await model_of(owner, dataset))["revision"] == model["revision"]


async def test_another_tenants_model_is_not_found(owner: Caller, stranger: Caller) -> None:
    model = await model_of(owner, await ingested(owner))
    assert (await stranger.get(f"/api/v1/semantic-models/{model['id']}")).status_code == 404
    answer = await stranger.put(f"/api/v1/semantic-models/{model['id']}", json=model)
    assert answer.status_code == 404


@pytest.mark.parametrize("scale", ["1e999", "-1e999", "NaN", "0", "-1"])
async def test_a_scale_is_a_number_that_can_be_multiplied_with(owner: Caller, scale: str) -> None:
    model = await model_of(owner, await ingested(owner))
    unit = {"kind": "quantity", "symbol": "kg", "scale": "SCALE"}
    model["datasets"][0]["fields"][0]["unit"] = unit
    answer = await owner.put(
        f"/api/v1/semantic-models/{model['id']}",
        content=json.dumps(model).replace('"SCALE"', scale),
        headers={"Content-Type": "application/json"},
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_model")
    assert answer.json()["errors"][0]["field"] == "datasets.0.fields.0.unit.scale"
    assert answer.json()["detail"] == "The model has mistakes; each is listed."


@pytest.mark.parametrize("zone", ["Mars/Phobos", "../../etc/passwd", "", "Europe", "x" * 5000])
async def test_a_time_zone_is_one_that_exists(owner: Caller, zone: str) -> None:
    model = await model_of(owner, await ingested(owner))
    model["calendar"]["time_zone"] = zone
    answer = await owner.put(f"/api/v1/semantic-models/{model['id']}", json=model)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "calendar.time_zone"


async def test_a_text_with_a_nul_is_refused_and_a_backslash_is_not(owner: Caller) -> None:
    model = await model_of(owner, await ingested(owner))
    path = f"/api/v1/semantic-models/{model['id']}"
    model["datasets"][0]["label"] = "a\0b"
    assert (await owner.put(path, json=model)).json()["code"] == "unreadable_model"
    model["datasets"][0]["label"] = "a\\u0000b"
    assert (await owner.put(path, json=model)).json()["datasets"][0]["label"] == "a\\u0000b"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[" * 500_000, "nested too deeply"),
        ("{a: " * 200_000, "nested too deeply"),
        ("a: [" + "1," * 490_000 + "1]", "parts"),
        ("a: &a [1]\nb: *a", "aliases"),
    ],
)
def test_a_yaml_text_is_measured_before_it_is_built(text: str, reason: str) -> None:
    with pytest.raises(YamlMistake) as caught:
        yaml_text.load(text)
    assert reason in caught.value.message
