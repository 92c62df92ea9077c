"""Killing workers at seeded points, for the suite and, at length, for `bench/faults_jobs.py`."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time

from answerable.jobs import Subject, enqueue_many
from answerable.kit.principal import Principal
from tests.jobs.conftest import Bench, until

_WORKERS = 3
# A kill is due after this many further jobs at most; the moment within a job is drawn as well.
_JOBS_PER_KILL = 12
_LONGEST_JOB_SECONDS = 0.02


async def kill_workers_while_jobs_run(bench: Bench, rng: random.Random, *, kills: int) -> dict[str, float]:
    """Kill one of several workers again and again while they work through jobs, and check that every
    job succeeded once with its effect there once. Returns what was counted."""
    began = time.monotonic()
    tenant = bench.workspace()
    # Every kill may hit the same job.
    limits = {"max_attempts": kills + 1, "backoff_seconds": 0.01}
    workers = [bench.worker(**limits) for _ in range(_WORKERS)]
    queued = 0
    for _ in range(kills):
        more = rng.randint(1, _JOBS_PER_KILL)
        await _enqueue(bench, tenant, queued, more)
        queued += more
        await _effects(bench, max(1, queued - rng.randint(0, 2 * _JOBS_PER_KILL)))
        await asyncio.sleep(rng.uniform(0, _LONGEST_JOB_SECONDS))
        victim = rng.randrange(_WORKERS)
        pid = workers[victim].pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        workers[victim].join()
        workers[victim] = bench.worker(**limits)

    async def all_ended() -> bool:
        return bench.execute("SELECT 1 FROM jobs WHERE finished_at IS NULL LIMIT 1") == []

    await until(all_ended, "every job ends")
    assert bench.execute("SELECT status, count(*) FROM jobs GROUP BY 1") == [("succeeded", queued)]
    assert bench.execute("SELECT count(*), count(DISTINCT subject) FROM marks WHERE event = 'effect'") == [
        (queued, queued)
    ]
    repeated = bench.execute("SELECT count(*) FROM jobs WHERE attempt > 1")[0][0]
    return {
        "kills": kills,
        "jobs": queued,
        "repeated_jobs": float(str(repeated)),
        "seconds": round(time.monotonic() - began, 1),
    }


async def _enqueue(bench: Bench, tenant: Principal, start: int, count: int) -> None:
    jobs = [(Subject("test", str(n)), {"name": str(n)}) for n in range(start, start + count)]
    async with bench.database.begin(tenant) as session:
        await enqueue_many(session, "quick", jobs)  # type: ignore[arg-type]


async def _effects(bench: Bench, count: int) -> None:
    async def there() -> bool:
        return bench.marks("effect") >= count

    await until(there, f"{count} effects")
