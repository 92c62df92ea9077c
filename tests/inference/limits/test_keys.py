"""API keys that have budgets and limits from the start."""

from __future__ import annotations

import pytest

from tests.api.relay.gateway import Bed, chat
from tests.factories.callers import Caller, Workspace
from tests.factories.upstream import Upstream
from tests.identity.test_keys import make_key

KEYS = "/api/v1/api-keys"
BOUNDED = {
    "name": "batch",
    "budgets": [{"period": "month", "limit_usd": 50}, {"period": "day", "limit_usd": 5, "mode": "soft"}],
    "limits": [{"measure": "requests", "limit": 60}, {"measure": "concurrent", "limit": 4}],
}


async def test_a_key_is_made_with_what_it_may_spend(owner: Caller) -> None:
    answer = await owner.post(KEYS, json=BOUNDED)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    told = [(each["period"], each["limit_usd"], each["mode"]) for each in made["budgets"]]
    assert told == [("month", 50, "hard"), ("day", 5, "soft")]
    assert [(each["measure"], each["limit"]) for each in made["limits"]] == [
        ("requests", 60),
        ("concurrent", 4),
    ]
    assert {each["subject"]["id"] for each in made["budgets"] + made["limits"]} == {made["id"]}
    (listed,) = (await owner.get(KEYS)).json()["items"]
    assert (listed["budgets"], listed["limits"]) == (made["budgets"], made["limits"])
    assert "key" not in listed
    ids = {each["id"] for each in (await owner.get("/api/v1/budgets")).json()["items"]}
    assert ids == {each["id"] for each in made["budgets"]}


@pytest.mark.parametrize(
    "wrong",
    [
        {"budgets": [{"period": "month", "limit_usd": 1}, {"period": "month", "limit_usd": 2}]},
        {"budgets": [{"period": "minute", "limit_usd": 1}]},
        {"budgets": [{"period": "day", "limit_usd": 1, "subject": {"type": "workspace"}}]},
        {"limits": [{"measure": "requests", "limit": 1}, {"measure": "cost_usd", "limit": 1}]},
    ],
)
async def test_a_key_whose_bounds_cannot_be_made_is_not_made(owner: Caller, wrong: dict[str, object]) -> None:
    answer = await owner.post(KEYS, json={"name": "batch", **wrong})
    assert answer.status_code in (409, 422), answer.text
    assert (await owner.get(KEYS)).json()["items"] == []
    assert (await owner.get("/api/v1/budgets")).json()["items"] == []


async def test_the_bounds_hold_for_the_keys_first_call(bed: Bed, upstream: Upstream) -> None:
    none = {"measure": "requests", "limit": 0}
    made = (await bed.owner.post(KEYS, json={"name": "none", "limits": [none]})).json()
    headers = {"Authorization": f"Bearer {made['key']}"}
    refused = await bed.client.post("/v1/chat/completions", json=chat(), headers=headers)
    assert refused.status_code == 429
    assert not upstream.seen
    assert (await bed.client.post("/v1/chat/completions", json=chat())).status_code == 200


async def test_a_key_cannot_change_what_it_costs_unless_it_was_meant_to(bed: Bed, upstream: Upstream) -> None:
    price = {"input_per_mtok": 1, "output_per_mtok": 1}
    models = [{"name": "dear", "price": price}]
    base = {"kind": "openai", "base_url": upstream.openai_url, "api_key": "sk-test"}
    made = await bed.owner.post("/api/v1/providers", json={"name": "priced", **base, "models": models})
    place = f"/api/v1/providers/{made.json()['id']}"
    free = {"models": [{"name": "dear", "price": {"input_per_mtok": 0, "output_per_mtok": 0}}]}
    key = await make_key(bed.owner, budgets=BOUNDED["budgets"])
    assert (await key.get("/api/v1/models")).status_code == 200
    assert (await key.patch(place, json=free)).status_code == 403
    assert (await key.post("/api/v1/providers", json={"name": "own", **base, **free})).status_code == 403
    alias = {"name": "own", "targets": [{"model": "dear"}]}
    assert (await key.post("/api/v1/model-aliases", json=alias)).status_code == 403
    meant = await make_key(bed.owner, scopes=["models:write"])
    assert (await meant.patch(place, json=free)).status_code == 200


async def test_who_may_not_see_usage_sees_keys_without_bounds(workspace: Workspace) -> None:
    await workspace.owner.post(KEYS, json=BOUNDED)
    narrow = await make_key(workspace.owner, scopes=["keys:read"])
    items = (await narrow.get(KEYS)).json()["items"]
    assert len(items) == 2
    assert all(item["budgets"] == item["limits"] == [] for item in items)
