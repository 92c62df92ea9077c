"""Two versions of a dataset beside each other, through the public API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.data.datasets.uploads import ingested
from tests.factories.callers import Caller, Workspace

pytestmark = pytest.mark.usefixtures("worker")

STOCK = b"sku,name,price (EUR)\n00501,Cup,2.50\n00502,Pot,7.00\n00503,Pan,9.00\n"
NEWS = b"sku,name,price (EUR)\n00502,Pot,8.00\n00504,Lid,3.00\n"
OTHER = b"sku,price (USD),shelf\n00502,8.00,A\n00504,3.00,B\n00505,1.00,A\n"
DAYS = b"day,visits\n2024-01-01,3\n2024-01-01,3\n2024-01-02,4\n"


async def compared(caller: Caller, dataset_id: str, version: int, since: int, **more: Any) -> dict[str, Any]:
    path = f"/api/v1/datasets/{dataset_id}/differences"
    answer = await caller.get(path, params={"version": version, "since": since, **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_rows_of_a_key_are_shown_before_and_after(owner: Caller) -> None:
    dataset = await ingested(owner, STOCK, "stock.csv")
    await ingested(owner, NEWS, "news.csv", dataset_id=dataset["id"], mode="upsert", key="sku")
    found = await compared(owner, dataset["id"], 2, 1)
    assert found["rows"] == {"key": ["sku"], "added": 1, "changed": 1, "removed": 0, "unchanged": 2}
    assert found["shown"] == ["sku", "name", "price"]
    assert found["examples"] == [
        {"kind": "added", "before": None, "after": ["00504", "Lid", "3.00"]},
        {"kind": "changed", "before": ["00502", "Pot", "7.00"], "after": ["00502", "Pot", "8.00"]},
    ]
    unnamed = await owner.get(f"/api/v1/datasets/{dataset['id']}/differences")
    assert unnamed.json() == found
    back = await compared(owner, dataset["id"], 1, 2, limit=0)
    assert back["rows"]["removed"] == 1
    assert back["examples"] == []


async def test_versions_that_are_no_neighbours_are_compared_by_columns_and_rows(owner: Caller) -> None:
    dataset = await ingested(owner, STOCK, "stock.csv")
    await ingested(owner, NEWS, "news.csv", dataset_id=dataset["id"])
    await ingested(owner, OTHER, "other.csv", dataset_id=dataset["id"])
    found = await compared(owner, dataset["id"], 3, 1)
    assert (found["columns"]["added"], found["columns"]["dropped"]) == (["shelf"], ["name"])
    assert found["columns"]["unit_changed"] == [{"column": "price", "before": "EUR", "after": "USD"}]
    assert found["shown"] == ["sku", "price"]
    assert found["rows"] == {"key": ["sku"], "added": 2, "changed": 1, "removed": 2, "unchanged": 0}


async def test_without_a_key_rows_that_one_has_more_often_are_told(owner: Caller) -> None:
    dataset = await ingested(owner, DAYS, "days.csv")
    await ingested(owner, DAYS[: DAYS.index(b"2024-01-01")] + b"2024-01-01,3\n2024-01-02,5\n", "next.csv",
                   dataset_id=dataset["id"])  # fmt: skip
    found = await compared(owner, dataset["id"], 2, 1)
    assert found["rows"] == {"key": [], "added": 1, "changed": 0, "removed": 2, "unchanged": 1}
    assert [(each["kind"], each["before"] or each["after"]) for each in found["examples"]] == [
        ("added", ["2024-01-02", "5"]),
        ("removed", ["2024-01-01", "3"]),
        ("removed", ["2024-01-02", "4"]),
    ]


WHOLE = b"sku;amount;sold;seen\n1;5;3;2024-01-31\n2;6;4;2024-02-28\n3;7;5;2024-03-01\n"
FINER = (
    b"sku;amount;sold;seen\n1;5.00;3;2024-01-31 00:00\n2;6.50;4e0;2024-02-28 00:00\n"
    b"3;7.00;5;2024-03-01 08:30\n"
)


async def test_a_wider_type_alone_changes_no_row(owner: Caller) -> None:
    dataset = await ingested(owner, WHOLE, "whole.csv")
    await ingested(owner, FINER, "finer.csv", dataset_id=dataset["id"], key="sku")
    changes = (await owner.get(f"/api/v1/datasets/{dataset['id']}/versions")).json()["items"][0]["changes"]
    assert {change["column"] for change in changes["columns"]["type_changed"]} == {"amount", "sold", "seen"}
    assert changes["rows"] == {"key": ["sku"], "added": 0, "changed": 2, "removed": 0, "unchanged": 1}
    found = await compared(owner, dataset["id"], 2, 1)
    assert found["rows"] == changes["rows"]
    assert [example["after"][0] for example in found["examples"]] == ["2", "3"]


async def test_a_wider_type_alone_changes_no_row_without_a_key(owner: Caller) -> None:
    dataset = await ingested(owner, b"day;hours\n2024-01-01;3\n2024-01-01;3\n2024-01-02;4\n", "days.csv")
    finer = b"day;hours\n2024-01-01 00:00;3.0\n2024-01-01 00:00;3.0\n2024-01-02 00:00;4.25\n"
    await ingested(owner, finer, "finer.csv", dataset_id=dataset["id"])
    found = await compared(owner, dataset["id"], 2, 1)
    assert found["rows"] == {"key": [], "added": 1, "changed": 0, "removed": 1, "unchanged": 2}


async def test_versions_of_nobody_and_of_others_are_compared_with_nothing(
    workspace: Workspace, stranger: Caller
) -> None:
    dataset = await ingested(workspace.owner, STOCK, "stock.csv")
    viewer = await workspace.member("viewer")
    path = f"/api/v1/datasets/{dataset['id']}/differences?version=1"
    assert (await viewer.get(f"{path}&since=1")).status_code == 200
    assert (await workspace.owner.get(f"{path}&since=2")).status_code == 404
    assert (await stranger.get(f"{path}&since=1")).status_code == 404
    assert (await viewer.client.get(f"{path}&since=1")).status_code == 401
    for wrong in ("", "&since=0", "&since=1&limit=201"):
        assert (await viewer.get(path + wrong)).status_code == 422


async def test_a_version_says_who_made_it_and_by_which_job(owner: Caller) -> None:
    dataset = await ingested(owner, STOCK, "stock.csv")
    (version,) = (await owner.get(f"/api/v1/datasets/{dataset['id']}/versions")).json()["items"]
    assert version["created_by"] == (await owner.get("/api/v1/auth/me")).json()["user"]["id"]
    assert (await owner.get(f"/api/v1/jobs/{version['job']['id']}")).json()["status"] == "succeeded"
    assert dataset["versions"][0]["created_by"] == version["created_by"]
