"""What chat adds to the running system."""

from __future__ import annotations

from answerable.chat.asking.gate import AnsweringGate
from answerable.chat.asking.run_tasks import RunTasks
from answerable.chat.asking.service import take_over
from answerable.chat.confidence import tasks as confidence_tasks
from answerable.chat.retention import tasks
from answerable.kit.runtime import Runtime

BACKGROUND_WORK = (tasks.delete_expired, confidence_tasks.recalibrate)


def provide_chat(runtime: Runtime) -> None:
    """Register the runs at work, and how many questions are worked on at once."""
    runtime.provide(AnsweringGate, lambda made: AnsweringGate(made.settings.chat.concurrent_answers))
    runtime.provide(
        RunTasks,
        lambda made: RunTasks(
            made.database,
            lease_seconds=made.settings.chat.lease_seconds,
            take_over=lambda claim: take_over(made, claim),
        ),
    )
