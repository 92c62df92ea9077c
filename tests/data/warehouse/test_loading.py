"""Uploads with the engine `postgresql`: what becomes of them in the warehouse, and what it takes."""

from __future__ import annotations

import asyncio
from pathlib import Path

import duckdb
import pytest

from answerable.kit.settings import Settings
from tests.data.datasets.uploads import ORDERS, finished, ingested, upload
from tests.data.warehouse.house import House, point, stored
from tests.factories.callers import Caller
from tests.factories.waiting import eventually

pytestmark = pytest.mark.usefixtures("worker")

_AWKWARD = """
    SELECT * FROM (VALUES
        (1, 'a "quoted" line' || chr(10) || 'and' || chr(9) || 'more, \\N \\.', 1234567890.12, 0.1,
         DATE '2024-02-29', TIMESTAMP '2024-02-29 23:59:59.000001', TIME '01:02:03', true),
        (2, '', -0.01, 1e-9, DATE '0900-12-31', TIMESTAMP '1999-12-31', TIME '23:59:59.5', false),
        (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
        (9007199254740993, 'Größe €, 日本 🦊', 0.00, -1e300, DATE '9999-12-31', NULL, TIME '00:00', true),
        (-5, '\\.', 0.10, 0, NULL, NULL, NULL, NULL), (6, 'NULL', 0.20, 0, NULL, NULL, NULL, false)
    ) AS t (id, words, money, share, day, moment, clock, fine)
"""


def awkward(folder: Path) -> bytes:
    """A Parquet file with what text formats are known to trip over."""
    path = folder / "awkward.parquet"
    narrow = (
        "CAST(money AS DECIMAL(38, 4)) AS money, CAST(share AS DOUBLE) AS share, CAST(0.1 AS FLOAT) AS small"
    )
    with duckdb.connect() as connection:
        rows = connection.sql(f"SELECT * REPLACE (CAST(id AS BIGINT) AS id) FROM ({_AWKWARD})")
        rows.select(f"id, words, {narrow}, day, moment, clock, fine").write_parquet(str(path))
    return path.read_bytes()


async def test_a_version_becomes_a_table_of_its_workspace_that_only_its_reader_reads(
    owner: Caller, warehouse: House
) -> None:
    dataset = await stored(owner, ORDERS, "orders.csv")
    assert (dataset["engine"], dataset["status"], dataset["row_count"]) == ("postgresql", "ready", 3)
    (table,) = await asyncio.to_thread(warehouse.tables, owner.workspace_id)
    schema = f"answerable_{owner.workspace_id}"
    rows = warehouse.execute(f'SELECT order_id, customer_email, amount, paid FROM "{schema}"."{table}"')
    assert [(r[0], r[1], str(r[2]), r[3]) for r in rows] == [
        (1001, "ada@example.com", "19.90", True),
        (1002, "bob@example.com", "5.00", False),
        (1003, "ada@example.com", "100.10", True),
    ]
    granted = warehouse.execute(
        "SELECT grantee, privilege_type FROM information_schema.role_table_grants"
        " WHERE table_name = %s AND grantee <> %s",
        table,
        warehouse.name,
    )
    ((reader, privilege),) = granted
    assert reader.startswith("answerable_reader_")
    assert privilege == "SELECT"


async def test_new_datasets_lie_there_by_default_where_the_server_is_set_up_so(
    owner: Caller, warehouse: House, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings.warehouse, "by_default", True)
    unnamed = await ingested(owner, ORDERS, "orders.csv")
    here = await ingested(owner, ORDERS, "here.csv", engine="parquet")
    assert (unnamed["engine"], here["engine"]) == ("postgresql", "parquet")
    assert len(await asyncio.to_thread(warehouse.tables, owner.workspace_id)) == 1


@pytest.mark.usefixtures("warehouse")
async def test_cells_are_those_of_the_parquet_file_whatever_is_in_them(owner: Caller, tmp_path: Path) -> None:
    content = awkward(tmp_path)
    here = await ingested(owner, content, "here.parquet")
    there = await stored(owner, content, "there.parquet")
    shown = [(await owner.get(f"/api/v1/datasets/{d['id']}/rows")).json() for d in (here, there)]
    assert shown[0]["columns"] == shown[1]["columns"]
    assert shown[0]["rows"] == shown[1]["rows"]
    cells = {row[0]: row[1] for row in shown[1]["rows"]}
    assert list(cells) == [1, 2, 3, 9007199254740993, -5, 6]
    assert (cells[2], cells[3], cells[6], cells[-5]) == ("", None, "NULL", "\\.")


async def test_each_table_of_a_file_lies_there(owner: Caller, warehouse: House) -> None:
    content = (
        b"Sales\n\nregion,revenue\nNorth,10\nSouth,20\n\n\nStaff\n\nname,age,city\nX,31,Rome\nY,42,Oslo\n"
    )
    await stored(owner, content, "report.csv")
    items = (await owner.get("/api/v1/datasets")).json()["items"]
    assert {(i["name"], i["engine"]) for i in items} == {("sales", "postgresql"), ("staff", "postgresql")}
    assert len(warehouse.tables(owner.workspace_id)) == 2


async def test_without_a_warehouse_the_engine_is_refused_with_the_remedy(owner: Caller) -> None:
    answer = await upload(owner, ORDERS, engine="postgresql")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert answer.json()["errors"] == [{"field": "engine", "message": "no data warehouse is set up"}]
    assert "ANSWERABLE_WAREHOUSE__URL" in answer.json()["detail"]
    assert (await owner.get("/api/v1/datasets")).json()["items"] == []


async def test_an_engine_that_there_is_none_of_is_refused(owner: Caller) -> None:
    answer = await upload(owner, ORDERS, engine="oracle")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].endswith("engine")


async def test_the_engine_is_chosen_once(owner: Caller, warehouse: House) -> None:
    del warehouse
    here = await ingested(owner)
    more = ORDERS + b"1004,2024-04-01,eve@example.com,1.00,1,no\n"
    for fields in ({"dataset_id": here["id"]}, {}):
        answer = await upload(owner, more if fields else ORDERS, engine="postgresql", **fields)
        assert (answer.status_code, answer.json()["code"]) == (409, "engine_fixed"), answer.text
        assert answer.json()["errors"][0]["field"] == "engine"
    again = await upload(owner, ORDERS, engine="parquet")
    assert again.status_code == 200
    assert again.json()["datasets"][0]["engine"] == "parquet"


async def test_a_role_that_reads_and_could_write_is_refused(
    owner: Caller, warehouse: House, settings: Settings
) -> None:
    point(settings.warehouse, warehouse.url(), warehouse.url())
    answer = await upload(owner, ORDERS, engine="postgresql")
    job = await finished(owner, answer.json()["job"]["id"])
    assert (job["status"], job["error"]["code"]) == ("failed", "warehouse_unfit")
    assert "can do more than read" in job["error"]["detail"]
    assert "answerable_ws" not in job["error"]["detail"]
    assert warehouse.tables(owner.workspace_id) == []


async def test_a_role_of_the_operators_own_reads(owner: Caller, warehouse: House, settings: Settings) -> None:
    role = f"reads_{warehouse.name}"
    point(settings.warehouse, warehouse.url(), warehouse.make_role(role))
    dataset = await stored(owner, ORDERS, "orders.csv")
    rows = (await owner.get(f"/api/v1/datasets/{dataset['id']}/rows")).json()
    assert len(rows["rows"]) == 3
    (table,) = warehouse.tables(owner.workspace_id)
    allowed = (
        "SELECT has_table_privilege(%s, %s, 'SELECT'), has_table_privilege(%s, %s, 'INSERT, UPDATE, DELETE')"
    )
    place = f'"answerable_{owner.workspace_id}"."{table}"'
    assert warehouse.execute(allowed, role, place, role, place) == [(True, False)]


async def test_a_warehouse_that_is_away_fails_the_upload_and_keeps_nothing(
    owner: Caller, warehouse: House, settings: Settings
) -> None:
    point(settings.warehouse, warehouse.url(port=1))
    answer = await upload(owner, ORDERS, engine="postgresql")
    job = await finished(owner, answer.json()["job"]["id"])
    assert (job["status"], job["error"]["code"]) == ("failed", "warehouse_unavailable")
    assert warehouse.name not in job["error"]["detail"]
    point(settings.warehouse, warehouse.url())
    dataset = await stored(owner, ORDERS, "orders.csv")  # the same file again: it is read once more
    assert dataset["id"] == answer.json()["datasets"][0]["id"]
    assert len(warehouse.tables(owner.workspace_id)) == 1


async def test_a_warehouse_that_comes_back_in_time_gets_the_table(
    owner: Caller, warehouse: House, settings: Settings
) -> None:
    point(settings.warehouse, warehouse.url(port=1))
    answer = await upload(owner, ORDERS, engine="postgresql")
    job_id = answer.json()["job"]["id"]

    async def tried() -> bool:
        return bool((await owner.get(f"/api/v1/jobs/{job_id}")).json()["attempt"])

    await eventually(tried)
    point(settings.warehouse, warehouse.url())
    job = await finished(owner, job_id)
    assert job["status"] in ("succeeded", "failed")
    assert len(warehouse.tables(owner.workspace_id)) == (job["status"] == "succeeded")


async def test_a_question_while_it_is_away_is_told_so_without_its_place(
    owner: Caller, warehouse: House, settings: Settings
) -> None:
    dataset = await stored(owner, ORDERS, "orders.csv")
    point(settings.warehouse, warehouse.url(port=1))
    query = {"dataset": dataset["name"], "measures": [{"aggregation": "count", "alias": "n"}]}
    for answer in (
        await owner.post("/api/v1/query", json=query),
        await owner.get(f"/api/v1/datasets/{dataset['id']}/rows"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (503, "warehouse_unavailable"), answer.text
        assert "127.0.0.1" not in answer.text
    point(settings.warehouse, warehouse.url())
    answer = await owner.post("/api/v1/query", json=query)
    assert answer.json()["rows"] == [[3]], answer.text


@pytest.mark.parametrize("engine", ["postgresql", "parquet"])
async def test_who_may_upload_there_and_see_it(
    owner: Caller, viewer: Caller, stranger: Caller, warehouse: House, engine: str
) -> None:
    del warehouse
    assert (await upload(viewer, ORDERS, engine=engine)).status_code == 403
    dataset = await ingested(owner, engine=engine)
    rows = f"/api/v1/datasets/{dataset['id']}/rows"
    assert (await viewer.get(rows)).status_code == 200
    assert (await stranger.get(rows)).status_code == 404
    query = {"dataset": dataset["name"], "measures": [{"aggregation": "count", "alias": "n"}]}
    assert (await viewer.post("/api/v1/query", json=query)).json()["rows"] == [[3]]
    assert (await stranger.post("/api/v1/query", json=query)).status_code == 422
    answer = await upload(stranger, ORDERS, dataset_id=dataset["id"], engine=engine)
    assert answer.status_code == 404
