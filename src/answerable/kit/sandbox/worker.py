"""A warm child that answers many calls: for work whose libraries take long to load."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from answerable.kit.sandbox.limits import JsonObject, Limits, SandboxError
from answerable.kit.sandbox.parent import Child, Task, timed_out


class Worker:
    """One child at a time, started by the first call and again after it was killed or died.

    Calls are answered one after another. `limits.cpu_seconds` counts for each call,
    `limits.memory_bytes` for the child as a whole.
    """

    def __init__(
        self,
        target: str,
        *,
        limits: Limits,
        read: Sequence[Path] = (),
        write: Sequence[Path] = (),
        network: bool = False,
    ) -> None:
        """`network` lets the child connect to other machines."""
        self._task = Task(target, limits, read, write, network)
        self._turn = asyncio.Lock()
        self._child: Child | None = None
        self._closed = False

    @property
    def running(self) -> bool:
        """Whether a child is alive now."""
        return self._child is not None and self._child.alive

    async def call(
        self,
        payload: JsonObject,
        *,
        deadline: float,
        on_progress: Callable[[JsonObject], None] | None = None,
    ) -> JsonObject:
        """The target's answer to `payload`.

        `deadline` is in seconds from now, waiting for earlier calls included; `limits.wall_seconds`
        caps it. Raises SandboxError: past the deadline ("timeout") the child is killed, and the next
        call starts a fresh one; so it is after a crash and when the calling task is cancelled. A
        refusal leaves the child warm.
        """
        seconds = min(deadline, self._task.limits.wall_seconds)
        try:
            async with asyncio.timeout(seconds), self._turn:
                return await self._exchange(payload, on_progress)
        except TimeoutError as error:
            raise timed_out(seconds) from error

    async def stop(self) -> None:
        """End the child once the present call is answered; a later call starts a fresh one."""
        async with self._turn:
            await self._discard()

    async def close(self) -> None:
        """End the child at once. A call under way, and every later one, fails as "cancelled"."""
        self._closed = True
        await self._discard()

    async def _exchange(
        self, payload: JsonObject, on_progress: Callable[[JsonObject], None] | None
    ) -> JsonObject:
        if self._closed:
            raise _closed()
        if self._child is None or not self._child.alive:
            await self._discard()
            self._child = await Child.start(self._task)
        if self._closed:  # while the child started
            await self._discard()
            raise _closed()
        try:
            return await self._child.call(payload, on_progress)
        except SandboxError as error:
            if error.kind != "refused":
                await self._discard()
            if self._closed:
                raise _closed() from error
            raise
        except BaseException:
            await self._discard()
            raise

    async def _discard(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            await child.kill()


def _closed() -> SandboxError:
    return SandboxError("cancelled", "closed", "the worker was closed")
