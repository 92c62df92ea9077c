"""The content of a printed insight or dashboard: what it shows, and where that comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from answerable.data.dashboards.schemas import DashboardFilter, TileResult
from answerable.data.dashboards.tables import DashboardRow
from answerable.data.insights.headline import headlines
from answerable.data.insights.tables import InsightRow
from answerable.data.printing.content import Document, Figure, Grid, Picture, Section, Words
from answerable.data.questions.formatting import format_cell
from answerable.data.questions.wording import describe_filter
from answerable.data.semantics.filters import Condition
from answerable.data.semantics.model import FieldType, SemanticModel
from answerable.data.semantics.query import Grain, SemanticQuery
from answerable.data.semantics.result import Cell, Column

MOST_ROWS = 400
_NUMBERS = frozenset({FieldType.INTEGER, FieldType.DECIMAL, FieldType.FLOAT})
# Any: a result as it was kept; what is in it is QueryAnswer's.
Result = Mapping[str, Any]


def insight_report(
    insight: InsightRow, result: Result, computed_at: datetime, model: SemanticModel, now: datetime
) -> Document:
    """An insight: its number or chart, then all of its rows."""
    section = _section(insight.name, result, grain_of(insight.query), model, computed_at, table=True)
    lead = insight.question if insight.question and insight.question != insight.name else ""
    facts = [_made(now)]
    return Document(insight.name, lead, facts, [Section("Result", section.parts, section.notes)])


def dashboard_report(
    dashboard: DashboardRow,
    tiles: Sequence[TileResult],
    filters: Sequence[DashboardFilter],
    grains: Mapping[str, Grain | None],
    model: SemanticModel,
    now: datetime,
) -> Document:
    """A dashboard, its tiles in reading order; `grains` are those of insights, by their ids."""
    places = {tile["id"]: (tile["y"], tile["x"]) for tile in dashboard.tiles}
    sections = []
    for tile in sorted(tiles, key=lambda tile: places[tile.tile_id]):
        if tile.result is None:
            why = tile.error.detail if tile.error is not None else "There is nothing to show."
            sections.append(Section(tile.title, [Words(why)]))
            continue
        grain = grains.get(tile.insight_id)
        section = _section(tile.title, tile.result, grain, model, tile.computed_at, table=False)
        unfit = f"{tile.unfiltered} of {len(filters)} filters do not fit the data of this part."
        sections.append(
            Section(section.title, section.parts, [*section.notes, *([unfit] if tile.unfiltered else [])])
        )
    told = [_filter_words(one, model) for one in filters]
    facts = [_made(now), f"Filters: {'; '.join(told)}" if told else "No filters"]
    return Document(dashboard.name, dashboard.description, facts, sections)


def grain_of(query: Mapping[str, Any]) -> Grain | None:
    """How long the periods of a query are."""
    time = SemanticQuery.model_validate(query).time
    return time.grain if time is not None else None


def _section(
    title: str,
    result: Result,
    grain: Grain | None,
    model: SemanticModel,
    computed_at: datetime | None,
    *,
    table: bool,
) -> Section:
    columns = [Column.model_validate(column) for column in result["columns"]]
    rows = result["rows"]
    parts: list[Figure | Picture | Grid | Words] = []
    numbers = headlines(columns, rows, grain)
    if len(numbers) == 1:
        parts.append(Figure(numbers[0].value))
        parts += [Words(numbers[0].change)] if numbers[0].change else []
    if result.get("sentence"):
        parts.append(Words(result["sentence"]))
    if result.get("chart") is not None and rows:
        parts.insert(0, Picture(result["chart"]))
    if rows and len(numbers) != 1 and (table or result.get("chart") is None):
        parts.append(_grid(columns, rows, grain))
    names = {dataset.id: dataset.label for dataset in model.datasets}
    versions = [f"{names.get(id_, 'a table')} version {n}" for id_, n in result["data_versions"].items()]
    source = f"Data: {', '.join(sorted(versions))}."
    when = f" Computed {_moment(computed_at)}." if computed_at is not None else ""
    notes = [result["words"], f"{source}{when}", *result["warnings"]]
    return Section(title, parts, notes)


def _grid(columns: Sequence[Column], rows: Sequence[Sequence[Cell]], grain: Grain | None) -> Grid:
    numeric = [column.kind != "group" and column.type in _NUMBERS for column in columns]
    shown = [
        [_shown(cell, column, grain) for cell, column in zip(row, columns, strict=True)]
        for row in rows[:MOST_ROWS]
    ]
    return Grid([column.label for column in columns], shown, numeric, max(0, len(rows) - MOST_ROWS))


def _shown(cell: Cell, column: Column, grain: Grain | None) -> str:
    if column.kind == "period" and isinstance(cell, str):
        moment = datetime.fromisoformat(cell)
        cell = moment if "T" in cell and grain is Grain.HOUR else moment.date()
    return format_cell(cell, column, grain)


def _filter_words(one: DashboardFilter, model: SemanticModel) -> str:
    if one.field is None:
        ends = [f"from {one.start}"] * (one.start is not None) + [f"before {one.end}"] * (one.end is not None)
        return " and ".join(ends)
    dataset = model.dataset(one.dataset or "")
    if dataset is None or dataset.field(one.field) is None or one.operator is None:
        return f"{one.dataset} {one.field}"
    condition = Condition(field=one.field, operator=one.operator, values=one.values)
    return f"{dataset.label}: {describe_filter(condition, SemanticQuery(dataset=dataset.name), model)}"


def _made(now: datetime) -> str:
    return f"Printed {_moment(now)}"


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
