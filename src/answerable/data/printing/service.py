"""Insights and dashboards as PDF, as the principal sees them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from fastapi import Response

from answerable.data.dashboards import service as dashboards
from answerable.data.dashboards.schemas import DashboardFilter
from answerable.data.engines.snapshot import take_snapshot
from answerable.data.insights import repository as insights_repository
from answerable.data.insights import service as insights
from answerable.data.insights.export import require_renderer
from answerable.data.insights.results import compute_missing
from answerable.data.printing.pdf import as_pdf
from answerable.data.printing.report import dashboard_report, grain_of, insight_report
from answerable.kit.errors import NotFound
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime


async def print_insight(runtime: Runtime, principal: Principal, insight_id: str) -> bytes:
    """What an insight shows, on pages. Raises NotFound, ChartsUnavailable, and as its query does."""
    require_renderer()
    async with runtime.database.begin(principal) as session:
        insight = await insights.read_insight(session, insight_id)
        lookup = await insights.find_result(session, runtime.clock.now(), insight_id)
        model = (await take_snapshot(session)).model
    (shown,) = await compute_missing(runtime, principal, lookup)
    if shown.error is not None:
        raise shown.error
    if shown.result is None or shown.computed_at is None:
        raise NotFound
    report = insight_report(insight, shown.result, shown.computed_at, model, runtime.clock.now())
    return await asyncio.to_thread(as_pdf, report)


async def print_dashboard(
    runtime: Runtime, principal: Principal, dashboard_id: str, wanted: Sequence[DashboardFilter] | None
) -> bytes:
    """What all tiles show under the dashboard's filters or others, on pages. Raises NotFound,
    ChartsUnavailable."""
    require_renderer()
    async with runtime.database.begin(principal) as session:
        dashboard = await dashboards.read_dashboard(session, dashboard_id)
        found = await dashboards.look_up_tiles(session, runtime.clock.now(), dashboard, wanted)
        shown_insights = await insights_repository.of_ids(
            session, {place.tile.insight_id for place in found.tiles}
        )
        model = (await take_snapshot(session)).model
        seen = (await dashboards.seen_filters(session, [dashboard]))[dashboard_id]
    tiles = dashboards.tile_results(found, await compute_missing(runtime, principal, found.lookup))
    grains = {insight_id: grain_of(insight.query) for insight_id, insight in shown_insights.items()}
    filters = [DashboardFilter.model_validate(one) for one in seen] if wanted is None else wanted
    report = dashboard_report(dashboard, tiles, filters, grains, model, runtime.clock.now())
    return await asyncio.to_thread(as_pdf, report)


def pdf_response(content: bytes, name: str) -> Response:
    """The answer that carries a PDF."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.pdf"', "Cache-Control": "no-store"}
    return Response(content, media_type="application/pdf", headers=headers)
