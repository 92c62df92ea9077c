"""The worker: fetches tickets, runs attempts, recovers what dead workers left, keeps schedules.

The loop is ours and not procrastinate's, because it must outlive the database's restarts without
stopping the jobs that run, and because only our row may say how a job ended.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import datetime

import psycopg
import structlog
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job as QueueJob
from sqlalchemy.exc import SQLAlchemyError

from answerable.jobs.attempt import Attempt, StopReason
from answerable.jobs.heart import Heart
from answerable.jobs.listener import listen
from answerable.jobs.outage import persist
from answerable.jobs.queue import Queue
from answerable.jobs.registry import TaskRegistry, tasks
from answerable.jobs.schedule import Scheduler
from answerable.jobs.sweep import Sweep
from answerable.jobs.tickets import PERIOD_TASK, Ticket
from answerable.kit.runtime import Runtime

_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 5.0
_STOP_POLL_SECONDS = 1.0
_SLOWEST_SWEEP_SECONDS = 15.0
# What a cancelled function may take to end, and then the note of it.
_GIVE_BACK_SECONDS = 6.0
_GOODBYE_SECONDS = 2.0

log = structlog.get_logger(__name__)


async def run_worker(runtime: Runtime, *, registry: TaskRegistry = tasks) -> None:
    """Work through jobs until SIGTERM or SIGINT; then let running jobs end within
    `settings.jobs.shutdown_seconds`, give the others back and return."""
    stop = asyncio.Event()
    with _stop_signals(stop):
        await Worker(runtime, registry).run(stop)


class Worker:
    """One worker. Several may run in as many processes, or in one."""

    def __init__(self, runtime: Runtime, registry: TaskRegistry = tasks) -> None:
        self._runtime = runtime
        self._registry = registry
        self._settings = runtime.settings.jobs
        self._url = runtime.database.url.replace("postgresql+psycopg://", "postgresql://", 1)
        self._queue = Queue(runtime.database, self._settings.stall_seconds)
        self._sweep = Sweep(runtime, registry, self._queue)
        self._scheduler = Scheduler(
            runtime.database, registry.schedules, stall_seconds=self._settings.stall_seconds
        )
        self._slots = asyncio.Semaphore(self._settings.concurrency)
        self._ticket_came = asyncio.Event()
        self._stop_came = asyncio.Event()
        self._attempts: dict[int, Attempt] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._held: set[int] = set()
        self._worker_id = 0
        self._heart: Heart | None = None
        self._pause = _FIRST_PAUSE

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, then shut down."""
        stopping = asyncio.create_task(stop.wait())
        try:
            await self._queue.open()
            if await _before(self._enrol(), stopping):
                await self._work(stopping)
        finally:
            stopping.cancel()

    async def _work(self, stopping: asyncio.Task[bool]) -> None:
        background = [
            asyncio.create_task(coroutine)
            for coroutine in (
                listen(self._url, on_ticket=self._ticket_came.set, on_stop=self._stop_came.set),
                self._every(lambda: self._settings.heartbeat_seconds, self._pulse),
                self._every(lambda: _STOP_POLL_SECONDS, self._obey_stops, wake=self._stop_came),
                self._every(self._sweep_seconds, self._recover),
                self._every(lambda: self._settings.polling_seconds, self._schedule),
            )
        ]
        log.info("worker_started", worker_id=self._worker_id)
        try:
            await self._serve(stopping)
            await self._drain()
        finally:
            for task in (*background, *self._running):
                task.cancel()
            await asyncio.gather(*background, *self._running, return_exceptions=True)
            await self._leave()

    async def _serve(self, stopping: asyncio.Task[bool]) -> None:
        while await _before(self._slots.acquire(), stopping):
            job = await self._fetch(stopping)
            if job is None:
                self._slots.release()
            elif job.task_kwargs.get("alone"):
                await self._run_alone(job, stopping)
            else:
                self._start(job)

    async def _run_alone(self, job: QueueJob, stopping: asyncio.Task[bool]) -> None:
        """Run a job that may kill the worker while no other would die with it."""
        self._held.add(job.id or 0)
        if await _before(self._idle(), stopping):
            self._start(job)
            await _before(self._idle(), stopping)
        # Stopped before it began: the ticket is recovered once this worker has left.

    async def _idle(self) -> None:
        while self._running:
            await asyncio.wait(self._running)

    async def _fetch(self, stopping: asyncio.Task[bool]) -> QueueJob | None:
        """The next ticket; None after a pause in which none came."""
        self._ticket_came.clear()
        try:
            job = await self._queue.fetch(self._worker_id)
        except (ConnectorException, SQLAlchemyError, psycopg.Error) as error:
            log.warning("fetch_failed", error=str(error.__cause__ or error))
            self._pause = min(2 * self._pause, _LONGEST_PAUSE)
            await _before(asyncio.sleep(self._pause), stopping)
            await self._enrol_again()
            return None
        self._pause = _FIRST_PAUSE
        if job is None:
            await _before(_either(self._ticket_came, self._settings.polling_seconds), stopping)
        return job

    def _start(self, job: QueueJob) -> None:
        ticket_id = job.id or 0
        self._held.add(ticket_id)
        if job.task_name == PERIOD_TASK:
            work = self._run_period(job)
        else:
            attempt = Attempt(self._runtime, self._registry, Ticket.from_queue(job))
            self._attempts[ticket_id] = attempt
            work = attempt.run()
        task = asyncio.create_task(work)
        self._running.add(task)

        def ended(task: asyncio.Task[None]) -> None:
            self._running.discard(task)
            self._attempts.pop(ticket_id, None)
            self._held.discard(ticket_id)
            self._slots.release()
            if not task.cancelled() and (error := task.exception()) is not None:
                log.error("attempt_crashed", ticket=ticket_id, exc_info=error)

        task.add_done_callback(ended)

    async def _run_period(self, job: QueueJob) -> None:
        name, period = str(job.task_kwargs["name"]), datetime.fromisoformat(str(job.task_kwargs["period"]))
        schedule = next((s for s in self._registry.schedules if s.name == name), None)
        if schedule is not None:
            work = asyncio.ensure_future(schedule.function(self._runtime, period))
            await asyncio.wait({work})
            if (error := work.exception()) is not None:
                log.error("periodic_run_failed", schedule=name, exc_info=error)
        await persist(lambda: self._queue.remove(job.id or 0))

    async def _pulse(self) -> None:
        if self._heart is not None:
            self._heart.loop_turned()
            if self._heart.lost:
                await self._enrol_again()

    async def _obey_stops(self) -> None:
        held = {ticket: attempt for ticket, attempt in self._attempts.items() if not attempt.finishing}
        if not held:
            return
        stops = await self._queue.stops(held.keys())
        for ticket, attempt in held.items():
            if ticket not in stops:
                attempt.stop(StopReason.LOST)
            elif stops[ticket]:
                attempt.stop(StopReason.CANCELLED)

    async def _recover(self) -> None:
        if self._heart is not None and self._heart.steady:
            await self._sweep.run(self._worker_id, self._held)

    async def _schedule(self) -> None:
        await self._scheduler.tick()

    def _sweep_seconds(self) -> float:
        return min(self._settings.stall_seconds / 2, _SLOWEST_SWEEP_SECONDS)

    async def _every(
        self,
        seconds: Callable[[], float],
        step: Callable[[], Coroutine[None, None, None]],
        *,
        wake: asyncio.Event | None = None,
    ) -> None:
        """Repeat a step for ever, whatever the database does meanwhile."""
        woken = wake or asyncio.Event()
        while True:
            await _either(woken, seconds())
            woken.clear()
            try:
                await step()
            except (ConnectorException, SQLAlchemyError, psycopg.Error) as error:
                log.warning("worker_step_failed", step=step.__name__, error=str(error.__cause__ or error))
            except Exception:  # the worker's edge: a step that fails today may do tomorrow
                log.exception("worker_step_failed", step=step.__name__)

    async def _enrol(self) -> None:
        self._worker_id = await persist(self._queue.register)
        self._heart = Heart(
            self._url,
            self._worker_id,
            every=self._settings.heartbeat_seconds,
            stall_seconds=self._settings.stall_seconds,
        )
        self._heart.start()

    async def _enrol_again(self) -> None:
        """Come back under a new name when the others have struck this worker off."""
        if self._heart is not None and self._heart.lost:
            log.warning("worker_was_taken_for_dead", worker_id=self._worker_id)
            self._heart.end()
            await self._enrol()

    async def _drain(self) -> None:
        if self._running:
            await asyncio.wait(self._running, timeout=self._settings.shutdown_seconds)
        for attempt in self._attempts.values():
            attempt.stop(StopReason.SHUTDOWN)
        if self._running:
            await asyncio.wait(self._running, timeout=_GIVE_BACK_SECONDS)

    async def _leave(self) -> None:
        if self._heart is not None:
            self._heart.end()
        try:
            async with asyncio.timeout(_GOODBYE_SECONDS):
                await self._queue.unregister(self._worker_id)
        except (TimeoutError, ConnectorException, SQLAlchemyError, psycopg.Error) as error:
            log.warning("worker_left_unheard", error=str(error))
        log.info("worker_stopped", worker_id=self._worker_id)


async def _before(work: Coroutine[None, None, object], stopping: asyncio.Task[bool]) -> bool:
    """Wait for the work or the stop. False when the stop came first; the work is cancelled then."""
    task = asyncio.ensure_future(work)
    await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        task.result()
    if not stopping.done():
        return True
    task.cancel()
    await asyncio.wait({task})
    return False


async def _either(event: asyncio.Event, seconds: float) -> None:
    """Wait for the event, at most that long."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return


@contextmanager
def _stop_signals(stop: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
