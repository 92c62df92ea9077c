"""Alerts over HTTP: states that follow the data, each change told once, and to those alone who see it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from answerable.api.assembly import build_runtime
from answerable.data.alerts import evaluating
from answerable.data.schedules import service as schedules
from answerable.kit.clock import FixedClock
from answerable.kit.settings import Settings
from tests.data.dashboards.boards import by_country, pinned, sales, total
from tests.data.datasets.uploads import finished, ingested
from tests.data.semantics.test_reach import guarded, seller
from tests.factories.callers import Caller, Workspace
from tests.factories.waiting import eventually

pytestmark = pytest.mark.usefixtures("worker")
ABOVE = {"kind": "threshold", "operator": "above", "value": 120}


async def set_alert(caller: Caller, insight: dict[str, Any], **parts: Any) -> dict[str, Any]:
    body = {"insight_id": insight["id"], "name": "Much", "rule": ABOVE, **parts}
    answer = await caller.post("/api/v1/alerts", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def evaluated(caller: Caller, alert: dict[str, Any], version: int = 1) -> dict[str, Any]:
    """The alert, once it was evaluated on a version of its data."""
    found: dict[str, Any] = {}

    async def done() -> bool:
        found.update((await caller.get(f"/api/v1/alerts/{alert['id']}")).json())
        return found["evaluated_at"] is not None and version in found["reading"]["data_versions"].values()

    await eventually(done)
    return found


async def history(caller: Caller, alert: dict[str, Any]) -> list[tuple[str, str]]:
    answer = await caller.get(f"/api/v1/alerts/{alert['id']}/history")
    assert answer.status_code == 200, answer.text
    return [(each["before"], each["after"]) for each in answer.json()["items"]]


async def add(owner: Caller, dataset: dict[str, Any], amount: float) -> None:
    """A new version of the data with that total."""
    rows = f"sale_id,sold_on,country,amount (EUR)\nS1,2024-01-13,Germany,{amount:.2f}\n"
    await ingested(owner, rows.encode(), "sales.csv", dataset_id=dataset["id"])


async def test_a_line_that_is_crossed_by_new_data_is_told_once(owner: Caller) -> None:
    dataset = await sales(owner)
    alert = await set_alert(owner, await pinned(owner, total(dataset)))
    assert (alert["state"], alert["evaluated_at"]) == ("unknown", None)
    first = await evaluated(owner, alert)
    assert (first["state"], first["reading"]["value"]) == ("ok", 100)
    for version, amount in ((2, 130), (3, 119), (4, 125), (5, 90)):
        await add(owner, dataset, amount)
        await evaluated(owner, alert, version)
    assert await history(owner, alert) == [("firing", "ok"), ("ok", "firing"), ("unknown", "ok")]
    events = (await owner.get("/api/v1/events", params={"kind": "alert.firing"})).json()["items"]
    assert [(each["subject"], each["data"]["muted"]) for each in events] == [
        ({"type": "alert", "id": alert["id"]}, False)
    ]


async def test_one_number_changes_against_the_version_before(owner: Caller) -> None:
    dataset = await sales(owner)
    rule = {"kind": "change", "percent": 20, "direction": "down"}
    alert = await set_alert(owner, await pinned(owner, total(dataset)), rule=rule)
    assert (await evaluated(owner, alert))["state"] == "unknown"
    await add(owner, dataset, 70)
    found = await evaluated(owner, alert, 2)
    assert (found["state"], found["reading"]["compared"]) == ("firing", 100)
    # Looked at again, the same data says the same.
    again = await owner.post(f"/api/v1/alerts/{alert['id']}/evaluate")
    assert again.status_code == 202, again.text

    async def ended() -> bool:
        return bool((await owner.get(f"/api/v1/jobs/{again.json()['job_id']}")).json()["finished_at"])

    await eventually(ended)
    found = await evaluated(owner, alert, 2)
    assert (found["state"], found["reading"]["compared"]) == ("firing", 100)


async def test_a_month_that_the_file_cannot_know_all_of_is_left_out(owner: Caller) -> None:
    this_month = datetime.now(UTC).date().replace(day=1)
    last_month = (this_month - timedelta(days=1)).replace(day=1)
    rows = f"sale_id,sold_on,amount (EUR)\nS1,{last_month},500\nS2,{this_month},3\n"
    dataset = await ingested(owner, rows.encode(), "sales.csv")
    insight = await pinned(owner, total(dataset, time={"field": "sold_on", "grain": "month"}))
    rule = {"kind": "threshold", "operator": "below", "value": 100}
    found = await evaluated(owner, await set_alert(owner, insight, rule=rule))
    assert (found["state"], found["reading"]["value"]) == ("ok", 500)
    assert found["reading"]["skipped"] == f"{this_month}T00:00"
    whole = {**rule, "partial": "include"}
    found = await evaluated(owner, await set_alert(owner, insight, rule=whole))
    assert (found["state"], found["reading"]["partial"]) == ("firing", True)


async def test_an_evaluation_under_a_model_of_before_does_not_have_the_last_word(
    owner: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = await sales(owner)
    alert = await set_alert(owner, await pinned(owner, total(dataset)))
    first = await evaluated(owner, alert)
    (model,) = (await owner.get("/api/v1/semantic-models")).json()["items"]
    path, compute, calls = f"/api/v1/semantic-models/{model['id']}", evaluating.compute_missing, 0

    async def new_model_is_heard() -> bool:
        found = (await owner.get(f"/api/v1/alerts/{alert['id']}")).json()
        return bool(found["reading"]["model_revision"] != first["reading"]["model_revision"])

    async def slow(*arguments: Any) -> Any:  # Any: whatever the real one takes and gives
        nonlocal calls
        calls += 1
        mine, shown = calls, await compute(*arguments)
        if mine == 1:
            found = (await owner.get(path)).json()
            found["datasets"][0]["label"] = "Changed"
            assert (await owner.put(path, json=found)).status_code == 200
            assert (await owner.post(f"/api/v1/alerts/{alert['id']}/evaluate")).status_code == 202
            await eventually(new_model_is_heard)
        return shown

    monkeypatch.setattr(evaluating, "compute_missing", slow)
    begun = await owner.post(f"/api/v1/alerts/{alert['id']}/evaluate")
    assert (await finished(owner, begun.json()["job_id"]))["status"] == "succeeded"
    assert await new_model_is_heard()


async def test_a_muted_alert_is_evaluated_and_says_that_it_was_muted(owner: Caller) -> None:
    dataset = await sales(owner)
    alert = await set_alert(owner, await pinned(owner, total(dataset)))
    await evaluated(owner, alert)
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    url = f"/api/v1/alerts/{alert['id']}"
    assert (await owner.patch(url, json={"muted_until": later})).json()["muted_until"] is not None
    await add(owner, dataset, 130)
    assert (await evaluated(owner, alert, 2))["state"] == "firing"
    newest = (await owner.get(f"{url}/history")).json()["items"][0]
    assert (newest["after"], newest["muted"], newest["reading"]["value"]) == ("firing", True, 130)
    assert (await owner.patch(url, json={"muted_until": None})).json()["muted_until"] is None


async def test_another_rule_is_evaluated_at_once_and_its_schedule_is_shown(owner: Caller) -> None:
    alert = await set_alert(owner, await pinned(owner, total(await sales(owner))))
    await evaluated(owner, alert)
    url = f"/api/v1/alerts/{alert['id']}"
    check = {"on": "schedule", "schedule": "0 7 * * 1-5", "time_zone": "Europe/Berlin"}
    changed = await owner.patch(url, json={"rule": {**ABOVE, "value": 50}, "check": check})
    assert changed.status_code == 200, changed.text
    assert datetime.fromisoformat(changed.json()["next_check_at"]) > datetime.now(UTC)

    async def fires() -> bool:
        return (await owner.get(url)).json()["state"] == "firing"

    await eventually(fires)


async def test_an_alert_with_times_is_looked_at_when_it_is_due_and_not_with_new_data(
    owner: Caller, settings: Settings, app_url: str
) -> None:
    dataset = await sales(owner)
    hourly = {"on": "schedule", "schedule": "every 1h"}
    alert = await set_alert(owner, await pinned(owner, total(dataset)), check=hourly)
    first = await evaluated(owner, alert)
    await add(owner, dataset, 130)
    assert (await owner.get(f"/api/v1/alerts/{alert['id']}")).json()["evaluated_at"] == first["evaluated_at"]
    due = datetime.fromisoformat(first["next_check_at"])
    later = build_runtime(settings, app_url, clock=FixedClock(due))
    try:
        assert await schedules.run_due(later) >= 1
    finally:
        await later.close()
    found = await evaluated(owner, alert, 2)
    assert (found["state"], datetime.fromisoformat(found["next_check_at"])) == (
        "firing",
        due + timedelta(hours=1),
    )


async def test_an_alert_goes_with_its_insight(owner: Caller) -> None:
    insight = await pinned(owner, total(await sales(owner)))
    alert = await set_alert(owner, insight)
    await owner.delete(f"/api/v1/insights/{insight['id']}")
    assert (await owner.get(f"/api/v1/alerts/{alert['id']}")).status_code == 404
    assert (await owner.get("/api/v1/alerts")).json()["items"] == []


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({"kind": "usual_range"}, "rule"),
        ({"kind": "threshold", "operator": "above"}, "rule.threshold.value"),
        (
            {"kind": "threshold", "operator": "above", "value": 1, "hysteresis": 99},
            "rule.threshold.hysteresis",
        ),
        ({"kind": "change", "percent": -1}, "rule.change.percent"),
        ({"kind": "guess"}, "rule"),
    ],
)
async def test_rules_that_cannot_be_are_named(owner: Caller, rule: dict[str, Any], field: str) -> None:
    insight = await pinned(owner, total(await sales(owner)))
    answer = await owner.post("/api/v1/alerts", json={"insight_id": insight["id"], "name": "x", "rule": rule})
    assert answer.status_code == 422, answer.text
    assert any(error["field"].endswith(field) for error in answer.json()["errors"]), answer.text


async def test_insights_that_cannot_be_watched_are_refused(owner: Caller) -> None:
    dataset = await sales(owner)
    for insight in (
        await pinned(owner, by_country(dataset)),
        await pinned(owner, total(dataset), version_policy="pinned"),
    ):
        body = {"insight_id": insight["id"], "name": "x", "rule": ABOVE}
        answer = await owner.post("/api/v1/alerts", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "not_watchable")
    gone = {"insight_id": "ins_nothing", "name": "x", "rule": ABOVE}
    assert (await owner.post("/api/v1/alerts", json=gone)).status_code == 404


async def test_a_viewer_sees_alerts_and_sets_none(owner: Caller, viewer: Caller, editor: Caller) -> None:
    insight = await pinned(owner, total(await sales(owner)))
    alert = await set_alert(editor, insight)
    await evaluated(owner, alert)
    url = f"/api/v1/alerts/{alert['id']}"
    assert (await viewer.get(url)).json()["reading"]["value"] == 100
    assert len(await history(viewer, alert)) == 1
    body = {"insight_id": insight["id"], "name": "x", "rule": ABOVE}
    assert (await viewer.post("/api/v1/alerts", json=body)).status_code == 403
    assert (await viewer.patch(url, json={"name": "y"})).status_code == 403
    assert (await viewer.post(f"{url}/evaluate")).status_code == 403
    assert (await viewer.delete(url)).status_code == 403
    assert (await editor.delete(url)).status_code == 204


async def test_an_alert_is_evaluated_as_its_maker_sees_the_data_and_shown_to_who_sees_the_same(
    workspace: Workspace,
) -> None:
    owner = workspace.owner
    dataset = await guarded(owner)  # 210 in all, 90 of them in Germany
    germany = await seller(workspace, "Germany", role="editor")
    colleague = await seller(workspace, "Germany")
    france = await seller(workspace, "France")
    insight = await pinned(owner, total(dataset))
    own = await set_alert(germany, insight, name="Germany")
    every = await set_alert(owner, insight, name="All")
    assert (await evaluated(germany, own))["reading"]["value"] == 90
    assert (await evaluated(owner, every))["reading"]["value"] == 210
    seen = {}
    for name, caller in (
        ("owner", owner),
        ("germany", germany),
        ("colleague", colleague),
        ("france", france),
    ):
        items = (await caller.get("/api/v1/alerts")).json()["items"]
        seen[name] = {item["name"] for item in items}
        heard = (await caller.get("/api/v1/events")).json()["items"]
        about = {each["subject"]["id"] for each in heard if each["subject"]["type"] == "alert"}
        assert about == {each["id"] for each in (own, every) if each["name"] in seen[name]}, name
        kinds = {each["kind"] for each in heard if each["kind"].startswith("alert.")}
        assert ("alert.created" in kinds) == bool(about), name
        hidden_ids = {each["id"] for each in (own, every)} - about
        assert not any(hidden_id in str(heard) for hidden_id in hidden_ids), name
    assert seen == {
        "owner": {"All", "Germany"},  # the policy does not bind owners
        "germany": {"Germany"},
        "colleague": {"Germany"},
        "france": set(),
    }
    for caller in (france, colleague):
        hidden = await caller.get(f"/api/v1/alerts/{every['id']}")
        assert hidden.status_code == 404
    assert (await france.get(f"/api/v1/alerts/{own['id']}/history")).status_code == 404
    for alert, change in ((own, {"name": "Ours"}), (every, {"name": "Both"})):
        url = f"/api/v1/alerts/{alert['id']}"
        assert (await owner.patch(url, json=change)).status_code == 200
        assert (await owner.delete(url)).status_code == 204
    told = {
        "owner": {own["id"], every["id"]},
        "germany": {own["id"]},
        "colleague": {own["id"]},
        "france": set(),
    }
    for name, caller in zip(told, (owner, germany, colleague, france), strict=True):
        heard = (await caller.get("/api/v1/events", params={"kind": "alert.deleted"})).json()["items"]
        assert {each["subject"]["id"] for each in heard} == told[name], name
        assert all(set(each["data"]) == {"insight_id"} for each in heard)


async def test_an_alert_whose_maker_has_left_is_not_known(workspace: Workspace) -> None:
    owner, maker = workspace.owner, await workspace.member("editor")
    insight = await pinned(owner, total(await sales(owner)))
    alert = await set_alert(maker, insight)
    await evaluated(owner, alert)
    gone = await owner.delete(f"/api/v1/workspaces/{workspace.id}/members/{maker.user_id}")
    assert gone.status_code == 204, gone.text
    url = f"/api/v1/alerts/{alert['id']}"
    await owner.post(f"{url}/evaluate")

    async def unknown() -> bool:
        return (await owner.get(url)).json()["state"] == "unknown"

    await eventually(unknown)
    reading = (await owner.get(url)).json()["reading"]
    assert reading["code"] == "nobody"
    assert "no longer a member" in reading["reason"]
    taken = await owner.patch(url, json={"rule": ABOVE})
    assert taken.json()["run_as"] == owner.user_id

    async def known() -> bool:
        return (await owner.get(url)).json()["state"] == "ok"

    await eventually(known)
