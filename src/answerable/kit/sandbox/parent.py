"""The parent's side: start a child, exchange messages under its limits, leave nothing behind."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import signal
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from answerable.kit.sandbox import messages
from answerable.kit.sandbox.limits import FailureKind, JsonObject, Limits, SandboxError
from answerable.kit.sandbox.process import Process, SpawnedProcess, import_roots

_log = logging.getLogger(__name__)

_WATCH_SECONDS = 0.02
_STDERR_BYTES = 4096
_DECODE_INLINE_BYTES = 256 * 1024
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_OUT_OF_MEMORY_MARKS = ("memory allocation of", "bad_alloc", "MemoryError", "out of memory")
_EXIT_SECONDS = 5.0

_Progress = Callable[[JsonObject], None]
Launch = Callable[[Sequence[str], str], Awaitable[Process]]
"""Starts a process that finds packages under these import roots, with a private folder."""


@dataclass(frozen=True, slots=True)
class Task:
    """What a child runs, under which limits, over which files. `read` and `write` must exist.

    `network` lets it connect to other machines, for code that the operator trusts; `packages` are
    top-level packages or modules, besides the target's, that it may import.
    """

    target: str
    limits: Limits
    read: Sequence[Path] = ()
    write: Sequence[Path] = ()
    network: bool = False
    packages: Sequence[str] = ()


async def run(
    target: str,
    payload: JsonObject,
    *,
    limits: Limits,
    read: Sequence[Path] = (),
    write: Sequence[Path] = (),
    on_progress: _Progress | None = None,
) -> JsonObject:
    """Call `target` ("package.module:function") as `function(payload, report)` in a fresh child.

    Returns the JSON object that the function returns; `report(object)` inside reaches `on_progress`.
    The child may read the paths of `read`, and write those of `write` and its private temporary
    folder, which is its working directory and vanishes with it. Raises SandboxError. Cancelling the
    awaiting task kills the child.
    """
    return await run_task(Task(target, limits, read, write), payload, on_progress)


async def run_task(task: Task, payload: JsonObject, on_progress: _Progress | None = None) -> JsonObject:
    """As `run`, for a task that is told in full."""
    return await call_once(task.limits, lambda: Child.start(task), payload, on_progress)


async def call_once(
    limits: Limits, start: Callable[[], Awaitable[Child]], payload: JsonObject, on_progress: _Progress | None
) -> JsonObject:
    """The answer of a child that lives for one call, its start within the call's time."""
    child: Child | None = None
    try:
        async with asyncio.timeout(limits.wall_seconds):
            child = await start()
            return await child.call(payload, on_progress)
    except TimeoutError as error:
        raise timed_out(limits.wall_seconds) from error
    finally:
        if child is not None:
            await child.kill()


def timed_out(seconds: float) -> SandboxError:
    """The failure of a call that ran past its wall-clock limit."""
    return SandboxError("timeout", "timeout", f"no answer within {seconds:g} seconds")


class Child:
    """One sandboxed process. `call` may be used again after an answer, not after a SandboxError
    other than a refusal."""

    def __init__(self, process: Process, scratch: str, limits: Limits) -> None:
        self._process = process
        self._scratch = scratch
        self._limits = limits
        self._over_memory = False
        self._resident = 0
        self._stderr = b""
        self._drain = asyncio.create_task(self._keep_stderr())

    @classmethod
    async def start(cls, task: Task, launch: Launch = SpawnedProcess.start) -> Child:
        """Start a child and hand it its limits. Raises FileNotFoundError for a path that is not there,
        SandboxError when it cannot be started."""
        for path in (*task.read, *task.write):
            if not path.exists():
                raise FileNotFoundError(path)
        roots, packages = import_roots(task.target, *task.packages)
        scratch = tempfile.mkdtemp(prefix="answerable-sandbox-")
        try:
            process = await launch(roots, scratch)
        except ConnectionError as error:
            shutil.rmtree(scratch, ignore_errors=True)
            raise SandboxError("crash", "no_start", f"no child could be started: {error}") from error
        except BaseException:
            shutil.rmtree(scratch, ignore_errors=True)
            raise
        child = cls(process, scratch, task.limits)
        child._write(
            {
                "target": task.target,
                "parent": process.parent,
                "memory_bytes": task.limits.memory_bytes,
                "cpu_seconds": task.limits.cpu_seconds,
                "file_bytes": task.limits.file_bytes,
                "open_files": task.limits.open_files,
                "read": [str(path.resolve()) for path in task.read] + packages,
                "write": [str(path.resolve()) for path in task.write],
                "roots": roots,
                "scratch": scratch,
                "network": task.network,
            }
        )
        return child

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    async def call(self, payload: JsonObject, on_progress: _Progress | None = None) -> JsonObject:
        """The target's answer. Raises SandboxError; the caller bounds the time and kills afterwards."""
        watch = asyncio.create_task(self._watch_memory())
        try:
            self._write(payload)
            return await self._receive(on_progress)
        except messages.BadMessage as error:
            raise SandboxError("crash", "bad_message", str(error)) from error
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise await self._post_mortem() from error
        finally:
            watch.cancel()

    async def kill(self) -> None:
        """End the child and remove its folder. Safe to repeat."""
        self._process.kill()
        # Shielded: a cancellation in the middle must leave neither a zombie nor a folder.
        await asyncio.shield(asyncio.create_task(self._bury()))

    async def _bury(self) -> None:
        await self._process.wait()
        self._drain.cancel()
        self._process.requests.close()
        await asyncio.to_thread(shutil.rmtree, self._scratch, True)

    def _write(self, message: JsonObject) -> None:
        # Not drained: a child that does not read would hold the caller; the message is bounded.
        if not self._process.requests.is_closing():
            self._process.requests.write(messages.encode(message))

    async def _receive(self, on_progress: _Progress | None) -> JsonObject:
        while True:
            message = await self._next_message()
            match message.get("type"), message.get("value"):
                case "ready", _:
                    _log_protections(message.get("protections"))
                case "progress", dict(value):
                    if on_progress is not None:
                        on_progress(value)
                case "result", dict(value):
                    return value
                case "failed", _:
                    raise _reported_failure(message)
                case _:
                    raise messages.BadMessage("not a message of the protocol")

    async def _next_message(self) -> JsonObject:
        reader = self._process.answers
        length = messages.body_length(await reader.readexactly(messages.HEADER_BYTES))
        body = await reader.readexactly(length)
        if length <= _DECODE_INLINE_BYTES:
            return messages.decode(body)
        return await asyncio.to_thread(messages.decode, body)

    async def _post_mortem(self) -> SandboxError:
        """Why the child is gone: from its exit status, its last resident size and its last words."""
        if not self._over_memory:
            try:
                async with asyncio.timeout(_EXIT_SECONDS):
                    await self._process.wait()
                    await asyncio.wait([self._drain])
            except TimeoutError:
                return SandboxError("crash", "closed_pipe", "the child closed its pipe without an answer")
        words = self._stderr.decode("utf-8", "replace").strip()
        status = self._process.returncode or 0
        near_limit = self._resident > 0.8 * self._limits.memory_bytes
        if self._over_memory or any(mark in words for mark in _OUT_OF_MEMORY_MARKS):
            return _out_of_memory(self._limits)
        if status == -signal.SIGXCPU:
            return SandboxError(
                "cpu", "cpu", f"more than {self._limits.cpu_seconds} seconds of processor time"
            )
        if status < 0 and near_limit:
            return _out_of_memory(self._limits)
        how = f"signal {-status}" if status < 0 else f"exit status {status}"
        return SandboxError("crash", "died", f"the child ended by {how}. {words[-500:]}".strip())

    async def _watch_memory(self) -> None:
        while self.alive:
            self._resident = _resident_bytes(self._process.pid) or self._resident
            if self._resident > self._limits.memory_bytes:
                self._over_memory = True
                self._process.kill()
                return
            await asyncio.sleep(_WATCH_SECONDS)

    async def _keep_stderr(self) -> None:
        while data := await self._process.errors.read(65536):
            self._stderr = (self._stderr + data)[-_STDERR_BYTES:]


def _resident_bytes(pid: int) -> int:
    """Resident memory of a process; 0 when it is gone or the platform does not tell."""
    try:
        with open(f"/proc/{pid}/statm", "rb") as file:
            return int(file.read().split()[1]) * _PAGE_BYTES
    except (OSError, IndexError):
        return 0


def _out_of_memory(limits: Limits) -> SandboxError:
    return SandboxError("memory", "memory", f"more than {limits.memory_bytes:,} bytes of memory")


def _reported_failure(message: JsonObject) -> SandboxError:
    kind = message.get("kind")
    if kind not in ("memory", "crash", "refused"):
        raise messages.BadMessage("not a failure of the protocol")
    code, detail = str(message.get("code", ""))[:100], str(message.get("detail", ""))[:2000]
    return SandboxError(cast("FailureKind", kind), code, detail)


_logged_protections: set[str] = set()


def _log_protections(granted: object) -> None:
    """Say once a process what the kernel does not offer."""
    if not isinstance(granted, dict):
        return
    for name in ("seccomp", "landlock"):
        if not granted.get(name) and name not in _logged_protections:
            _logged_protections.add(name)
            _log.warning("the sandbox runs without %s: this kernel or platform has none", name)
