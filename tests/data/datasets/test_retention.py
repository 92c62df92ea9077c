"""How long a workspace keeps old versions: set by its owner, for all datasets, sparing what is pinned."""

from __future__ import annotations

from typing import Any

import pytest

from answerable.data.datasets.retention import service
from answerable.kit.runtime import Runtime
from tests.data.dashboards.boards import pinned
from tests.data.datasets.uploads import ingested
from tests.factories.callers import Caller, Workspace
from tests.factories.waiting import eventually

pytestmark = pytest.mark.usefixtures("worker")
URL = "/api/v1/dataset-retention"


async def of_versions(caller: Caller, count: int, name: str = "stock.csv") -> dict[str, Any]:
    dataset = await ingested(caller, b"item_id,stocked\nI1,0\n", name)
    for number in range(1, count):
        await ingested(caller, b"item_id,stocked\nI1,%d\n" % number, name, dataset_id=dataset["id"])
    return dataset


async def kept(caller: Caller, dataset: dict[str, Any]) -> list[int]:
    items = (await caller.get(f"/api/v1/datasets/{dataset['id']}/versions")).json()["items"]
    return [each["version"] for each in items if each["status"] == "ready"]


async def put(caller: Caller, versions: int | None, days: int | None) -> Any:
    return await caller.put(URL, json={"keep_versions": versions, "keep_days": days})


async def test_a_policy_holds_for_all_datasets_without_one_of_their_own_and_spares_what_is_pinned(
    owner: Caller,
) -> None:
    one, other = await of_versions(owner, 4), await of_versions(owner, 3, "other.csv")
    own = {"keep_versions": 3, "keep_days": 0}
    await owner.patch(f"/api/v1/datasets/{other['id']}", json=own)
    query = {"dataset": one["name"], "measures": [{"aggregation": "sum", "field": "stocked"}]}
    await pinned(owner, query, version_policy="pinned", versions={one["id"]: 2})
    before = (await owner.get(URL)).json()
    assert (before["keep_versions"], before["server_keep_versions"]) == (None, 20)
    changed = await put(owner, 1, 0)
    assert changed.status_code == 200, changed.text

    async def two_are_left() -> bool:
        return await kept(owner, one) == [4, 2]

    await eventually(two_are_left)
    assert await kept(owner, other) == [3, 2, 1]
    # And for what comes: each new version lets the one before go.
    await ingested(owner, b"item_id,stocked\nI1,77\n", "stock.csv", dataset_id=one["id"])
    assert await kept(owner, one) == [5, 2]
    assert (await put(owner, None, None)).json() == before


async def test_days_keep_what_is_younger_and_pass_also_where_nothing_new_comes(
    workspace: Workspace, runtime: Runtime
) -> None:
    owner = workspace.owner
    dataset = await of_versions(owner, 3)
    await put(owner, 1, 30)
    assert await service.expire_workspace(runtime, workspace.id) == 0
    assert await kept(owner, dataset) == [3, 2, 1]
    await put(owner, 1, 0)
    await service.expire_everywhere(runtime)
    assert await kept(owner, dataset) == [3]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"keep_versions": 0, "keep_days": None}, "keep_versions"),
        ({"keep_versions": 1, "keep_days": -1}, "keep_days"),
        ({"keep_versions": 1}, "keep_days"),
    ],
)
async def test_policies_that_cannot_be_are_named(owner: Caller, body: dict[str, Any], field: str) -> None:
    answer = await owner.put(URL, json=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


async def test_only_the_owner_changes_it_and_for_no_other_workspace(
    workspace: Workspace, stranger: Caller
) -> None:
    for role in ("viewer", "editor", "admin"):
        member = await workspace.member(role)
        assert (await member.get(URL)).status_code == 200
        assert (await put(member, 1, 0)).status_code == 403
    await put(workspace.owner, 7, 7)
    assert (await stranger.get(URL)).json()["keep_versions"] is None
    assert (await workspace.owner.client.get(URL)).status_code == 401
