"""A worker killed while it copies: afterwards the version has its table, once, with all its rows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from answerable.data.datasets import uploading
from answerable.data.datasets.tables import DatasetEngine
from tests.data.warehouse.house import House, over
from tests.factories.system import SystemBench
from tests.factories.tcp_to_socket import Gate
from tests.factories.waiting import eventually

ROWS = 40_000
_COPYING = "SELECT 1 FROM pg_stat_activity WHERE datname = %s AND query LIKE 'COPY%%' AND state = 'active'"


async def upload(bench: SystemBench) -> None:
    """Take in a file for the warehouse."""

    async def chunks() -> AsyncIterator[bytes]:
        yield b"number,word,amount\n"
        for number in range(ROWS):
            yield f"{number},word {number % 97},{number}.{number % 100:02d}\n".encode()

    async with bench.runtime.database.begin(bench.principal) as session:
        new = uploading.NewTables("rows.csv", engine=DatasetEngine.POSTGRESQL)
        await uploading.upload(session, bench.runtime, chunks(), new)


async def test_a_worker_killed_during_copy_leaves_nothing_and_the_next_one_goes_on(
    system_url: str, tmp_path: Path, house: House
) -> None:
    gate = Gate(after_bytes=400_000)
    with over(house, gate) as url:
        bench = SystemBench(system_url, tmp_path, warehouse={"url": url, "read_url": _reader(house)})
        workspace_id = str(bench.principal.workspace_id)
        try:
            await upload(bench)
            worker = bench.worker()
            await eventually(lambda: asyncio.to_thread(gate.held.is_set), seconds=60)
            assert house.execute(_COPYING, house.name) == [(1,)]
            await bench.kill(worker)
            gate.open()
            await eventually(lambda: _nothing_copies(house), seconds=30)
            assert house.tables(workspace_id) == []
            bench.worker()
            await bench.nothing_open()
            ((relation, status, attempt),) = bench.execute(
                "SELECT relation, status, attempt FROM dataset_versions"
            )
            assert (status, attempt) == ("ready", 2)
            assert house.tables(workspace_id) == [relation]
            place = f'"answerable_{workspace_id}"."{relation}"'
            ((count, different, total),) = house.execute(
                f"SELECT count(*), count(DISTINCT number), sum(number)::bigint FROM {place}"
            )
            assert (count, different, total) == (ROWS, ROWS, ROWS * (ROWS - 1) // 2)
            left = sorted(path.suffix for path in (tmp_path / "datasets").rglob("*") if path.is_file())
            assert left == [".parquet"]
        finally:
            await bench.close()


async def _nothing_copies(house: House) -> bool:
    return not await asyncio.to_thread(house.execute, _COPYING, house.name)


def _reader(house: House) -> str:
    """A reading address that does not lead through the gate."""
    return house.make_role(f"beside_{house.name}")
