"""Which function does which job. Slices register theirs in `tasks.py`; the worker looks them up.

```python
@task("documents.ingest", retries=3)
async def ingest(job: JobContext, *, document_id: str) -> None: ...

@ingest.on_failed
async def ingest_failed(session: Session, error: JobError, *, document_id: str) -> None: ...
```
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from croniter import croniter

from answerable.kit.runtime import Runtime

# Called with (JobContext, **arguments), (Session, JobError, **arguments), (Session, **arguments).
JobFunction = Callable[..., Awaitable[None]]
FailedHook = Callable[..., Awaitable[None]]
CancelledHook = Callable[..., Awaitable[None]]
# Called with the runtime and the start of the period that is due.
PeriodicFunction = Callable[[Runtime, datetime], Awaitable[None]]


class Task:
    """A kind of job: its function, how often it is tried, what happens when it ends badly."""

    def __init__(self, name: str, function: JobFunction, *, retries: int | None) -> None:
        self.name = name
        self.function = function
        self.retries = retries
        self.failed: FailedHook | None = None
        self.cancelled: CancelledHook | None = None

    def on_failed(self, hook: FailedHook) -> FailedHook:
        """Register `hook(session, error, **arguments)`. It runs in the transaction that marks the job
        failed, whatever the reason: the place to put the reason on the row that a person sees."""
        self.failed = hook
        return hook

    def on_cancelled(self, hook: CancelledHook) -> CancelledHook:
        """Register `hook(session, **arguments)`. It runs in the transaction that marks the job cancelled."""
        self.cancelled = hook
        return hook


@dataclass(frozen=True, slots=True)
class Periodic:
    """A function that runs once in each period of a cron line (UTC)."""

    name: str
    cron: str
    function: PeriodicFunction


class TaskRegistry:
    """Tasks and schedules by name."""

    def __init__(self) -> None:
        self._tasks: dict[str, Task] = {}
        self._schedules: dict[str, Periodic] = {}

    def task(self, name: str, *, retries: int | None = None) -> Callable[[JobFunction], Task]:
        """Register an async function as the job `name`. It is tried `1 + retries` times;
        `settings.jobs.max_attempts` times when None. ValueError for a name that is taken."""

        def register(function: JobFunction) -> Task:
            if name in self._tasks:
                raise ValueError(f"the job {name!r} has a function already")
            self._tasks[name] = Task(name, function, retries=retries)
            return self._tasks[name]

        return register

    def periodic(self, name: str, cron: str) -> Callable[[PeriodicFunction], PeriodicFunction]:
        """Register an async function of (runtime, period start) to run by a cron line, in UTC.
        ValueError for a line that cron cannot read, or a name that is taken."""
        if not croniter.is_valid(cron):
            raise ValueError(f"{cron!r} is no cron line")

        def register(function: PeriodicFunction) -> PeriodicFunction:
            if name in self._schedules:
                raise ValueError(f"the schedule {name!r} has a function already")
            self._schedules[name] = Periodic(name, cron, function)
            return function

        return register

    def get(self, name: str) -> Task | None:
        """The task of that name; None when nobody registered it in this process."""
        return self._tasks.get(name)

    def named(self) -> dict[str, Task]:
        """Every task by its name."""
        return dict(self._tasks)

    @property
    def schedules(self) -> tuple[Periodic, ...]:
        """Every schedule."""
        return tuple(self._schedules.values())


tasks = TaskRegistry()
task = tasks.task
periodic = tasks.periodic
