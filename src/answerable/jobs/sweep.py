"""Recovery: what a dead worker left is tried again, or marked failed with the reason."""

from __future__ import annotations

from collections.abc import Collection

import structlog

from answerable.jobs import repository, settlement, tickets, transaction
from answerable.jobs.job import JobError
from answerable.jobs.queue import Queue, Stalled
from answerable.jobs.registry import TaskRegistry
from answerable.jobs.tickets import PERIOD_TASK, Ticket
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.telemetry.metrics import JOBS

log = structlog.get_logger(__name__)


def worker_died(times: int) -> JobError:
    """The reason on a job whose workers died."""
    return JobError(
        settlement.WORKER_DIED,
        f"The worker process ended or froze while it ran this job; {times} tries have failed. The input may "
        "need more memory or time than the worker has.",
    )


class Sweep:
    """Looks for tickets whose worker is dead. Any number of workers may sweep at once."""

    def __init__(self, runtime: Runtime, registry: TaskRegistry, queue: Queue) -> None:
        self._runtime = runtime
        self._registry = registry
        self._queue = queue
        self._settings = runtime.settings.jobs

    async def run(self, worker_id: int, held: Collection[int]) -> None:
        """Recover every stalled ticket that is there now. `held` are the worker's own."""
        for stalled in await self._queue.stalled(worker_id, held):
            try:
                if stalled.task_name == PERIOD_TASK:
                    await self._recover_period(stalled)
                else:
                    await self._recover(stalled)
            except Exception:  # one ticket that cannot be recovered must not keep the others waiting
                log.exception("recovery_failed", stalled=stalled.id)
        await self._queue.prune_workers()

    async def _recover(self, stalled: Stalled) -> None:
        ticket = _ticket(stalled)
        principal = Principal.system(ticket.workspace_id)
        database, stall_seconds = self._runtime.database, self._settings.stall_seconds
        async with transaction.begin(database, principal, stall_seconds) as session:
            row = await repository.lock_to_settle(session, ticket, wait=False)
            if row is not None:
                status = await settlement.fail(
                    session,
                    row,
                    worker_died(row.failures + 1),
                    registry=self._registry,
                    settings=self._settings,
                )
                log.warning("job_recovered", job_id=row.id, job_kind=row.kind, status=status)
                if status.ended:
                    JOBS.labels(row.kind, status).inc()
                return
            waiting = await repository.lock_waiting(session, ticket)
            if waiting is not None:
                await settlement.issue_again(session, waiting)
            elif not await repository.is_current(session, ticket):
                await tickets.remove(session, ticket.id)
            # Otherwise somebody holds the row: the dead worker's transaction, which PostgreSQL ends
            # after a stall time, or another sweep. The next round sees.

    async def _recover_period(self, stalled: Stalled) -> None:
        if stalled.attempts + 1 < self._settings.max_attempts:
            await self._queue.put_back(stalled.id)
        else:
            log.error("periodic_run_abandoned", arguments=stalled.arguments)
            await self._queue.remove(stalled.id)


def _ticket(stalled: Stalled) -> Ticket:
    arguments = stalled.arguments
    return Ticket(
        id=stalled.id,
        workspace_id=str(arguments["workspace_id"]),
        job_id=str(arguments["job_id"]),
        attempt=int(str(arguments["attempt"])),
    )
