"""A warm server forks a fresh child for each call, and is replaced when it dies or has forked enough."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import psutil
import pytest

from answerable.kit.sandbox import ForkServer, JsonObject, Limits, SandboxError
from tests.factories.waiting import eventually

LIMITS = Limits(memory_bytes=200_000_000, cpu_seconds=20, wall_seconds=30, file_bytes=1_000_000)
TARGETS = "tests.kit.sandbox.targets"


async def _call(server: ForkServer, target: str = "echo", **payload: object) -> JsonObject:
    return await server.run(f"{TARGETS}:{target}", payload, limits=LIMITS)


def _server_pid(child_pid: int) -> int:
    return psutil.Process(child_pid).ppid()


async def _sleeper(server: ForkServer) -> tuple[asyncio.Task[JsonObject], int]:
    """A call that sleeps, and its child's process id."""
    started: asyncio.Future[JsonObject] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(
        server.run(f"{TARGETS}:sleep", {}, limits=LIMITS, on_progress=started.set_result)
    )
    return task, int((await started)["pid"])


async def test_every_call_has_a_child_of_its_own() -> None:
    server = ForkServer([TARGETS])
    answers = await asyncio.gather(*(_call(server, n=number) for number in range(10)))
    assert [answer["payload"]["n"] for answer in answers] == list(range(10))
    assert len({answer["pid"] for answer in answers}) == 10
    await server.close()


async def test_a_child_reads_its_own_file_and_no_other_call_s(tmp_path: Path) -> None:
    mine, other = tmp_path / "mine", tmp_path / "other"
    for path in (mine, other):
        path.write_text("text")
    server = ForkServer([TARGETS])
    for path, allowed in ((mine, True), (other, False)):
        answer = await server.run(
            f"{TARGETS}:attempt", {"action": "read", "path": str(path)}, limits=LIMITS, read=[mine]
        )
        assert answer["allowed"] is allowed
    await server.close()


async def test_a_crash_costs_one_call(no_child_remains: Path) -> None:
    server = ForkServer([TARGETS])
    sleeper, pid = await _sleeper(server)
    with pytest.raises(SandboxError) as caught:
        await _call(server, "segfault")
    assert caught.value.kind == "crash"
    assert psutil.pid_exists(pid)
    assert (await _call(server))["pid"] != pid
    sleeper.cancel()
    await asyncio.wait([sleeper])
    assert not psutil.pid_exists(pid)
    await server.close()


async def test_a_dead_server_fails_its_calls_and_the_next_call_starts_another() -> None:
    server = ForkServer([TARGETS])
    sleeper, pid = await _sleeper(server)
    os.kill(_server_pid(pid), signal.SIGKILL)
    with pytest.raises(SandboxError) as caught:
        await sleeper
    assert caught.value.kind == "crash"

    async def gone() -> bool:
        return not psutil.pid_exists(pid)

    await eventually(gone)
    assert (await _call(server, n=1))["payload"] == {"n": 1}
    await server.close()


async def test_a_server_is_replaced_after_its_share_of_forks_and_ends_with_its_last_call() -> None:
    server = ForkServer([TARGETS], recycle_after=2)
    sleeper, pid = await _sleeper(server)
    old = psutil.Process(_server_pid(pid))
    await _call(server)
    other, other_pid = await _sleeper(server)
    assert _server_pid(other_pid) != old.pid
    assert old.is_running()
    for task in (sleeper, other):
        task.cancel()
    await asyncio.wait([sleeper, other])

    async def gone() -> bool:
        return not old.is_running()

    await eventually(gone)
    await server.close()


async def test_an_idle_server_ends_and_the_next_call_starts_another() -> None:
    server = ForkServer([TARGETS], idle_seconds=0)
    sleeper, pid = await _sleeper(server)
    process = psutil.Process(_server_pid(pid))
    sleeper.cancel()
    await asyncio.wait([sleeper])

    async def gone() -> bool:
        return not process.is_running()

    await eventually(gone)
    assert (await _call(server, n=1))["payload"] == {"n": 1}
    await server.close()


async def test_callers_that_leave_while_their_child_starts_take_nobody_s_place() -> None:
    server = ForkServer([TARGETS])
    await _call(server)
    for pause in range(20):
        task = asyncio.create_task(_call(server))
        for _ in range(pause):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
    answers = await asyncio.gather(*(_call(server, n=number) for number in range(5)))
    assert [answer["payload"]["n"] for answer in answers] == list(range(5))
    await server.close()
