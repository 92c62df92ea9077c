"""A worker in a process of its own: `python -m tests.knowledge.documents.program DATABASE DATA_DIR`."""

from __future__ import annotations

import asyncio
import sys

from answerable.api.assembly import build_runtime
from answerable.jobs.worker import run_worker
from answerable.kit.runtime import Runtime
from answerable.kit.settings import Settings


def runtime(app_url: str, data_dir: str) -> Runtime:
    """The system with short times, on a database and a folder."""
    jobs = {
        "concurrency": 2,
        "stall_seconds": 1.0,
        "heartbeat_seconds": 0.2,
        "polling_seconds": 0.2,
        "backoff_seconds": 0.05,
        "max_attempts": 4,
    }
    settings = {"data_dir": data_dir, "jobs": jobs, "log": {"level": "error"}}
    return build_runtime(Settings.model_validate(settings), app_url)


async def _work(app_url: str, data_dir: str) -> None:
    system = runtime(app_url, data_dir)
    try:
        await run_worker(system)
    finally:
        await system.close()


if __name__ == "__main__":
    asyncio.run(_work(*sys.argv[1:]))
