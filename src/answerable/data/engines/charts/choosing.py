"""The chart of a result, chosen by rule from its shape; a Vega-Lite specification with its data inside.

one number                      no chart: whoever shows it writes it large, with its change
a measure over time             line; with groups one line each; shares stacked to 100 %
this period beside another      two lines over time, grouped bars over groups
a measure by one dimension      bars in the order of the result
a measure by two dimensions     grouped bars; a heat map of many values, and of two parts of dates
several measures                grouped bars or lines in one unit, else a panel each; points of many entities
shares                          are drawn instead of what they are shares of
lists of rows                   no chart

Where a chart names the two periods of a comparison, `usermeta.series` has a code for each name. One
that has the first groups alone says so below its title, and `usermeta.shown` has how many of how many.
"""

from __future__ import annotations

from answerable.data.engines.charts.frame import Frame, JsonObject
from answerable.data.engines.charts.one_measure import picture_of
from answerable.data.engines.charts.parts import SCHEMA, cut_sentence, title_of
from answerable.data.engines.charts.several_measures import picture_of_several
from answerable.data.semantics.model import SemanticModel
from answerable.data.semantics.query import SemanticQuery
from answerable.data.semantics.result import QueryResult


def choose_chart(query: SemanticQuery, model: SemanticModel, result: QueryResult) -> JsonObject | None:
    """A Vega-Lite v5 specification, or None where a picture would not help. One of several measures may have
    panels below each other (`vconcat`), each with a width in pixels."""
    frame = Frame(query, model, result)
    if not frame.measures or len(result.rows) < 2:
        return None
    one = len(frame.measures) == 1
    body = picture_of(frame, frame.measures[0]) if one else picture_of_several(frame)
    if body is None:
        return None
    room = {"width": "container", "autosize": {"type": "fit-x", "contains": "padding"}}
    left_out = cut_sentence(body)
    title = {"text": title_of(frame), "anchor": "start"}
    return {
        "$schema": SCHEMA,
        "description": title_of(frame),
        "title": title | ({"subtitle": left_out} if left_out is not None else {}),
        **({} if "vconcat" in body else room),
        **body,
    }
