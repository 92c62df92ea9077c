"""A result as charts see it: its columns by what they are, its rows as a chart's data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from answerable.data.engines.compiler.calendar import MONTHS, WEEKDAYS
from answerable.data.questions.formatting import EMPTY, in_unit
from answerable.data.semantics.filters import DatePart
from answerable.data.semantics.model import NUMERIC_TYPES, TEMPORAL_TYPES, SemanticModel
from answerable.data.semantics.query import SemanticQuery
from answerable.data.semantics.result import Cell, Column, QueryResult

JsonObject = dict[str, Any]  # Any: a Vega-Lite specification is open JSON
_Row = Sequence[Cell]


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
        self.measures = [c for c in numbers if any(r[self.index(c)] is not None for r in self.rows)]
        self._parts = {
            f"{group.field}_{group.part}": group.part for group in query.group_by if group.part is not None
        }

    def index(self, column: Column) -> int:
        """Where the column is in a row."""
        return self._indexes[column.name]

    def derived(self, measure: Column, derivation: str) -> Column | None:
        """The column of the measure that derives in that way, if there is one."""
        found = (c for c in self._columns if c.of == measure.name and c.derivation == derivation)
        return next(found, None)

    def distinct(self, column: Column) -> list[str]:
        """The column's values as text, in the order of the rows."""
        return list(dict.fromkeys(text_of(row[self.index(column)]) for row in self.rows))

    def largest(self, group: Column, measure: Column, count: int) -> list[str]:
        """The groups with the largest sums of the measure, at most so many."""
        sums: dict[str, float] = {}
        for row in self.rows:
            key = text_of(row[self.index(group)])
            sums[key] = sums.get(key, 0.0) + (_number(row[self.index(measure)], measure) or 0.0)
        return sorted(sums, key=lambda key: (-sums[key], key))[:count]

    def recurs(self, group: Column) -> bool:
        """Whether the group is a part of dates: their hours, weekdays or months."""
        return group.name in self._parts

    def in_order(self, group: Column) -> bool:
        """Whether the group's values have an order of their own: dates and their parts, or numbers such as
        years."""
        return self.recurs(group) or group.type in TEMPORAL_TYPES or group.type in NUMERIC_TYPES

    def sorted_values(self, group: Column) -> list[str]:
        """The group's values in their own order, as text; unknown ones last. Of a part of dates those between
        the first and the last belong to it too: an hour without rows has its place."""
        cells = {row[self.index(group)] for row in self.rows}
        unknown = [EMPTY] if None in cells else []
        if self.recurs(group):
            shown = {text_of(cell) for cell in cells if cell is not None}
            sequence = self._sequence(self._parts[group.name])
            places = [place for place, name in enumerate(sequence) if name in shown]
            return [*(sequence[places[0] : places[-1] + 1] if places else []), *unknown]
        known = sorted((cell for cell in cells if cell is not None), key=_order_key)
        return [text_of(cell) for cell in known] + unknown

    def places(self, group: Column) -> int:
        """How many values the group has; as a part of dates, how many it could have."""
        return len(self._sequence(self._parts[group.name]) if self.recurs(group) else self.distinct(group))

    def _sequence(self, part: DatePart) -> list[str]:
        if part is DatePart.HOUR:
            return [str(hour) for hour in range(24)]
        names = list(MONTHS if part is DatePart.MONTH else WEEKDAYS)
        calendar = self.model.calendar
        first = calendar.fiscal_year_start - 1 if part is DatePart.MONTH else calendar.first_weekday
        return names[first:] + names[:first]

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
            rows = [row for row in rows if text_of(row[self.index(keep[0])]) in keep[1]]
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


def _plain(cell: Cell, column: Column) -> bool | float | str | None:
    """A cell as a chart's data has it: numbers in the unit of the axis, everything else as text."""
    if column.kind in ("group", "period", "value"):
        if column.kind == "group":
            return text_of(cell)
        return cell.isoformat() if isinstance(cell, (date, datetime)) else None
    return _number(cell, column)


def _number(cell: Cell, column: Column) -> float | None:
    if isinstance(cell, bool) or not isinstance(cell, (int, float, Decimal)):
        return None
    return float(in_unit(cell, column.unit))


def _order_key(cell: Cell) -> tuple[float, str]:
    number = cell if isinstance(cell, (int, float, Decimal)) else 0
    return float(number), text_of(cell)


def text_of(cell: Cell) -> str:
    """A group's value as a chart names it."""
    if cell is None:
        return EMPTY
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return cell.isoformat() if isinstance(cell, (date, datetime, time)) else str(cell)
