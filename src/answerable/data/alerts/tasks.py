"""Background work of alerts."""

from __future__ import annotations

from answerable.data.alerts import evaluating
from answerable.data.schedules.service import ALERT, JOBS
from answerable.jobs import JobContext, task


@task(JOBS[ALERT], retries=2)
async def evaluate(job: JobContext, *, subject_ids: list[str]) -> None:
    """Evaluate alerts, and tell which states have changed."""
    await evaluating.evaluate_alerts(job, subject_ids)
