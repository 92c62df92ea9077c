"""Another tenant's objects, asked for by their real ids, are answered like ids that do not exist."""

from __future__ import annotations

import re
from dataclasses import dataclass

import httpx
import pytest
from fastapi import FastAPI

from answerable.kit import ids
from answerable.kit.settings import Settings
from tests.api.test_route_access import OPEN, Route, routes_of
from tests.data.connections.shop import connected, sqlite_shop
from tests.factories.callers import Caller, register
from tests.factories.uploads import ORDERS, RETURNS_POLICY, send_file, settled

pytestmark = pytest.mark.usefixtures("worker")

UPLOADS = {
    "POST /api/v1/chat/sessions/{session_id}/documents",
    "POST /api/v1/chat/sessions/{session_id}/datasets",
}
_PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")


@dataclass(frozen=True)
class Estate:
    """One of each object that an id in a path can name, by the parameter's name."""

    owner: Caller
    by_parameter: dict[str, str]


@pytest.fixture(scope="module")
async def estate(client: httpx.AsyncClient, settings: Settings) -> Estate:
    """A workspace with one of everything."""
    owner = (await register(client)).owner
    document = (await send_file(owner, "/api/v1/documents", "returns.md", RETURNS_POLICY)).json()
    dataset = (await send_file(owner, "/api/v1/datasets", "orders.csv", ORDERS)).json()["datasets"][0]
    await settled(owner, f"/api/v1/documents/{document['document']['id']}")
    await settled(owner, f"/api/v1/datasets/{dataset['id']}")
    answer = (await owner.post("/api/v1/ask", json={"question": "total amount in 2024"})).json()
    chat = (await owner.post("/api/v1/chat/sessions", json={"title": "Q3"})).json()
    said = {"content": "total amount in 2024", "stream": False}
    exchange = (await owner.post(f"/api/v1/chat/sessions/{chat['id']}/messages", json=said)).json()
    share = (await owner.post(f"/api/v1/chat/sessions/{chat['id']}/shares", json={})).json()
    name = (await owner.get(f"/api/v1/datasets/{dataset['id']}")).json()["name"]
    told = {"answer_id": answer["id"], "rating": "down"}
    word = {"kind": "synonym", "word": "turnover", "dataset": name}
    feedback = (await owner.post("/api/v1/feedback", json={**told, "correction": word})).json()
    key = (await owner.post("/api/v1/api-keys", json={"name": "app"})).json()
    models = (await owner.get("/api/v1/semantic-models")).json()["items"]
    everybody = {"subject": {"type": "workspace"}}
    budget = await owner.post("/api/v1/budgets", json={**everybody, "period": "day", "limit_usd": 5})
    limit = await owner.post("/api/v1/limits", json={**everybody, "measure": "requests", "limit": 60})
    provider = await owner.post(
        "/api/v1/providers", json={"name": "own", "kind": "openai", "models": ["small"]}
    )
    alias = await owner.post("/api/v1/model-aliases", json={"name": "fast", "targets": [{"model": "small"}]})
    place = {"kind": "folder", "name": "Shelf", "config": {"path": "/nowhere"}}
    source = (await owner.post("/api/v1/sources", json=place)).json()
    sync = (await owner.post(f"/api/v1/sources/{source['id']}/sync")).json()
    tool = await owner.post("/api/v1/tools", json={"name": "policies"})
    table = (await owner.get(f"/api/v1/datasets/{dataset['id']}")).json()["name"]
    count = {"dataset": table, "measures": [{"aggregation": "count"}]}
    insight = (await owner.post("/api/v1/insights", json={"name": "Rows", "query": count})).json()
    rule = {"kind": "threshold", "operator": "above", "value": 5}
    alert = await owner.post(
        "/api/v1/alerts", json={"insight_id": insight["id"], "name": "Many rows", "rule": rule}
    )
    board = (await owner.post("/api/v1/dashboards", json={"name": "Board"})).json()
    link = await owner.post(
        f"/api/v1/dashboards/{board['id']}/shares", json={"expires_at": "2999-01-01T00:00:00Z"}
    )
    verified = await owner.post("/api/v1/verified-questions", json={"question": "rows", "query": count})
    kept = f"/api/v1/documents/{document['document']['id']}/notes"
    note = await owner.post(kept, json={"text": "Sixty days from May on."})
    folder = settings.data_dir.parent / "estate"
    folder.mkdir()
    connection = await connected(owner, sqlite_shop(folder))
    return Estate(
        owner,
        {
            "insight_id": insight["id"],
            "alert_id": alert.json()["id"],
            "dashboard_id": board["id"],
            "verified_id": verified.json()["id"],
            "note_id": note.json()["id"],
            "share_id": link.json()["id"],
            "token": "share_of_nobody",
            "document_id": document["document"]["id"],
            "dataset_id": dataset["id"],
            "job_id": document["job"]["id"],
            "run_id": answer["run_id"],
            "session_id": chat["id"],
            "link_id": share["id"],
            "proposal_id": feedback["proposal_id"],
            "message_id": exchange["reply"]["id"],
            "key_id": key["id"],
            "model_id": models[0]["id"],
            "user_id": owner.user_id,
            "member_id": owner.user_id,
            "provider_id": provider.json()["id"],
            "alias_id": alias.json()["id"],
            "budget_id": budget.json()["id"],
            "limit_id": limit.json()["id"],
            "source_id": source["id"],
            "sync_run_id": sync["id"],
            "tool_id": tool.json()["id"],
            "connection_id": connection["id"],
        },
    )


async def test_every_route_answers_a_foreign_id_like_a_missing_one(
    app: FastAPI, estate: Estate, stranger: Caller
) -> None:
    covered = set()
    for route in routes_of(app):
        names = [name for name in _PARAMETER.findall(route.path) if name != "workspace_id"]
        if (
            not names
            or route.name in OPEN
            or "{workspace_id}" in route.path
            or (route.rule and route.rule.server_owner_only)
        ):
            continue
        assert set(names) <= estate.by_parameter.keys(), f"{route.name}: the estate lacks {names}"
        foreign = await ask(stranger, route, {name: estate.by_parameter[name] for name in names})
        missing = await ask(stranger, route, {name: like(estate.by_parameter[name]) for name in names})
        assert foreign.status_code in (404, 422), f"{route.name}: {foreign.text}"
        assert scrubbed(foreign, estate) == scrubbed(missing, estate), route.name
        covered |= set(names)
    assert {"document_id", "dataset_id", "job_id", "run_id", "key_id", "model_id"} <= covered
    await everything_still_there(estate)


async def test_ids_in_bodies_reach_nothing_of_another_tenant(estate: Estate, stranger: Caller) -> None:
    document, dataset = estate.by_parameter["document_id"], estate.by_parameter["dataset_id"]
    found = await stranger.post(
        "/api/v1/search", json={"query": "return unused goods", "document_ids": [document]}
    )
    assert found.json()["results"] == []
    for scope in ({"document_ids": [document]}, {"dataset_ids": [dataset]}):
        answer = await stranger.post("/api/v1/ask", json={"question": "total amount in 2024", "scope": scope})
        assert answer.json()["status"] == "abstained"
    foreign = await stranger.post(
        "/api/v1/datasets", files={"file": ("orders.csv", b"a,b\n1,2\n")}, data={"dataset_id": dataset}
    )
    missing = await stranger.post(
        "/api/v1/datasets",
        files={"file": ("orders.csv", b"a,b\n1,2\n")},
        data={"dataset_id": ids.new_id("ds")},
    )
    assert (foreign.status_code, foreign.content) == (404, missing.content)
    await everything_still_there(estate)


async def test_the_same_bytes_in_two_workspaces_are_two_documents(estate: Estate, stranger: Caller) -> None:
    again = await send_file(stranger, "/api/v1/documents", "returns.md", RETURNS_POLICY)
    assert again.status_code == 202, "200 would tell that another tenant has the file"
    assert again.json()["document"]["id"] != estate.by_parameter["document_id"]


async def ask(caller: Caller, route: Route, values: dict[str, str]) -> httpx.Response:
    options: dict[str, object] = {} if route.method in ("GET", "DELETE") else {"json": {}}
    if route.name in UPLOADS:
        options = {"files": {"file": ("a.csv", b"a,b\n1,2\n")}}
    return await caller.request(
        route.method, route.address(**values), headers={"Last-Event-ID": "1"}, **options
    )


def like(identifier: str) -> str:
    """A fresh id of the same kind."""
    return ids.new_id(identifier.partition("_")[0])


def scrubbed(answer: httpx.Response, estate: Estate) -> tuple[int, bytes]:
    """The answer without the address, which a validation error repeats."""
    content = re.sub(rb'"instance":"[^"]*"', b"", answer.content)
    return answer.status_code, content


async def everything_still_there(estate: Estate) -> None:
    for kind, name in (("documents", "document_id"), ("datasets", "dataset_id"), ("jobs", "job_id")):
        answer = await estate.owner.get(f"/api/v1/{kind}/{estate.by_parameter[name]}")
        assert answer.status_code == 200, answer.text
