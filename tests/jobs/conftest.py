"""A database of its own for the queue's tests, and real worker processes on it."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from multiprocessing.process import BaseProcess
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from pydantic import JsonValue

from answerable.jobs import Job, Subject, enqueue, get_job
from answerable.kit import ids
from answerable.kit.db import Database
from answerable.kit.db.migrate import migrate
from answerable.kit.postgres import Cluster, app_url_for
from answerable.kit.principal import Principal
from tests.factories.processes import spawn
from tests.jobs import program

STALL = 1.0
PATIENCE = 60.0


async def until(condition: Callable[[], Awaitable[bool]], what: str, *, within: float = PATIENCE) -> None:
    """Wait for a condition; fail when it does not come true in time."""
    deadline = time.monotonic() + within
    while not await condition():
        if time.monotonic() > deadline:
            pytest.fail(f"not within {within} s: {what}")
        await asyncio.sleep(0.02)


class Bench:
    """A database with the queue in it, workspaces, and worker processes."""

    def __init__(self, admin_url: str, data_dir: Path) -> None:
        self.admin_url = admin_url
        self.app_url = app_url_for(admin_url)
        self.database = Database(self.app_url, pool_size=4)
        self._data_dir = data_dir
        self._workers: list[BaseProcess] = []

    def settings(self, **jobs: float) -> dict[str, object]:
        """Settings with short times; `jobs` overrides."""
        times = {
            "concurrency": 4,
            "stall_seconds": STALL,
            "heartbeat_seconds": 0.2,
            "polling_seconds": 0.2,
            "backoff_seconds": 0.05,
            "shutdown_seconds": 2,
            "max_attempts": 3,
        }
        return {"data_dir": self._data_dir, "jobs": {**times, **jobs}, "log": {"level": "error"}}

    def worker(self, **jobs: float) -> BaseProcess:
        """Start a worker process."""
        process = spawn(program.work, self.app_url, self.settings(**jobs))
        self._workers.append(process)
        return process

    def workspace(self) -> Principal:
        """A fresh workspace, as the system acts in it."""
        workspace_id = ids.new_id("ws")
        self.execute("INSERT INTO workspaces (id, name) VALUES (%s, 'Test')", ids.decode("ws", workspace_id))
        return Principal.system(workspace_id)

    def execute(self, statement: str, *parameters: object) -> list[tuple[object, ...]]:
        """Run a statement as the database's owner."""
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            cursor = connection.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    async def enqueue(self, principal: Principal, kind: str, subject: str, **arguments: JsonValue) -> str:
        """Queue one job about a subject."""
        async with self.database.begin(principal) as session:
            return await enqueue(session, kind, subject=Subject("test", subject), name=subject, **arguments)

    async def job(self, principal: Principal, job_id: str) -> Job:
        """A job as it is now."""
        async with self.database.begin(principal) as session:
            return await get_job(session, job_id)

    async def ended(self, principal: Principal, job_id: str, *, within: float = PATIENCE) -> Job:
        """The job, once it has ended."""

        async def done() -> bool:
            return (await self.job(principal, job_id)).status.ended

        await until(done, f"{job_id} ends", within=within)
        return await self.job(principal, job_id)

    async def marked(self, event: str, subject: str | None = None, *, times: int = 1) -> None:
        """Return when there are at least that many marks."""

        async def there() -> bool:
            return self.marks(event, subject) >= times

        await until(there, f"{times} × {event}")

    def leave(self, event: str, subject: str) -> None:
        """Leave a mark for a job to find."""
        self.execute("INSERT INTO marks (subject, event, pid) VALUES (%s, %s, 0)", subject, event)

    def marks(self, event: str, subject: str | None = None) -> int:
        """How many marks of an event there are."""
        condition = "event = %s AND (%s::text IS NULL OR subject = %s)"
        return int(
            str(self.execute(f"SELECT count(*) FROM marks WHERE {condition}", event, subject, subject)[0][0])
        )

    def reset(self) -> None:
        """Stop the test's workers and forget its jobs."""
        for process in self._workers:
            if process.is_alive() and process.pid is not None:
                os.kill(process.pid, signal.SIGKILL)
            process.join()
        self._workers.clear()
        self.execute("TRUNCATE procrastinate_jobs, procrastinate_workers, jobs, marks, job_schedules CASCADE")

    async def close(self) -> None:
        """Let go of the database."""
        self.reset()
        await self.database.close()


def prepare(admin_url: str) -> None:
    """Migrate a database and add the table of marks."""
    migrate(admin_url)
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(program.MARKS)
        connection.execute("GRANT SELECT, INSERT ON marks TO answerable_app")


@pytest.fixture(scope="session")
def jobs_admin_url(cluster: Cluster) -> str:
    """A migrated database of this folder's own, so that no other test's jobs get in the way."""
    url = urlunsplit(urlsplit(cluster.admin_url)._replace(path="/answerable_jobs"))
    prepare(url)
    return url


@pytest.fixture
async def bench(jobs_admin_url: str, tmp_path: Path) -> AsyncIterator[Bench]:
    """The queue, empty."""
    bench = Bench(jobs_admin_url, tmp_path)
    bench.reset()
    yield bench
    await bench.close()


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """The seed of a random schedule: printed, and set by ANSWERABLE_TEST_SEED."""
    value = int(os.environ.get("ANSWERABLE_TEST_SEED", random.SystemRandom().randrange(2**32)))
    print(f"seed {value}")  # noqa: T201
    return value
