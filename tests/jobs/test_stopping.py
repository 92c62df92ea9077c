"""Stopping: a worker that is asked to end, a job that is cancelled."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from answerable.jobs import JobStatus, cancel_job
from answerable.kit.errors import Conflict, NotFound
from answerable.kit.principal import Principal
from tests.jobs import program
from tests.jobs.conftest import Bench, spawn, until
from tests.jobs.program import registry


async def test_a_worker_asked_to_end_lets_running_jobs_end(bench: Bench) -> None:
    tenant = bench.workspace()
    worker = bench.worker(shutdown_seconds=60)
    job_id = await bench.enqueue(tenant, "held", "a")
    await bench.marked("started", "a")
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGTERM)
    waiting_id = await bench.enqueue(tenant, "quick", "b")
    bench.leave("release", "a")
    job = await bench.ended(tenant, job_id)
    assert (job.status, job.attempt) == (JobStatus.SUCCEEDED, 1)
    worker.join(60)
    assert worker.exitcode == 0
    assert bench.execute("SELECT count(*) FROM procrastinate_workers") == [(0,)]
    assert (await bench.job(tenant, waiting_id)).status is JobStatus.QUEUED


async def test_a_worker_asked_to_end_gives_back_what_does_not_end_in_time(bench: Bench) -> None:
    tenant = bench.workspace()
    worker = bench.worker(shutdown_seconds=0.2)
    job_id = await bench.enqueue(tenant, "held", "a")
    await bench.marked("started", "a")
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGTERM)
    worker.join(60)
    assert worker.exitcode == 0
    assert (await bench.job(tenant, job_id)).status is JobStatus.QUEUED
    assert bench.execute("SELECT failures FROM jobs") == [(0,)]
    assert bench.execute("SELECT status::text FROM procrastinate_jobs") == [("todo",)]
    bench.leave("release", "a")
    bench.worker()
    job = await bench.ended(tenant, job_id)
    assert (job.status, job.attempt) == (JobStatus.SUCCEEDED, 2)
    assert bench.marks("effect", "a") == 1


async def test_a_worker_that_cannot_reach_the_database_ends_when_asked(bench: Bench) -> None:
    nowhere = "postgresql://nobody@/nothing?host=%2Fnonexistent"
    worker = spawn(program.work, nowhere, bench.settings())
    terminate = 1 << (signal.SIGTERM - 1)

    status = Path(f"/proc/{worker.pid}/status")

    async def ready() -> bool:
        lines = (await asyncio.to_thread(status.read_text)).splitlines()
        caught = next(line for line in lines if line.startswith("SigCgt"))
        return bool(int(caught.split()[1], 16) & terminate)

    await until(ready, "the worker handles SIGTERM")
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGTERM)
    worker.join(60)
    assert worker.exitcode == 0


@pytest.mark.parametrize("kind", ["held", "slow_write"])
async def test_a_running_job_that_is_cancelled_ends_soon_and_leaves_nothing(bench: Bench, kind: str) -> None:
    tenant = bench.workspace()
    bench.worker()
    job_id = await bench.enqueue(tenant, kind, "a")
    await bench.marked("started", "a")
    async with bench.database.begin(tenant) as session:
        asked = await cancel_job(session, job_id, registry=registry)
    assert asked.cancel_requested_at is not None
    job = await bench.ended(tenant, job_id)
    assert job.status is JobStatus.CANCELLED
    assert bench.marks("effect", "a") == 0
    assert bench.marks("cancelled", "a") == 1

    await ended(bench)


def counting(bench: Bench) -> int:
    """How many statements of `slow_write` run."""
    active = (
        "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND datname = current_database() "
        "AND query LIKE '%%generate_series%%' AND pid <> pg_backend_pid()"
    )
    return len(bench.execute(active))


async def ended(bench: Bench) -> None:
    """Return when nothing of `slow_write` runs; no ticket is left either."""

    async def gone() -> bool:
        return counting(bench) == 0

    await until(gone, "the statement ends")

    async def no_ticket() -> bool:  # the worker lets go of it after what it ends with
        return bench.execute("SELECT count(*) FROM procrastinate_jobs") == [(0,)]

    await until(no_ticket, "no ticket is left")


async def in_last_transaction(bench: Bench, tenant: Principal) -> str:
    """A job whose last transaction holds its row."""
    job_id = await bench.enqueue(tenant, "slow_write", "a")

    async def runs() -> bool:
        return counting(bench) == 1

    await until(runs, "the last transaction runs")
    return job_id


async def test_a_job_in_its_last_transaction_is_cancelled_as_soon(bench: Bench) -> None:
    tenant = bench.workspace()
    bench.worker()
    job_id = await in_last_transaction(bench, tenant)
    async with bench.database.begin(tenant) as session:
        asked = await cancel_job(session, job_id, registry=registry)
    assert (asked.status, asked.cancel_requested_at is None) == (JobStatus.RUNNING, False)
    assert (await bench.ended(tenant, job_id)).status is JobStatus.CANCELLED
    assert (bench.marks("effect", "a"), bench.marks("cancelled", "a")) == (0, 1)
    await ended(bench)


async def test_a_worker_killed_before_it_heard_of_the_cancelling_leaves_it_to_the_next(bench: Bench) -> None:
    tenant = bench.workspace()
    worker = bench.worker()
    job_id = await in_last_transaction(bench, tenant)
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGSTOP)
    async with bench.database.begin(tenant) as session:
        await cancel_job(session, job_id, registry=registry)
    os.kill(worker.pid, signal.SIGKILL)
    bench.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%%generate_series%%' "
        "AND pid <> pg_backend_pid()"
    )
    bench.worker()
    assert (await bench.ended(tenant, job_id)).status is JobStatus.CANCELLED
    assert (bench.marks("effect", "a"), bench.marks("cancelled", "a")) == (0, 1)
    await ended(bench)


async def test_a_worker_asked_to_end_gives_back_a_job_in_its_last_transaction(bench: Bench) -> None:
    tenant = bench.workspace()
    worker = bench.worker(shutdown_seconds=0.2)
    job_id = await in_last_transaction(bench, tenant)
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGTERM)
    worker.join(60)
    job = await bench.job(tenant, job_id)
    assert (worker.exitcode, job.status, bench.marks("effect", "a")) == (0, JobStatus.QUEUED, 0)


async def test_a_waiting_job_that_is_cancelled_never_runs(bench: Bench) -> None:
    tenant = bench.workspace()
    job_id = await bench.enqueue(tenant, "quick", "a")
    async with bench.database.begin(tenant) as session:
        assert (await cancel_job(session, job_id, registry=registry)).status is JobStatus.CANCELLED
    async with bench.database.begin(tenant) as session:
        assert (await cancel_job(session, job_id, registry=registry)).status is JobStatus.CANCELLED
    assert bench.marks("cancelled", "a") == 1
    bench.worker()
    other_id = await bench.enqueue(tenant, "quick", "b")
    await bench.ended(tenant, other_id)
    assert bench.marks("started", "a") == 0


async def test_a_job_that_ended_cannot_be_cancelled(bench: Bench) -> None:
    tenant = bench.workspace()
    bench.worker()
    job_id = await bench.enqueue(tenant, "quick", "a")
    await bench.ended(tenant, job_id)
    with pytest.raises(Conflict):
        async with bench.database.begin(tenant) as session:
            await cancel_job(session, job_id, registry=registry)


async def test_another_tenants_job_is_not_there(bench: Bench) -> None:
    job_id = await bench.enqueue(bench.workspace(), "quick", "a")
    stranger = bench.workspace()
    with pytest.raises(NotFound):
        await bench.job(stranger, job_id)
    with pytest.raises(NotFound):
        async with bench.database.begin(stranger) as session:
            await cancel_job(session, job_id, registry=registry)
