"""Calls reach the database once each, whatever becomes of the log, the database and its process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest

from answerable.inference.chat import TokenCount
from answerable.inference.usage.errors import UsageLogFull
from answerable.inference.usage.log import UsageLog
from answerable.inference.usage.record import Outcome, UsageRecord
from answerable.kit import ids
from answerable.kit.db import Database
from answerable.kit.settings import UsageSettings
from tests.factories.callers import Workspace
from tests.inference.usage.records import a_call


@pytest.fixture
async def database(app_url: str) -> AsyncIterator[Database]:
    database = Database(app_url, pool_size=2)
    yield database
    await database.close()


@pytest.fixture
async def log(tmp_path: Path, database: Database) -> AsyncIterator[UsageLog]:
    log = UsageLog(tmp_path / "usage", database, UsageSettings())
    yield log
    await log.close()


def rows(admin_url: str, workspace_id: str, columns: str = "*") -> list[tuple[object, ...]]:
    with psycopg.connect(admin_url) as connection:
        statement = f"SELECT {columns} FROM usage_records WHERE workspace_id = %s ORDER BY id"
        return connection.execute(statement.encode(), [ids.decode("ws", workspace_id)]).fetchall()


def fill(log: UsageLog, calls: list[UsageRecord], workspace_id: str) -> NoReturn:
    """Make calls until one is refused."""
    while True:
        log.opened(call := a_call(workspace_id))
        log.closed(call)
        calls.append(call)


async def test_a_call_is_written_once_with_everything_that_is_known(
    log: UsageLog, workspace: Workspace, admin_url: str
) -> None:
    call = a_call(workspace.id, user_id=workspace.owner.user_id, parent_id=ids.new_id("call"))
    log.opened(call)
    log.closed(call)
    await log.flush()
    await log.flush()
    columns = (
        "id, user_id, key_id, operation, requested_model, provider, model, outcome, input_tokens, "
        "output_tokens, cached_input_tokens, reasoning_tokens, estimated, cost_usd, price_version, "
        "started_at, latency_ms, first_token_ms, trace_id, parent_id"
    )
    assert rows(admin_url, workspace.id, columns) == [
        (
            ids.decode("call", call.id),
            ids.decode("usr", workspace.owner.user_id),
            None,
            "chat.completions",
            "small",
            "acme",
            "acme-small",
            "answered",
            100,
            20,
            40,
            5,
            False,
            Decimal("0.01"),
            "test",
            call.started_at,
            12.5,
            3.5,
            call.trace_id,
            ids.decode("call", call.parent_id or ""),
        )
    ]


async def test_one_batch_holds_calls_of_many_workspaces(
    log: UsageLog, workspace: Workspace, create_workspace: object, admin_url: str
) -> None:
    others = [await create_workspace() for _ in range(3)]  # type: ignore[operator]
    for number in range(40):
        log.closed(a_call([workspace, *others][number % 4].id))
    await log.flush()
    assert [len(rows(admin_url, one.id)) for one in (workspace, *others)] == [10, 10, 10, 10]


@pytest.mark.parametrize("name", ["it's; DROP TABLE limits; --", "nul\0byte", "back\\slash $$ %s", "é" * 900])
async def test_no_name_breaks_a_batch(log: UsageLog, workspace: Workspace, admin_url: str, name: str) -> None:
    log.closed(a_call(workspace.id, requested_model=name))
    await log.flush()
    assert rows(admin_url, workspace.id, "requested_model") == [(name.replace("\0", "")[:500],)]


async def test_calls_of_a_workspace_that_was_deleted_keep_nobody_waiting(
    log: UsageLog, workspace: Workspace, admin_url: str
) -> None:
    log.closed(a_call(ids.new_id("ws")))
    log.closed(a_call(workspace.id))
    await log.flush()
    assert len(rows(admin_url, workspace.id)) == 1
    assert log.waiting_bytes == 0


async def test_a_record_that_the_database_refuses_is_kept_aside(
    log: UsageLog, workspace: Workspace, admin_url: str, tmp_path: Path
) -> None:
    good = a_call(workspace.id)
    bad = a_call(workspace.id, tokens=TokenCount(2**63, 1))
    log.closed(bad)
    log.closed(good)
    await log.flush()
    assert rows(admin_url, workspace.id, "id") == [(ids.decode("call", good.id),)]
    [kept] = (tmp_path / "usage").glob("rejected-*.jsonl")
    assert bad.id in kept.read_text()


async def test_a_stopped_process_leaves_nothing_behind(
    tmp_path: Path, database: Database, workspace: Workspace, admin_url: str
) -> None:
    log = UsageLog(tmp_path / "usage", database, UsageSettings())
    log.opened(call := a_call(workspace.id))
    log.closed(call)
    await log.close()
    assert len(rows(admin_url, workspace.id)) == 1
    assert list((tmp_path / "usage").iterdir()) == []


async def test_a_call_under_way_when_its_process_stops_becomes_interrupted(
    tmp_path: Path, database: Database, workspace: Workspace, admin_url: str
) -> None:
    root = tmp_path / "usage"
    stopped = UsageLog(root, database, UsageSettings())
    estimate = TokenCount(50, 400, estimated=True)
    stopped.opened(a_call(workspace.id, tokens=estimate, cost_usd=Decimal("0.4"), attempts=0))
    await stopped.close()
    following = UsageLog(root, database, UsageSettings())
    assert await following.replay() == 1
    assert await following.replay() == 0
    assert rows(admin_url, workspace.id, "outcome, output_tokens, estimated, cost_usd, attempts") == [
        (Outcome.INTERRUPTED.value, 400, True, Decimal("0.4"), 1)
    ]
    await following.close()


async def test_a_living_process_is_not_replayed(
    log: UsageLog, tmp_path: Path, database: Database, workspace: Workspace
) -> None:
    log.opened(a_call(workspace.id))
    sibling = UsageLog(tmp_path / "usage", database, UsageSettings())
    assert await sibling.replay() == 0
    await sibling.close()
    log.closed(a_call(workspace.id))


async def test_without_a_database_calls_go_on_to_a_bound_and_all_are_written_later(
    tmp_path: Path, app_url: str, database: Database, workspace: Workspace, admin_url: str
) -> None:
    root = tmp_path / "usage"
    nowhere = Database("postgresql://nobody@127.0.0.1:1/none")
    log = UsageLog(root, nowhere, UsageSettings(max_log_bytes=1_000_000))
    calls: list[UsageRecord] = []
    with pytest.raises(UsageLogFull) as refused:
        fill(log, calls, workspace.id)
    assert refused.value.status == 503
    assert len(calls) > 500
    await log.close()
    await nowhere.close()
    following = UsageLog(root, database, UsageSettings())
    assert await following.replay() == 1
    assert len(rows(admin_url, workspace.id, "id")) == len(calls)
    await following.close()
