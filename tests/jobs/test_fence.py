"""The fence: what an attempt may still write once the job is another's, without any timing in it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy.exc import DBAPIError

from answerable.jobs import (
    Job,
    JobCancelled,
    JobContext,
    JobStatus,
    LostJob,
    cancel_job,
    repository,
    settlement,
    tickets,
    transaction,
)
from answerable.jobs.tickets import Ticket
from answerable.kit.db import Session
from answerable.kit.errors import Conflict
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.kit.settings import Settings
from tests.jobs.conftest import Bench, until
from tests.jobs.program import mark, registry


class Tried:
    """A job whose attempts the test makes by hand."""

    def __init__(self, bench: Bench, runtime: Runtime, tenant: Principal, job_id: str) -> None:
        self.bench, self.runtime, self.tenant, self.job_id = bench, runtime, tenant, job_id

    async def start(self, attempt: int) -> Ticket:
        """Start an attempt on the ticket that is in the queue."""
        ((ticket_id,),) = self.bench.execute("SELECT id FROM procrastinate_jobs")
        ticket = Ticket(int(str(ticket_id)), str(self.tenant.workspace_id), self.job_id, attempt)
        async with self.bench.database.begin(self.tenant) as session:
            assert await repository.claim(session, ticket) is not None
        return ticket

    async def take_over(self, ticket: Ticket) -> bool:
        """Put the job back into the queue, as a sweep does. False when it is held."""
        async with self.bench.database.begin(self.tenant) as session:
            row = await repository.lock_to_settle(session, ticket, wait=False)
            if row is None:
                return False
            await settlement.issue_again(session, row)
            return True

    def context(self, ticket: Ticket) -> JobContext:
        """What the attempt's function has in hand."""
        return JobContext(self.runtime, ticket)


@pytest.fixture
async def tried(bench: Bench) -> Tried:
    """A waiting job."""
    tenant = bench.workspace()
    runtime = Runtime(Settings.model_validate(bench.settings()), bench.database)
    return Tried(bench, runtime, tenant, await bench.enqueue(tenant, "quick", "a"))


async def _complete(job: JobContext) -> None:
    async with job.complete() as session:
        await mark(session, "a", "effect")


async def test_an_attempt_that_was_overtaken_can_neither_begin_nor_complete(tried: Tried) -> None:
    first = await tried.start(1)
    assert await tried.take_over(first)
    second = await tried.start(2)
    late = tried.context(first)
    with pytest.raises(LostJob):
        async with late.begin():
            pytest.fail("a late attempt has a transaction")
    with pytest.raises(LostJob):
        await _complete(late)
    assert tried.bench.marks("effect") == 0
    await _complete(tried.context(second))
    with pytest.raises(LostJob):
        await _complete(tried.context(second))
    assert tried.bench.marks("effect") == 1
    assert (await tried.bench.job(tried.tenant, tried.job_id)).status is JobStatus.SUCCEEDED


async def test_a_ticket_that_was_replaced_starts_nothing(tried: Tried) -> None:
    first = await tried.start(1)
    assert await tried.take_over(first)
    async with tried.bench.database.begin(tried.tenant) as session:
        assert await repository.claim(session, first) is None


async def test_nobody_takes_over_in_the_middle_of_a_transaction(tried: Tried) -> None:
    first = await tried.start(1)
    async with tried.context(first).begin():
        assert not await tried.take_over(first)
    assert await tried.take_over(first)


async def test_postgresql_ends_the_transaction_of_a_worker_that_froze_in_it(tried: Tried) -> None:
    ((ticket_id,),) = tried.bench.execute("SELECT id FROM procrastinate_jobs")
    ticket = Ticket(int(str(ticket_id)), str(tried.tenant.workspace_id), tried.job_id, 1)

    async def free() -> bool:
        async with tried.bench.database.begin(tried.tenant) as session:
            return await repository.lock_waiting(session, ticket) is not None

    async def claim_and_freeze() -> None:
        async with transaction.begin(tried.bench.database, tried.tenant, 0.3) as session:
            assert await repository.claim(session, ticket) is not None
            assert not await free()
            await until(free, "the row is free again")

    with pytest.raises(DBAPIError):
        await claim_and_freeze()


async def test_a_cancel_request_does_not_wait_for_a_transaction_of_the_job(tried: Tried) -> None:
    first = await tried.start(1)
    job = tried.context(first)
    async with job.begin() as session:
        await mark(session, "a", "effect")
        async with tried.bench.database.begin(tried.tenant) as other:
            await cancel_job(other, tried.job_id, registry=registry)
    assert tried.bench.marks("effect") == 1
    with pytest.raises(JobCancelled):
        await _complete(job)
    with pytest.raises(JobCancelled):
        async with job.begin():
            pytest.fail("a cancelled job has a transaction")


async def test_a_cancel_request_is_heard_in_the_last_transaction(tried: Tried) -> None:
    first = await tried.start(1)
    asked: list[Job] = []

    async def cancelled_in_the_end() -> None:
        async with tried.context(first).complete() as session:
            await mark(session, "a", "effect")
            async with tried.bench.database.begin(tried.tenant) as other:
                asked.append(await cancel_job(other, tried.job_id, registry=registry))

    with pytest.raises(JobCancelled):
        await cancelled_in_the_end()
    assert asked[0].cancel_requested_at is not None
    assert tried.bench.marks("effect") == 0
    assert (await tried.bench.job(tried.tenant, tried.job_id)).status is JobStatus.RUNNING


async def test_a_cancel_request_waits_for_the_end_that_is_written_and_finds_the_job_ended(
    tried: Tried, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await tried.start(1)
    use_up = tickets.use_up
    requests: list[asyncio.Task[None]] = []

    async def cancel() -> None:
        async with tried.bench.database.begin(tried.tenant) as session:
            await cancel_job(session, tried.job_id, registry=registry)

    async def used_up_while_somebody_cancels(session: Session, ticket_id: int) -> bool:
        used = await use_up(session, ticket_id)
        requests.append(asyncio.create_task(cancel()))
        await until(_waits_for_a_lock(tried), "the cancel request waits")
        return used

    monkeypatch.setattr(tickets, "use_up", used_up_while_somebody_cancels)
    async with tried.context(first).complete() as session:
        await mark(session, "a", "effect")
    with pytest.raises(Conflict):
        await requests[0]
    assert tried.bench.marks("effect") == 1
    assert (await tried.bench.job(tried.tenant, tried.job_id)).status is JobStatus.SUCCEEDED


def _waits_for_a_lock(tried: Tried) -> Callable[[], Awaitable[bool]]:
    async def waits() -> bool:
        waiting = (
            "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return bool(await asyncio.to_thread(tried.bench.execute, waiting))

    return waits
