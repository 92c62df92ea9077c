"""Runs at work in this process. A run goes on when its listener leaves; another may listen later."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

from sqlalchemy import event

from answerable.kit.db import Session


class RunTasks:
    """Keeps the tasks of running runs alive, and ends them when the process stops."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def start(self, run_id: str, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Run the work of a run."""
        task = asyncio.create_task(work, name=run_id)
        self._tasks[run_id] = task
        task.add_done_callback(lambda _: self._tasks.pop(run_id, None))
        return task

    def start_after_commit(
        self, session: Session, run_id: str, work: Callable[[], Coroutine[None, None, None]]
    ) -> None:
        """Run the work of a run as soon as the session's transaction, which keeps the run, has committed.

        Not when its events are read: a listener who is gone by then would leave the run undone.
        """

        def start(_: object) -> None:
            self.start(run_id, work())

        event.listen(session.sync_session, "after_commit", start, once=True)

    def cancel(self, run_id: str) -> None:
        """Stop a run's work, when it is this process that does it."""
        if (task := self._tasks.get(run_id)) is not None:
            task.cancel()

    async def close(self) -> None:
        """Stop all work and wait until it has ended."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
