"""A warm child answers many calls, and a broken one is replaced."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import psutil
import pytest

from answerable.kit.sandbox import JsonObject, Limits, SandboxError, Worker

LIMITS = Limits(memory_bytes=200_000_000, cpu_seconds=2, wall_seconds=120, file_bytes=1_000_000)


@pytest.fixture
async def worker() -> AsyncIterator[Worker]:
    worker = Worker("tests.kit.sandbox.targets:by_command", limits=LIMITS)
    yield worker
    await worker.close()


async def _pid(worker: Worker) -> int:
    return int((await worker.call({"do": "echo"}, deadline=100))["pid"])


async def _failure(worker: Worker, payload: JsonObject, deadline: float = 100) -> str:
    with pytest.raises(SandboxError) as caught:
        await worker.call(payload, deadline=deadline)
    return caught.value.kind


async def test_calls_share_one_child(worker: Worker) -> None:
    assert await _pid(worker) == await _pid(worker)


async def test_calls_at_once_are_answered_one_after_another(worker: Worker) -> None:
    answers = await asyncio.gather(
        *(worker.call({"do": "echo", "n": number}, deadline=100) for number in range(20))
    )
    assert [answer["payload"]["n"] for answer in answers] == list(range(20))
    assert len({answer["pid"] for answer in answers}) == 1


async def test_a_call_past_its_deadline_is_killed_and_the_next_one_works(worker: Worker) -> None:
    first = await _pid(worker)
    assert await _failure(worker, {"do": "sleep"}, deadline=0.3) == "timeout"
    assert not psutil.pid_exists(first)
    assert await _pid(worker) != first


async def test_waiting_for_a_turn_counts_and_leaves_the_others_call_alone(worker: Worker) -> None:
    started: asyncio.Future[JsonObject] = asyncio.get_running_loop().create_future()
    first = asyncio.create_task(worker.call({"do": "sleep"}, deadline=100, on_progress=started.set_result))
    pid = (await started)["pid"]
    assert await _failure(worker, {"do": "echo"}, deadline=0.1) == "timeout"
    assert psutil.pid_exists(pid)
    first.cancel()
    await asyncio.wait([first])


async def test_a_crash_is_typed_and_the_next_call_gets_a_fresh_child(worker: Worker) -> None:
    first = await _pid(worker)
    assert await _failure(worker, {"do": "abort"}) == "crash"
    assert await _pid(worker) != first


async def test_a_refusal_leaves_the_child_warm(worker: Worker) -> None:
    first = await _pid(worker)
    assert await _failure(worker, {"do": "refuse"}) == "refused"
    assert await _pid(worker) == first


async def test_too_much_memory_ends_the_child(worker: Worker) -> None:
    assert await _failure(worker, {"do": "hoard"}) == "memory"
    await _pid(worker)


async def test_processor_time_is_counted_for_each_call(worker: Worker) -> None:
    pids = [await worker.call({"do": "burn", "seconds": 0.9}, deadline=100) for _ in range(4)]
    assert len({answer["pid"] for answer in pids}) == 1
    assert await _failure(worker, {"do": "burn", "seconds": 60}, deadline=100) == "cpu"


async def test_cancelling_a_call_kills_its_child(worker: Worker) -> None:
    started: asyncio.Future[JsonObject] = asyncio.get_running_loop().create_future()
    call = asyncio.create_task(worker.call({"do": "sleep"}, deadline=100, on_progress=started.set_result))
    pid = (await started)["pid"]
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert not psutil.pid_exists(pid)
    assert await _pid(worker) != pid


async def test_a_child_that_died_between_calls_is_replaced(worker: Worker) -> None:
    first = await _pid(worker)
    child = psutil.Process(first)
    child.kill()
    while worker.running:  # noqa: ASYNC110 - the loop's own child watcher has to run
        await asyncio.sleep(0)
    assert await _pid(worker) != first


async def test_closing_fails_the_call_under_way_and_later_ones_as_cancelled(worker: Worker) -> None:
    started: asyncio.Future[JsonObject] = asyncio.get_running_loop().create_future()
    call = asyncio.create_task(worker.call({"do": "sleep"}, deadline=100, on_progress=started.set_result))
    await started
    await worker.close()
    with pytest.raises(SandboxError) as caught:
        await call
    assert caught.value.kind == "cancelled"
    assert await _failure(worker, {"do": "echo"}) == "cancelled"
