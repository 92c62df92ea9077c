"""All routes of data."""

from __future__ import annotations

from fastapi import APIRouter

from answerable.data.alerts import endpoints as alerts
from answerable.data.connections import endpoints as connections
from answerable.data.dashboards import endpoints as dashboards
from answerable.data.datasets import endpoints as datasets
from answerable.data.datasets.retention import endpoints as retention
from answerable.data.datasets.review import endpoints as review
from answerable.data.datasets.rules import endpoints as rules
from answerable.data.engines import endpoints as engines
from answerable.data.engines.query_limits import endpoints as query_limits
from answerable.data.insights import endpoints as insights
from answerable.data.interchange import endpoints as interchange
from answerable.data.semantics import endpoints as semantics
from answerable.data.verified import endpoints as verified

router = APIRouter()
nouns = (
    datasets,
    retention,
    review,
    rules,
    semantics,
    interchange,
    engines,
    query_limits,
    insights,
    dashboards,
    alerts,
    connections,
    verified,
)
for noun in nouns:
    router.include_router(noun.router)
router.include_router(dashboards.shared_router)
