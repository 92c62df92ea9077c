"""The job queue's long fault runs: workers killed at 1,000 seeded points, a backlog of 100,000.

    python -m bench.faults_jobs --kills 1000 --backlog 100000 --seed 7

Prints JSON. Exits non-zero when a job was lost, ran its effect twice, or waited for the backlog.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import shutil
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from tests.jobs.conftest import Bench, prepare
from tests.jobs.killing import kill_workers_while_jobs_run

from answerable.jobs import Subject, enqueue_many
from answerable.kit.postgres import Cluster

_BATCH_KILLS = 100


async def kills(bench: Bench, rng: random.Random, count: int) -> dict[str, float]:
    """Kill workers in batches, each checked to the end. Returns the sums."""
    total: dict[str, float] = {}
    while count > 0:
        counted = await kill_workers_while_jobs_run(bench, rng, kills=min(count, _BATCH_KILLS))
        bench.reset()
        count -= _BATCH_KILLS
        total = {name: round(total.get(name, 0) + value, 1) for name, value in counted.items()}
        print(json.dumps({"so_far": total}), flush=True)
    return total


async def backlog(bench: Bench, count: int) -> dict[str, float]:
    """One workspace queues many jobs, then another queues one. Returns times in seconds."""
    crowd, single = bench.workspace(), bench.workspace()
    began = time.monotonic()
    async with bench.database.begin(crowd) as session:
        await enqueue_many(
            session, "quick", [(Subject("test", str(n)), {"name": str(n)}) for n in range(count)]
        )
    queued = time.monotonic()
    bench.worker()
    await bench.marked("effect", times=20)
    before = bench.marks("effect")
    asked = time.monotonic()
    job_id = await bench.enqueue(single, "quick", "single")
    await bench.ended(single, job_id)
    return {
        "backlog": count,
        "enqueue_seconds": round(queued - began, 1),
        "single_job_seconds": round(time.monotonic() - asked, 3),
        "others_meanwhile": bench.marks("effect") - before - 1,
    }


async def run(arguments: argparse.Namespace) -> dict[str, object]:
    """Both runs, on a PostgreSQL of their own."""
    folder = Path(tempfile.mkdtemp(prefix="answerable-faults-"))
    cluster = Cluster(folder)
    cluster.start()
    url = urlunsplit(urlsplit(cluster.admin_url)._replace(path="/answerable_jobs"))
    prepare(url)
    bench = Bench(url, folder)
    try:
        return {
            "seed": arguments.seed,
            "kills": await kills(bench, random.Random(arguments.seed), arguments.kills),
            "fairness": await backlog(bench, arguments.backlog),
        }
    finally:
        await bench.close()
        cluster.stop()
        shutil.rmtree(cluster.folder, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Read the arguments, run, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--backlog", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=7)
    print(json.dumps(asyncio.run(run(parser.parse_args())), indent=2))


if __name__ == "__main__":
    main()
