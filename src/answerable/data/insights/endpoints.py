"""`/insights`: pinned questions and what they show."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query, Response

from answerable.data.insights import service
from answerable.data.insights.export import Format, export
from answerable.data.insights.results import compute_missing
from answerable.data.insights.schemas import InsightChange, InsightResult, InsightView, NewInsight
from answerable.data.printing.service import pdf_response, print_insight
from answerable.identity.access import DeferredContext, RequestContext, Scope, requires, requires_deferred
from answerable.kit.http import Router
from answerable.kit.paging import Page, PageRequest, make_page

router = Router(prefix="/insights", tags=["insights"])

Reader = Annotated[RequestContext, requires(Scope.DATA_READ)]
Watcher = Annotated[DeferredContext, requires_deferred(Scope.DATA_READ)]
Writer = Annotated[RequestContext, requires(Scope.DATA_WRITE)]


@router.post("", status_code=201)
async def pin_insight(context: Writer, body: NewInsight) -> InsightView:
    """Pin a question: to the newest data, or to the versions of an answer."""
    return InsightView.of(await service.pin(context.session, body))


@router.get("")
async def list_insights(context: Reader, wanted: Annotated[PageRequest, Query()]) -> Page[InsightView]:
    """The workspace's insights, newest first, without those over fields that are hidden from you."""
    found = await service.list_insights(context.session, wanted)
    page = make_page(found, wanted, lambda row: row, lambda row: (row.created_at, row.id))
    seen = await service.readable(context.session, page.items)
    return Page(items=[InsightView.of(row) for row in seen], next_cursor=page.next_cursor)


@router.get("/{insight_id}")
async def read_insight(context: Reader, insight_id: str) -> InsightView:
    """One insight."""
    return InsightView.of(await service.read_seen(context.session, insight_id))


@router.patch("/{insight_id}")
async def change_insight(context: Writer, insight_id: str, body: InsightChange) -> InsightView:
    """Give an insight another name or chart."""
    return InsightView.of(await service.change(context.session, insight_id, body))


@router.delete("/{insight_id}", status_code=204)
async def delete_insight(context: Writer, insight_id: str) -> None:
    """Delete an insight; tiles that show it are empty from then on."""
    await service.unpin(context.session, insight_id)


@router.get("/{insight_id}/result")
async def read_result(context: Watcher, insight_id: str) -> InsightResult:
    """What the insight shows now: kept, or computed and kept."""
    return await _result(context, insight_id)


@router.get("/{insight_id}/export", response_class=Response)
async def export_insight(
    context: Watcher,
    insight_id: str,
    kind: Annotated[
        Format | Literal["pdf"],
        Query(alias="format", description="CSV, its chart or number as SVG or PNG, or pages as PDF."),
    ] = "csv",
) -> Response:
    """What the insight shows, as a file."""
    if kind == "pdf":
        return pdf_response(await print_insight(context.runtime, context.principal, insight_id), insight_id)
    shown = await _result(context, insight_id)
    exported = await export(shown.result, kind)
    name = f'attachment; filename="{insight_id}.{kind}"'
    return Response(exported.content, media_type=exported.media_type, headers={"Content-Disposition": name})


async def _result(context: DeferredContext, insight_id: str) -> InsightResult:
    runtime, principal = context.runtime, context.principal
    async with runtime.database.begin(principal) as session:
        lookup = await service.find_result(session, runtime.clock.now(), insight_id)
    (shown,) = await compute_missing(runtime, principal, lookup)
    if shown.error is not None:
        raise shown.error
    return InsightResult.model_validate(
        {
            "insight_id": insight_id,
            "cached": shown.cached,
            "computed_at": shown.computed_at,
            "result": shown.result,
        }
    )
