"""What follows new data: insights and dashboards are computed, alerts evaluated."""

from __future__ import annotations

from collections.abc import Collection

from answerable.data.alerts.evaluating import enqueue_alerts
from answerable.data.dashboards.refreshing import enqueue_dashboards
from answerable.data.insights.refreshing import enqueue_refresh
from answerable.kit.db import Session


async def follow_data(session: Session, dataset_ids: Collection[str]) -> None:
    """Queue that for datasets whose newest version the session's transaction publishes."""
    await enqueue_refresh(session, dataset_ids)
    await enqueue_dashboards(session, dataset_ids)
    await enqueue_alerts(session, dataset_ids)
