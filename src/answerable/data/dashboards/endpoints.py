"""`/dashboards` and, for whoever has a link, `/shared/{token}`."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query, Response

from answerable.data.dashboards import service, sharing
from answerable.data.dashboards.schemas import (
    DashboardChange,
    DashboardResults,
    DashboardView,
    NewDashboard,
    NewShare,
    ResultsRequest,
    SharedDashboard,
    SharedTile,
    ShareMade,
    ShareView,
)
from answerable.data.dashboards.tables import DashboardRow
from answerable.data.insights.results import compute_missing
from answerable.data.printing.service import pdf_response, print_dashboard
from answerable.data.schedules.service import DASHBOARD, due_times
from answerable.identity.access import (
    AnonymousContext,
    DeferredContext,
    RequestContext,
    Scope,
    anonymous,
    requires,
    requires_deferred,
)
from answerable.kit.http import Router
from answerable.kit.paging import Page, PageRequest, make_page
from answerable.kit.principal import Principal

router = Router(prefix="/dashboards", tags=["dashboards"])
shared_router = Router(prefix="/shared", tags=["dashboards"])

Reader = Annotated[RequestContext, requires(Scope.DATA_READ)]
Watcher = Annotated[DeferredContext, requires_deferred(Scope.DATA_READ)]
Writer = Annotated[RequestContext, requires(Scope.DATA_WRITE)]
Sharer = Annotated[RequestContext, requires(Scope.DATA_WRITE, answer_is_secret=True)]


@router.post("", status_code=201)
async def make_dashboard(context: Writer, body: NewDashboard) -> DashboardView:
    """Make a dashboard of insights."""
    return await _view(context, await service.make(context.session, context.runtime.clock, body))


@router.get("")
async def list_dashboards(context: Reader, wanted: Annotated[PageRequest, Query()]) -> Page[DashboardView]:
    """The workspace's dashboards, newest first."""
    found = await service.list_dashboards(context.session, wanted)
    due = await due_times(context.session, DASHBOARD, [row.id for row in found])
    page = make_page(found, wanted, lambda row: row, lambda row: (row.created_at, row.id))
    filters = await service.seen_filters(context.session, page.items)
    views = [DashboardView.of(row, due, filters) for row in page.items]
    return Page(items=views, next_cursor=page.next_cursor)


@router.get("/{dashboard_id}")
async def read_dashboard(context: Reader, dashboard_id: str) -> DashboardView:
    """One dashboard with its layout."""
    return await _view(context, await service.read_dashboard(context.session, dashboard_id))


@router.patch("/{dashboard_id}")
async def change_dashboard(context: Writer, dashboard_id: str, body: DashboardChange) -> DashboardView:
    """Change a dashboard's name, layout, filters, or when it is refreshed."""
    changed = await service.change(context.session, context.runtime.clock, dashboard_id, body)
    return await _view(context, changed)


@router.delete("/{dashboard_id}", status_code=204)
async def delete_dashboard(context: Writer, dashboard_id: str) -> None:
    """Delete a dashboard and the links to it; its insights stay."""
    await service.delete(context.session, dashboard_id)


@router.post("/{dashboard_id}/results")
async def show_dashboard(context: Watcher, dashboard_id: str, body: ResultsRequest) -> DashboardResults:
    """What all tiles show, under the dashboard's filters or others: kept, or computed and kept."""
    runtime, principal = context.runtime, context.principal
    async with runtime.database.begin(principal) as session:
        dashboard = await service.read_dashboard(session, dashboard_id)
        found = await service.look_up_tiles(session, runtime.clock.now(), dashboard, body.filters)
    shown = await compute_missing(runtime, principal, found.lookup)
    return DashboardResults(dashboard_id=dashboard_id, tiles=service.tile_results(found, shown))


@router.post("/{dashboard_id}/export", response_class=Response)
async def export_dashboard(
    context: Watcher,
    dashboard_id: str,
    body: ResultsRequest,
    kind: Annotated[Literal["pdf"], Query(alias="format", description="Pages as PDF.")] = "pdf",
) -> Response:
    """All tiles in reading order on pages, under the dashboard's filters or others."""
    del kind
    printed = await print_dashboard(context.runtime, context.principal, dashboard_id, body.filters)
    return pdf_response(printed, dashboard_id)


@router.post("/{dashboard_id}/shares", status_code=201)
async def share_dashboard(context: Sharer, dashboard_id: str, body: NewShare) -> ShareMade:
    """Make a link that shows this dashboard, and nothing else, until it expires."""
    row, token = await sharing.share(context.session, context.runtime.clock, dashboard_id, body)
    path = f"/api/v1/shared/{token}"
    return ShareMade(**ShareView.of(row).model_dump(), token=token, path=path)


@router.get("/{dashboard_id}/shares")
async def list_shares(
    context: Reader, dashboard_id: str, wanted: Annotated[PageRequest, Query()]
) -> Page[ShareView]:
    """The links to a dashboard, newest first."""
    found = await sharing.list_shares(context.session, dashboard_id, wanted)
    return make_page(found, wanted, ShareView.of, lambda row: (row.created_at, row.id))


@router.delete("/{dashboard_id}/shares/{share_id}", status_code=204)
async def take_share_back(context: Writer, dashboard_id: str, share_id: str) -> None:
    """Take a link back: it shows nothing from then on."""
    await sharing.take_back(context.session, dashboard_id, share_id)


@shared_router.get("/{token}")
async def read_shared(
    context: Annotated[AnonymousContext, anonymous()], response: Response, token: str
) -> SharedDashboard:
    """The dashboard that a link shows. A link that never was, was taken back or has expired is not found."""
    runtime, opened = context.runtime, sharing.open_token(token)
    async with runtime.database.begin(Principal.system(opened.workspace_id)) as session:
        dashboard, link = await sharing.shared_dashboard(session, runtime.clock, opened)
    # A link shows what its maker sees, and no more.
    principal = Principal(opened.workspace_id, link.created_by)
    async with runtime.database.begin(principal) as session:
        found = await service.look_up_tiles(session, runtime.clock.now(), dashboard, None)
    shown = await compute_missing(runtime, principal, found.lookup)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    tiles = [
        SharedTile.of(place.tile, result)
        for place, result in zip(found.tiles, service.tile_results(found, shown), strict=True)
    ]
    return SharedDashboard(
        name=dashboard.name, description=dashboard.description, expires_at=link.expires_at, tiles=tiles
    )


async def _view(context: RequestContext, dashboard: DashboardRow) -> DashboardView:
    due = await due_times(context.session, DASHBOARD, [dashboard.id])
    return DashboardView.of(dashboard, due, await service.seen_filters(context.session, [dashboard]))
