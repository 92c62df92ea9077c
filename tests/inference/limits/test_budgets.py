"""Budgets and limits over HTTP: who may set them, whom they bind, where they stand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from answerable.inference.limits.errors import LimitExceeded
from answerable.inference.operation import Caller as Called
from answerable.inference.usage.record import Outcome
from answerable.kit import ids
from tests.factories.callers import Caller, Workspace
from tests.factories.waiting import eventually
from tests.identity.test_keys import make_key
from tests.inference.limits.replicas import Replica, replica
from tests.inference.usage.records import a_call

BUDGET = {"subject": {"type": "workspace"}, "period": "month", "limit_usd": 12.5}
REQUESTS = {"subject": {"type": "workspace"}, "measure": "requests", "limit": 60}


@pytest.fixture
async def server(app_url: str, tmp_path: Path) -> AsyncIterator[Replica]:
    async with replica(app_url, tmp_path, now=datetime.now(UTC)) as server:
        yield server


async def test_a_budget_is_made_read_changed_and_deleted(owner: Caller) -> None:
    made = await owner.post("/api/v1/budgets", json=BUDGET)
    assert made.status_code == 201, made.text
    budget = made.json()
    assert (budget["limit_usd"], budget["mode"], budget["spent_usd"]) == (12.5, "hard", 0.0)
    assert budget["remaining_usd"] == 12.5
    url = f"/api/v1/budgets/{budget['id']}"
    changed = await owner.patch(url, json={"limit_usd": 20, "mode": "soft"})
    assert (changed.json()["limit_usd"], changed.json()["mode"]) == (20.0, "soft")
    assert (await owner.get(url)).json() == changed.json()
    assert (await owner.get("/api/v1/budgets")).json()["items"] == [changed.json()]
    assert (await owner.get(f"/api/v1/limits/{budget['id']}")).status_code == 404
    assert (await owner.delete(url)).status_code == 204
    assert (await owner.get(url)).status_code == 404


async def test_a_limit_is_made_read_changed_and_deleted(owner: Caller) -> None:
    made = await owner.post("/api/v1/limits", json=REQUESTS)
    assert made.status_code == 201, made.text
    limit = made.json()
    assert (limit["limit"], limit["period"], limit["used"], limit["remaining"]) == (60, "minute", 0, 60)
    url = f"/api/v1/limits/{limit['id']}"
    assert (await owner.patch(url, json={"limit": 30})).json()["limit"] == 30
    assert [one["id"] for one in (await owner.get("/api/v1/limits")).json()["items"]] == [limit["id"]]
    assert (await owner.get("/api/v1/budgets")).json()["items"] == []
    assert (await owner.delete(url)).status_code == 204
    assert (await owner.delete(url)).status_code == 404


@pytest.mark.parametrize(
    ("noun", "body"),
    [
        ("budgets", {**BUDGET, "limit_usd": -1}),
        ("budgets", {**BUDGET, "period": "minute"}),
        ("budgets", {**BUDGET, "subject": {"type": "key"}}),
        ("budgets", {**BUDGET, "subject": {"type": "workspace", "id": "ws_1"}}),
        ("budgets", {**BUDGET, "subject": {"type": "member", "id": "usr_nobody"}}),
        ("limits", {**REQUESTS, "measure": "cost_usd"}),
        ("limits", {**REQUESTS, "measure": "concurrent", "period": "day"}),
        ("limits", {**REQUESTS, "limit": 1.5}),
    ],
)
async def test_what_makes_no_sense_is_refused(owner: Caller, noun: str, body: dict[str, object]) -> None:
    answer = await owner.post(f"/api/v1/{noun}", json=body)
    assert answer.status_code == 422, answer.text


async def test_the_same_budget_is_not_made_twice(owner: Caller) -> None:
    soft = await owner.post("/api/v1/budgets", json={**BUDGET, "mode": "soft"})
    assert (await owner.post("/api/v1/budgets", json=BUDGET)).status_code == 201
    assert (await owner.post("/api/v1/budgets", json=BUDGET)).status_code == 409
    changed = await owner.patch(f"/api/v1/budgets/{soft.json()['id']}", json={"mode": "hard"})
    assert changed.status_code == 409


async def test_viewers_and_editors_see_and_set_no_budgets(
    workspace: Workspace, viewer: Caller, editor: Caller
) -> None:
    made = (await workspace.owner.post("/api/v1/budgets", json=BUDGET)).json()
    for caller in (viewer, editor):
        assert (await caller.get("/api/v1/budgets")).status_code == 403
        assert (await caller.post("/api/v1/budgets", json=BUDGET)).status_code == 403
        assert (await caller.delete(f"/api/v1/budgets/{made['id']}")).status_code == 403
    admin = await workspace.member("admin")
    assert (await admin.patch(f"/api/v1/budgets/{made['id']}", json={"limit_usd": 1})).status_code == 200


async def test_an_api_key_cannot_raise_its_own_budget_unless_it_was_meant_to(owner: Caller) -> None:
    key = await make_key(owner)
    assert (await key.post("/api/v1/budgets", json=BUDGET)).status_code == 403


@pytest.mark.parametrize("noun", ["budgets", "limits"])
async def test_another_workspaces_limit_is_like_none(owner: Caller, stranger: Caller, noun: str) -> None:
    body = BUDGET if noun == "budgets" else REQUESTS
    made = (await owner.post(f"/api/v1/{noun}", json=body)).json()
    missing = await stranger.get(f"/api/v1/{noun}/{ids.new_id('lim')}")
    change = {"limit_usd" if noun == "budgets" else "limit": 1}
    for method, content in (("GET", None), ("PATCH", change), ("DELETE", None)):
        answer = await stranger.request(method, f"/api/v1/{noun}/{made['id']}", json=content)
        assert (answer.status_code, answer.content) == (404, missing.content)
    subject = {"type": "member", "id": owner.user_id}
    assert (await stranger.post(f"/api/v1/{noun}", json={**body, "subject": subject})).status_code == 422


async def test_lists_take_the_same_statements_however_long(owner: Caller, app: object) -> None:
    for amount in range(3):
        body = {**BUDGET, "model": f"model-{amount}"}
        assert (await owner.post("/api/v1/budgets", json=body)).status_code == 201
    listed = (await owner.get("/api/v1/budgets", params={"limit": 2})).json()
    rest = (await owner.get("/api/v1/budgets", params={"cursor": listed["next_cursor"]})).json()
    assert [len(listed["items"]), len(rest["items"])] == [2, 1]


async def test_a_new_budget_counts_what_was_spent_before_it(
    server: Replica, workspace: Workspace, owner: Caller
) -> None:
    caller = Called(workspace.id, user_id=owner.user_id)
    for _ in range(3):
        await server.call(caller, "0.25")
    server.log.closed(
        a_call(workspace.id, outcome=Outcome.REFUSED, started_at=server.clock.now(), cost_usd=Decimal(9))
    )
    await server.log.flush()
    made = (await owner.post("/api/v1/budgets", json={**BUDGET, "limit_usd": 1})).json()
    assert (made["spent_usd"], made["remaining_usd"]) == (0.75, 0.25)
    await eventually(lambda: refused(server, caller, "0.26"))
    await server.call(caller, "0.25")


async def refused(server: Replica, caller: Called, cost: str, **more: str) -> bool:
    """Whether a call is refused now."""
    try:
        admission = await server.admit(caller, cost, **more)  # type: ignore[arg-type]
    except LimitExceeded:
        return True
    admission.release()
    return False


async def test_a_budget_is_heard_of_at_once_and_a_raise_too(
    server: Replica, workspace: Workspace, owner: Caller
) -> None:
    caller = Called(workspace.id)
    await server.call(caller, "0.5")
    server.clock.advance(timedelta(milliseconds=1))
    await server.log.flush()  # a call that is written after the first share was leased comes on top of it
    made = (await owner.post("/api/v1/budgets", json={**BUDGET, "limit_usd": 0.75})).json()
    await eventually(lambda: refused(server, caller, "0.5"))
    await owner.patch(f"/api/v1/budgets/{made['id']}", json={"limit_usd": 10})

    async def let_through() -> bool:
        return not await refused(server, caller, "0.5")

    await eventually(let_through)
    await owner.patch(f"/api/v1/budgets/{made['id']}", json={"limit_usd": 0.1})
    await eventually(lambda: refused(server, caller, "0.01"))
    await owner.delete(f"/api/v1/budgets/{made['id']}")
    await eventually(let_through)


async def test_key_member_and_model_limits_bind_only_their_own(
    server: Replica, workspace: Workspace, owner: Caller, viewer: Caller
) -> None:
    key = (await owner.post("/api/v1/api-keys", json={"name": "app"})).json()
    for subject in ({"type": "key", "id": key["id"]}, {"type": "member", "id": viewer.user_id}):
        body = {"subject": subject, "measure": "requests", "limit": 1, "period": "day"}
        assert (await owner.post("/api/v1/limits", json=body)).status_code == 201
    large = {**BUDGET, "limit_usd": 0, "model": "large"}
    assert (await owner.post("/api/v1/budgets", json=large)).status_code == 201
    by_key = Called(workspace.id, user_id=owner.user_id, key_id=key["id"])
    by_viewer = Called(workspace.id, user_id=viewer.user_id)
    by_owner = Called(workspace.id, user_id=owner.user_id)
    for caller in (by_key, by_viewer):
        await server.call(caller)
        with pytest.raises(LimitExceeded):
            await server.call(caller)
    for _ in range(3):
        await server.call(by_owner)
    assert await refused(server, by_owner, "0.01", model="large")


async def test_a_refusal_says_which_limit_and_when_to_come_back(
    server: Replica, workspace: Workspace, owner: Caller
) -> None:
    await owner.post("/api/v1/limits", json={**REQUESTS, "limit": 2})
    await owner.post("/api/v1/limits", json={**REQUESTS, "measure": "tokens", "limit": 1000})
    caller = Called(workspace.id)
    admission = await server.admit(caller)
    seconds = 60 - server.clock.now().second
    told = dict(admission.headers)
    assert told[b"x-ratelimit-limit-requests"] == b"2"
    assert told[b"x-ratelimit-remaining-requests"] == b"1"
    assert told[b"x-ratelimit-limit-tokens"] == b"1000"
    assert told[b"x-ratelimit-remaining-tokens"] == b"880"
    assert int(told[b"x-ratelimit-reset-requests"].rstrip(b"s")) in (seconds, seconds - 1)
    admission.settle(20, Decimal(0))
    await server.admit(caller)
    with pytest.raises(LimitExceeded) as refusal:
        await server.admit(caller)
    assert refusal.value.status == 429
    assert refusal.value.headers["Retry-After"] == str(refusal.value.retry_after)
    assert refusal.value.retry_after in (seconds, seconds + 1)
    assert refusal.value.headers["x-ratelimit-remaining-requests"] == "0"
    assert "2 requests a minute" in refusal.value.detail


async def test_a_soft_budget_warns_and_lets_through(
    server: Replica, workspace: Workspace, owner: Caller
) -> None:
    made = await owner.post("/api/v1/budgets", json={**BUDGET, "limit_usd": 0.02, "mode": "soft"})
    caller = Called(workspace.id)
    warnings = []
    for _ in range(5):
        admission = await server.admit(caller)
        warnings += [value for name, value in admission.headers if name == b"x-answerable-warning"]
        server.log.closed(a_call(workspace.id, started_at=server.clock.now()))
        admission.settle(120, Decimal("0.01"))
    assert len(warnings) >= 3
    told = f"soft budget of 0.02 US dollars a month for the workspace is passed ({made.json()['id']})"
    assert warnings[0] == told.encode()
    await server.log.flush()
    standing = (await owner.get(f"/api/v1/budgets/{made.json()['id']}")).json()
    assert (standing["spent_usd"], standing["remaining_usd"]) == (0.05, 0.0)
