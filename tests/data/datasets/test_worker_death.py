"""Workers killed at any moment: afterwards one ready dataset a table, or a failed one with its reason."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from answerable.data.datasets import uploading
from tests.factories.system import SystemBench, random_moments
from tests.factories.waiting import eventually

KILLS = 8
_OPEN = "EXISTS (SELECT 1 FROM dataset_versions WHERE status IN ('queued', 'processing'))"


class Bench(SystemBench):
    """The system with datasets in it."""

    async def upload(self, number: int) -> None:
        """Take in a file of two tables."""

        async def chunks() -> AsyncIterator[bytes]:
            yield b"Sales\n\nregion,revenue\nNorth,10\nSouth,20\n\n\n"
            yield b"Staff\n\nname,age,city\nX,31,Rome\nY,42,Oslo\n"

        async with self.runtime.database.begin(self.principal) as session:
            new = uploading.NewTables(f"file {number}.csv")
            await uploading.upload(session, self.runtime, chunks(), new)

    async def attempts(self) -> int:
        """How many attempts have begun at all uploads together."""
        uploads = "SELECT DISTINCT upload_id, attempt FROM dataset_versions"
        statement = f"SELECT coalesce(sum(attempt), 0)::int FROM ({uploads}) AS uploads"
        return int(str((await asyncio.to_thread(self.execute, statement))[0][0]))

    async def busy(self, attempts: int) -> bool:
        """Whether an attempt has begun since."""
        return await self.attempts() > attempts


@pytest.fixture
async def bench(system_url: str, tmp_path: Path) -> AsyncIterator[Bench]:
    bench = Bench(system_url, tmp_path)
    yield bench
    await bench.close()


async def test_workers_killed_at_any_moment_leave_one_ready_dataset_a_table_or_a_failed_one(
    bench: Bench,
) -> None:
    moments = random_moments()
    for number in range(KILLS):
        await bench.upload(number)
        attempts = await bench.attempts()
        worker = bench.worker()
        await eventually(partial(bench.busy, attempts), seconds=60)
        await asyncio.sleep(moments.uniform(0, 1))
        await bench.kill(worker)
    bench.worker()
    await bench.nothing_open()
    assert not await bench.holds(_OPEN)
    _each_upload_is_ready_or_failed(bench)
    _only_published_tables_are_on_disk(bench)


def _each_upload_is_ready_or_failed(bench: Bench) -> None:
    uploads: dict[object, list[tuple[object, ...]]] = {}
    for upload, *facts in bench.execute(
        "SELECT v.upload_id, v.status, v.table_label, d.status, d.version, v.error_code, d.error_detail"
        " FROM dataset_versions v JOIN datasets d ON d.id = v.dataset_id ORDER BY v.table_label"
    ):
        uploads.setdefault(upload, []).append(tuple(facts))
    assert len(uploads) == KILLS
    for outcome in uploads.values():
        if outcome[0][0] == "ready":
            expected = [("ready", label, "ready", 1, None, None) for label in ("Sales", "Staff")]
            assert outcome == expected
        else:
            ((version, label, dataset, number, code, detail),) = outcome
            assert (version, label, dataset, number) == ("failed", None, "failed", None)
            assert code
            assert detail


def _only_published_tables_are_on_disk(bench: Bench) -> None:
    root = bench.data_dir / "datasets"
    ready = bench.execute("SELECT table_path FROM dataset_versions WHERE status = 'ready'")
    published = {root / str(path) for (path,) in ready}
    above = {folder for path in published for folder in path.parents if folder.is_relative_to(root)}
    workspace = root / str(bench.principal.workspace_id)
    assert {*root.rglob("*")} - {workspace} == (published | above) - {root, workspace}
