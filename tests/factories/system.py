"""The whole system's worker in processes of its own, on a database of its own, to be killed."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path

import psutil
import psycopg

from answerable.api.assembly import build_runtime
from answerable.jobs.worker import run_worker
from answerable.kit import ids
from answerable.kit.postgres import app_url_for
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.kit.settings import Settings
from answerable.telemetry.logs import configure_logs
from tests.factories.processes import spawn
from tests.factories.waiting import eventually

_TRUNCATE = "TRUNCATE workspaces, jobs, procrastinate_jobs, procrastinate_workers CASCADE"


def runtime(
    app_url: str,
    data_dir: str,
    parsing: dict[str, object] | None = None,
    warehouse: dict[str, object] | None = None,
) -> Runtime:
    """The system with short times, on a database and a folder."""
    jobs = {
        "concurrency": 2,
        "stall_seconds": 1.0,
        "heartbeat_seconds": 0.2,
        "polling_seconds": 0.2,
        "backoff_seconds": 0.05,
        "max_attempts": 4,
    }
    sources = {"roots": [Path(data_dir).parent], "portion_items": 10, "batch_items": 4}
    settings = {
        "data_dir": data_dir,
        "jobs": jobs,
        "sources": sources,
        "log": {"level": "error"},
        "parsing": parsing or {},
        "warehouse": warehouse or {},
    }
    return build_runtime(Settings.model_validate(settings), app_url)


def work(
    app_url: str,
    data_dir: str,
    parsing: dict[str, object] | None = None,
    warehouse: dict[str, object] | None = None,
) -> None:
    """The body of a worker process."""
    asyncio.run(_work(runtime(app_url, data_dir, parsing, warehouse)))


async def _work(system: Runtime) -> None:
    configure_logs(system.settings.log.level, "json")
    try:
        await run_worker(system)
    finally:
        await system.close()


class SystemBench:
    """A migrated database, emptied, with one workspace, and worker processes on it."""

    def __init__(
        self,
        admin_url: str,
        data_dir: Path,
        *,
        parsing: dict[str, object] | None = None,
        warehouse: dict[str, object] | None = None,
    ) -> None:
        self.admin_url = admin_url
        self.data_dir = data_dir
        self._settings = (parsing, warehouse)
        self.runtime = runtime(app_url_for(admin_url), str(data_dir), *self._settings)
        self.principal = Principal.system(ids.new_id("ws"))
        self._workers: list[BaseProcess] = []
        self.execute(_TRUNCATE)
        workspace = ids.decode("ws", self.principal.workspace_id or "")
        self.execute("INSERT INTO workspaces (id, name) VALUES (%s, 'Test')", workspace)

    def execute(self, statement: str, *parameters: object) -> list[tuple[object, ...]]:
        """Run a statement as the database's owner."""
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            cursor = connection.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    async def holds(self, condition: str) -> bool:
        """Whether an SQL condition is true now."""
        return bool((await asyncio.to_thread(self.execute, f"SELECT {condition}"))[0][0])

    def worker(self) -> BaseProcess:
        """Start a worker process."""
        process = spawn(work, app_url_for(self.admin_url), str(self.data_dir), *self._settings)
        self._workers.append(process)
        return process

    async def kill(self, worker: BaseProcess) -> None:
        """Kill a worker as `kill -9` does; returns when it and its children are gone."""
        assert worker.pid is not None
        below = psutil.Process(worker.pid).children(recursive=True)
        os.kill(worker.pid, signal.SIGKILL)
        await asyncio.to_thread(worker.join)
        await eventually(partial(_gone, below))

    async def nothing_open(self) -> None:
        """Returns when no job waits or runs."""
        open_ones = "NOT EXISTS (SELECT 1 FROM procrastinate_jobs WHERE status IN ('todo', 'doing'))"
        await eventually(lambda: self.holds(open_ones), seconds=60)

    async def close(self) -> None:
        """Stop everything."""
        for worker in self._workers:
            if worker.is_alive():
                await self.kill(worker)
        await self.runtime.close()


async def _gone(processes: list[psutil.Process]) -> bool:
    return not any(process.is_running() and _state(process) != psutil.STATUS_ZOMBIE for process in processes)


def _state(process: psutil.Process) -> str:
    try:
        return process.status()
    except psutil.NoSuchProcess:
        return psutil.STATUS_ZOMBIE


def random_moments() -> random.Random:
    """A random schedule: its seed is printed, and set by ANSWERABLE_TEST_SEED."""
    seed = int(os.environ.get("ANSWERABLE_TEST_SEED", random.SystemRandom().randrange(2**32)))
    print(f"seed {seed}")  # noqa: T201
    return random.Random(seed)
