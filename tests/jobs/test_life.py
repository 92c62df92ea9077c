"""A job from the queue to its end."""

from __future__ import annotations

import pytest

from answerable.jobs import JobStatus, Subject, enqueue, enqueue_many
from answerable.kit.errors import NotFound
from tests.jobs.conftest import Bench


async def test_a_queued_job_runs_and_its_effect_and_end_are_there_together(bench: Bench) -> None:
    tenant = bench.workspace()
    bench.worker()
    job_id = await bench.enqueue(tenant, "quick", "a")
    job = await bench.ended(tenant, job_id)
    assert (job.status, job.attempt, job.error) == (JobStatus.SUCCEEDED, 1, None)
    assert job.started_at is not None
    assert job.finished_at is not None
    assert bench.marks("effect", "a") == 1
    assert bench.execute("SELECT count(*) FROM procrastinate_jobs") == [(0,)]


async def test_rollback_after_enqueue_leaves_no_job(bench: Bench) -> None:
    tenant = bench.workspace()

    async def enqueue_and_break() -> None:
        async with bench.database.begin(tenant) as session:
            await enqueue(session, "quick", subject=Subject("test", "a"), name="a")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await enqueue_and_break()
    assert bench.execute("SELECT count(*) FROM jobs") == [(0,)]
    assert bench.execute("SELECT count(*) FROM procrastinate_jobs") == [(0,)]


async def test_a_failing_job_is_tried_again_and_then_failed_with_its_reason_on_the_subject(
    bench: Bench,
) -> None:
    tenant = bench.workspace()
    bench.worker()
    job_id = await bench.enqueue(tenant, "failing", "a")
    job = await bench.ended(tenant, job_id)
    assert (job.status, job.attempt) == (JobStatus.FAILED, 3)
    assert job.error is not None
    assert job.error.code == "unexpected"
    assert "ValueError" in job.error.detail
    assert "secret" not in job.error.detail
    assert bench.marks("started", "a") == 3
    assert bench.marks("effect", "a") == 0
    assert bench.marks("failed:unexpected", "a") == 1


async def test_jobs_that_ended_long_ago_make_room(bench: Bench) -> None:
    tenant = bench.workspace()
    bench.worker(keep_days=7)
    old_id, kept_id = (
        await bench.enqueue(tenant, "quick", "old"),
        await bench.enqueue(tenant, "quick", "kept"),
    )
    for job_id in (old_id, kept_id):
        await bench.ended(tenant, job_id)
    bench.execute("UPDATE jobs SET finished_at = now() - interval '8 days' WHERE subject_id = 'old'")
    await bench.ended(tenant, await bench.enqueue(tenant, "quick", "new"))
    with pytest.raises(NotFound):
        await bench.job(tenant, old_id)
    assert (await bench.job(tenant, kept_id)).status is JobStatus.SUCCEEDED


async def test_many_jobs_are_queued_at_once_in_order(bench: Bench) -> None:
    tenant = bench.workspace()
    async with bench.database.begin(tenant) as session:
        ids = await enqueue_many(
            session, "quick", [(Subject("test", str(n)), {"name": str(n)}) for n in range(2_500)]
        )
    assert len(set(ids)) == 2_500
    rows = bench.execute(
        "SELECT j.subject_id FROM procrastinate_jobs q JOIN jobs j ON j.ticket = q.id "
        "ORDER BY q.priority DESC, q.id"
    )
    assert [int(str(row[0])) for row in rows] == list(range(2_500))
