"""Imports and exports over HTTP: by whom, as one revision, and what is computed afterwards."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import yaml

from tests.data.datasets.uploads import ingested
from tests.factories.callers import Caller, Workspace

pytestmark = pytest.mark.usefixtures("worker")

ORDERS = b"""order_id,ordered_on,country,status,amount (EUR),cost (EUR)
1,2025-01-03,Germany,paid,100.00,60.00
2,2025-01-09,Germany,open,50.00,30.00
3,2025-02-04,France,paid,200.00,100.00
"""
OSSIE = """
version: 0.2.0.dev0
semantic_model:
- name: shop
  datasets:
  - name: orders
    source: shop.public.orders
    ai_context: {synonyms: [bookings]}
  metrics:
  - name: margin
    expression:
      dialects:
      - dialect: ANSI_SQL
        expression: (SUM(orders.amount) - SUM(orders.cost)) / NULLIF(SUM(orders.amount), 0)
    ai_context: {synonyms: [gross margin]}
  - name: taxed
    expression:
      dialects: [{dialect: ANSI_SQL, expression: SUM(orders.amount * 1.19)}]
"""


async def started(caller: Caller) -> tuple[dict[str, Any], str]:
    """The model after an upload, and its address."""
    dataset = await ingested(caller, ORDERS, "orders.csv")
    model = (await caller.get(f"/api/v1/semantic-models/{dataset['id']}")).json()
    return model, f"/api/v1/semantic-models/{model['id']}"


async def send(caller: Caller, address: str, text: str = OSSIE, **more: Any) -> httpx.Response:
    """Import a file."""
    body = {"files": [{"name": "shop.yaml", "content": text}], **more}
    return await caller.post(f"{address}/import", json=body)


async def test_a_dry_run_says_what_the_import_then_does(owner: Caller) -> None:
    model, address = await started(owner)
    planned = (await send(owner, address, dry_run=True)).json()
    assert (await owner.get(address)).json()["revision"] == model["revision"]
    done = await send(owner, address, tables={"orders": model["datasets"][0]["id"]})
    assert done.status_code == 200, done.text
    report = done.json()
    assert {**report, "dry_run": True} == planned
    assert (report["format"], report["previous_revision"]) == ("ossie", model["revision"])
    left_out = [(r["kind"], r["name"], r["file"], r["line"]) for r in report["left_out"]]
    assert left_out == [("metric", "taxed", "shop.yaml", 16)]
    changes = {(c["part"], c["name"]): c for c in report["changes"]}
    assert changes["dataset", "orders"]["after"] == {"synonyms": ["bookings"], "status": "reviewed"}
    assert changes["metric", "margin"]["change"] == "added"
    now = (await owner.get(address)).json()
    assert now["revision"] == report["revision"]
    asked = {"dataset": "orders", "measures": [{"metric": "margin"}]}
    assert (await owner.post("/api/v1/query", json=asked)).json()["rows"] == [[pytest.approx(160 / 350)]]
    answer = (await owner.post("/api/v1/ask", json={"question": "gross margin in France"})).json()
    assert (answer["status"], "50" in answer["text"]) == ("answered", True), answer
    again = (await send(owner, address)).json()
    assert again["changes"] == []
    assert again["revision"] == report["revision"]


async def test_a_stale_revision_imports_nothing(owner: Caller) -> None:
    _, address = await started(owner)
    body = {"files": [{"name": "shop.yaml", "content": OSSIE}]}
    headers = {"If-Match": '"0123456789abcdef"'}
    for dry_run in (True, False):
        answer = await owner.post(f"{address}/import", json={**body, "dry_run": dry_run}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (412, "stale_model")


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        (
            {"files": [{"name": "x", "content": "semantic_model: ["}]},
            "unreadable_model_file",
            "files.0.content",
        ),
        ({"files": [{"name": "x", "content": "models: 1"}]}, "unreadable_model_file", "files.0.content"),
        (
            {"files": [{"name": "x", "content": OSSIE}], "tables": {"orders": "no"}},
            "unknown_table",
            "tables.orders",
        ),
        (
            {"files": [{"name": "x", "content": OSSIE}], "tables": {"no": "orders"}},
            "unknown_table",
            "tables.no",
        ),
        ({"files": []}, "invalid_input", "files"),
        ({"files": [{"name": "x", "content": OSSIE}], "format": "lookml"}, "invalid_input", "format"),
    ],
)
async def test_what_is_wrong_is_named(owner: Caller, body: dict[str, Any], code: str, field: str) -> None:
    _, address = await started(owner)
    answer = await owner.post(f"{address}/import", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert field in answer.json()["errors"][0]["field"]


@pytest.mark.parametrize("wanted", ["ossie", "dbt"])
async def test_what_is_given_out_can_be_taken_in(owner: Caller, wanted: str) -> None:
    _, address = await started(owner)
    await send(owner, address)
    text = (await owner.get(f"{address}/export", params={"format": wanted})).text
    held = yaml.safe_load(text)
    assert ("semantic_model" if wanted == "ossie" else "semantic_models") in held
    report = (await send(owner, address, text)).json()
    assert (report["format"], report["changes"], report["left_out"]) == (wanted, [], [])


async def test_members_see_and_change_what_they_may(
    owner: Caller, workspace: Workspace, stranger: Caller
) -> None:
    model, address = await started(owner)
    viewer, editor = await workspace.member("viewer"), await workspace.member("editor")
    model["hidden_fields"] = [{"dataset": "orders", "field": "cost"}]
    assert (await owner.put(address, json=model)).status_code == 200
    assert (await send(viewer, address)).status_code == 403
    for dry_run in (True, False):
        refused = await send(editor, address, dry_run=dry_run)
        assert (refused.status_code, refused.json()["code"]) == (403, "data_hidden")
    seen = await viewer.get(f"{address}/export", params={"format": "dbt"})
    assert (seen.status_code, "cost" in seen.text) == (200, False)
    assert "cost" in (await owner.get(f"{address}/export", params={"format": "dbt"})).text
    assert (await stranger.get(f"{address}/export", params={"format": "dbt"})).status_code == 404
    assert (await send(stranger, address)).status_code == 404
    kept = (await owner.get(address)).json()["hidden_fields"]
    await send(owner, address)
    assert (await owner.get(address)).json()["hidden_fields"] == kept
