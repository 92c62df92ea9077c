"""A measure by two dimensions of many values: cells that are coloured by their number."""

from __future__ import annotations

from answerable.data.engines.charts.frame import Frame, JsonObject
from answerable.data.engines.charts.parts import (
    MAX_BARS,
    MAX_COLOURS,
    bar_axis,
    number_format,
    tooltip,
    unit_title,
)
from answerable.data.semantics.result import Column

_MAX_ACROSS, _MAX_DOWN = 48, 30
_DENSE = 0.5  # of the cells have a number; fewer are a table with holes
# Both are told apart with every common colour blindness, and printed without colours.
_RISING, _AROUND_ZERO = "viridis", "blueorange"


def wants_heat_map(frame: Frame) -> bool:
    """Whether the two dimensions are parts of dates, or have too many values for bars and a number for most
    pairs of them; and all of it has room."""
    first, second = frame.groups
    counts = sorted(len(frame.sorted_values(group)) for group in (first, second))
    if counts[0] < 2 or counts[0] > _MAX_DOWN or counts[1] > _MAX_ACROSS:
        return False
    if frame.recurs(first) and frame.recurs(second):
        return True
    cells = counts[0] * counts[1]
    many = cells > MAX_BARS or len(frame.distinct(second)) > MAX_COLOURS
    return many and len(frame.rows) >= cells * _DENSE


def heat_map(frame: Frame, measure: Column, shown: Column) -> JsonObject:
    """The measure, or its share, for each pair of values; across goes what has more, or alone an order."""
    across, down = _sides(frame)
    columns = [across, down, measure] + ([shown] if shown is not measure else [])
    rows = frame.values(columns)
    numbers = [row[shown.name] for row in rows if row[shown.name] is not None]
    both_signs = min(numbers) < 0 < max(numbers)
    scale = {"scheme": _AROUND_ZERO, "domainMid": 0} if both_signs else {"scheme": _RISING}
    return {
        "data": {"values": rows},
        "mark": {"type": "rect"},
        "encoding": {
            "y": bar_axis(frame, down, rows),
            "x": bar_axis(frame, across, rows, upright=frame.in_order(across)),
            "color": {
                "field": shown.name,
                "type": "quantitative",
                "title": unit_title(shown),
                "scale": scale,
                "legend": {"format": number_format(shown)},
            },
            "tooltip": tooltip(frame, *columns),
        },
    }


def _sides(frame: Frame) -> tuple[Column, Column]:
    first, second = frame.groups
    ordered = (frame.in_order(first), frame.in_order(second))
    if ordered[0] != ordered[1]:
        return (first, second) if ordered[0] else (second, first)
    return (first, second) if frame.places(first) > frame.places(second) else (second, first)
