"""Each way in which a child can fail has its own typed failure, and no process stays behind."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import psutil
import pytest

from answerable.kit.sandbox import JsonObject, Limits, SandboxError
from tests.kit.sandbox.ways import run

pytestmark = pytest.mark.usefixtures("either_way")

LIMITS = Limits(memory_bytes=200_000_000, cpu_seconds=20, wall_seconds=30, file_bytes=1_000_000)


async def _run(target: str, payload: JsonObject | None = None, limits: Limits = LIMITS) -> JsonObject:
    return await run(f"tests.kit.sandbox.targets:{target}", payload or {}, limits=limits)


async def _failure(
    target: str, payload: JsonObject | None = None, limits: Limits = LIMITS
) -> tuple[str, str]:
    with pytest.raises(SandboxError) as caught:
        await _run(target, payload, limits)
    return caught.value.kind, caught.value.code


async def test_a_call_returns_what_the_function_returns() -> None:
    answer = await _run("echo", {"text": "naïve\x00 \ud800", "n": 1.5, "list": [None, True]})
    assert answer["payload"] == {"text": "naïve\x00 \ud800", "n": 1.5, "list": [None, True]}
    assert answer["pid"] != os.getpid()


async def test_progress_arrives_in_order_before_the_answer() -> None:
    seen: list[JsonObject] = []
    await run("tests.kit.sandbox.targets:progress", {}, limits=LIMITS, on_progress=seen.append)
    assert seen == [{"done": 0}, {"done": 1}, {"done": 2}]


async def test_a_refusal_carries_its_code_and_its_sentence() -> None:
    with pytest.raises(SandboxError) as caught:
        await _run("refuse")
    assert (caught.value.kind, caught.value.code) == ("refused", "encrypted")
    assert caught.value.detail == "Remove the password, then upload it again."


async def test_memory_taken_bit_by_bit_is_bounded() -> None:
    assert await _failure("hoard") == ("memory", "memory")


async def test_shared_memory_is_bounded_too() -> None:
    assert await _failure("hoard_shared") == ("memory", "memory")


async def test_one_huge_allocation_is_refused() -> None:
    assert await _failure("allocate", {"bytes": 10_000_000_000}) == ("memory", "memory")


async def test_processor_time_is_bounded() -> None:
    assert await _failure("spin", limits=Limits(200_000_000, 1, 30, 1_000_000)) == ("cpu", "cpu")


async def test_a_child_that_sleeps_past_the_wall_clock_limit_is_killed() -> None:
    assert await _failure("sleep", limits=Limits(200_000_000, 5, 0.5, 1_000_000)) == ("timeout", "timeout")


@pytest.mark.parametrize("target", ["kill_self", "abort", "segfault", "leave"])
async def test_a_child_that_dies_is_a_crash(target: str) -> None:
    assert await _failure(target) == ("crash", "died")


async def test_an_unexpected_exception_is_a_crash_that_names_it() -> None:
    with pytest.raises(SandboxError) as caught:
        await _run("fail")
    assert (caught.value.kind, caught.value.code) == ("crash", "exception")
    assert caught.value.detail == "RuntimeError: a bug"


async def test_a_missing_target_is_a_crash() -> None:
    assert await _failure("no_such_function") == ("crash", "exception")


async def test_what_is_printed_does_not_disturb_the_answer() -> None:
    assert await _run("print_garbage") == {"done": True}


@pytest.mark.parametrize("what", ["length", "json", "array", "nested", "failure"])
async def test_a_forged_message_is_a_crash(what: str) -> None:
    assert await _failure("forge", {"what": what}) == ("crash", "bad_message")


async def test_a_message_cut_off_in_the_middle_is_a_crash() -> None:
    assert await _failure("forge", {"what": "cut"}) == ("crash", "died")


async def test_an_answer_larger_than_a_message_is_refused() -> None:
    limits = Limits(1_000_000_000, 20, 30, 1_000_000)
    assert await _failure("too_much_output", limits=limits) == ("crash", "bad_output")


async def test_an_answer_that_is_no_json_is_refused() -> None:
    assert await _failure("no_json") == ("crash", "bad_output")


async def test_a_file_past_its_limit_is_not_written() -> None:
    assert await _failure("write_big_file", {"bytes": 2_000_000}) == ("crash", "file_limit")
    assert await _run("write_big_file", {"bytes": 900_000}) == {}


async def test_cancelling_the_caller_kills_the_child() -> None:
    started: asyncio.Future[JsonObject] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(
        run("tests.kit.sandbox.targets:sleep", {}, limits=LIMITS, on_progress=started.set_result)
    )
    pid = (await started)["pid"]
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not psutil.pid_exists(pid)


async def test_a_path_that_does_not_exist_is_said_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await run("tests.kit.sandbox.targets:echo", {}, limits=LIMITS, read=[tmp_path / "gone"])


async def test_the_child_dies_with_its_parent(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import asyncio, sys\n"
        f"sys.path[:0] = {[str(Path.cwd()), str(Path.cwd() / 'src')]!r}\n"
        "from answerable.kit.sandbox import Limits, run\n"
        "limits = Limits(200_000_000, 20, 60, 1_000_000)\n"
        "show = lambda progress: print(progress['pid'], flush=True)\n"
        "asyncio.run(run('tests.kit.sandbox.targets:sleep', {}, limits=limits, on_progress=show))\n"
    )
    parent = await asyncio.create_subprocess_exec(
        sys.executable,
        str(script),
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"TMPDIR": str(tmp_path)},
    )
    assert parent.stdout is not None
    child = psutil.Process(int(await parent.stdout.readline()))
    os.kill(parent.pid, signal.SIGKILL)
    await parent.wait()
    await asyncio.to_thread(psutil.wait_procs, [child], 10)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
