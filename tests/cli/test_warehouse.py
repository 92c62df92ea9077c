"""`answerable doctor` and `answerable verify` about the data warehouse."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from answerable.cli.doctor.finding import Level
from answerable.cli.doctor.warehouse import check_warehouse
from answerable.data.datasets import uploading
from answerable.data.datasets.tables import DatasetEngine
from answerable.kit import ids
from answerable.kit.settings import Settings
from tests.cli.command import run
from tests.data.datasets.uploads import ORDERS
from tests.data.warehouse.house import PASSWORD, House, warehouse_beside
from tests.factories.system import SystemBench


@pytest.fixture(scope="module")
def house(admin_url: str) -> Iterator[House]:
    with warehouse_beside(admin_url) as found:
        yield found


def found(tmp_path: Path, **addresses: str) -> list[tuple[Level, str]]:
    settings = Settings.model_validate({"data_dir": tmp_path, "warehouse": addresses})
    findings = list(check_warehouse(settings))
    assert PASSWORD not in str(findings)
    return [(finding.level, finding.detail) for finding in findings]


def test_without_a_warehouse_nothing_is_said(tmp_path: Path) -> None:
    assert found(tmp_path) == []


def test_both_addresses_are_tried_and_a_reader_is_made(tmp_path: Path, house: House) -> None:
    (writes, reads) = found(tmp_path, url=house.url())
    assert writes == (Level.OK, f"{house.name} writes to {house.name} at 127.0.0.1")
    assert reads[0] is Level.OK
    assert reads[1].startswith("answerable_reader_")
    assert reads[1].endswith("and cannot write")


def test_a_reading_role_that_can_write_fails_and_is_told_what_it_could_do(
    tmp_path: Path, house: House
) -> None:
    (writes, reads) = found(tmp_path, url=house.url(), read_url=house.url())
    assert writes[0] is Level.OK
    assert reads[0] is Level.FAIL
    assert "could create tables" in reads[1]


def test_a_writing_role_without_rights_fails_with_the_grant(tmp_path: Path, house: House) -> None:
    bare = house.make_role(f"bare_{house.name}")
    (writes, reads) = found(tmp_path, url=bare, read_url=bare)
    assert writes[0] is Level.FAIL
    assert f"GRANT CREATE ON DATABASE {house.name} TO bare_{house.name}" in writes[1]
    assert reads[0] is Level.OK


@pytest.mark.parametrize("read_url", [None, "x"])
def test_a_server_that_is_away_and_a_text_that_is_no_address_fail(
    tmp_path: Path, house: House, read_url: str | None
) -> None:
    more = {"read_url": read_url} if read_url else {}
    (writes, reads) = found(tmp_path, url=house.url(port=1), **more)
    assert (writes[0], reads[0]) == (Level.FAIL, Level.FAIL)
    assert "refused" in writes[1]
    assert ("ANSWERABLE_WAREHOUSE__READ_URL is no address" in reads[1]) == (read_url is not None)


def test_an_address_to_read_from_alone_fails(tmp_path: Path, house: House) -> None:
    ((level, detail),) = found(tmp_path, read_url=house.url())
    assert level is Level.FAIL
    assert "ANSWERABLE_WAREHOUSE__URL is not" in detail


@pytest.fixture
async def bench(
    system_url: str, tmp_path: Path, house: House, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[SystemBench]:
    """A system with a table in the warehouse."""
    bench = SystemBench(system_url, tmp_path / "data", warehouse={"url": house.url()})
    monkeypatch.setenv("ANSWERABLE_DATABASE_URL", system_url)
    monkeypatch.setenv("ANSWERABLE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("ANSWERABLE_WAREHOUSE__URL", house.url())

    async def chunks() -> AsyncIterator[bytes]:
        yield ORDERS

    bench.worker()
    async with bench.runtime.database.begin(bench.principal) as session:
        new = uploading.NewTables("orders.csv", engine=DatasetEngine.POSTGRESQL)
        await uploading.upload(session, bench.runtime, chunks(), new)
    await bench.nothing_open()
    yield bench
    await bench.close()


async def verified() -> dict[str, int]:
    """What `answerable verify` finds, by its checks."""
    finished = await asyncio.to_thread(run, "verify", "--json", "--min-age", "0")
    report = json.loads(finished.output[: finished.output.rindex("}") + 1])
    return {problem["check"]: problem["count"] for problem in report["problems"]}


async def test_verify_proves_that_each_table_is_there_whole_and_no_other(
    bench: SystemBench, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await verified() == {}
    schema = f"answerable_{bench.principal.workspace_id}"
    (table,) = house.tables(str(bench.principal.workspace_id))
    house.execute(f'DELETE FROM "{schema}"."{table}" WHERE order_id = 1001')
    assert await verified() == {"table_not_in_warehouse": 1}
    filled = await asyncio.to_thread(run, "warehouse", "fill")
    assert (filled.status, filled.output) == (0, "1 table written.\n"), filled.errors
    assert await verified() == {}
    again = await asyncio.to_thread(run, "warehouse", "fill")
    assert again.output == "0 tables written.\n"
    house.execute(f'CREATE TABLE "{schema}"."{ids.new_id("dsv")}_1_0" ()')
    house.execute(f'DROP TABLE "{schema}"."{table}"')
    assert await verified() == {"table_not_in_warehouse": 1, "table_without_version": 1}
    gone = ids.decode("ws", ids.new_id("ws"))
    bench.execute("INSERT INTO warehouse_schemas VALUES (%s)", gone)
    monkeypatch.setenv("ANSWERABLE_WAREHOUSE__URL", house.url(port=1))
    assert await verified() == {"warehouse_away": 1, "schema_without_workspace": 1}
    filled = await asyncio.to_thread(run, "warehouse", "fill")
    assert filled.status == 1
    assert "does not answer" in filled.errors
    monkeypatch.delenv("ANSWERABLE_WAREHOUSE__URL")
    assert await verified() == {"warehouse_away": 1}
    filled = await asyncio.to_thread(run, "warehouse", "fill")
    assert (filled.status, "ANSWERABLE_WAREHOUSE__URL" in filled.errors) == (1, True)
    bench.execute("DELETE FROM warehouse_schemas")
