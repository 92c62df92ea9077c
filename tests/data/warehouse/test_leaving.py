"""Tables of the warehouse go with their versions, datasets and workspaces, and none stays behind."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from answerable.identity.workspaces import repository
from answerable.identity.workspaces.files import remove_files_of_deleted, remove_leftovers
from answerable.identity.workspaces.service import REMOVE_FILES
from answerable.jobs import run_soon
from answerable.kit import ids
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.kit.settings import Settings
from tests.data.datasets.uploads import ORDERS, finished, ingested, upload
from tests.data.warehouse.house import House, point, stored
from tests.factories.callers import Caller, Workspace
from tests.factories.waiting import eventually

pytestmark = pytest.mark.usefixtures("worker")

MORE = ORDERS + b"1004,2024-04-01,eve@example.com,1.00,1,no\n"


async def test_the_tables_of_a_deleted_dataset_go(owner: Caller, warehouse: House) -> None:
    kept = await stored(owner, ORDERS, "kept.csv")
    gone = await stored(owner, ORDERS, "gone.csv")
    await ingested(owner, MORE, dataset_id=gone["id"])
    before = warehouse.tables(owner.workspace_id)
    assert len(before) == 3
    assert (await owner.delete(f"/api/v1/datasets/{gone['id']}")).status_code == 204

    async def one() -> bool:
        return len(await asyncio.to_thread(warehouse.tables, owner.workspace_id)) == 1

    await eventually(one)
    rows = await owner.get(f"/api/v1/datasets/{kept['id']}/rows")
    assert rows.json()["row_count"] == len(rows.json()["rows"]) == 3


async def test_the_table_of_an_expired_version_goes(owner: Caller, warehouse: House) -> None:
    dataset = await stored(owner, ORDERS, "orders.csv")
    await ingested(owner, MORE, dataset_id=dataset["id"])
    (old, new) = warehouse.tables(owner.workspace_id)
    policy = {"keep_versions": 1, "keep_days": 0}
    changed = await owner.patch(f"/api/v1/datasets/{dataset['id']}", json=policy)
    assert changed.status_code == 200, changed.text

    async def left() -> bool:
        return await asyncio.to_thread(warehouse.tables, owner.workspace_id) == [new]

    await eventually(left)
    assert old != new
    rows = f"/api/v1/datasets/{dataset['id']}/rows"
    assert (await owner.get(rows, params={"version": 1})).status_code == 410
    assert len((await owner.get(rows)).json()["rows"]) == 4


async def test_the_tables_of_a_deleted_workspace_go_and_no_others(
    workspace: Workspace, stranger: Caller, warehouse: House, runtime: Runtime
) -> None:
    await stored(workspace.owner, ORDERS, "orders.csv")
    await stored(stranger, ORDERS, "orders.csv")
    other = f"answerable_{ids.new_id('ws')}"
    warehouse.execute(f'CREATE SCHEMA "{other}" AUTHORIZATION "{warehouse.name}"')  # another system's
    async with runtime.database.begin(Principal.system(workspace.id)) as session:
        await repository.remove(session, workspace.id)
        await run_soon(session, REMOVE_FILES)

    async def gone() -> bool:
        return f"answerable_{workspace.id}" not in await asyncio.to_thread(warehouse.schemas)

    await eventually(gone)
    assert {other, f"answerable_{stranger.workspace_id}"} <= set(warehouse.schemas())
    assert len(warehouse.tables(stranger.workspace_id)) == 1


async def test_tables_that_no_version_has_are_swept_and_all_others_stay(
    owner: Caller, warehouse: House, runtime: Runtime
) -> None:
    await stored(owner, ORDERS, "orders.csv")
    named = warehouse.tables(owner.workspace_id)
    orphan = f"{ids.new_id('dsv')}_1_0"
    warehouse.execute(f'CREATE TABLE "answerable_{owner.workspace_id}"."{orphan}" (id bigint)')
    warehouse.execute(f'ALTER TABLE "answerable_{owner.workspace_id}"."{orphan}" OWNER TO "{warehouse.name}"')
    await remove_leftovers(runtime)
    assert warehouse.tables(owner.workspace_id) == named


async def test_sweeping_goes_on_where_the_warehouse_is_away(
    owner: Caller, warehouse: House, runtime: Runtime, settings: Settings
) -> None:
    await stored(owner, ORDERS, "orders.csv")
    named = warehouse.tables(owner.workspace_id)
    point(settings.warehouse, warehouse.url(port=1))
    await remove_leftovers(runtime)
    await remove_files_of_deleted(runtime)
    assert warehouse.tables(owner.workspace_id) == named


async def test_nothing_of_an_upload_that_fails_stays(
    owner: Caller, warehouse: House, settings: Settings
) -> None:
    dataset = await stored(owner, ORDERS, "orders.csv")
    # Another database stands for a replica that never catches up: the table is made, and never seen.
    read_url = warehouse.make_role(f"blind_{warehouse.name}")
    settings.warehouse.replica_seconds = 0
    point(settings.warehouse, warehouse.url(), read_url.replace(f"{warehouse.name}?", "postgres?"))
    answer = await upload(owner, MORE, dataset_id=dataset["id"])
    job = await finished(owner, answer.json()["job"]["id"])
    settings.warehouse.replica_seconds = 60
    assert (job["status"], job["error"]["code"]) == ("failed", "warehouse_unavailable")
    assert "does not show the new rows" in job["error"]["detail"]
    point(settings.warehouse, warehouse.url())

    async def one() -> bool:
        return len(await asyncio.to_thread(warehouse.tables, owner.workspace_id)) == 1

    await eventually(one)
    assert (await owner.get(f"/api/v1/datasets/{dataset['id']}")).json()["version"] == 1
    await eventually(partial(_asked, owner, dataset["name"]))


async def _asked(owner: Caller, name: str) -> bool:
    query = {"dataset": name, "measures": [{"aggregation": "count", "alias": "n"}]}
    return bool((await owner.post("/api/v1/query", json=query)).json()["rows"] == [[3]])
