"""A warehouse that is read through a replica: it may lag, and is never asked for what it lacks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from answerable.data.datasets import tasks
from answerable.kit.postgres import Cluster
from answerable.kit.settings import Settings
from tests.data.datasets.uploads import ORDERS, finished, upload
from tests.data.warehouse.house import House, point, stored
from tests.data.warehouse.standby import Standby, standby_of
from tests.factories.callers import Caller
from tests.factories.waiting import eventually

pytestmark = pytest.mark.usefixtures("worker")

COUNT = {"measures": [{"aggregation": "count", "alias": "n"}]}


@pytest.fixture(scope="module")
def standby(cluster: Cluster, house: House) -> Iterator[Standby]:
    del house  # its database is copied too
    with standby_of(cluster) as found:
        yield found


async def test_questions_go_to_the_replica_where_even_the_owner_only_reads(
    owner: Caller, warehouse: House, standby: Standby, settings: Settings
) -> None:
    point(settings.warehouse, warehouse.url(), warehouse.url(port=standby.port))
    dataset = await stored(owner, ORDERS, "orders.csv")
    # The first server is not needed for what is asked.
    point(settings.warehouse, warehouse.url(port=1), warehouse.url(port=standby.port))
    answer = await owner.post("/api/v1/query", json={"dataset": dataset["name"], **COUNT})
    assert answer.json()["rows"] == [[3]], answer.text
    rows = await owner.get(f"/api/v1/datasets/{dataset['id']}/rows")
    assert len(rows.json()["rows"]) == 3


async def test_a_version_shows_once_the_replica_has_its_rows(
    owner: Caller, warehouse: House, standby: Standby, settings: Settings
) -> None:
    point(settings.warehouse, warehouse.url(), warehouse.url(port=standby.port))
    dataset = await stored(owner, ORDERS, "orders.csv")
    standby.pause()
    try:
        more = ORDERS + b"1004,2024-04-01,eve@example.com,1.00,1,no\n"
        answer = await upload(owner, more, dataset_id=dataset["id"])

        async def written() -> bool:
            return len(await asyncio.to_thread(warehouse.tables, owner.workspace_id)) == 2

        await eventually(written, seconds=60)
        shown = await owner.post("/api/v1/query", json={"dataset": dataset["name"], **COUNT})
        assert shown.json()["rows"] == [[3]], shown.text
        job = (await owner.get(f"/api/v1/jobs/{answer.json()['job']['id']}")).json()
        assert job["status"] == "running"
    finally:
        standby.resume()
    assert (await finished(owner, answer.json()["job"]["id"]))["status"] == "succeeded"
    shown = await owner.post("/api/v1/query", json={"dataset": dataset["name"], **COUNT})
    assert shown.json()["rows"] == [[4]], shown.text


async def test_a_cancelled_version_takes_its_table_along(
    owner: Caller,
    warehouse: House,
    standby: Standby,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The attempt itself drops it: the job that clears up later, which would do so too, is held back."""

    async def leave_all(*_: object, **__: object) -> None:
        return

    monkeypatch.setattr(tasks, "discard_tables", leave_all)
    point(settings.warehouse, warehouse.url(), warehouse.url(port=standby.port))
    standby.pause()
    try:
        answer = await upload(owner, ORDERS, "orders.csv", engine="postgresql")

        async def written() -> bool:
            return len(await asyncio.to_thread(warehouse.tables, owner.workspace_id)) == 1

        await eventually(written, seconds=60)
        job_id = answer.json()["job"]["id"]
        assert (await owner.post(f"/api/v1/jobs/{job_id}/cancel")).status_code < 300
        assert (await finished(owner, job_id))["status"] == "cancelled"
        await eventually(lambda: warehouse.no_tables(owner.workspace_id))
    finally:
        standby.resume()
