"""Row policies and hidden fields over HTTP: what a member is not to see shows nowhere."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from answerable.data.engines.errors import EngineUnavailable
from tests.data.dashboards.boards import by_country, dashboard, pinned, shown, tile, total
from tests.data.datasets.uploads import ingested, upload
from tests.factories.callers import Caller, Workspace

pytestmark = pytest.mark.usefixtures("worker")

SALES = b"""sale_id,sold_on,country,seller,amount (EUR),cost (EUR)
S1,2024-01-13,Germany,Ada,10.00,7.11
S2,2024-02-20,France,Bob,20.00,8.22
S3,2024-03-05,Germany,Ada,30.00,9.33
S4,2024-03-06,Italy,Zoe,40.00,6.44
S5,2024-03-07,Germany,Ada,50.00,5.55
S6,2024-03-08,France,Bob,60.00,4.66
"""
POLICY = {"name": "by_country", "dataset": "sales", "field": "country", "attribute": "countries"}
HIDDEN = {"dataset": "sales", "field": "cost"}


async def model_of(caller: Caller) -> dict[str, Any]:
    model: dict[str, Any] = (await caller.get("/api/v1/semantic-models")).json()["items"][0]
    return dict((await caller.get(f"/api/v1/semantic-models/{model['id']}")).json())


async def put_model(caller: Caller, **parts: Any) -> Any:
    model = {**await model_of(caller), **parts}
    return await caller.put(f"/api/v1/semantic-models/{model['id']}", json=model)


async def guarded(owner: Caller) -> dict[str, Any]:
    """Sales of which members see those of their countries, and nobody the cost."""
    dataset = await ingested(owner, SALES, "sales.csv")
    answer = await put_model(owner, policies=[POLICY], hidden_fields=[HIDDEN])
    assert answer.status_code == 200, answer.text
    return dataset


async def seller(workspace: Workspace, *countries: str, role: str = "viewer") -> Caller:
    member = await workspace.member(role)
    changed = await workspace.owner.patch(
        f"/api/v1/workspaces/{workspace.id}/members/{member.user_id}",
        json={"attributes": {"countries": list(countries)}},
    )
    assert changed.status_code == 200, changed.text
    return member


async def rows(caller: Caller, query: dict[str, Any]) -> list[list[Any]]:
    answer = await caller.post("/api/v1/query", json=query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["rows"])


async def asked(caller: Caller, question: str) -> dict[str, Any]:
    answer = await caller.post("/api/v1/ask", json={"question": question})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_members_are_answered_from_their_rows_alone(workspace: Workspace) -> None:
    dataset = await guarded(workspace.owner)
    german, latin = await seller(workspace, "Germany"), await seller(workspace, "france", "Italy")
    nobody = await workspace.member("editor")
    assert await rows(workspace.owner, total(dataset)) == [[210.0]]
    for _ in range(2):  # the second time from what is kept
        assert await rows(german, total(dataset)) == [[90.0]]
        assert await rows(latin, total(dataset)) == [[120.0]]
        assert await rows(nobody, total(dataset)) == [[None]]
    assert [row[0] for row in await rows(latin, by_country(dataset))] == ["France", "Italy"]
    said = await asked(german, "total amount")
    assert "90" in said["text"]
    assert not re.search(r"(?<![\w.])210(?!\w)", str(said))  # an id may hold the digits
    assert "you may see" in str(said["warnings"])


async def test_why_a_number_changed_is_told_of_their_rows_alone(workspace: Workspace) -> None:
    await guarded(workspace.owner)
    german = await seller(workspace, "Germany")
    told = await asked(german, "why did total amount change from January to March 2024?")
    assert told["intent"]["kind"] == "explanation", told
    assert "from 10 EUR in January 2024 to 80 EUR in March 2024" in told["text"]
    assert "Only those rows of sales count that you may see." in str(told["warnings"])


async def test_values_beyond_reach_are_no_words_of_a_question(workspace: Workspace) -> None:
    await guarded(workspace.owner)
    german = await seller(workspace, "Germany")
    assert "90" in (await asked(german, "total amount of Ada"))["text"]
    beyond = await asked(german, "total amount of Zoe")
    assert beyond["status"] == "abstained", beyond
    assert "40" in (await asked(workspace.owner, "total amount of Zoe"))["text"]


async def test_values_that_could_not_be_read_are_read_by_the_next_question(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    await guarded(workspace.owner)
    german = await seller(workspace, "Germany")

    async def away(*_: object) -> None:
        raise EngineUnavailable("The engine is away.")

    with monkeypatch.context() as patched:
        patched.setattr("answerable.data.engines.reachable.run_query", away)
        assert (await asked(german, "total amount of Ada"))["status"] == "abstained"
    assert "90" in (await asked(german, "total amount of Ada"))["text"]


async def test_a_hidden_field_is_not_there(workspace: Workspace) -> None:
    dataset = await guarded(workspace.owner)
    viewer = await seller(workspace, "Germany", "France", "Italy")
    hidden = [
        total(dataset, group_by=[{"field": "cost"}]),
        total(dataset, where={"field": "cost", "operator": "gt", "values": [5]}),
        {"dataset": "sales", "measures": [{"aggregation": "sum", "field": "cost"}]},
        {"dataset": "sales", "measures": [{"metric": "total_cost"}]},
        {"dataset": "sales", "columns": ["seller", "cost"]},
        {"dataset": "sales", "columns": ["seller"], "order": [{"by": "cost"}]},
    ]
    for query in hidden:
        answer = await viewer.post("/api/v1/query", json=query)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_query"), query
    assert (await asked(viewer, "total cost"))["status"] == "abstained"
    everything = await viewer.post("/api/v1/query", json={"dataset": "sales"})
    assert "cost" not in [column["name"] for column in everything.json()["columns"]]
    seen = [
        (await viewer.get(f"/api/v1/{path}")).text
        for path in (
            f"semantic-models/{dataset['id']}",
            f"datasets/{dataset['id']}",
            f"datasets/{dataset['id']}/rows",
            f"datasets/{dataset['id']}/rows?format=csv",
            f"datasets/{dataset['id']}/versions",
        )
    ]
    assert all("cost" not in text and "7.11" not in text for text in seen), seen


async def test_what_tells_of_the_whole_table_is_kept_back(workspace: Workspace) -> None:
    dataset = await guarded(workspace.owner)
    editor = await seller(workspace, "Germany", role="editor")
    path = f"/api/v1/datasets/{dataset['id']}"
    detail = (await editor.get(path)).json()
    assert (detail["whole"], detail["row_count"], detail["quality"]) == (False, None, None)
    assert "Zoe" not in str(detail)
    shown_rows = (await editor.get(f"{path}/rows")).json()
    assert [row[0] for row in shown_rows["rows"]] == ["S1", "S3", "S5"]
    assert shown_rows["row_count"] == 3
    old = (await editor.get(f"{path}/rows?version=1")).json()
    assert [row[0] for row in old["rows"]] == ["S1", "S3", "S5"]
    refusals = [
        await editor.get(f"{path}/review"),
        await editor.get(f"{path}/rules"),
        await editor.post(f"{path}/rules/test", json={"rules": []}),
        await editor.patch(path, json={"keep_versions": 2}),
        await editor.delete(path),
        await upload(editor, SALES + b"S7,2024-04-01,Spain,Eve,1.00,1.00\n", dataset_id=dataset["id"]),
        await put_model(editor),
    ]
    assert {(r.status_code, r.json().get("code")) for r in refusals} == {(403, "data_hidden")}
    model = await model_of(editor)
    assert (model["policies"], model["hidden_fields"]) == ([], [])
    assert all(field["values"] is None for field in model["datasets"][0]["fields"])


async def test_a_question_about_before_is_bound_by_what_holds_today(workspace: Workspace) -> None:
    owner = workspace.owner
    dataset = await ingested(owner, SALES, "sales.csv")
    before = (await model_of(owner))["revision"]
    assert (await put_model(owner, policies=[POLICY], hidden_fields=[HIDDEN])).status_code == 200
    german = await seller(workspace, "Germany")
    then = {"versions": {dataset["id"]: 1}, "model_revision": before}
    assert await rows(german, {**total(dataset), **then}) == [[90.0]]
    cost = {"dataset": "sales", "columns": ["cost"], **then}
    assert (await german.post("/api/v1/query", json=cost)).status_code == 422


async def test_a_policy_whose_column_is_gone_shows_nothing_and_a_field_that_comes_back_is_hidden(
    workspace: Workspace,
) -> None:
    owner = workspace.owner
    dataset = await guarded(owner)
    german = await seller(workspace, "Germany")
    renamed = SALES.replace(b"country", b"land").replace(b"cost (EUR)", b"price (EUR)")
    await ingested(owner, renamed, "sales.csv", dataset_id=dataset["id"])
    assert await rows(german, total(dataset)) == [[None]]
    await ingested(owner, SALES + b"S8,2024-05-01,Germany,Ada,1.00,1.23\n", dataset_id=dataset["id"])
    assert await rows(german, total(dataset)) == [[91.0]]
    answer = await german.post("/api/v1/query", json={"dataset": "sales", "columns": ["cost"]})
    assert answer.status_code == 422


async def test_dashboards_show_each_what_they_see_and_links_what_their_maker_sees(
    workspace: Workspace,
) -> None:
    owner = workspace.owner
    dataset = await guarded(owner)
    cost = {"dataset": "sales", "measures": [{"aggregation": "sum", "field": "cost", "alias": "cost"}]}
    insights = [await pinned(owner, total(dataset)), await pinned(owner, cost)]
    board = await dashboard(owner, *(tile(insight, n) for n, insight in enumerate(insights)))
    assert [t["result"]["rows"] for t in await shown(owner, board)] == [[[210.0]], [[41.31]]]
    editor = await seller(workspace, "Germany", role="editor")
    for _ in range(2):
        amount, kept_back = await shown(editor, board)
        assert amount["result"]["rows"] == [[90.0]]
        assert (kept_back["result"], kept_back["error"]["code"]) == (None, "data_hidden")
        assert (amount["title"], kept_back["title"]) == (insights[0]["name"], "")
    assert (await editor.get(f"/api/v1/insights/{insights[1]['id']}/result")).status_code == 403
    assert [one["id"] for one in (await editor.get("/api/v1/insights")).json()["items"]] == [
        insights[0]["id"]
    ]
    for kept_from in ("GET", "PATCH", "DELETE"):
        body = {"name": "mine"} if kept_from == "PATCH" else None
        answer = await editor.request(kept_from, f"/api/v1/insights/{insights[1]['id']}", json=body)
        assert answer.status_code == 404, (kept_from, answer.text)
    assert len((await owner.get("/api/v1/insights")).json()["items"]) == 2
    ends = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    for maker, total_amount in ((editor, 90.0), (owner, 210.0)):
        link = await maker.post(f"/api/v1/dashboards/{board['id']}/shares", json={"expires_at": ends})
        opened = await owner.client.get(link.json()["path"])
        assert opened.json()["tiles"][0]["rows"] == [[total_amount]], opened.text


async def test_filters_of_a_dashboard_over_hidden_fields_are_not_told(workspace: Workspace) -> None:
    owner = workspace.owner
    dataset = await guarded(owner)
    dear = {"dataset": "sales", "field": "cost", "operator": "gt", "values": [7.77]}
    german = {"dataset": "sales", "field": "country", "operator": "eq", "values": ["Germany"]}
    board = await dashboard(owner, tile(await pinned(owner, total(dataset))), filters=[dear, german])
    url = f"/api/v1/dashboards/{board['id']}"
    editor = await seller(workspace, "Germany", role="editor")
    for path in (url, "/api/v1/dashboards"):
        told = await editor.get(path)
        assert "7.77" not in told.text
        assert "Germany" in told.text
    changed = await editor.patch(url, json={"filters": []})
    assert (changed.status_code, changed.json()["filters"]) == (200, [])
    kept = (await owner.get(url)).json()["filters"]
    assert [one["field"] for one in kept] == ["cost"]


async def test_jobs_and_versions_do_not_count_rows_for_who_does_not_see_them_all(
    workspace: Workspace,
) -> None:
    dataset = await guarded(workspace.owner)
    german = await seller(workspace, "Germany")
    for caller, told in ((workspace.owner, True), (german, False)):
        jobs = (await caller.get("/api/v1/jobs")).json()["items"]
        counted = [job for job in jobs if job["subject"]["id"] == dataset["id"]]
        assert counted
        assert any(job["progress"] is not None for job in counted) is told
        one = (await caller.get(f"/api/v1/jobs/{counted[0]['id']}")).json()
        assert one in counted
        stream = (await caller.get(f"/api/v1/jobs/{counted[-1]['id']}/events")).text
        assert ('"unit":"rows"' in stream.replace(" ", "")) is told
        version = (await caller.get(f"/api/v1/datasets/{dataset['id']}/versions")).json()["items"][0]
        assert (version["file_bytes"] is not None) is told


async def test_verified_questions_over_hidden_fields_answer_nobody_who_does_not_see_them(
    workspace: Workspace,
) -> None:
    owner = workspace.owner
    await guarded(owner)
    cost = {"dataset": "sales", "measures": [{"aggregation": "sum", "field": "cost", "alias": "cost"}]}
    made = await owner.post("/api/v1/verified-questions", json={"question": "what did we pay", "query": cost})
    verified = made.json()
    accepted = await owner.post(f"/api/v1/verified-questions/{verified['id']}/accept")
    assert accepted.status_code == 200, accepted.text
    viewer = await seller(workspace, "Germany")
    assert "41.31" in (await asked(owner, "what did we pay"))["text"]
    assert (await asked(viewer, "what did we pay"))["status"] == "abstained"
    assert (await viewer.get("/api/v1/verified-questions")).json()["items"] == []
    assert (await viewer.get(f"/api/v1/verified-questions/{verified['id']}")).status_code == 404


async def test_policies_are_decided_by_admins_and_never_dropped_by_an_oversight(workspace: Workspace) -> None:
    owner = workspace.owner
    await ingested(owner, SALES, "sales.csv")
    editor = await workspace.member("editor")
    for part in ({"policies": [POLICY]}, {"hidden_fields": [HIDDEN]}):
        assert (await put_model(editor, **part)).status_code == 403
    for exempt in ({"roles": ["editor"]}, {"attributes": {"team": ["finance"]}}):
        policy = {**POLICY, "except_for": exempt}
        assert (await put_model(owner, policies=[policy])).status_code == 200
    without = {key: value for key, value in (await model_of(owner)).items() if key != "policies"}
    kept = await owner.put(f"/api/v1/semantic-models/{without['id']}", json=without)
    assert [p["name"] for p in kept.json()["policies"]] == ["by_country"]
    wrong = await put_model(
        owner,
        policies=[{**POLICY, "field": "contry"}, {**POLICY, "name": "by_amount", "field": "amount"}],
        hidden_fields=[{**HIDDEN, "dataset": "sale"}, {**HIDDEN, "field": "costs"}],
    )
    assert wrong.status_code == 422
    places = ["policies.0.field", "policies.1.field", "hidden_fields.0.dataset", "hidden_fields.1.field"]
    assert [error["field"] for error in wrong.json()["errors"]] == places


async def test_an_attribute_frees_its_members(workspace: Workspace) -> None:
    owner = workspace.owner
    dataset = await ingested(owner, SALES, "sales.csv")
    finance = {"roles": ["owner"], "attributes": {"team": ["finance", "board"]}}
    await put_model(
        owner,
        policies=[{**POLICY, "except_for": finance}],
        hidden_fields=[{**HIDDEN, "visible_to": finance}],
    )
    member = await seller(workspace, "Germany")
    path = f"/api/v1/workspaces/{workspace.id}/members/{member.user_id}"
    assert await rows(member, total(dataset)) == [[90.0]]
    await owner.patch(path, json={"attributes": {"team": ["board"]}})
    assert await rows(member, total(dataset)) == [[210.0]]
    assert "41.31" in (await asked(member, "total cost"))["text"]
    await owner.patch(path, json={"attributes": {}})
    assert await rows(member, total(dataset)) == [[None]]


async def test_a_key_sees_what_its_maker_sees(workspace: Workspace) -> None:
    dataset = await guarded(workspace.owner)
    admin = await workspace.member("admin")
    made = await admin.post("/api/v1/api-keys", json={"name": "app", "scopes": ["data:read", "ask"]})
    assert made.status_code == 201, made.text
    key = Caller(admin.client, made.json()["key"])
    assert await rows(key, total(dataset)) == [[210.0]]
    path = f"/api/v1/workspaces/{workspace.id}/members/{admin.user_id}"
    change = {"role": "viewer", "attributes": {"countries": ["Italy"]}}
    assert (await workspace.owner.patch(path, json=change)).status_code == 200
    assert await rows(key, total(dataset)) == [[40.0]]
