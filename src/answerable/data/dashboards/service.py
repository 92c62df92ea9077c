"""The rules of dashboards: made, changed, shown."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from answerable.data.dashboards import repository
from answerable.data.dashboards.filters import filtered
from answerable.data.dashboards.schemas import (
    DashboardChange,
    DashboardFilter,
    NewDashboard,
    Tile,
    TileError,
    TileResult,
)
from answerable.data.dashboards.tables import DashboardRow
from answerable.data.engines.snapshot import take_snapshot
from answerable.data.insights import repository as insights
from answerable.data.insights.results import Lookup, Shown, Wanted, look_up, snapshot_of
from answerable.data.insights.service import readable, wanted_of
from answerable.data.schedules.service import DASHBOARD, remove_schedules, set_schedule
from answerable.data.semantics.model import SemanticModel
from answerable.data.semantics.query import SemanticQuery
from answerable.data.semantics.service import reach_into
from answerable.kit import ids
from answerable.kit.clock import Clock
from answerable.kit.db import Session
from answerable.kit.errors import AnswerableError, FieldError, InvalidInput, NotFound
from answerable.kit.paging import PageRequest


@dataclass(frozen=True, slots=True)
class PlacedTile:
    """A tile with its title and the number of filters on it; `error` where its data is not there."""

    tile: Tile
    title: str
    filters: int
    error: AnswerableError | None = None


@dataclass(frozen=True, slots=True)
class DashboardLookup:
    """The tiles of a dashboard, and what is kept of the results of those without an error."""

    tiles: list[PlacedTile]
    filters: int
    lookup: Lookup


async def make(session: Session, clock: Clock, new: NewDashboard) -> DashboardRow:
    """A new dashboard. Raises InvalidInput for tiles that cannot be."""
    await _check_tiles(session, new.tiles)
    dashboard = DashboardRow(
        id=ids.new_id("dash"),
        workspace_id=session.workspace_id,
        created_by=session.principal.user_id,
        **new.model_dump(mode="json", exclude_none=True),
    )
    session.add(dashboard)
    await session.flush()
    await set_schedule(session, clock.now(), DASHBOARD, dashboard.id, new.refresh)
    await session.refresh(dashboard)
    return dashboard


async def read_dashboard(session: Session, dashboard_id: str) -> DashboardRow:
    """A dashboard. NotFound."""
    dashboard = await repository.get(session, dashboard_id)
    if dashboard is None:
        raise NotFound
    return dashboard


async def names(session: Session, dashboard_ids: Collection[str]) -> dict[str, str]:
    """The names of those of the dashboards that exist, by their ids."""
    return await repository.names(session, dashboard_ids)


async def list_dashboards(session: Session, request: PageRequest) -> Sequence[DashboardRow]:
    """Dashboards, newest first, one more than the page holds."""
    return await repository.page(session, request)


async def change(session: Session, clock: Clock, dashboard_id: str, wanted: DashboardChange) -> DashboardRow:
    """A dashboard with what is to change. Raises NotFound, or InvalidInput for tiles that cannot be."""
    dashboard = await repository.lock(session, dashboard_id)
    if dashboard is None:
        raise NotFound
    await _check_tiles(session, wanted.tiles or [])
    changes = wanted.model_dump(mode="json", exclude_none=True)
    if "filters" in changes:  # who does not see a filter cannot mean to take it away
        shown = (await seen_filters(session, [dashboard]))[dashboard.id]
        changes["filters"] += [one for one in dashboard.filters if one not in shown]
    for name, value in changes.items():
        setattr(dashboard, name, value)
    if wanted.refresh is not None:
        await set_schedule(session, clock.now(), DASHBOARD, dashboard_id, wanted.refresh)
    await session.flush()
    await session.refresh(dashboard)
    return dashboard


async def delete(session: Session, dashboard_id: str) -> None:
    """Delete a dashboard with its links; its insights stay. NotFound."""
    if await repository.lock(session, dashboard_id) is None:
        raise NotFound
    await remove_schedules(session, DASHBOARD, [dashboard_id])
    await repository.remove(session, dashboard_id)


async def seen_filters(
    session: Session, dashboards: Sequence[DashboardRow]
) -> dict[str, list[dict[str, Any]]]:
    """The filters of dashboards, by their ids, without those on fields that are hidden from the session's
    principal."""
    seen = await reach_into(session)
    if not seen.hidden:
        return {row.id: row.filters for row in dashboards}
    return {row.id: [one for one in row.filters if _is_seen(one, seen.model)] for row in dashboards}


def _is_seen(kept: dict[str, Any], model: SemanticModel) -> bool:
    one = DashboardFilter.model_validate(kept)
    dataset = model.dataset(one.dataset or "")
    return one.field is None or (dataset is not None and dataset.field(one.field) is not None)


async def look_up_tiles(
    session: Session,
    now: datetime,
    dashboard: DashboardRow,
    wanted_filters: Sequence[DashboardFilter] | None,
) -> DashboardLookup:
    """The tiles of a dashboard under its own filters, or others, with the results that are kept and are what
    `now` would be computed."""
    own = [DashboardFilter.model_validate(one) for one in dashboard.filters]
    filters = own if wanted_filters is None else wanted_filters
    tiles = [Tile.model_validate(tile) for tile in dashboard.tiles]
    found = await insights.of_ids(session, {tile.insight_id for tile in tiles})
    # Whose query names what is hidden is not there for its principal: neither is its name.
    names = {insight.id: insight.name for insight in await readable(session, list(found.values()))}
    latest = await take_snapshot(session)
    placed: list[PlacedTile] = []
    wanted: list[Wanted] = []
    for tile in tiles:
        insight = found.get(tile.insight_id)
        title = tile.title or names.get(tile.insight_id, "")
        if insight is None:
            gone = NotFound("The insight of this tile is gone. Take the tile away, or show another.")
            placed.append(PlacedTile(tile, title, 0, gone))
            continue
        try:
            data = await snapshot_of(session, insight, latest)
        except AnswerableError as error:
            placed.append(PlacedTile(tile, title, 0, error))
            continue
        query, fitting = filtered(SemanticQuery.model_validate(insight.query), data.model, filters)
        wanted.append(wanted_of(insight, data, query))
        placed.append(PlacedTile(tile, title, fitting))
    return DashboardLookup(placed, len(filters), await look_up(session, now, wanted))


def tile_results(found: DashboardLookup, shown: Sequence[Shown]) -> list[TileResult]:
    """What each tile shows, once what was not kept is computed."""
    results, remaining = [], iter(shown)
    for place in found.tiles:
        one = (
            Shown(None, None, cached=False, error=place.error) if place.error is not None else next(remaining)
        )
        error = TileError(code=one.error.code, detail=one.error.detail) if one.error is not None else None
        results.append(
            TileResult(
                tile_id=place.tile.id,
                insight_id=place.tile.insight_id,
                title=place.title,
                filters=place.filters,
                unfiltered=found.filters - place.filters,
                cached=one.cached,
                computed_at=one.computed_at,
                result=one.result,
                error=error,
            )
        )
    return results


async def _check_tiles(session: Session, tiles: Sequence[Tile]) -> None:
    known = await insights.of_ids(session, {tile.insight_id for tile in tiles}) if tiles else {}
    errors = [
        FieldError(f"tiles.{position}.insight_id", "no such insight")
        for position, tile in enumerate(tiles)
        if tile.insight_id not in known
    ]
    seen: set[str] = set()
    for position, tile in enumerate(tiles):
        if tile.id in seen:
            errors.append(FieldError(f"tiles.{position}.id", "another tile has this id"))
        seen.add(tile.id)
    if errors:
        raise InvalidInput(f"{errors[0].field}: {errors[0].message}.", errors=errors)
