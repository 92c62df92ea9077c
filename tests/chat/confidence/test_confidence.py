"""Confidence recalibrated from what people said of answers, over HTTP."""

from __future__ import annotations

from functools import partial

import httpx
import pytest

from tests.chat.conversations import Json
from tests.factories.callers import Caller, Workspace, register
from tests.factories.uploads import ORDERS, upload_dataset
from tests.factories.waiting import eventually

CONFIDENCE = "/api/v1/confidence"
QUESTIONS = [f"{what} in {year}" for what in ("total amount", "average quantity") for year in (2024, 2025)]


@pytest.fixture
async def shop(client: httpx.AsyncClient, worker: None) -> Workspace:
    """A workspace of the test's own with one table."""
    del worker
    workspace = await register(client)
    assert (await upload_dataset(workspace.owner, "orders.csv", ORDERS))["status"] == "ready"
    return workspace


async def ask(caller: Caller, question: str) -> Json:
    answer: Json = (await caller.post("/api/v1/ask", json={"question": question})).json()
    return answer


async def rate(caller: Caller, answer: Json, rating: str, **told: object) -> Json:
    body = {"answer_id": answer["id"], "rating": rating, **told}
    given = await caller.post("/api/v1/feedback", json=body)
    assert given.status_code == 201, given.text
    made: Json = given.json()
    return made


async def curve(caller: Caller, outcomes: int) -> Json:
    """The curve of data answers once it was fitted to so many outcomes."""

    async def fitted() -> Json | None:
        curves = (await caller.get(CONFIDENCE)).json()["curves"]
        found: list[Json] = [c for c in curves if c["route"] == "data" and c["outcomes"] == outcomes]
        return found[0] if found else None

    found = await eventually(fitted)
    assert found is not None
    return found


async def all_right(caller: Caller, wanted: bool) -> bool:
    """Whether the curve is there, and knows of wrong answers or, as wanted, of none."""
    curves = (await caller.get(CONFIDENCE)).json()["curves"]
    observed = [each["observed"] == 1.0 for each in curves[0]["reliability"]] if curves else []
    return bool(observed) and all(observed) is wanted


async def test_what_people_say_moves_what_answers_say(shop: Workspace) -> None:
    first = await ask(shop.owner, QUESTIONS[0])
    assert first["calibration"] == {"raw": first["confidence"], "version": None}
    for question in QUESTIONS:
        await rate(shop.owner, await ask(shop.owner, question), "down")
    fitted = await curve(shop.owner, len(QUESTIONS))
    (only,) = fitted["reliability"]
    assert (only["count"], only["observed"]) == (len(QUESTIONS), 0.0)
    assert only["recalibrated"] < only["predicted"]
    lower = await ask(shop.owner, QUESTIONS[0])
    assert lower["calibration"] == {"raw": first["confidence"], "version": fitted["version"]}
    assert 0.5 < lower["confidence"] < first["confidence"]
    assert lower["evidence"][0]["rows"] == first["evidence"][0]["rows"]


async def test_right_answers_raise_it_and_a_verified_question_counts_as_right(shop: Workspace) -> None:
    misspelt = "total amuont in 2024"
    first = await ask(shop.owner, misspelt)
    assert first["confidence"] < 0.95
    for question in QUESTIONS[1:]:
        await rate(shop.owner, await ask(shop.owner, question), "up")
    await rate(shop.owner, first, "down")
    await eventually(partial(all_right, shop.owner, False))
    given = await rate(shop.owner, first, "up", confirm=True)
    accepted = await shop.owner.post(f"/api/v1/proposals/{given['proposal_id']}/accept")
    assert accepted.status_code == 200, accepted.text
    await rate(shop.owner, first, "down")
    await rate(shop.owner, await ask(shop.owner, "average amount in 2024"), "up")
    fitted = await curve(shop.owner, len(QUESTIONS) + 1)
    assert all(each["observed"] == 1.0 for each in fitted["reliability"])
    assert (await ask(shop.owner, "total amuont in 2025"))["confidence"] > first["confidence"]
    verified = await ask(shop.owner, misspelt)
    assert (verified["calibration"], verified["confidence"]) == (None, 0.99)


async def test_another_query_for_the_question_counts_as_wrong(shop: Workspace) -> None:
    answer = await ask(shop.owner, QUESTIONS[0])
    query = {**answer["evidence"][0]["query"], "measures": [{"aggregation": "count", "alias": "orders"}]}
    await rate(shop.owner, answer, "up", correction={"kind": "verified_question", "query": query})
    assert (await curve(shop.owner, 1))["reliability"][0]["observed"] == 0.0


async def test_no_outcome_lets_pass_what_the_gate_refused(shop: Workspace) -> None:
    refused = "total amount of zebras in 2024"
    before = await ask(shop.owner, refused)
    for question in QUESTIONS:
        await rate(shop.owner, await ask(shop.owner, question), "up")
    await rate(shop.owner, before, "up")
    await curve(shop.owner, len(QUESTIONS))
    after = await ask(shop.owner, refused)
    for answer in (before, after):
        assert (answer["status"], answer["confidence"], answer["calibration"]) == ("abstained", 0.0, None)
        assert answer["evidence"] == []


async def test_it_is_versioned_and_switched_off_and_on(shop: Workspace) -> None:
    viewer, editor = await shop.member("viewer"), await shop.member("editor")
    first = await ask(shop.owner, QUESTIONS[0])
    await rate(shop.owner, first, "down")
    one = await curve(shop.owner, 1)
    await rate(viewer, await ask(viewer, QUESTIONS[1]), "down")
    two = await curve(viewer, 2)
    listed = (await viewer.get(f"{CONFIDENCE}/versions")).json()["items"]
    assert [each["version"] for each in listed] == [2, 1]
    assert [each["id"] for each in listed] == [two["id"], one["id"]]
    for caller in (viewer, editor):
        assert (await caller.put(CONFIDENCE, json={"recalibrated": False})).status_code == 403
    assert (
        await (await shop.member("admin")).put(CONFIDENCE, json={"recalibrated": False})
    ).status_code == 403
    switched = await shop.owner.put(CONFIDENCE, json={"recalibrated": False})
    assert (switched.status_code, switched.json()["recalibrated"]) == (200, False)
    raw = await ask(shop.owner, QUESTIONS[0])
    assert (raw["confidence"], raw["calibration"]["version"]) == (first["confidence"], None)
    await shop.owner.put(CONFIDENCE, json={"recalibrated": True})
    assert (await ask(shop.owner, QUESTIONS[0]))["calibration"]["version"] == two["version"]


async def test_other_workspaces_and_nobody_see_nothing_of_it(shop: Workspace, stranger: Caller) -> None:
    await rate(shop.owner, await ask(shop.owner, QUESTIONS[0]), "down")
    await curve(shop.owner, 1)
    assert (await stranger.get(CONFIDENCE)).json() == {"recalibrated": True, "curves": []}
    assert (await stranger.get(f"{CONFIDENCE}/versions")).json()["items"] == []
    assert (await shop.owner.client.get(CONFIDENCE)).status_code == 401
    assert (await shop.owner.client.put(CONFIDENCE, json={"recalibrated": False})).status_code == 401
