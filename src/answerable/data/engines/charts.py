"""The chart of a result, chosen by rule from its shape; a Vega-Lite specification with its data inside.

one number                      no chart
a measure over time             line; with groups one line each; shares stacked to 100 %
this period beside another      two lines over time, grouped bars over groups
a measure by one dimension      bars in the order of the result
a measure by two dimensions     grouped bars, or a heat map where the second has many values
lists of rows                   no chart

Where a chart names the two periods of a comparison, `usermeta.series` has a code for each name.
"""

from __future__ import annotations

from answerable.data.engines.chart_parts import (
    MAX_BARS,
    MAX_COLOURS,
    Frame,
    JsonObject,
    bar_axis,
    colour,
    quantity,
    time_axis,
    title_of,
)
from answerable.data.semantics.model import SemanticModel
from answerable.data.semantics.query import SemanticQuery
from answerable.data.semantics.result import Column, QueryResult

SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
_MAX_CELLS = 400  # of a heat map


def choose_chart(query: SemanticQuery, model: SemanticModel, result: QueryResult) -> JsonObject | None:
    """A Vega-Lite v5 specification, or None where a picture would not help."""
    frame = Frame(query, model, result)
    if frame.measure is None or len(result.rows) < 2:
        return None
    body = _over_time(frame) if frame.period is not None else _over_groups(frame)
    if body is None:
        return None
    return {
        "$schema": SCHEMA,
        "description": title_of(frame),
        "title": {"text": title_of(frame), "anchor": "start"},
        "width": "container",
        "autosize": {"type": "fit-x", "contains": "padding"},
        **body,
    }


def _over_time(frame: Frame) -> JsonObject | None:
    measure, period = frame.measure, frame.period
    assert measure is not None
    assert period is not None
    if len({row[frame.index(period)] for row in frame.rows}) < 2 or len(frame.groups) > 1:
        return None
    if frame.groups:
        return _lines_by_group(frame, measure, frame.groups[0])
    previous = frame.derived(measure, "previous")
    if previous is not None:
        return _two_lines(frame, measure, previous)
    share = frame.derived(measure, "share")
    columns = [period, measure] + ([share] if share is not None else [])
    return {
        "data": {"values": frame.values(columns)},
        "mark": _line(),
        "encoding": {
            "x": time_axis(frame, period),
            "y": quantity(share or measure),
            "tooltip": frame.tooltip(*columns),
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
        "tooltip": frame.tooltip(*columns),
    }
    if share is not None:
        encoding["y"]["stack"] = "zero"
        encoding["order"] = {"field": measure.name, "type": "quantitative", "sort": "descending"}
    mark: JsonObject = {"type": "area", "opacity": 0.85} if share is not None else _line()
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
        "mark": _line(),
        "encoding": {
            "x": time_axis(frame, frame.period),
            "y": quantity(measure),
            "color": {**colour(None, [now, before]), "field": "series"},
            "strokeDash": {"field": "series", "type": "nominal", "sort": [now, before], "legend": None},
            "tooltip": [
                *frame.tooltip(frame.period),
                {"field": "series", "title": ""},
                *frame.tooltip(measure),
            ],
        },
    }


def _over_groups(frame: Frame) -> JsonObject | None:
    measure = frame.measure
    assert measure is not None
    if not frame.groups or len(frame.groups) > 2:
        return None
    if len(frame.groups) == 2:
        return _two_dimensions(frame, measure)
    previous = frame.derived(measure, "previous")
    if previous is not None:
        return _compared_bars(frame, measure, previous)
    return _bars(frame, measure)


def _bars(frame: Frame, measure: Column) -> JsonObject:
    group = frame.groups[0]
    shown = frame.derived(measure, "share") or measure
    columns = [group, measure] + ([shown] if shown is not measure else [])
    rows = frame.values(columns, limit=MAX_BARS)
    ordered = frame.in_order(group)
    across, along = ("y", "x") if ordered else ("x", "y")
    return {
        "data": {"values": rows},
        "mark": {"type": "bar", "color": "#0072B2"},
        "encoding": {
            along: bar_axis(frame, group, rows),
            across: quantity(shown, from_zero=True),
            "tooltip": frame.tooltip(*columns),
        },
    }


def _compared_bars(frame: Frame, measure: Column, previous: Column) -> JsonObject:
    group = frame.groups[0]
    sides = frame.sides()
    now, before = sides
    limit = MAX_BARS // 2
    rows = frame.folded([group], {now: measure, before: previous}, measure, limit=limit)
    return {
        "usermeta": {"series": sides},
        "data": {"values": rows},
        "mark": {"type": "bar"},
        "encoding": {
            "y": bar_axis(frame, group, rows),
            "yOffset": {"field": "series", "type": "nominal", "sort": [now, before]},
            "x": quantity(measure, from_zero=True),
            "color": {**colour(None, [now, before]), "field": "series"},
            "tooltip": [*frame.tooltip(group), {"field": "series", "title": ""}, *frame.tooltip(measure)],
        },
    }


def _two_dimensions(frame: Frame, measure: Column) -> JsonObject | None:
    first, second = frame.groups
    kinds = frame.distinct(second)
    measure = frame.derived(measure, "share") or measure
    rows = frame.values([first, second, measure])
    shared = {"data": {"values": rows}}
    if len(kinds) <= MAX_COLOURS and len(frame.distinct(first)) * len(kinds) <= MAX_BARS * 2:
        return shared | {
            "mark": {"type": "bar"},
            "encoding": {
                "y": bar_axis(frame, first, rows),
                "yOffset": {"field": second.name, "type": "nominal", "sort": kinds},
                "x": quantity(measure, from_zero=True),
                "color": colour(second, kinds),
                "tooltip": frame.tooltip(first, second, measure),
            },
        }
    if len(rows) > _MAX_CELLS:
        return None
    value = quantity(measure)
    return shared | {
        "mark": {"type": "rect"},
        "encoding": {
            "y": bar_axis(frame, first, rows),
            "x": bar_axis(frame, second, rows),
            "color": {
                "field": measure.name,
                "type": "quantitative",
                "title": value["title"],
                "scale": {"scheme": "viridis"},
            },
            "tooltip": frame.tooltip(first, second, measure),
        },
    }


def _line() -> JsonObject:
    return {"type": "line", "point": True, "color": "#0072B2"}
