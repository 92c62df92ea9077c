"""A workspace with a long queue does not make the others wait for all of it."""

from __future__ import annotations

import os

from answerable.jobs import JobStatus, Subject, enqueue_many
from answerable.kit.principal import Principal
from tests.jobs.conftest import Bench

_BACKLOG = int(os.environ.get("ANSWERABLE_TEST_BACKLOG", "2000"))
_CONCURRENCY = 4


async def test_one_job_does_not_wait_behind_another_workspaces_thousands(bench: Bench) -> None:
    crowd, single = bench.workspace(), bench.workspace()
    async with bench.database.begin(crowd) as session:
        backlog = [(Subject("test", str(n)), {"name": str(n)}) for n in range(_BACKLOG)]
        await enqueue_many(session, "quick", backlog)  # type: ignore[arg-type]
    bench.worker(concurrency=_CONCURRENCY)
    await bench.marked("effect", times=20)
    job_id = await bench.enqueue(single, "quick", "single")
    assert (await bench.ended(single, job_id)).status is JobStatus.SUCCEEDED
    overtaken = bench.execute(
        "SELECT count(*) FROM jobs AS crowd, jobs AS single WHERE single.subject_id = 'single' "
        "AND crowd.started_at > single.created_at AND crowd.started_at < single.started_at"
    )
    # Its turn comes right after those that were being served, and those of the same turn.
    assert int(str(overtaken[0][0])) <= 2 * _CONCURRENCY + 1


async def _queue(bench: Bench, tenant: Principal, names: list[str]) -> None:
    async with bench.database.begin(tenant) as session:
        await enqueue_many(session, "quick", [(Subject("test", name), {"name": name}) for name in names])


async def _order(bench: Bench) -> list[object]:
    rows = bench.execute(
        "SELECT j.subject_id FROM procrastinate_jobs AS q JOIN jobs AS j ON j.ticket = q.id "
        "ORDER BY q.priority DESC, q.id"
    )
    return [name for (name,) in rows]


async def test_waiting_workspaces_take_turns(bench: Bench) -> None:
    crowd, newcomer = bench.workspace(), bench.workspace()
    bench.execute("SELECT setval('job_turns', 1000)")
    await _queue(bench, crowd, ["c1", "c2", "c3", "c4", "c5", "c6"])
    bench.execute("SELECT setval('job_turns', 1003)")  # three were served
    await _queue(bench, newcomer, ["n1", "n2"])
    assert (await _order(bench))[3:] == ["c4", "n1", "c5", "n2", "c6"]


async def test_a_workspace_pays_for_what_waits_and_not_for_what_was_done(bench: Bench) -> None:
    busy, idle = bench.workspace(), bench.workspace()
    bench.worker()
    for n in range(5):
        await bench.ended(busy, await bench.enqueue(busy, "quick", f"done {n}"))
    bench.reset()
    await _queue(bench, idle, ["i1", "i2", "i3"])
    await _queue(bench, busy, ["b1", "b2", "b3"])
    assert await _order(bench) == ["i1", "b1", "i2", "b2", "i3", "b3"]
