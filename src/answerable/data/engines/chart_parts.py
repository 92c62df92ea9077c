"""Axes, colours and inline data of charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from answerable.data.questions.formatting import EMPTY, in_unit, upper_first
from answerable.data.questions.wording import describe
from answerable.data.semantics.model import NUMERIC_TYPES, TEMPORAL_TYPES, FieldType, SemanticModel
from answerable.data.semantics.query import Grain, SemanticQuery
from answerable.data.semantics.result import Cell, Column, QueryResult

JsonObject = dict[str, Any]  # Any: a Vega-Lite specification is open JSON
_Row = Sequence[Cell]

# Okabe and Ito (2008), told apart with every common colour blindness; black is left to text.
PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#999999")
MAX_COLOURS = len(PALETTE)
MAX_BARS = 40
_MAX_TITLE = 140

_TIME_FORMATS = {
    Grain.HOUR: "%d %b %H:%M",
    Grain.DAY: "%d %b %Y",
    Grain.WEEK: "%d %b %Y",
    Grain.MONTH: "%b %Y",
    Grain.QUARTER: "Q%q %Y",
    Grain.YEAR: "%Y",
}


class Frame:
    """A result with its columns by what they are."""

    def __init__(self, query: SemanticQuery, model: SemanticModel, result: QueryResult) -> None:
        self.query = query
        self.model = model
        self.rows: Sequence[_Row] = result.rows
        self._columns = result.columns
        self._indexes = {column.name: index for index, column in enumerate(result.columns)}
        self.groups = [column for column in result.columns if column.kind == "group"]
        self.period = next((column for column in result.columns if column.kind == "period"), None)
        numbers = [c for c in result.columns if c.kind == "measure" and c.type in NUMERIC_TYPES]
        self.measure = next(
            (c for c in numbers if any(r[self.index(c)] is not None for r in self.rows)), None
        )

    def index(self, column: Column) -> int:
        """Where the column is in a row."""
        return self._indexes[column.name]

    def derived(self, measure: Column, derivation: str) -> Column | None:
        """The column of the measure that derives in that way, if there is one."""
        found = (c for c in self._columns if c.of == measure.name and c.derivation == derivation)
        return next(found, None)

    def distinct(self, column: Column) -> list[str]:
        """The column's values as text, in the order of the rows."""
        return list(dict.fromkeys(_text(row[self.index(column)]) for row in self.rows))

    def largest(self, group: Column, measure: Column, count: int) -> list[str]:
        """The groups with the largest sums of the measure, at most so many."""
        sums: dict[str, float] = {}
        for row in self.rows:
            key = _text(row[self.index(group)])
            sums[key] = sums.get(key, 0.0) + (_number(row[self.index(measure)], measure) or 0.0)
        return sorted(sums, key=lambda key: (-sums[key], key))[:count]

    def in_order(self, group: Column) -> bool:
        """Whether the group's values have an order of their own: dates, or numbers such as years."""
        return group.type in TEMPORAL_TYPES or group.type in NUMERIC_TYPES

    def sorted_values(self, group: Column) -> list[str]:
        """The group's values in their own order, as text; unknown ones last."""
        cells = {row[self.index(group)] for row in self.rows}
        known = sorted((cell for cell in cells if cell is not None), key=_order_key)
        return [_text(cell) for cell in known] + ([EMPTY] if None in cells else [])

    def values(
        self,
        columns: Sequence[Column],
        *,
        limit: int | None = None,
        keep: tuple[Column, Sequence[str]] | None = None,
    ) -> list[JsonObject]:
        """The rows as objects of those columns."""
        rows = self.rows
        if keep is not None:
            rows = [row for row in rows if _text(row[self.index(keep[0])]) in keep[1]]
        return [{c.name: _plain(row[self.index(c)], c) for c in columns} for row in rows[:limit]]

    def folded(
        self,
        keys: Sequence[Column],
        series: Mapping[str, Column],
        measure: Column,
        *,
        limit: int | None = None,
    ) -> list[JsonObject]:
        """Each row once for each series, its number under the measure's name."""
        return [
            {c.name: _plain(row[self.index(c)], c) for c in keys}
            | {"series": name, measure.name: _plain(row[self.index(column)], column)}
            for row in self.rows[:limit]
            for name, column in series.items()
        ]

    def sides(self) -> dict[str, str]:
        """What the two periods of a comparison are called, each with its code."""
        comparison = self.query.time.comparison if self.query.time is not None else None
        year = comparison is not None and comparison.kind == "previous_year"
        before = {"A year earlier": "year_earlier"} if year else {"The period before": "period_before"}
        return {"This period": "this_period"} | before

    def tooltip(self, *columns: Column) -> list[JsonObject]:
        """What is shown where the pointer is."""
        return [_tooltip(column, self) for column in columns]


def title_of(frame: Frame) -> str:
    """The query in words, as far as a title is read."""
    words = describe(frame.query, frame.model).rstrip(".")
    return words if len(words) <= _MAX_TITLE else f"{words[:_MAX_TITLE].rsplit(' ', 1)[0]} …"


def quantity(column: Column, *, from_zero: bool = False) -> JsonObject:
    """An axis for numbers, with their unit in its title."""
    axis: JsonObject = {"format": _format(column)}
    channel: JsonObject = {
        "field": column.name,
        "type": "quantitative",
        "title": _title(column),
        "axis": axis,
    }
    if from_zero:
        channel["scale"] = {"zero": True}
    return channel


def time_axis(frame: Frame, period: Column) -> JsonObject:
    """An axis of time buckets. Dates are read and shown in UTC, so that no browser's zone moves them."""
    grain = frame.query.time.grain if frame.query.time is not None else None
    return {
        "field": period.name,
        "type": "temporal",
        "title": None,
        "scale": {"type": "utc"},
        "axis": {"format": _TIME_FORMATS.get(grain or Grain.DAY, "%d %b %Y"), "labelOverlap": True},
    }


def bar_axis(frame: Frame, group: Column, rows: Sequence[JsonObject]) -> JsonObject:
    """An axis of groups, in the order of the rows, or in their own where they have one."""
    order: list[str] = list(dict.fromkeys(row[group.name] for row in rows))
    if frame.in_order(group):
        order = [value for value in frame.sorted_values(group) if value in set(order)]
    return {"field": group.name, "type": "ordinal", "title": group.label, "sort": order}


def colour(group: Column | None, values: Sequence[str]) -> JsonObject:
    """A colour for each value, from a palette that colour-blind people can tell apart."""
    scale = {"domain": list(values), "range": list(PALETTE[: len(values)])}
    channel: JsonObject = {
        "type": "nominal",
        "title": group.label if group is not None else None,
        "scale": scale,
    }
    if group is not None:
        channel["field"] = group.name
    return channel


def _tooltip(column: Column, frame: Frame) -> JsonObject:
    if column.kind == "period":
        grain = frame.query.time.grain if frame.query.time is not None else None
        unit = "utcyearmonthdatehours" if grain is Grain.HOUR else "utcyearmonthdate"
        shown = time_axis(frame, column)["axis"]["format"]
        return {
            "field": column.name,
            "type": "temporal",
            "timeUnit": unit,
            "title": column.label,
            "format": shown,
        }
    if column.kind == "group":
        return {"field": column.name, "type": "nominal", "title": column.label}
    return {
        "field": column.name, "type": "quantitative", "title": _title(column), "format": _format(column)
    }  # fmt: skip


def _title(column: Column) -> str:
    symbol = column.unit.symbol if column.unit is not None else ""
    return upper_first(f"{column.label} ({symbol})" if symbol else column.label)


def _format(column: Column) -> str:
    """A d3 number format: whole numbers plain, percentages short, the rest as precise as they are."""
    if column.type is FieldType.INTEGER and column.unit is None:
        return ",d"
    return ",.4~g" if column.unit is not None and column.unit.kind == "percent" else ",~r"


def _plain(cell: Cell, column: Column) -> bool | float | str | None:
    """A cell as a chart's data has it: numbers in the unit of the axis, everything else as text."""
    if column.kind in ("group", "period", "value"):
        if column.kind == "group":
            return _text(cell)
        return cell.isoformat() if isinstance(cell, (date, datetime)) else None
    return _number(cell, column)


def _number(cell: Cell, column: Column) -> float | None:
    if isinstance(cell, bool) or not isinstance(cell, (int, float, Decimal)):
        return None
    return float(in_unit(cell, column.unit))


def _order_key(cell: Cell) -> tuple[float, str]:
    number = cell if isinstance(cell, (int, float, Decimal)) else 0
    return float(number), _text(cell)


def _text(cell: Cell) -> str:
    if cell is None:
        return EMPTY
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return cell.isoformat() if isinstance(cell, (date, datetime, time)) else str(cell)
