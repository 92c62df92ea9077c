"""A worker killed or stopped while it copies: the version has its table, once, with all its rows."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

from answerable.data.datasets import uploading
from answerable.data.datasets.tables import DatasetEngine
from tests.data.warehouse.house import House, over
from tests.factories.system import SystemBench
from tests.factories.tcp_to_socket import Gate
from tests.factories.waiting import eventually

ROWS = 40_000
_WRITING = "SELECT 1 FROM pg_stat_activity WHERE datname = %s AND usename = %s AND xact_start IS NOT NULL"
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
            await eventually(lambda: _nothing_copies(house))
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


async def test_a_worker_that_comes_late_leaves_the_others_table_and_none_of_its_own(
    system_url: str, tmp_path: Path, house: House
) -> None:
    gate = Gate(after_bytes=400_000)
    with over(house, gate) as url:
        bench = SystemBench(system_url, tmp_path, warehouse={"url": url})
        workspace_id = str(bench.principal.workspace_id)
        try:
            await upload(bench)
            late = bench.worker()
            await eventually(lambda: asyncio.to_thread(gate.held.is_set), seconds=60)
            os.kill(late.pid or 0, signal.SIGSTOP)
            gate.open()
            bench.worker()
            ready = "EXISTS (SELECT 1 FROM dataset_versions WHERE status = 'ready')"
            await eventually(lambda: bench.holds(ready), seconds=60)
            assert house.execute(_WRITING, house.name, house.name) != []
            os.kill(late.pid or 0, signal.SIGCONT)
            await eventually(lambda: _one_table(house, workspace_id), seconds=60)
            ((relation, attempt),) = bench.execute("SELECT relation, attempt FROM dataset_versions")
            assert attempt == 2
            assert house.tables(workspace_id) == [relation]
            place = f'"answerable_{workspace_id}"."{relation}"'
            assert house.execute(f"SELECT count(*) FROM {place}") == [(ROWS,)]
        finally:
            await bench.close()


async def _one_table(house: House, workspace_id: str) -> bool:
    """Whether nobody writes any more, and one table is there."""
    if await asyncio.to_thread(house.execute, _WRITING, house.name, house.name):
        return False
    return len(await asyncio.to_thread(house.tables, workspace_id)) == 1


async def _nothing_copies(house: House) -> bool:
    return not await asyncio.to_thread(house.execute, _COPYING, house.name)


def _reader(house: House) -> str:
    """A reading address that does not lead through the gate."""
    return house.make_role(f"beside_{house.name}")
