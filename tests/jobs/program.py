"""The worker processes of the fault tests: the real worker, with jobs that leave marks.

Each mark is a row in `marks`, written in one of the job's transactions, so that a test can count what
became of every attempt.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from datetime import datetime

from sqlalchemy import text

from answerable.identity import tables  # noqa: F401  (jobs refer to workspaces)
from answerable.jobs import JobContext, JobError, TaskRegistry
from answerable.jobs.worker import run_worker
from answerable.kit.db import Database, Session
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.kit.settings import Settings
from answerable.telemetry.logs import configure_logs

registry = TaskRegistry()

MARKS = """
CREATE TABLE marks (
    subject text NOT NULL, event text NOT NULL, pid integer NOT NULL, at timestamptz DEFAULT clock_timestamp()
)
"""


async def mark(session: Session, subject: str, event: str) -> None:
    """Leave a mark in the session's transaction."""
    await session.execute(
        text("INSERT INTO marks (subject, event, pid) VALUES (:subject, :event, :pid)"),
        {"subject": subject, "event": event, "pid": os.getpid()},
    )


@registry.task("quick")
async def quick(job: JobContext, *, name: str) -> None:
    """Two transactions: one that may happen again, one that happens once."""
    async with job.begin() as session:
        await mark(session, name, "started")
    async with job.complete() as session:
        await mark(session, name, "effect")


@registry.task("poison")
async def poison(job: JobContext, *, name: str) -> None:
    """Kills its worker."""
    async with job.begin() as session:
        await mark(session, name, "started")
    os.kill(os.getpid(), signal.SIGKILL)


@registry.task("steps_and_deaths")
async def steps_and_deaths(job: JobContext, *, name: str) -> None:
    """Gets one step further each time, and kills its worker; the ninth time it is done."""
    async with job.begin() as session:
        await mark(session, name, "step")
        found = await session.execute(
            text("SELECT count(*) FROM marks WHERE subject = :subject AND event = 'step'"), {"subject": name}
        )
        steps = int(found.scalar_one())
    await job.advanced()
    if steps < 9:
        os.kill(os.getpid(), signal.SIGKILL)
    async with job.complete() as session:
        await mark(session, name, "effect")


@registry.task("held")
async def held(job: JobContext, *, name: str) -> None:
    """Waits for a `release` mark between its first and its last transaction."""
    async with job.begin() as session:
        await mark(session, name, "started")
    while True:
        await job.progress(1, 2, "steps")
        async with job.runtime.database.begin(job.principal) as session:
            released = await session.execute(
                text("SELECT 1 FROM marks WHERE subject = :subject AND event = 'release'"), {"subject": name}
            )
            if released.first():
                break
        await asyncio.sleep(0.02)
    async with job.complete() as session:
        await mark(session, name, "effect")


@registry.task("frozen_inside")
async def frozen_inside(job: JobContext, *, name: str) -> None:
    """Stops its own process in the middle of its last transaction, the first time it is tried."""
    async with job.complete() as session:
        await mark(session, name, "effect")
        if job.attempt == 1:
            os.kill(os.getpid(), signal.SIGSTOP)
            await mark(session, name, "late")


@registry.task("busy")
async def busy(job: JobContext, *, name: str, seconds: float) -> None:
    """Computes on the event loop itself, which nothing else can use meanwhile."""
    async with job.begin() as session:
        await mark(session, name, "started")
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        sum(range(1000))
    async with job.complete() as session:
        await mark(session, name, "effect")


@registry.task("slow_write")
async def slow_write(job: JobContext, *, name: str) -> None:
    """Writes, then waits inside its transaction to be cancelled."""
    async with job.begin() as session:
        await mark(session, name, "started")
    async with job.complete() as session:
        await mark(session, name, "effect")
        await session.execute(text("SELECT count(*) FROM generate_series(1, 100000000000)"))


@registry.task("failing", retries=2)
async def failing(job: JobContext, *, name: str) -> None:
    """Writes, then fails."""
    async with job.begin() as session:
        await mark(session, name, "started")
    async with job.complete() as session:
        await mark(session, name, "effect")
        raise ValueError("with a secret in its text")


async def _failed(session: Session, error: JobError, *, name: str) -> None:
    await mark(session, name, f"failed:{error.code}")


async def _cancelled(session: Session, *, name: str) -> None:
    await mark(session, name, "cancelled")


for _task in (quick, poison, held, frozen_inside, slow_write, failing):
    _task.on_failed(_failed)
    _task.on_cancelled(_cancelled)


@registry.periodic("minutely", "* * * * *")
async def minutely(runtime: Runtime, period: datetime) -> None:
    """Marks the period that it ran for."""
    async with runtime.database.begin(Principal.anonymous()) as session:
        await mark(session, period.isoformat(), "period")


def work(database_url: str, settings: dict[str, object]) -> None:
    """The body of a worker process."""
    tree = Settings.model_validate(settings)
    configure_logs(tree.log.level, "json")
    asyncio.run(_work(database_url, tree))


async def _work(database_url: str, settings: Settings) -> None:
    database = Database(database_url, pool_size=settings.database.pool_size)
    runtime = Runtime(settings, database)
    try:
        await run_worker(runtime, registry=registry)
    finally:
        await runtime.close()
