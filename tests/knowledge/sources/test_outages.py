"""What a sync lives through: a restarted database, a full disk, killed parsers, changed documents."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import shutil
import signal
import time
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import psutil
import pytest

from answerable.kit import storage
from answerable.kit.db.migrate import migrate
from answerable.kit.postgres import Cluster
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.knowledge.sources import repository
from answerable.knowledge.sources.sync import tasks
from tests.factories.callers import Caller
from tests.factories.waiting import eventually
from tests.knowledge.sources.syncing import Json, add_source, documents, items, sync
from tests.knowledge.sources.test_faults import COUNTS, FILES, WITHOUT_OWNER, Bench


async def a_shelf(admin_url: str, folder: Path) -> Bench:
    """The system with a folder of notes."""
    bench = Bench(admin_url, folder / "data")
    bench.folder.mkdir()
    for number in range(FILES):
        (bench.folder / f"n{number:03d}.md").write_text(f"Note number {number} about parcels.")
    return bench


def crash(cluster: Cluster) -> None:
    """End PostgreSQL without a checkpoint, as a crash does, and start it again."""
    assert cluster.pid is not None
    os.kill(cluster.pid, signal.SIGQUIT)
    while cluster.is_alive():
        time.sleep(0.01)
    cluster.start()


@pytest.fixture
async def mortal(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> AsyncIterator[tuple[Cluster, Bench]]:
    """A PostgreSQL that the test may restart."""
    cluster = Cluster(tmp_path_factory.mktemp("mortal"))
    cluster.start()
    migrate(cluster.admin_url)
    bench = await a_shelf(cluster.admin_url, tmp_path)
    yield cluster, bench
    await bench.close()
    cluster.stop()
    shutil.rmtree(cluster.folder, ignore_errors=True)


@pytest.mark.timeout(300)
async def test_a_sync_outlives_the_databases_restarts(mortal: tuple[Cluster, Bench]) -> None:
    cluster, bench = mortal
    worker = bench.worker()
    await bench.start(await bench.add())
    for seen in (2, 12):
        await eventually(partial(bench.seen, seen), seconds=120)
        await asyncio.to_thread(crash, cluster)
    await bench.nothing_open()
    assert worker.is_alive()
    assert bench.one("SELECT status FROM sync_runs") == ("succeeded",)
    assert bench.one(COUNTS) == (FILES, FILES, 0, 0, 0, 0)
    assert bench.one("SELECT count(*), count(DISTINCT sha256) FROM documents") == (FILES, FILES)
    assert bench.one(WITHOUT_OWNER) == (0, 0)


@pytest.fixture
async def bench(system_url: str, tmp_path: Path) -> AsyncIterator[Bench]:
    bench = await a_shelf(system_url, tmp_path)
    yield bench
    await bench.close()


async def _kill_parsers(worker_pid: int, most: int) -> int:
    """Kill the processes below a worker as they come, `most` of them; how many there were."""
    killed: set[int] = set()
    while len(killed) < most:
        with contextlib.suppress(psutil.NoSuchProcess):
            for child in psutil.Process(worker_pid).children(recursive=True):
                if child.pid not in killed:
                    child.kill()
                    killed.add(child.pid)
        await asyncio.sleep(0.02)
    return len(killed)


@pytest.mark.timeout(300)
async def test_a_parser_that_is_killed_costs_its_document_alone(bench: Bench) -> None:
    worker = bench.worker()
    assert worker.pid is not None
    await bench.start(await bench.add())
    killing = asyncio.create_task(_kill_parsers(worker.pid, 3))
    await bench.nothing_open()
    killing.cancel()
    assert worker.is_alive()
    assert bench.one("SELECT status FROM sync_runs") == ("succeeded",)
    states = dict(bench.execute("SELECT status, count(*)::int FROM documents GROUP BY 1"))  # type: ignore[arg-type]
    assert sum(states.values()) == FILES
    assert set(states) <= {"ready", "failed"}
    assert states["ready"] >= FILES - 3
    assert bench.execute("SELECT 1 FROM documents WHERE status = 'failed' AND error_detail IS NULL") == []


@pytest.mark.usefixtures("worker")
async def test_a_full_disk_stops_a_sync_and_nothing_is_lost_or_doubled(
    owner: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, runtime: Runtime
) -> None:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    for number in range(30):
        (shelf / f"n{number:02d}.md").write_text(f"Note number {number}.")
    room = [12]
    write = os.fsync

    def fsync(handle: int) -> None:
        room[0] -= 1
        if room[0] < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(handle)

    monkeypatch.setattr(storage.os, "fsync", fsync)
    source = await add_source(owner, "folder", path=str(shelf), watch=False)
    run = await sync(owner, source, status="failed")
    assert run["error"]["code"] == "storage_full"
    taken = len(await items(owner, source))
    assert taken < 30
    room[0] = 10_000
    counts = (await sync(owner, source))["counts"]
    assert (counts["added"], counts["unchanged"], counts["failed"]) == (30 - taken, taken, 0)
    assert len(await documents(owner, source)) == 30
    incoming = [
        path for path in runtime.files.root.glob(f"{owner.workspace_id}/documents/**/*") if path.is_file()
    ]
    assert len(incoming) == 30


@pytest.mark.usefixtures("worker")
async def test_a_document_that_is_replaced_while_it_is_asked_about_answers_all_the_time(
    owner: Caller, tmp_path: Path, runtime: Runtime
) -> None:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    (shelf / "tea.md").write_text("# Tea\n\nGreen tea is brewed at 70 degrees.")
    source = await add_source(owner, "folder", path=str(shelf), watch=False)
    await sync(owner, source)
    await documents(owner, source)
    heard: list[set[str]] = []
    asking = asyncio.create_task(_ask_for_ever(owner, source, heard))
    for degrees in (71, 72):
        (shelf / "tea.md").write_text(f"# Tea\n\nGreen tea is brewed at {degrees} degrees.")
        await sync(owner, source)
        await documents(owner, source)
        await _release(runtime, owner, source)
        asked = len(heard)
        await eventually(partial(_beyond, heard, asked + 1), seconds=60)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    known = {f"Green tea is brewed at {degrees} degrees." for degrees in (70, 71, 72)}
    assert all(found and found <= known for found in heard), heard
    assert heard[-1] == {"Green tea is brewed at 72 degrees."}


async def _beyond(heard: list[set[str]], number: int) -> bool:
    return len(heard) > number


async def _ask_for_ever(owner: Caller, source: Json, heard: list[set[str]]) -> None:
    """Ask again and again; note the texts that were found."""
    while True:
        body = {"query": "How is green tea brewed?", "source_ids": [source["id"]]}
        answer = await owner.post("/api/v1/search", json=body)
        assert answer.status_code == 200, answer.text
        heard.append({hit["text"].rpartition("\n")[2] for hit in answer.json()["results"]})
        await asyncio.sleep(0.01)


async def _release(runtime: Runtime, owner: Caller, source: Json) -> None:
    """Let the source's alarm ring, at which former documents go."""
    async with runtime.database.begin(Principal.system(owner.workspace_id)) as session:
        moment = await repository.now(session)
        await repository.set_alarm(session, source["id"], moment)
    await tasks.ring(runtime, moment)
