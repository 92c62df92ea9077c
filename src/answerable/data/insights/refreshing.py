"""Insights after new data: computed in a job, so that whoever looks does not wait."""

from __future__ import annotations

from collections.abc import Collection

from answerable.data.engines.snapshot import take_snapshot
from answerable.data.insights import repository
from answerable.data.insights.results import Lookup, compute_missing, look_up
from answerable.data.insights.service import wanted_of
from answerable.data.insights.tables import InsightRow
from answerable.jobs import JobContext, Subject, enqueue
from answerable.kit.db import Session

REFRESH = "insights.refresh"


async def enqueue_refresh(session: Session, dataset_ids: Collection[str]) -> None:
    """Have the insights over some datasets computed once the session's transaction has committed."""
    if await repository.any_latest_over(session, dataset_ids):
        subject = Subject("dataset", min(dataset_ids))
        await enqueue(session, REFRESH, subject=subject, dataset_ids=[*sorted(dataset_ids)])


async def refresh_insights(job: JobContext, dataset_ids: Collection[str]) -> None:
    """Compute and keep the results of all insights that show the newest data of the datasets."""
    async with job.begin() as session:
        data = await take_snapshot(session)
        found: dict[str, InsightRow] = {}
        for dataset_id in dataset_ids:
            found |= {row.id: row for row in await repository.latest_over(session, dataset_id)}
        lookup = await look_up(
            session, job.runtime.clock.now(), [wanted_of(insight, data) for insight in found.values()]
        )
    for position, (one, key, shown) in enumerate(
        zip(lookup.wanted, lookup.keys, lookup.shown, strict=True), start=1
    ):
        await compute_missing(job.runtime, job.principal, Lookup([one], [key], [shown]))
        await job.progress(position, len(found), "insights")
