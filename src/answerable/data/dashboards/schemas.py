"""What HTTP carries of dashboards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from answerable.data.dashboards.tables import DashboardRow, DashboardShareRow
from answerable.data.schedules.schemas import Refresh, WithData
from answerable.data.semantics.filters import Name, Operator, Scalar

COLUMNS = 12
MOST_TILES = 60
_SHARED_COLUMN = ("name", "label", "type", "kind", "unit", "of", "derivation")
_Title = Annotated[str, Field(min_length=1, max_length=200)]


class Tile(BaseModel):
    """An insight on the grid of twelve columns. `x` and `y` count cells from the upper left corner, `width`
    and `height` are in cells; `id` names the tile within its dashboard."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")]
    insight_id: Annotated[str, Field(max_length=64)]
    title: _Title | None = None
    x: Annotated[int, Field(ge=0, lt=COLUMNS)]
    y: Annotated[int, Field(ge=0, le=10_000)]
    width: Annotated[int, Field(ge=1, le=COLUMNS)]
    height: Annotated[int, Field(ge=1, le=100)]

    @model_validator(mode="after")
    def _on_the_grid(self) -> Self:
        if self.x + self.width > COLUMNS:
            raise ValueError(f"the tile reaches beyond the {COLUMNS} columns of the grid")
        return self


class DashboardFilter(BaseModel):
    """A filter over the tiles that it fits: `field operator values`, on a field of a dataset and of all
    datasets whose rows lead to one of its rows. Without a field, `start` and `end` (not included) are the
    period of every tile whose dataset has a time."""

    model_config = ConfigDict(extra="forbid")

    dataset: Name | None = None
    field: Name | None = None
    operator: Operator | None = None
    values: Annotated[tuple[Scalar, ...], Field(max_length=1_000)] = ()
    start: date | None = None
    end: date | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        condition = (self.dataset, self.field, self.operator)
        period = self.start is not None or self.end is not None
        if period and (any(part is not None for part in condition) or self.values):
            raise ValueError("give a field with its operator, or a period, not both")
        if not period and any(part is None for part in condition):
            raise ValueError("give dataset, field and operator, or start and end")
        return self


_Tiles = Annotated[list[Tile], Field(max_length=MOST_TILES)]
_Filters = Annotated[list[DashboardFilter], Field(max_length=20)]


class NewDashboard(BaseModel):
    """A dashboard to make."""

    model_config = ConfigDict(extra="forbid")

    name: _Title
    description: Annotated[str, Field(max_length=2_000)] = ""
    tiles: _Tiles = []
    filters: _Filters = []
    refresh: Refresh = WithData()


class DashboardChange(BaseModel):
    """What to change; what is left out stays. Tiles and filters are given whole."""

    model_config = ConfigDict(extra="forbid")

    name: _Title | None = None
    description: Annotated[str, Field(max_length=2_000)] | None = None
    tiles: _Tiles | None = None
    filters: _Filters | None = None
    refresh: Refresh | None = None


class DashboardView(BaseModel):
    """A dashboard with its layout. `refresh` says when all of its tiles are computed before anybody looks,
    and open pages are told; `refreshed_at` when that was last, `next_refresh_at` when it is due by its
    schedule."""

    id: str
    name: str
    description: str
    tiles: list[Tile]
    filters: list[DashboardFilter]
    refresh: Refresh
    refreshed_at: datetime | None
    next_refresh_at: datetime | None
    created_by: str | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(
        cls,
        row: DashboardRow,
        due_times: Mapping[str, datetime],
        filters: Mapping[str, list[dict[str, Any]]],
    ) -> DashboardView:
        """The view of a dashboard; by ids, `due_times` are when dashboards are due and `filters` those of
        theirs that are seen."""
        kept = {name: getattr(row, name) for name in cls.model_fields if name != "next_refresh_at"}
        return cls.model_validate(
            {**kept, "next_refresh_at": due_times.get(row.id), "filters": filters[row.id]}
        )


class ResultsRequest(BaseModel):
    """The filters to show a dashboard with; its own where they are left out."""

    model_config = ConfigDict(extra="forbid")

    filters: _Filters | None = None


class TileError(BaseModel):
    """Why a tile shows nothing."""

    code: str
    detail: str


class TileResult(BaseModel):
    """What a tile shows. `filters` counts those that apply to it, `unfiltered` those that do not fit."""

    tile_id: str
    insight_id: str
    title: str
    filters: int
    unfiltered: int
    cached: bool
    computed_at: datetime | None
    # Any: a result as it was kept; what is in it is QueryAnswer's.
    result: dict[str, Any] | None
    error: TileError | None


class DashboardResults(BaseModel):
    """All tiles of a dashboard, as it lists them."""

    dashboard_id: str
    tiles: list[TileResult]


class NewShare(BaseModel):
    """A link to make: until when it shows the dashboard."""

    model_config = ConfigDict(extra="forbid")

    expires_at: AwareDatetime


class ShareView(BaseModel):
    """A link, without its token."""

    id: str
    dashboard_id: str
    expires_at: datetime
    created_by: str | None
    created_at: datetime

    @classmethod
    def of(cls, row: DashboardShareRow) -> ShareView:
        """The view of a link."""
        return cls.model_validate({name: getattr(row, name) for name in cls.model_fields})


class ShareMade(ShareView):
    """A new link. The token is shown once; `path` is where it shows the dashboard."""

    token: str
    path: str


class SharedTile(BaseModel):
    """A tile as a link shows it: its place and its numbers."""

    title: str
    x: int
    y: int
    width: int
    height: int
    columns: list[dict[str, Any]]
    rows: list[list[Any]]
    sentence: str
    chart: dict[str, Any] | None
    computed_at: datetime | None

    @classmethod
    def of(cls, tile: Tile, shown: TileResult) -> SharedTile:
        """The view of a tile; empty where it shows nothing, whatever the reason."""
        result = shown.result or {}
        columns = [{name: column[name] for name in _SHARED_COLUMN} for column in result.get("columns", [])]
        return cls(
            title=shown.title,
            x=tile.x,
            y=tile.y,
            width=tile.width,
            height=tile.height,
            columns=columns,
            rows=result.get("rows", []),
            sentence=result.get("sentence", ""),
            chart=result.get("chart"),
            computed_at=shown.computed_at,
        )


class SharedDashboard(BaseModel):
    """A dashboard as a link shows it."""

    name: str
    description: str
    expires_at: datetime
    tiles: list[SharedTile]
