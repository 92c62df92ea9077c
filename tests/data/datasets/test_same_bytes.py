"""The same table file again: one dataset, as the same document is one document."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from answerable.kit.runtime import Runtime
from tests.data.datasets.uploads import ORDERS, finished, ingested, upload
from tests.factories.callers import Caller
from tests.factories.files import files_below

pytestmark = pytest.mark.usefixtures("worker")
MORE = ORDERS + b"1004,2024-04-01,eve@example.com,1.00,1,no\n"
TWO_TABLES = b"Sales\n\nregion,revenue\nNorth,10\nSouth,20\n\n\nStaff\n\nname,age\nX,31\nY,42\n"


async def listed(caller: Caller) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await caller.get("/api/v1/datasets")).json()["items"]
    return items


def uploads(runtime: Runtime, caller: Caller) -> list[Path]:
    return files_below(runtime.files.root / caller.workspace_id)


async def test_the_same_file_again_gives_the_dataset_that_exists(owner: Caller, runtime: Runtime) -> None:
    first = await ingested(owner)
    again = await upload(owner, ORDERS)
    assert again.status_code == 200, again.text
    assert [d["id"] for d in again.json()["datasets"]] == [first["id"]]
    assert again.json()["job"] is None
    assert len(await listed(owner)) == 1
    assert len(uploads(runtime, owner)) == 1


async def test_the_same_file_under_another_name_is_another_dataset(owner: Caller) -> None:
    await ingested(owner)
    await ingested(owner, name="Orders of the shop")
    assert len(await listed(owner)) == 2


async def test_the_same_file_in_another_workspace_is_another_dataset(owner: Caller, stranger: Caller) -> None:
    first = await ingested(owner)
    second = await ingested(stranger)
    assert first["id"] != second["id"]


async def test_many_equal_uploads_at_once_make_one_dataset(owner: Caller, runtime: Runtime) -> None:
    answers = await asyncio.gather(*(upload(owner, ORDERS) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [202]
    ids = {dataset["id"] for answer in answers for dataset in answer.json()["datasets"]}
    assert len(ids) == 1
    taken = next(answer for answer in answers if answer.status_code == 202)
    assert (await finished(owner, taken.json()["job"]["id"]))["status"] == "succeeded"
    assert [d["id"] for d in await listed(owner)] == list(ids)
    assert len(uploads(runtime, owner)) == 1


async def test_all_datasets_of_a_file_of_two_tables_come_back(owner: Caller) -> None:
    first = await ingested(owner, TWO_TABLES, "two.csv")
    again = (await upload(owner, TWO_TABLES, "two.csv")).json()["datasets"]
    assert again[0]["id"] == first["id"]
    assert {d["id"] for d in again} == {d["id"] for d in await listed(owner)}
    assert len(again) == 2


async def test_the_bytes_of_the_newest_version_make_no_new_version(owner: Caller) -> None:
    first = await ingested(owner)
    again = await upload(owner, ORDERS, "renamed.csv", dataset_id=first["id"])
    assert again.status_code == 200, again.text
    changed = await ingested(owner, MORE, dataset_id=first["id"])
    assert changed["version"] == 2
    at_once = await asyncio.gather(*(upload(owner, MORE, dataset_id=first["id"]) for _ in range(3)))
    assert [answer.status_code for answer in at_once] == [200] * 3
    detail = (await owner.get(f"/api/v1/datasets/{first['id']}")).json()
    assert [v["version"] for v in detail["versions"]] == [2, 1]


async def test_going_back_to_earlier_bytes_is_a_new_version(owner: Caller) -> None:
    first = await ingested(owner)
    await ingested(owner, MORE, dataset_id=first["id"])
    back = await ingested(owner, ORDERS, dataset_id=first["id"])
    assert (back["version"], back["row_count"]) == (3, 3)


async def test_bytes_that_a_dataset_no_longer_shows_make_a_new_one(owner: Caller) -> None:
    first = await ingested(owner)
    await ingested(owner, MORE, dataset_id=first["id"])
    other = await ingested(owner)
    assert other["id"] != first["id"]
    again = await upload(owner, ORDERS)
    assert [d["id"] for d in again.json()["datasets"]] == [other["id"]]


async def test_a_deleted_dataset_can_be_uploaded_again(owner: Caller) -> None:
    first = await ingested(owner)
    await owner.delete(f"/api/v1/datasets/{first['id']}")
    second = await ingested(owner)
    assert second["id"] != first["id"]


async def test_a_file_that_failed_is_tried_once_more_in_its_dataset(owner: Caller) -> None:
    broken = b"PK\x03\x04 broken zip"
    first = (await upload(owner, broken)).json()
    assert (await finished(owner, first["job"]["id"]))["status"] == "failed"
    again = await upload(owner, broken)
    assert again.status_code == 202
    assert again.json()["datasets"][0]["id"] == first["datasets"][0]["id"]
    assert again.json()["datasets"][0]["error"] is None
    assert (await finished(owner, again.json()["job"]["id"]))["status"] == "failed"
    (dataset,) = await listed(owner)
    assert (dataset["status"], dataset["error"]["code"]) == ("failed", "damaged_file")
