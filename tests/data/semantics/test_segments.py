"""Segments over HTTP: written in the model, used in queries, asked for by name, kept from others."""

from __future__ import annotations

from typing import Any

import pytest

from tests.data.datasets.uploads import ingested
from tests.data.semantics.test_reach import SALES, model_of, put_model, seller
from tests.factories.callers import Caller, Workspace

pytestmark = pytest.mark.usefixtures("worker")

COSTLY = {"field": "cost", "operator": "ge", "values": [8]}
SEGMENTS = [
    {
        "name": "core", "label": "Core sales", "dataset": "sales", "synonyms": ["key deals"],
        "where": {"all": [{"field": "country", "operator": "in", "values": ["Germany", "France"]},
                          {"negated": {"field": "amount", "operator": "lt", "values": [20]}}]},
    },
    {"name": "costly", "label": "Costly sales", "dataset": "sales", "where": COSTLY},
]  # fmt: skip
COUNT: dict[str, Any] = {"dataset": "sales", "measures": [{"aggregation": "count"}]}


async def with_segments(owner: Caller, *segments: dict[str, Any], **parts: Any) -> dict[str, Any]:
    dataset = await ingested(owner, SALES, "sales.csv")
    answer = await put_model(owner, segments=list(segments), **parts)
    assert answer.status_code == 200, answer.text
    return dataset


async def counted(caller: Caller, **parts: Any) -> Any:
    answer = await caller.post("/api/v1/query", json={**COUNT, **parts})
    assert answer.status_code == 200, answer.text
    return answer.json()["rows"][0][0]


async def test_queries_are_narrowed_by_name(owner: Caller) -> None:
    dataset = await with_segments(owner, *SEGMENTS)
    assert await counted(owner, segments=["core"]) == 4
    assert await counted(owner, segments=["core", "costly"]) == 2
    assert await counted(owner, where={"negated": {"segment": "core"}}) == 2
    german = {"field": "country", "operator": "eq", "values": ["Germany"]}
    assert await counted(owner, segments=["core"], where=german) == 2
    part = [{"aggregation": "count", "where": {"segment": "costly"}, "per": {"aggregation": "count"}}]
    answer = await owner.post("/api/v1/query", json={"dataset": "sales", "measures": part})
    assert answer.json()["rows"] == [[pytest.approx(1 / 3)]]
    told = (await owner.post("/api/v1/ask", json={"question": "total amount of key deals by country"})).json()
    assert (told["status"], "Core sales" in told["text"]) == ("answered", True), told
    assert told["evidence"][0]["query"]["where"] == {"segment": "core"}
    unknown = await owner.post("/api/v1/query", json={**COUNT, "segments": ["corr"]})
    assert (unknown.status_code, "core, costly" in unknown.text) == (422, True)
    # What does not speak of segments leaves them as they are; a column that goes takes its segment with it.
    model = await model_of(owner)
    del model["segments"]
    assert (await owner.put(f"/api/v1/semantic-models/{model['id']}", json=model)).status_code == 200
    await ingested(owner, SALES.replace(b"cost", b"price"), "sales.csv", dataset_id=dataset["id"])
    assert [segment["name"] for segment in (await model_of(owner))["segments"]] == ["core"]


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"dataset": "nothing"}, "segments.0.dataset"),
        ({"where": {"field": "nowhere", "operator": "eq", "values": ["x"]}}, "segments.0.where.field"),
        (
            {"where": {"field": "amount", "operator": "contains", "values": ["x"]}},
            "segments.0.where.operator",
        ),
        ({"where": {"segment": "costly"}}, "segments.0.where"),
        ({"where": {"all": []}, "name": "costly"}, "segments"),
    ],
)
async def test_a_segment_that_no_query_could_use_is_refused(
    owner: Caller, wrong: dict[str, Any], place: str
) -> None:
    await ingested(owner, SALES, "sales.csv")
    answer = await put_model(owner, segments=[{**SEGMENTS[0], **wrong}, SEGMENTS[1]])
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_model")
    assert place in {error["field"] for error in answer.json()["errors"]}, answer.text


async def test_a_metric_holds_conditions_not_segments(owner: Caller) -> None:
    await with_segments(owner, *SEGMENTS)
    metric = {
        "name": "m",
        "label": "M",
        "dataset": "sales",
        "aggregation": "count",
        "where": {"segment": "core"},
    }
    model = await model_of(owner)
    answer = await put_model(owner, metrics=[*model["metrics"], metric])
    assert (answer.status_code, "write the conditions" in answer.text) == (422, True)


async def test_policies_hold_and_a_hidden_field_takes_its_segments_with_it(
    owner: Caller, workspace: Workspace
) -> None:
    policy = {"name": "by_country", "dataset": "sales", "field": "country", "attribute": "countries"}
    hidden = {"dataset": "sales", "field": "cost"}
    await with_segments(owner, *SEGMENTS, policies=[policy], hidden_fields=[hidden])
    member = await seller(workspace, "Germany")
    assert await counted(member, segments=["core"]) == 2
    assert [segment["name"] for segment in (await model_of(member))["segments"]] == ["core"]
    for narrowed in ({"segments": ["costly"]}, {"where": {"segment": "costly"}}):
        refused = await member.post("/api/v1/query", json={**COUNT, **narrowed})
        missing = await member.post("/api/v1/query", json={**COUNT, **_renamed(narrowed)})
        assert refused.status_code == missing.status_code == 422
        assert refused.text.replace("costly", "nothing") == missing.text
        assert "cost" not in refused.text.replace("costly", "")
    answer = (await member.post("/api/v1/ask", json={"question": "how many costly sales"})).json()
    assert answer["status"] != "answered"
    assert (await owner.post("/api/v1/ask", json={"question": "how many costly sales"})).json()[
        "status"
    ] == "answered"


def _renamed(parts: dict[str, Any]) -> dict[str, Any]:
    return {"segments": ["nothing"]} if "segments" in parts else {"where": {"segment": "nothing"}}


async def test_exports_carry_segments(owner: Caller) -> None:
    await with_segments(owner, *SEGMENTS)
    model = await model_of(owner)
    address = f"/api/v1/semantic-models/{model['id']}"
    for wanted in ("ossie", "dbt"):
        text = (await owner.get(f"{address}/export", params={"format": wanted})).text
        assert (await put_model(owner, segments=[])).status_code == 200
        sent = {"files": [{"name": "m.yaml", "content": text.replace("Costly", "Dear")}]}
        done = await owner.post(f"{address}/import", json=sent)
        assert [c["name"] for c in done.json()["changes"] if c["part"] == "segment"] == ["core", "costly"]
        assert (await model_of(owner))["segments"][1]["label"] == "Dear sales"
