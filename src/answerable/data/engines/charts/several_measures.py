"""The picture of several measures: beside each other in one unit, else a panel each or points."""

from __future__ import annotations

from collections.abc import Sequence

from answerable.data.engines.charts.frame import Frame, JsonObject
from answerable.data.engines.charts.one_measure import picture_of
from answerable.data.engines.charts.parts import (
    MAX_BARS,
    PALETTE,
    bar_axis,
    colour,
    cut,
    line,
    quantity,
    time_axis,
    tooltip,
    unit_title,
)
from answerable.data.semantics.result import Column

PANEL_WIDTH = 600
"""Pixels, for whoever shows a panel as it is."""
_MAX_PANELS = 3
_PANEL_HEIGHT, _BAR_ROOM = 150, 18
_MAX_PANEL_BARS = 20
_FEWEST_POINTS, _MOST_POINTS = 12, 1000
# Beside a number so many times larger a bar is not seen.
_MOST_APART = 50


def picture_of_several(frame: Frame) -> JsonObject | None:
    """As `picture_of`, of all measures; None where they are too many for one."""
    measures = frame.measures
    if _wants_points(frame):
        return _points(frame, *measures)
    if _go_together(frame):
        return _side_by_side(frame)
    return _panels(frame)


def _wants_points(frame: Frame) -> bool:
    """Two measures that cannot share an axis, of entities too many for bars."""
    if len(frame.measures) != 2 or len(frame.groups) != 1 or frame.period is not None:
        return False
    plain = not _derives(frame) and not frame.in_order(frame.groups[0])
    enough = _FEWEST_POINTS <= len(frame.rows) <= _MOST_POINTS
    return plain and enough and not _comparable(frame)


def _points(frame: Frame, across: Column, up: Column) -> JsonObject:
    entity = frame.groups[0]
    return {
        "data": {"values": frame.values([entity, across, up])},
        "mark": {"type": "point", "filled": True, "size": 60, "opacity": 0.7, "color": PALETTE[0]},
        "encoding": {
            "x": quantity(across) | {"scale": {"zero": False}},
            "y": quantity(up) | {"scale": {"zero": False}},
            "tooltip": tooltip(frame, entity, across, up),
        },
    }


def _go_together(frame: Frame) -> bool:
    """Whether the measures share an axis: in one unit, of sizes that can be compared, each with a name of its
    own and nothing derived."""
    dimensions = len(frame.groups) + (frame.period is not None)
    names = {measure.label for measure in frame.measures}
    room = len(names) == len(frame.measures) <= len(PALETTE)
    return dimensions == 1 and room and not _derives(frame) and _comparable(frame)


def _side_by_side(frame: Frame) -> JsonObject | None:
    first = frame.measures[0]
    names = [measure.label for measure in frame.measures]
    keys = [frame.period] if frame.period is not None else frame.groups
    limit = None if frame.period is not None else MAX_BARS // len(names)
    rows = frame.folded(keys, dict(zip(names, frame.measures, strict=True)), first, limit=limit)
    symbol = first.unit.symbol if first.unit is not None else ""
    amount = quantity(first, from_zero=frame.period is None) | {"title": symbol or None}
    said = {**tooltip(frame, first)[0], "title": symbol or "Number"}
    shared: JsonObject = {
        "color": {**colour(None, names), "field": "series"},
        "tooltip": [*tooltip(frame, *keys), {"field": "series", "title": ""}, said],
    }
    if frame.period is not None:
        if len({row[frame.index(frame.period)] for row in frame.rows}) < 2:
            return None
        encoding = {"x": time_axis(frame, frame.period), "y": amount, **shared}
        return {"data": {"values": rows}, "mark": line(), "encoding": encoding}
    offset = {"field": "series", "type": "nominal", "sort": names}
    upright = frame.in_order(keys[0])
    along, across, beside = ("x", "y", "xOffset") if upright else ("y", "x", "yOffset")
    axis = bar_axis(frame, keys[0], rows, upright=upright)
    encoding = {along: axis, beside: offset, across: amount, **shared}
    left_out = cut(len(rows) // len(names), len(frame.rows))
    return {**left_out, "data": {"values": rows}, "mark": {"type": "bar"}, "encoding": encoding}


def _panels(frame: Frame) -> JsonObject | None:
    """A picture for each measure, below each other over the same dimension."""
    if len(frame.measures) > _MAX_PANELS or len(frame.groups) > 1:
        return None
    if frame.groups and frame.period is None and len(frame.rows) > _most_bars(frame):
        return None
    pictures = [picture_of(frame, measure) for measure in frame.measures]
    found = [picture for picture in pictures if picture is not None]
    if len(found) < len(pictures):
        return None
    said = [picture.pop("usermeta") for picture in found if "usermeta" in picture]
    return {
        **({"usermeta": said[0]} if said else {}),
        "vconcat": [_panel(frame, picture, m) for picture, m in zip(found, frame.measures, strict=True)],
        "resolve": {"scale": {"color": "independent"}},
    }


def _most_bars(frame: Frame) -> int:
    """Bars that stand need less room than bars that lie, whose names are beside them."""
    return MAX_BARS if frame.in_order(frame.groups[0]) else _MAX_PANEL_BARS


def _panel(frame: Frame, picture: JsonObject, measure: Column) -> JsonObject:
    # Lines run up along an axis whose title would be cut: the panel says what it shows.
    for channel in ("x", "y"):
        if picture["encoding"][channel]["type"] == "quantitative":
            picture["encoding"][channel]["title"] = None
    title = {"text": unit_title(measure), "anchor": "start", "frame": "group", "fontWeight": "normal"}
    lying = picture["encoding"]["y"]["type"] == "ordinal"
    height = max(_PANEL_HEIGHT, _BAR_ROOM * len(frame.rows)) if lying else _PANEL_HEIGHT
    return {"title": title, "width": PANEL_WIDTH, "height": height, **picture}


def _derives(frame: Frame) -> bool:
    """Whether a measure has a second number beside it: of another period, or as a share."""
    kinds = ("previous", "share")
    return any(frame.derived(m, kind) is not None for m in frame.measures for kind in kinds)


def _comparable(frame: Frame) -> bool:
    """Whether all measures are in one unit, and the largest numbers of each are of one order."""
    units = {None if m.unit is None else (m.unit.kind, m.unit.symbol) for m in frame.measures}
    return len(units) == 1 and _apart([_largest(frame, measure) for measure in frame.measures]) <= _MOST_APART


def _largest(frame: Frame, measure: Column) -> float:
    numbers = [row[measure.name] for row in frame.values([measure])]
    return max((abs(number) for number in numbers if number is not None), default=0.0)


def _apart(sizes: Sequence[float]) -> float:
    present = [size for size in sizes if size > 0]
    return max(present) / min(present) if present else 1.0
