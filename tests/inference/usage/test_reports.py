"""Reports on usage: what they add up, who sees what, and how they leave as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from answerable.inference.chat import TokenCount
from answerable.inference.usage.log import UsageLog
from answerable.inference.usage.record import Outcome, UsageRecord
from answerable.kit.db import Database
from answerable.kit.settings import UsageSettings
from tests.factories.callers import Caller, Workspace
from tests.inference.usage.records import a_call

DAY = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
SPAN = {"from": "2026-06-01T00:00:00Z", "to": "2026-07-01T00:00:00Z"}


class Calls:
    """Writes calls."""

    def __init__(self, log: UsageLog) -> None:
        self._log = log

    async def __call__(self, *records: UsageRecord) -> None:
        for record in records:
            self._log.opened(record)
            self._log.closed(record)
        await self._log.flush()


@pytest.fixture
async def calls(app_url: str, tmp_path: Path) -> AsyncIterator[Calls]:
    database = Database(app_url, pool_size=1)
    log = UsageLog(tmp_path, database, UsageSettings())
    yield Calls(log)
    await log.close()
    await database.close()


async def test_a_report_adds_up_by_day_and_model(calls: Calls, workspace: Workspace, owner: Caller) -> None:
    await calls(
        a_call(workspace.id, cost_usd=Decimal("0.01")),
        a_call(workspace.id, cost_usd=Decimal("0.02"), outcome=Outcome.FAILED, latency_ms=37.5),
        a_call(workspace.id, model="other", price_version="unknown", cost_usd=Decimal(0)),
        a_call(workspace.id, started_at=DAY + timedelta(days=1), tokens=TokenCount(1, 2, estimated=True)),
        a_call(workspace.id, started_at=DAY + timedelta(days=40)),
    )
    answer = await owner.get("/api/v1/usage", params={**SPAN, "group_by": "day,model"})
    assert answer.status_code == 200, answer.text
    report = answer.json()
    keys = ("calls", "failed_calls", "unpriced_calls", "estimated_calls", "input_tokens", "cost_usd")
    assert [(item["group"], *(item[key] for key in keys)) for item in report["items"]] == [
        ({"day": "2026-06-15", "model": "acme-small"}, 2, 1, 0, 0, 200, 0.03),
        ({"day": "2026-06-15", "model": "other"}, 1, 0, 1, 0, 100, 0.0),
        ({"day": "2026-06-16", "model": "acme-small"}, 1, 0, 0, 1, 1, 0.01),
    ]
    assert report["items"][0]["mean_latency_ms"] == 25.0
    assert (report["totals"]["calls"], report["totals"]["cost_usd"]) == (4, 0.04)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, 3),
        ({"model": "other"}, 1),
        ({"outcome": "failed"}, 1),
        ({"route": "ask"}, 1),
        ({"stage": "small"}, 1),
        ({"key": "key_nonsense"}, 0),
        ({"to": "2026-06-15T12:00:00Z"}, 0),
    ],
)
async def test_filters_choose_what_counts(
    calls: Calls, workspace: Workspace, owner: Caller, filters: dict[str, str], expected: int
) -> None:
    await calls(
        a_call(workspace.id, model="other"),
        a_call(workspace.id, outcome=Outcome.FAILED, route="ask"),
        a_call(workspace.id, stage="small"),
    )
    answer = await owner.get("/api/v1/usage", params={**SPAN, **filters, "group_by": ""})
    assert answer.json()["totals"]["calls"] == expected
    listed = await owner.get("/api/v1/usage/records", params={**SPAN, **filters})
    assert len(listed.json()["items"]) == expected


async def test_pages_of_groups_hold_every_group_once(
    calls: Calls, workspace: Workspace, owner: Caller
) -> None:
    names = sorted(f"model-{number % 11}" for number in range(33))
    await calls(*(a_call(workspace.id, model=name) for name in names), a_call(workspace.id, model=None))
    seen, cursor = [], None
    while True:
        page = {"cursor": cursor} if cursor else {}
        answer = await owner.get("/api/v1/usage", params={**SPAN, "group_by": "model", "limit": 5, **page})
        body = answer.json()
        assert body["totals"]["calls"] == 34
        seen += [(item["group"]["model"], item["calls"]) for item in body["items"]]
        cursor = body["next_cursor"]
        if cursor is None:
            break
    assert seen == [(None, 1), *((name, 3) for name in sorted(set(names)))]


async def test_pages_of_calls_hold_every_call_once(calls: Calls, workspace: Workspace, owner: Caller) -> None:
    made = [a_call(workspace.id, started_at=DAY + timedelta(seconds=number // 3)) for number in range(12)]
    await calls(*made)
    seen, cursor = [], None
    while True:
        page = {"cursor": cursor} if cursor else {}
        body = (await owner.get("/api/v1/usage/records", params={**SPAN, "limit": 5, **page})).json()
        seen += [item["id"] for item in body["items"]]
        cursor = body["next_cursor"]
        if cursor is None:
            break
    assert sorted(seen) == sorted(call.id for call in made)


async def test_a_member_sees_their_own_calls_and_an_administrator_everybodys(
    calls: Calls, workspace: Workspace, viewer: Caller
) -> None:
    admin = await workspace.member("admin")
    await calls(
        a_call(workspace.id, user_id=viewer.user_id),
        a_call(workspace.id, user_id=admin.user_id),
        a_call(workspace.id),
    )
    for caller, expected in ((viewer, 1), (admin, 3)):
        report = await caller.get("/api/v1/usage", params={**SPAN, "group_by": "member"})
        assert report.json()["totals"]["calls"] == expected
        listed = await caller.get("/api/v1/usage/records", params=SPAN)
        assert len(listed.json()["items"]) == expected
    [item] = (await viewer.get("/api/v1/usage", params={**SPAN, "group_by": "member"})).json()["items"]
    assert item["group"] == {"member": viewer.user_id}
    other = await viewer.get("/api/v1/usage", params={**SPAN, "member": admin.user_id})
    assert other.json()["totals"]["calls"] == 0


async def test_another_workspace_sees_nothing(calls: Calls, workspace: Workspace, stranger: Caller) -> None:
    await calls(a_call(workspace.id))
    answer = await stranger.get("/api/v1/usage", params=SPAN)
    assert answer.json()["totals"]["calls"] == 0
    assert (await stranger.get("/api/v1/usage/records", params=SPAN)).json()["items"] == []


@pytest.mark.parametrize("how", ["format", "accept"])
async def test_csv_carries_exact_money_and_no_formula(
    calls: Calls, workspace: Workspace, owner: Caller, how: str
) -> None:
    evil = ["=cmd|' /C calc'!A0", "+1", "@SUM(A1)", "-2", "\t=1", 'plain, "quoted"']
    await calls(*(a_call(workspace.id, route=route, cost_usd=Decimal("0.000000075")) for route in evil))
    parameters = {**SPAN, "group_by": "route"} | ({"format": "csv"} if how == "format" else {})
    headers = {"Accept": "text/csv"} if how == "accept" else {}
    answer = await owner.get("/api/v1/usage", params=parameters, headers=headers)
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert {row["cost_usd"] for row in rows} == {"0.000000075"}
    assert sorted(row["route"] for row in rows) == sorted(
        route if route.startswith("plain") else f"'{route}" for route in evil
    )


@pytest.mark.parametrize(
    "parameters",
    [
        {"group_by": "password"},
        {"group_by": "day,day"},
        {"from": "2026-07-01T00:00:00Z", "to": "2026-06-01T00:00:00Z"},
        {"cursor": "bm90"},
        {"cursor": "!"},
        {"outcome": "splendid"},
        {"from": "yesterday"},
    ],
)
async def test_what_cannot_be_asked_is_refused(owner: Caller, parameters: dict[str, str]) -> None:
    answer = await owner.get("/api/v1/usage", params=parameters)
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid_input"


async def test_nobody_knows_how_long_an_interrupted_call_took(
    calls: Calls, workspace: Workspace, owner: Caller
) -> None:
    await calls(
        a_call(workspace.id, latency_ms=30.0),
        a_call(workspace.id, latency_ms=0.1, outcome=Outcome.INTERRUPTED, first_token_ms=None),
    )
    report = (await owner.get("/api/v1/usage", params=SPAN)).json()
    assert (report["totals"]["calls"], report["totals"]["mean_latency_ms"]) == (2, 30.0)
    listed = (await owner.get("/api/v1/usage/records", params=SPAN)).json()["items"]
    assert {item["outcome"]: item["latency_ms"] for item in listed} == {"answered": 30.0, "interrupted": None}
