"""Workers that are killed, frozen or busy: every job ends once, its effects exist once."""

from __future__ import annotations

import os
import random
import signal
from multiprocessing.process import BaseProcess

import pytest

from answerable.jobs import JobStatus, Subject, enqueue_many
from tests.jobs.conftest import STALL, Bench, until
from tests.jobs.killing import kill_workers_while_jobs_run

# `bench/faults_jobs.py` kills a thousand times.
_KILLS = 20


def send(process: BaseProcess, number: signal.Signals) -> None:
    """Send a signal to a worker."""
    assert process.pid is not None
    os.kill(process.pid, number)


@pytest.mark.timeout(400)
async def test_workers_killed_at_seeded_points_lose_nothing_and_repeat_nothing(
    bench: Bench, seed: int
) -> None:
    await kill_workers_while_jobs_run(bench, random.Random(seed), kills=_KILLS)


async def test_a_worker_that_thaws_after_another_took_over_writes_nothing(bench: Bench) -> None:
    tenant = bench.workspace()
    frozen = bench.worker(concurrency=1)
    job_id = await bench.enqueue(tenant, "held", "a")
    await bench.marked("started", "a")
    send(frozen, signal.SIGSTOP)
    other = bench.worker()
    await bench.marked("started", "a", times=2)
    bench.leave("release", "a")
    job = await bench.ended(tenant, job_id)
    assert (job.status, job.attempt) == (JobStatus.SUCCEEDED, 2)
    send(other, signal.SIGKILL)
    other.join()

    send(frozen, signal.SIGCONT)
    # It works through one job at a time, so the late attempt is over when the next job ends.
    next_id = await bench.enqueue(tenant, "quick", "b")
    assert (await bench.ended(tenant, next_id)).status is JobStatus.SUCCEEDED
    assert bench.marks("effect", "a") == 1
    assert (await bench.job(tenant, job_id)).attempt == 2


async def test_a_worker_frozen_inside_its_last_transaction_is_overtaken(bench: Bench) -> None:
    tenant = bench.workspace()
    frozen = bench.worker(concurrency=1)
    job_id = await bench.enqueue(tenant, "frozen_inside", "a")

    async def running() -> bool:
        return (await bench.job(tenant, job_id)).status is JobStatus.RUNNING

    await until(running, "the job runs")
    other = bench.worker()
    job = await bench.ended(tenant, job_id)
    assert (job.status, job.attempt) == (JobStatus.SUCCEEDED, 2)
    send(other, signal.SIGKILL)
    other.join()
    send(frozen, signal.SIGCONT)
    next_id = await bench.enqueue(tenant, "quick", "b")
    assert (await bench.ended(tenant, next_id)).status is JobStatus.SUCCEEDED
    assert bench.marks("effect", "a") == 1
    assert bench.marks("late") == 0


async def test_a_job_that_kills_its_worker_fails_after_the_last_try_and_the_queue_moves_on(
    bench: Bench,
) -> None:
    tenant = bench.workspace()
    poison_id = await bench.enqueue(tenant, "poison", "poison")
    async with bench.database.begin(tenant) as session:
        others = await enqueue_many(
            session, "quick", [(Subject("test", str(n)), {"name": str(n)}) for n in range(10)]
        )
    worker = bench.worker(concurrency=1)

    async def all_ended() -> bool:
        nonlocal worker
        if not worker.is_alive():
            worker = bench.worker(concurrency=1)
        jobs = [await bench.job(tenant, job_id) for job_id in (poison_id, *others)]
        return all(job.status.ended for job in jobs)

    await until(all_ended, "all jobs end")
    poison = await bench.job(tenant, poison_id)
    assert (poison.status, poison.attempt) == (JobStatus.FAILED, 3)
    assert poison.error is not None
    assert poison.error.code == "worker_died"
    assert bench.marks("started", "poison") == 3
    assert bench.marks("failed:worker_died", "poison") == 1
    assert [(await bench.job(tenant, job_id)).status for job_id in others] == [JobStatus.SUCCEEDED] * 10


async def test_a_job_that_gets_on_with_each_try_outlives_more_deaths_than_it_has_tries(bench: Bench) -> None:
    tenant = bench.workspace()
    job_id = await bench.enqueue(tenant, "steps_and_deaths", "a")
    worker = bench.worker(concurrency=1)

    async def has_ended() -> bool:
        nonlocal worker
        if not worker.is_alive():
            worker = bench.worker(concurrency=1)
        return (await bench.job(tenant, job_id)).status.ended

    await until(has_ended, "the job ends")
    job = await bench.job(tenant, job_id)
    assert (job.status, job.attempt) == (JobStatus.SUCCEEDED, 9)
    assert bench.marks("effect", "a") == 1


async def test_a_job_beside_one_that_kills_its_worker_does_not_fail_with_it(bench: Bench) -> None:
    tenant = bench.workspace()
    innocent_id = await bench.enqueue(tenant, "held", "innocent")
    worker = bench.worker()
    await bench.marked("started", "innocent")
    poison_id = await bench.enqueue(tenant, "poison", "poison")

    async def poison_failed() -> bool:
        nonlocal worker
        if not worker.is_alive():
            worker = bench.worker()
        if bench.marks("started", "innocent") == 2 and not bench.marks("release", "innocent"):
            bench.leave("release", "innocent")
        return (await bench.job(tenant, poison_id)).status is JobStatus.FAILED

    await until(poison_failed, "the poison fails")
    innocent = await bench.ended(tenant, innocent_id)
    assert (innocent.status, innocent.attempt) == (JobStatus.SUCCEEDED, 2)


async def test_work_that_blocks_the_event_loop_for_three_stall_times_is_not_run_twice(bench: Bench) -> None:
    tenant = bench.workspace()
    bench.worker(stall_seconds=2 * STALL)
    job_id = await bench.enqueue(tenant, "busy", "a", seconds=6 * STALL)
    await bench.marked("started", "a")
    bench.worker(stall_seconds=2 * STALL)
    job = await bench.ended(tenant, job_id)
    assert (job.status, job.attempt) == (JobStatus.SUCCEEDED, 1)
    assert bench.marks("started", "a") == 1
    assert bench.marks("effect", "a") == 1
