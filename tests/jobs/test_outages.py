"""PostgreSQL restarts and cut connections: what was acknowledged is done, once."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from sqlalchemy.exc import DBAPIError

from answerable.jobs import JobStatus
from answerable.kit.postgres import Cluster
from answerable.kit.principal import Principal
from tests.jobs.conftest import Bench, prepare, until

_RESTARTS = 1  # under load, after one at rest
_LISTENERS = (
    "FROM pg_stat_activity "
    "WHERE application_name = 'answerable listener' AND datname = current_database() "
    "AND query LIKE 'LISTEN%%'"
)


@pytest.fixture
async def mortal(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> AsyncIterator[tuple[Cluster, Bench]]:
    """A PostgreSQL that the test may restart, with the queue in it."""
    cluster = Cluster(tmp_path_factory.mktemp("mortal"))
    cluster.start()
    url = urlunsplit(urlsplit(cluster.admin_url)._replace(path="/answerable_jobs"))
    prepare(url)
    bench = Bench(url, tmp_path)
    yield cluster, bench
    await bench.close()
    cluster.stop()
    shutil.rmtree(cluster.folder, ignore_errors=True)


def crash(cluster: Cluster) -> None:
    """End PostgreSQL without a checkpoint, as a crash does, and start it again."""
    assert cluster.pid is not None
    os.kill(cluster.pid, signal.SIGQUIT)
    while cluster.is_alive():
        time.sleep(0.01)
    cluster.start()


async def enqueue_for_ever(bench: Bench, tenant: Principal, acknowledged: list[str]) -> None:
    """Queue jobs one after another; note those whose transaction was acknowledged."""
    number = 0
    while True:
        number += 1
        try:
            acknowledged.append(await bench.enqueue(tenant, "quick", str(number)))
        except DBAPIError:
            continue  # whether it was committed is unknown: it was not acknowledged
        await asyncio.sleep(0)


async def test_no_acknowledged_job_is_lost_when_postgresql_crashes(
    mortal: tuple[Cluster, Bench], seed: int
) -> None:
    cluster, bench = mortal
    rng = random.Random(seed)
    tenant = bench.workspace()
    worker = bench.worker(polling_seconds=0.02)
    await bench.ended(tenant, await bench.enqueue(tenant, "quick", "before"))
    await asyncio.to_thread(crash, cluster)
    long_id = await bench.enqueue(tenant, "held", "long")
    acknowledged: list[str] = []
    client = asyncio.create_task(enqueue_for_ever(bench, tenant, acknowledged))
    for _ in range(_RESTARTS):
        target = len(acknowledged) + rng.randint(5, 40)

        async def enough(target: int = target) -> bool:
            return len(acknowledged) >= target

        await until(enough, f"{target} jobs are queued")
        await asyncio.to_thread(crash, cluster)
    client.cancel()
    await asyncio.gather(client, return_exceptions=True)
    bench.leave("release", "long")
    for job_id in (long_id, *acknowledged):
        assert (await bench.ended(tenant, job_id)).status is JobStatus.SUCCEEDED
    assert (
        bench.execute("SELECT subject FROM marks WHERE event = 'effect' GROUP BY 1 HAVING count(*) > 1") == []
    )
    assert worker.is_alive()


async def test_a_cut_listener_costs_a_polling_interval_at_most_and_comes_back(bench: Bench) -> None:
    tenant = bench.workspace()
    bench.worker(polling_seconds=1.0)
    before = set(await _rows(bench, f"SELECT pid {_LISTENERS}"))
    bench.execute(f"SELECT pg_terminate_backend(pid) {_LISTENERS}")
    job_id = await bench.enqueue(tenant, "quick", "a")
    assert (await bench.ended(tenant, job_id)).status is JobStatus.SUCCEEDED

    async def again() -> bool:
        now = set(bench.execute(f"SELECT pid {_LISTENERS}"))
        return bool(now - before)

    await until(again, "it listens again")


async def _rows(bench: Bench, query: str) -> list[tuple[object, ...]]:
    async def some() -> bool:
        return bool(bench.execute(query))

    await until(some, "the worker listens")
    return bench.execute(query)


async def test_a_notification_brings_a_job_at_once_whatever_the_polling_interval(bench: Bench) -> None:
    tenant = bench.workspace()
    bench.worker(polling_seconds=1000)
    await _rows(bench, f"SELECT pid {_LISTENERS}")
    for name in ("a", "b"):
        job_id = await bench.enqueue(tenant, "quick", name)
        assert (await bench.ended(tenant, job_id)).status is JobStatus.SUCCEEDED
