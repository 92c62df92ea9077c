"""`/sources`: places that documents come from, and their syncs."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from answerable.identity.access import (
    DeferredContext,
    RequestContext,
    Scope,
    requires,
    requires_deferred,
)
from answerable.kit.http import Router
from answerable.kit.paging import Page, PageRequest, make_page
from answerable.knowledge.sources import service
from answerable.knowledge.sources.registry import all_connectors
from answerable.knowledge.sources.schemas import (
    ItemsRequest,
    ItemView,
    Kinds,
    KindView,
    RemovalView,
    RunDetails,
    RunView,
    SourceCheckIn,
    SourceIn,
    SourcePatch,
    SourceRemoved,
    SourceView,
)
from answerable.knowledge.sources.sync import service as syncing

router = Router(tags=["sources"])

# Where a workspace's documents come from, and with which credentials, is its administrators' business;
# whoever may write documents may have them synced.
Reader = Annotated[RequestContext, requires(Scope.DOCUMENTS_READ)]
Syncer = Annotated[RequestContext, requires(Scope.DOCUMENTS_WRITE)]
Administrator = Annotated[RequestContext, requires(Scope.SOURCES_WRITE)]


@router.get("/source-kinds")
async def list_kinds(context: Reader) -> Kinds:
    """The kinds of sources that this server can read, with their configuration."""
    del context
    return Kinds(items=[KindView.of(connector) for connector in all_connectors()])


@router.post("/sources", status_code=201)
async def create_source(wanted: SourceIn, context: Administrator) -> SourceView:
    """Add a source. Secrets of its configuration are kept encrypted and never shown."""
    return SourceView.of(await service.create(context.session, context.runtime, wanted.new()))


@router.post("/sources/check", status_code=204)
async def check_source(
    wanted: SourceCheckIn, context: Annotated[DeferredContext, requires_deferred(Scope.SOURCES_WRITE)]
) -> None:
    """Try a configuration: 204 when the place can be read."""
    await service.check(context.runtime, wanted.kind, wanted.config)


@router.get("/sources")
async def list_sources(context: Reader, page: Annotated[PageRequest, Query()]) -> Page[SourceView]:
    """The workspace's sources, newest first."""
    found = await service.list_sources(context.session, page)
    return make_page(found, page, SourceView.of, lambda each: (each.source.created_at, each.source.id))


@router.get("/sources/{source_id}")
async def read_source(source_id: str, context: Reader) -> SourceView:
    """One source."""
    return SourceView.of(await service.read(context.session, source_id))


@router.patch("/sources/{source_id}")
async def change_source(source_id: str, wanted: SourcePatch, context: Administrator) -> SourceView:
    """Change what is given."""
    return SourceView.of(await service.change(context.session, context.runtime, source_id, wanted.given()))


@router.delete("/sources/{source_id}", status_code=202)
async def delete_source(source_id: str, context: Administrator) -> SourceRemoved:
    """Remove a source with its documents; a job does so. Documents that another source has too, stay."""
    return SourceRemoved(job=RemovalView(id=await service.remove(context.session, source_id)))


@router.post("/sources/{source_id}/sync", status_code=202)
async def sync_source(source_id: str, context: Syncer) -> RunView:
    """Start a sync; the one that is under way, if there is one."""
    return RunView.of(await syncing.start(context.session, source_id))


@router.post("/sources/{source_id}/pause")
async def pause_source(source_id: str, context: Syncer) -> SourceView:
    """Stop syncing, the sync under way included, until the source is resumed."""
    await syncing.pause(context.session, source_id)
    return SourceView.of(await service.read(context.session, source_id))


@router.post("/sources/{source_id}/resume")
async def resume_source(source_id: str, context: Syncer) -> SourceView:
    """Go on where the source was paused."""
    await syncing.resume(context.session, source_id)
    return SourceView.of(await service.read(context.session, source_id))


@router.get("/sources/{source_id}/runs")
async def list_runs(source_id: str, context: Reader, page: Annotated[PageRequest, Query()]) -> Page[RunView]:
    """A source's syncs, newest first."""
    found = await syncing.list_runs(context.session, source_id, page)
    return make_page(found, page, RunView.of, lambda row: (row.created_at, row.id))


@router.get("/sources/{source_id}/runs/{sync_run_id}")
async def read_run(source_id: str, sync_run_id: str, context: Reader) -> RunDetails:
    """One sync with its counts, rate, remaining time and errors."""
    return RunDetails.with_errors(await syncing.report(context.session, sync_run_id, source_id))


@router.get("/sources/{source_id}/items")
async def list_items(
    source_id: str, context: Reader, page: Annotated[ItemsRequest, Query()]
) -> Page[ItemView]:
    """What a source holds, with the state of each item's document."""
    found = await syncing.list_items(context.session, source_id, page, failed=page.failed)
    return make_page(found, page, ItemView.of, lambda each: (each.row.created_at, each.row.id))


@router.post("/sync-runs/{sync_run_id}/cancel")
async def cancel_run(sync_run_id: str, context: Syncer) -> RunView:
    """Stop a sync for good; what it took in stays."""
    return RunView.of(await syncing.cancel(context.session, sync_run_id))
