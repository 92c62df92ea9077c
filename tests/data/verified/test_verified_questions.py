"""Verified questions over HTTP: proposed, decided, asked, gone stale, kept apart."""

from __future__ import annotations

from typing import Any

import pytest

from answerable.data.verified import service
from answerable.kit.runtime import Runtime
from tests.api.test_list_queries import counted
from tests.data.verified.shop import (
    VERIFIED,
    Json,
    accepted,
    ask,
    decided,
    largest,
    proposed,
    sales,
    verified_id,
)
from tests.factories.callers import Caller, Workspace
from tests.factories.waiting import eventually

pytestmark = pytest.mark.usefixtures("worker")


async def state(caller: Caller, verified: Json) -> Json:
    body: Json = (await caller.get(f"{VERIFIED}/{verified['id']}")).json()
    return body


async def test_the_same_words_get_the_verified_reading(owner: Caller) -> None:
    dataset = await sales(owner)
    before = await ask(owner, "total amount")
    assert (before["evidence"][0]["rows"], before["evidence"][0]["verified"]) == ([[100]], None)
    kept = await accepted(owner, "Total amount?", largest(dataset))
    for words in ("total amount", "Please tell me the TOTAL amount", "what is the total amount?"):
        answer = await ask(owner, words)
        assert answer["evidence"][0]["rows"] == [[40]], words
        assert answer["evidence"][0]["verified"]["id"] == kept["id"]
        assert answer["evidence"][0]["verified"]["question"] == "Total amount?"
    assert verified_id(await ask(owner, "total amount in 2024")) is None


async def test_a_paraphrase_that_is_read_alike_gets_it_as_well(owner: Caller) -> None:
    dataset = await sales(owner)
    kept = await accepted(owner, "total amount by country", largest(dataset, group_by=[{"field": "country"}]))
    for words in ("sum of amount per country", "total amount for each country"):
        assert verified_id(await ask(owner, words)) == kept["id"], words
    assert verified_id(await ask(owner, "average amount by country")) is None


async def test_contradicting_verified_questions_leave_paraphrases_to_the_grammar(owner: Caller) -> None:
    dataset = await sales(owner)
    one = await accepted(owner, "total amount", largest(dataset))
    smallest = {"dataset": dataset["name"], "measures": [{"aggregation": "min", "field": "amount"}]}
    other = await accepted(owner, "sum of amount", smallest)
    assert verified_id(await ask(owner, "total amount")) == one["id"]
    assert verified_id(await ask(owner, "sum of amount")) == other["id"]
    third = await ask(owner, "sum of the amounts")
    assert (verified_id(third), third["evidence"][0]["rows"]) == (None, [[100]])


async def test_what_no_grammar_reads_is_answered_once_it_is_verified(owner: Caller) -> None:
    dataset = await sales(owner)
    question = "how did the shop do"
    assert (await ask(owner, question))["status"] == "abstained"
    kept = await proposed(owner, question, largest(dataset))
    assert (await ask(owner, question))["status"] == "abstained"
    await decided(owner, kept, "accept")
    assert verified_id(await ask(owner, question)) == kept["id"]
    assert (await ask(owner, "how did the other shop do"))["status"] == "abstained"
    await decided(owner, kept, "reopen")
    assert (await ask(owner, question))["status"] == "abstained"


async def test_relative_time_is_counted_from_when_it_is_asked(owner: Caller) -> None:
    dataset = await sales(owner)
    period = {"start": "2024-02-01", "end": "2024-03-01", "label": "last month"}
    query = largest(dataset, time={"field": "sold_on", "period": period})
    await accepted(owner, "best of last month", query, as_of="2024-03-15T12:00:00Z")
    then = await ask(owner, "best of last month", as_of="2024-03-20T12:00:00Z")
    later = await ask(owner, "best of last month", as_of="2025-04-02T12:00:00Z")
    assert [a["evidence"][0]["rows"] for a in (then, later)] == [[[20]], [[40]]]
    assert later["evidence"][0]["query"]["time"]["period"]["start"] == "2025-03-01"


async def test_an_insight_is_a_source(owner: Caller) -> None:
    dataset = await sales(owner)
    insight = {"name": "Largest", "question": "the largest sale", "query": largest(dataset)}
    made = (await owner.post("/api/v1/insights", json=insight)).json()
    kept = await owner.post(VERIFIED, json={"insight_id": made["id"]})
    assert (kept.status_code, kept.json()["question"]) == (201, "the largest sale"), kept.text
    assert kept.json()["data_versions"] == {dataset["id"]: 1}
    nameless = (await owner.post("/api/v1/insights", json={**insight, "question": None})).json()
    refused = await owner.post(VERIFIED, json={"insight_id": nameless["id"]})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "question")


@pytest.mark.parametrize(
    "body",
    [
        {"question": "x", "query": {"dataset": "nowhere", "measures": [{"aggregation": "count"}]}},
        {"question": "x"},
        {"question": "?!", "query": None},
        {"query": None},
    ],
)
async def test_what_fits_nothing_is_not_kept(owner: Caller, body: Json) -> None:
    dataset = await sales(owner)
    wanted = {**body, **({"query": largest(dataset)} if body.get("query", 1) is None else {})}
    assert (await owner.post(VERIFIED, json=wanted)).status_code == 422
    assert (await owner.get(VERIFIED)).json()["items"] == []


async def test_one_that_no_longer_fits_the_model_is_stale_and_does_not_answer(owner: Caller) -> None:
    dataset = await sales(owner)
    kept = await accepted(owner, "total amount", largest(dataset))
    path = f"/api/v1/semantic-models/{dataset['id']}"
    model = (await owner.get(path)).json()
    without: Json = {**model, "metrics": [m for m in model["metrics"] if m["field"] != "amount"]}
    fields = [f for f in model["datasets"][0]["fields"] if f["name"] != "amount"]
    without["datasets"] = [{**model["datasets"][0], "fields": fields}]
    changed = await owner.put(path, json=without)
    assert changed.status_code == 200, changed.text
    assert verified_id(await ask(owner, "total amount")) is None  # at once, before any job

    async def is_(status: str) -> bool:
        return bool((await state(owner, kept))["status"] == status)

    await eventually(lambda: is_("stale"))
    stale = await state(owner, kept)
    assert "amount" in stale["problem"]
    listed = (await owner.get(VERIFIED, params={"status": "stale"})).json()["items"]
    assert [item["id"] for item in listed] == [kept["id"]]
    assert (await owner.get(VERIFIED, params={"status": "accepted"})).json()["items"] == []
    assert (await owner.put(path, json=model)).status_code == 200
    await eventually(lambda: is_("accepted"))
    assert verified_id(await ask(owner, "total amount")) == kept["id"]
    log = (await owner.get(f"{VERIFIED}/{kept['id']}/changes")).json()["items"]
    assert [entry["action"] for entry in log] == ["fits_again", "became_stale", "accepted", "proposed"]


async def test_members_propose_and_editors_decide(workspace: Workspace, stranger: Caller) -> None:
    dataset = await sales(workspace.owner)
    viewer, other, editor = [await workspace.member(r) for r in ("viewer", "viewer", "editor")]
    kept = await proposed(viewer, "total amount", largest(dataset))
    url = f"{VERIFIED}/{kept['id']}"
    assert (kept["status"], kept["proposed_by"]) == ("proposed", viewer.user_id)
    for verb in ("accept", "reject", "reopen"):
        assert (await viewer.post(f"{url}/{verb}")).status_code == 403
        assert (await stranger.post(f"{url}/{verb}")).status_code == 404
        assert (await viewer.client.post(f"{url}/{verb}")).status_code == 401
    assert (await viewer.patch(url, json={"question": "x"})).status_code == 403
    assert (await viewer.delete(url)).status_code == 403
    assert (await viewer.get(f"{url}/changes")).status_code == 403
    for caller, seen in ((viewer, 1), (other, 0), (editor, 1), (stranger, 0)):
        assert len((await caller.get(VERIFIED)).json()["items"]) == seen
        assert (await caller.get(url)).status_code == (200 if seen else 404)
    done = await decided(editor, kept, "accept")
    assert (done["status"], done["decided_by"]) == ("accepted", editor.user_id)
    again = await editor.post(f"{url}/reject")
    assert (again.status_code, again.json()["code"]) == (409, "already_decided")
    assert len((await other.get(VERIFIED)).json()["items"]) == 1
    assert verified_id(await ask(other, "total amount")) == kept["id"]
    assert (await stranger.delete(url)).status_code == 404
    assert (await editor.delete(url)).status_code == 204
    assert verified_id(await ask(other, "total amount")) is None
    log = (await editor.get(f"{url}/changes")).json()["items"]
    assert [(e["action"], e["changed_by"]) for e in log] == [
        ("deleted", editor.user_id),
        ("accepted", editor.user_id),
        ("proposed", viewer.user_id),
    ]
    assert (await stranger.get(f"{url}/changes")).status_code == 404


async def test_words_are_verified_once(owner: Caller) -> None:
    dataset = await sales(owner)
    kept = await accepted(owner, "total amount", largest(dataset))
    again = await proposed(owner, "the total amount", largest(dataset))
    assert (again["id"], again["status"]) == (kept["id"], "accepted")
    rows = {"dataset": dataset["name"], "measures": [{"aggregation": "count"}]}
    second = await proposed(owner, "Please, the total amount!", rows)
    assert (await proposed(owner, "total amount", rows))["id"] == second["id"]
    refused = await owner.post(f"{VERIFIED}/{second['id']}/accept")
    assert (refused.status_code, refused.json()["code"]) == (409, "already_verified")
    assert (await state(owner, second))["status"] == "proposed"
    other = {"question": "all of the amount"}
    assert (await owner.patch(f"{VERIFIED}/{second['id']}", json=other)).status_code == 200
    assert (await decided(owner, second, "accept"))["question"] == "all of the amount"


async def test_an_editor_changes_words_and_query(owner: Caller) -> None:
    dataset = await sales(owner)
    kept = await accepted(owner, "best", largest(dataset))
    counted_rows = {"dataset": dataset["name"], "measures": [{"aggregation": "count"}]}
    url = f"{VERIFIED}/{kept['id']}"
    changed = await owner.patch(url, json={"question": "how many in all", "query": counted_rows})
    assert changed.status_code == 200, changed.text
    assert (await ask(owner, "best"))["status"] == "abstained"
    assert (await ask(owner, "how many in all"))["evidence"][0]["rows"] == [[4]]
    odd = {"query": {**counted_rows, "dataset": "nowhere"}}
    assert (await owner.patch(url, json=odd)).status_code == 422


async def test_near_verified_questions_are_offered(owner: Caller) -> None:
    dataset = await sales(owner)
    await accepted(owner, "how did the shop in Germany do", largest(dataset))
    abstained = await ask(owner, "how did the shop in Iceland do")
    assert (abstained["status"], abstained["suggestions"][0]) == (
        "abstained",
        "how did the shop in Germany do",
    )
    assert "how did the shop in Germany do" not in (await ask(owner, "the weather of today"))["suggestions"]


async def test_a_scope_without_its_table_leaves_it_out(owner: Caller) -> None:
    dataset = await sales(owner)
    kept = await accepted(owner, "how did the shop do", largest(dataset))
    within = await ask(owner, "how did the shop do", scope={"dataset_ids": [dataset["id"]]})
    assert verified_id(within) == kept["id"]
    outside = await ask(owner, "how did the shop do", scope={"routes": ["documents"]})
    assert outside["status"] == "abstained"
    elsewhere = await ask(owner, "how did the shop do", scope={"dataset_ids": []})
    assert elsewhere["status"] == "abstained"


async def test_it_goes_with_its_dataset(owner: Caller) -> None:
    dataset = await sales(owner)
    await accepted(owner, "total amount", largest(dataset))
    assert (await owner.delete(f"/api/v1/datasets/{dataset['id']}")).status_code == 204
    assert (await owner.get(VERIFIED)).json()["items"] == []


async def test_a_workspace_keeps_so_many(owner: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = await sales(owner)
    monkeypatch.setattr(service, "MOST", 1)
    kept = await proposed(owner, "total amount", largest(dataset))
    full = await owner.post(VERIFIED, json={"question": "another", "query": largest(dataset)})
    assert (full.status_code, full.json()["code"]) == (409, "too_many_verified_questions")
    await owner.delete(f"{VERIFIED}/{kept['id']}")
    await proposed(owner, "another", largest(dataset))


async def test_the_list_is_paged_and_costs_the_same_however_long(owner: Caller, runtime: Runtime) -> None:
    dataset = await sales(owner)
    costs = []
    for number in range(3):
        await accepted(owner, f"question {number}", largest(dataset))
        with counted(runtime) as statements:
            listed = (await owner.get(VERIFIED)).json()["items"]
        costs.append(len(statements))
    assert (len(listed), len(set(costs))) == (3, 1)
    first: dict[str, Any] = (await owner.get(VERIFIED, params={"limit": 2})).json()
    rest = (await owner.get(VERIFIED, params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [item["id"] for item in first["items"] + rest["items"]] == [item["id"] for item in listed]
    assert rest["next_cursor"] is None


async def test_one_over_a_hidden_field_is_not_there_for_who_does_not_see_it(workspace: Workspace) -> None:
    owner, editor = workspace.owner, await workspace.member("editor")
    dataset = await sales(owner)
    only_spain = {"field": "country", "operator": "eq", "values": ["Spain"]}
    kept = await accepted(owner, "the most that anybody paid there", largest(dataset, where=only_spain))
    open_one = await proposed(owner, "the least there", largest(dataset, where=only_spain))
    seen_one = await proposed(owner, "the most", largest(dataset))
    answer = (await owner.get(f"/api/v1/semantic-models/{dataset['id']}")).json()
    hidden = [{"dataset": dataset["name"], "field": "country"}]
    changed = await owner.put(
        f"/api/v1/semantic-models/{dataset['id']}", json={**answer, "hidden_fields": hidden}
    )
    assert changed.status_code == 200, changed.text
    for page in ("/api/v1/proposals", "/api/v1/proposals?limit=1", VERIFIED):
        shown = await editor.get(page)
        assert [item["id"] for item in shown.json()["items"]] == [seen_one["id"]], page
        assert "Spain" not in shown.text
    for one in (kept, open_one):
        for prefix in (VERIFIED, "/api/v1/proposals"):
            for verb in ("accept", "reject", "reopen"):
                answered = await editor.post(f"{prefix}/{one['id']}/{verb}")
                assert answered.status_code == 404, (prefix, verb, answered.text)
        url = f"{VERIFIED}/{one['id']}"
        assert (await editor.get(f"{url}/changes")).status_code == 404
        assert (await editor.patch(url, json={"question": "mine"})).status_code == 404
        assert (await editor.delete(url)).status_code == 404
        assert (await owner.get(url)).json()["status"] == one["status"]
    again = await editor.post(
        VERIFIED, json={"question": kept["question"], "query": largest(dataset, where=only_spain)}
    )
    assert (again.status_code, again.json()["code"]) == (422, "invalid_query")
