"""The picture of one measure: over time, by groups, or both."""

from __future__ import annotations

from answerable.data.engines.charts.frame import Frame, JsonObject
from answerable.data.engines.charts.heat_maps import heat_map, wants_heat_map
from answerable.data.engines.charts.parts import (
    MAX_BARS,
    MAX_COLOURS,
    MOST_LYING,
    bar,
    bar_axis,
    colour,
    cut,
    line,
    quantity,
    time_axis,
    tooltip,
)
from answerable.data.semantics.result import Column


def picture_of(frame: Frame, measure: Column) -> JsonObject | None:
    """Data, mark and encoding; None where a picture would not help."""
    return _over_time(frame, measure) if frame.period is not None else _over_groups(frame, measure)


def _over_time(frame: Frame, measure: Column) -> JsonObject | None:
    period = frame.period
    assert period is not None
    if len({row[frame.index(period)] for row in frame.rows}) < 2 or len(frame.groups) > 1:
        return None
    if frame.groups:
        return _lines_by_group(frame, measure, frame.groups[0])
    previous = frame.derived(measure, "previous")
    if previous is not None:
        return _two_lines(frame, measure, previous)
    shown = frame.derived(measure, "share") or measure
    columns = [period, measure] + ([shown] if shown is not measure else [])
    return {
        "data": {"values": frame.values(columns)},
        "mark": line(),
        "encoding": {
            "x": time_axis(frame, period),
            "y": quantity(shown),
            "tooltip": tooltip(frame, *columns),
        },
    }


def _lines_by_group(frame: Frame, measure: Column, group: Column) -> JsonObject:
    assert frame.period is not None
    share = frame.derived(measure, "share")
    shown = frame.largest(group, measure, MAX_COLOURS)
    columns = [frame.period, group, measure] + ([share] if share is not None else [])
    encoding: JsonObject = {
        "x": time_axis(frame, frame.period),
        "y": quantity(share or measure),
        "color": colour(group, shown),
        "tooltip": tooltip(frame, *columns),
    }
    if share is not None:
        encoding["y"]["stack"] = "zero"
        encoding["order"] = {"field": measure.name, "type": "quantitative", "sort": "descending"}
    mark: JsonObject = {"type": "area", "opacity": 0.85} if share is not None else line()
    return {
        "data": {"values": frame.values(columns, keep=(group, shown))},
        "mark": mark,
        "encoding": encoding,
    }


def _two_lines(frame: Frame, measure: Column, previous: Column) -> JsonObject:
    assert frame.period is not None
    sides = frame.sides()
    now, before = sides
    return {
        "usermeta": {"series": sides},
        "data": {"values": frame.folded([frame.period], {now: measure, before: previous}, measure)},
        "mark": line(),
        "encoding": {
            "x": time_axis(frame, frame.period),
            "y": quantity(measure),
            "color": {**colour(None, [now, before]), "field": "series"},
            "strokeDash": {
                **colour(None, [now, before]),
                "field": "series",
                "scale": {"domain": [now, before]},
            },
            "tooltip": [
                *tooltip(frame, frame.period),
                {"field": "series", "title": ""},
                *tooltip(frame, measure),
            ],
        },
    }


def _over_groups(frame: Frame, measure: Column) -> JsonObject | None:
    if not frame.groups or len(frame.groups) > 2:
        return None
    previous = frame.derived(measure, "previous")
    if len(frame.groups) == 2:
        # Both sides of a comparison for each cell are more than a picture tells.
        return None if previous is not None else _two_dimensions(frame, measure)
    if previous is not None and frame.derived(measure, "share") is None:
        return _compared_bars(frame, measure, previous)
    return _bars(frame, measure)


def _bars(frame: Frame, measure: Column) -> JsonObject:
    group = frame.groups[0]
    shown = frame.derived(measure, "share") or measure
    columns = [group, measure] + ([shown] if shown is not measure else [])
    upright = frame.in_order(group)
    rows = frame.values(columns, limit=MAX_BARS if upright else MOST_LYING)
    across, along = ("y", "x") if upright else ("x", "y")
    return {
        **cut(len(rows), len(frame.rows)),
        "data": {"values": rows},
        "mark": bar(),
        "encoding": {
            along: bar_axis(frame, group, rows, upright=upright),
            across: quantity(shown, from_zero=True),
            "tooltip": tooltip(frame, *columns),
        },
    }


def _compared_bars(frame: Frame, measure: Column, previous: Column) -> JsonObject:
    group = frame.groups[0]
    sides = frame.sides()
    now, before = sides
    rows = frame.folded([group], {now: measure, before: previous}, measure, limit=MAX_BARS // 2)
    return {
        "usermeta": {"series": sides} | cut(len(rows) // 2, len(frame.rows)).get("usermeta", {}),
        "data": {"values": rows},
        "mark": {"type": "bar"},
        "encoding": {
            "y": bar_axis(frame, group, rows),
            "yOffset": {"field": "series", "type": "nominal", "sort": [now, before]},
            "x": quantity(measure, from_zero=True),
            "color": {**colour(None, [now, before]), "field": "series"},
            "tooltip": [*tooltip(frame, group), {"field": "series", "title": ""}, *tooltip(frame, measure)],
        },
    }


def _two_dimensions(frame: Frame, measure: Column) -> JsonObject | None:
    first, second = frame.groups
    shown = frame.derived(measure, "share") or measure
    if wants_heat_map(frame):
        return heat_map(frame, measure, shown)
    kinds = frame.distinct(second)
    if len(kinds) > MAX_COLOURS or len(frame.distinct(first)) * len(kinds) > MAX_BARS * 2:
        return None
    columns = [first, second, measure] + ([shown] if shown is not measure else [])
    rows = frame.values(columns)
    return {
        "data": {"values": rows},
        "mark": {"type": "bar"},
        "encoding": {
            "y": bar_axis(frame, first, rows),
            "yOffset": {"field": second.name, "type": "nominal", "sort": kinds},
            "x": quantity(shown, from_zero=True),
            "color": colour(second, kinds),
            "tooltip": tooltip(frame, *columns),
        },
    }
