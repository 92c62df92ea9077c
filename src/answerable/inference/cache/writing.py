"""Answers into the store, behind the calls: in batches, and never at the price of a call."""

from __future__ import annotations

import asyncio
import contextlib

import structlog

from answerable.inference.cache.kept import SealedAnswer
from answerable.inference.cache.store import AnswerStore, StoreUnavailable

log = structlog.get_logger(__name__)

_MOST_WAITING = 1_000
_MOST_BYTES = 16_000_000
_PAUSE_SECONDS = 0.05
_LONGEST_SECONDS = 5.0


class AnswerWriter:
    """Writes what it is given some milliseconds later. While the store is away what does not fit into a
    short queue is dropped: it costs another call, no more."""

    def __init__(self, store: AnswerStore) -> None:
        self._store = store
        self._waiting: list[tuple[str, SealedAnswer]] = []
        self._bytes = 0
        self._task: asyncio.Task[None] | None = None

    def add(self, workspace_id: str, answer: SealedAnswer) -> None:
        """Have an answer kept soon."""
        if len(self._waiting) >= _MOST_WAITING or self._bytes + answer.size > _MOST_BYTES:
            return
        self._waiting.append((workspace_id, answer))
        self._bytes += answer.size
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._write_soon())

    async def flush(self) -> None:
        """Write what waits. What the store does not take is dropped."""
        waiting, self._waiting, self._bytes = self._waiting, [], 0
        by_workspace: dict[str, dict[bytes, SealedAnswer]] = {}
        for workspace_id, answer in waiting:
            by_workspace.setdefault(workspace_id, {})[answer.key] = answer
        for workspace_id, answers in by_workspace.items():
            try:
                async with asyncio.timeout(_LONGEST_SECONDS):
                    # In one order everywhere, so that two processes never wait for each other in a circle.
                    await self._store.put(workspace_id, [answers[key] for key in sorted(answers)])
            except (StoreUnavailable, TimeoutError) as error:
                log.warning("answers_not_kept", count=len(answers), reason=str(error) or "slow")

    async def close(self) -> None:
        """Write what waits, and stop."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self.flush()

    async def _write_soon(self) -> None:
        while self._waiting:
            await asyncio.sleep(_PAUSE_SECONDS)
            await self.flush()
