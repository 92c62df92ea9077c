"""What a process knows of the names: fresh after every change, loaded once, bounded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest

from answerable.api.assembly import build_runtime
from answerable.inference.models.catalog import Catalog
from answerable.inference.models.errors import ModelLacks, UnknownModel
from answerable.inference.models.operator import OperatorModels
from answerable.inference.models.plan import Capability
from answerable.inference.models.reading import ConfigurationReader
from answerable.inference.operation import Operation
from answerable.kit import ids
from answerable.kit.db import Database
from answerable.kit.db.notifications import Notifications
from answerable.kit.errors import Unavailable
from answerable.kit.runtime import Runtime
from answerable.kit.settings import Settings
from tests.api.test_list_queries import counted
from tests.factories.callers import Caller
from tests.factories.waiting import eventually
from tests.inference.models.configuring import KEY, add_alias, add_provider

CHAT = Operation.CHAT
_END_LISTENERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'answerable notifications'
"""


@pytest.fixture
async def replica(settings: Settings, app_url: str) -> AsyncIterator[Runtime]:
    """Another process's runtime, as far as one process can have one."""
    runtime = build_runtime(settings, app_url)
    yield runtime
    await runtime.close()


async def listening(runtime: Runtime) -> bool:
    return runtime.get(Notifications).listening


async def knows(runtime: Runtime, workspace_id: str, name: str) -> bool:
    return name in await runtime.get(Catalog).names(workspace_id)


async def test_a_change_is_seen_by_the_next_call_of_the_same_process(owner: Caller, runtime: Runtime) -> None:
    catalog = runtime.get(Catalog)
    assert await catalog.names(owner.workspace_id) == []
    made = await add_provider(owner, "acme", "small")
    assert await catalog.names(owner.workspace_id) == ["small"]
    await owner.patch(f"/api/v1/providers/{made['id']}", json={"models": ["large"]})
    assert await catalog.names(owner.workspace_id) == ["large"]
    await owner.delete(f"/api/v1/providers/{made['id']}")
    assert await catalog.names(owner.workspace_id) == []


async def test_a_change_is_heard_by_other_processes(owner: Caller, replica: Runtime) -> None:
    catalog = replica.get(Catalog)
    assert not await knows(replica, owner.workspace_id, "small")
    await eventually(lambda: listening(replica))
    assert not await knows(replica, owner.workspace_id, "small")
    await add_provider(owner, "acme", "small")
    await eventually(lambda: knows(replica, owner.workspace_id, "small"), seconds=5)
    target = (await catalog.plan(owner.workspace_id, "small", CHAT)).groups[0][0]
    assert target.api_key == KEY


async def test_a_rolled_back_change_is_not_seen(owner: Caller, runtime: Runtime) -> None:
    await add_provider(owner, "acme", "small")
    before = await runtime.get(Catalog).snapshot(owner.workspace_id)
    refused = await owner.post("/api/v1/model-aliases", json={"name": "x", "targets": [{"model": "nothing"}]})
    assert refused.status_code == 422
    assert await runtime.get(Catalog).snapshot(owner.workspace_id) is before


async def test_a_listener_that_was_cut_misses_nothing(
    owner: Caller, replica: Runtime, admin_url: str
) -> None:
    await knows(replica, owner.workspace_id, "small")
    await eventually(lambda: listening(replica))
    await knows(replica, owner.workspace_id, "small")
    async with await psycopg.AsyncConnection.connect(admin_url, autocommit=True) as admin:
        for name in ("small", "large"):
            await admin.execute(_END_LISTENERS)
            await add_provider(owner, f"of-{name}", name)
            await eventually(lambda name=name: knows(replica, owner.workspace_id, name), seconds=5)  # type: ignore[misc]
    await eventually(lambda: listening(replica))


async def test_a_warm_plan_asks_the_database_nothing_and_never_waits(owner: Caller, runtime: Runtime) -> None:
    await add_provider(owner, "acme", "small")
    catalog = runtime.get(Catalog)
    await catalog.plan(owner.workspace_id, "small", CHAT)
    await eventually(lambda: listening(runtime))
    await catalog.plan(owner.workspace_id, "small", CHAT)
    with counted(runtime) as statements:
        plan = catalog.plan(owner.workspace_id, "small", CHAT)
        with pytest.raises(StopIteration) as finished:
            plan.send(None)  # a coroutine that ends at its first step has not suspended
    assert finished.value.value.name == "small"
    assert statements == []


async def test_a_herd_loads_once(owner: Caller, replica: Runtime) -> None:
    await add_provider(owner, "acme", "small")
    await knows(replica, owner.workspace_id, "small")
    await eventually(lambda: listening(replica))
    with counted(replica) as statements:
        plans = await asyncio.gather(
            *(replica.get(Catalog).plan(owner.workspace_id, "small", CHAT) for _ in range(300))
        )
    assert {plan.name for plan in plans} == {"small"}
    assert sum("FROM providers" in statement for statement in statements) == 1


async def test_one_who_leaves_does_not_take_the_load_away_from_others(
    owner: Caller, replica: Runtime
) -> None:
    await add_provider(owner, "acme", "small")
    first = asyncio.ensure_future(replica.get(Catalog).plan(owner.workspace_id, "small", CHAT))
    second = asyncio.ensure_future(replica.get(Catalog).plan(owner.workspace_id, "small", CHAT))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).name == "small"


async def test_what_is_kept_is_bounded(runtime: Runtime, owner: Caller, stranger: Caller) -> None:
    catalog = Catalog(
        runtime.database,
        runtime.get(ConfigurationReader),
        runtime.get(OperatorModels),
        runtime.get(Notifications),
        most=1,
    )
    await add_provider(owner, "acme", "small")
    for workspace in (owner.workspace_id, stranger.workspace_id, owner.workspace_id):
        await catalog.snapshot(workspace)
    assert await catalog.names(owner.workspace_id) == ["small"]
    assert len(catalog._kept) == 1


async def test_a_database_that_went_away_leaves_what_was_known(
    owner: Caller, settings: Settings, app_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add_provider(owner, "acme", "small")
    runtime = build_runtime(settings, app_url)
    try:
        await knows(runtime, owner.workspace_id, "small")
        await eventually(lambda: listening(runtime))
        assert await knows(runtime, owner.workspace_id, "small")
        catalog = runtime.get(Catalog)
        gone = Database("postgresql://nobody@127.0.0.1:9/nothing")
        monkeypatch.setattr(catalog, "_database", gone)
        catalog._changed(None)
        plan = await catalog.plan(owner.workspace_id, "small", CHAT)
        assert plan.groups[0][0].api_key == KEY
        with pytest.raises(Unavailable):
            await catalog.plan(ids.new_id("ws"), "small", CHAT)
    finally:
        await runtime.close()


async def test_a_workspaces_names_are_no_other_workspaces(
    owner: Caller, stranger: Caller, runtime: Runtime
) -> None:
    await add_provider(owner, "acme", "small")
    with pytest.raises(UnknownModel):
        await runtime.get(Catalog).plan(stranger.workspace_id, "small", CHAT)


async def test_a_mistyped_name_is_told_what_was_meant(owner: Caller, runtime: Runtime) -> None:
    await add_provider(owner, "acme", "gpt-large")
    with pytest.raises(UnknownModel, match="Did you mean 'gpt-large'"):
        await runtime.get(Catalog).plan(owner.workspace_id, "gtp-large", CHAT)


async def test_a_model_is_not_asked_for_what_it_cannot_do(owner: Caller, runtime: Runtime) -> None:
    await add_provider(owner, "acme", "small", "text-embed", {"name": "voice", "capabilities": ["speech"]})
    await add_alias(owner, "mixed", "small", "text-embed")
    catalog = runtime.get(Catalog)
    with pytest.raises(ModelLacks) as lacking:
        await catalog.plan(owner.workspace_id, "small", Operation.EMBEDDINGS)
    assert (lacking.value.status, lacking.value.need) == (400, Capability.EMBEDDINGS)
    plan = await catalog.plan(owner.workspace_id, "mixed", Operation.EMBEDDINGS)
    assert [[each.model for each in group] for group in plan.groups] == [["text-embed"]]
    assert await catalog.plan(owner.workspace_id, "voice", Operation.SPEECH)


async def test_names_behind_a_pattern_are_passed_on_and_bounded(owner: Caller, runtime: Runtime) -> None:
    await add_provider(owner, "acme", "gpt-*", "*", {"name": "gpt-4", "upstream_name": "own-4"})
    catalog = runtime.get(Catalog)

    async def upstream(name: str) -> str:
        return (await catalog.plan(owner.workspace_id, name, CHAT)).groups[0][0].upstream_model

    assert await upstream("gpt-4") == "own-4"
    assert await upstream("gpt-9-turbo") == "gpt-9-turbo"
    assert await upstream("acme/gpt-9") == "gpt-9"
    assert await upstream("acme/meta/llama") == "meta/llama"
    for name in ("gpt-", "other", "acme/"):
        with pytest.raises(UnknownModel):
            await upstream(name)
    for number in range(1_000):
        await upstream(f"gpt-{number + 100}")
    snapshot = await catalog.snapshot(owner.workspace_id)
    assert len(snapshot._plans) <= 512
