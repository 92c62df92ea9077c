"""Axes, colours and tooltips of charts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time

from answerable.data.engines.charts.frame import Frame, JsonObject
from answerable.data.questions.formatting import upper_first
from answerable.data.questions.wording import describe
from answerable.data.semantics.model import FieldType
from answerable.data.semantics.query import Grain
from answerable.data.semantics.result import Column

SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"

# Okabe and Ito (2008), told apart with every common colour blindness; black is left to text.
PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#999999")
MAX_COLOURS = len(PALETTE)
MAX_BARS = 40
MOST_LYING = 24
"""Bars whose names stand beside them: each needs a line of text."""
_MAX_TITLE = 140
_LEVEL_LETTERS = 4  # of names that need not be turned to stand beside each other
_MOST_TURNED = 12  # of more names that have an order, some stand for those between them

_TIME_FORMATS = {
    Grain.HOUR: "%d %b %H:%M",
    Grain.DAY: "%d %b %Y",
    Grain.WEEK: "%d %b %Y",
    Grain.MONTH: "%b %Y",
    Grain.QUARTER: "Q%q %Y",
    Grain.YEAR: "%Y",
}
_APART = 8  # pixels between two numbers of an axis, which else read as one
_LONG = (Grain.QUARTER, Grain.YEAR)


def title_of(frame: Frame) -> str:
    """The query in words, as far as a title is read."""
    words = describe(frame.query, frame.model).rstrip(".")
    return words if len(words) <= _MAX_TITLE else f"{words[:_MAX_TITLE].rsplit(' ', 1)[0]} …"


def tooltip(frame: Frame, *columns: Column) -> list[JsonObject]:
    """What is shown where the pointer is."""
    return [_tooltip(column, frame) for column in columns]


def line() -> JsonObject:
    """The mark of a trend; its points say what they are."""
    return {"type": "line", "point": True, "color": PALETTE[0]}


def bar() -> JsonObject:
    """The mark of a ranking."""
    return {"type": "bar", "color": PALETTE[0]}


def quantity(column: Column, *, from_zero: bool = False) -> JsonObject:
    """An axis for numbers, with their unit in its title."""
    axis: JsonObject = {"format": number_format(column), "labelOverlap": True, "labelSeparation": _APART}
    channel: JsonObject = {
        "field": column.name,
        "type": "quantitative",
        "title": unit_title(column),
        "axis": axis,
    }
    if from_zero:
        channel["scale"] = {"zero": True}
    return channel


def time_axis(frame: Frame, period: Column) -> JsonObject:
    """An axis of time buckets. Dates are read and shown in UTC, so that no browser's zone moves them."""
    grain = (frame.query.time.grain if frame.query.time is not None else None) or Grain.DAY
    axis: JsonObject = {"format": _TIME_FORMATS[grain], "labelOverlap": True}
    if grain in _LONG:
        # A tick of its own for each: between them the same name would stand again.
        axis["values"] = _instants(frame, period)
        if frame.model.calendar.fiscal_year_start != 1:
            axis["format"] = _TIME_FORMATS[Grain.MONTH]  # the month in which it begins
    return {
        "field": period.name,
        "type": "temporal",
        "title": None,
        "scale": {"type": "utc"},
        "axis": axis,
    }


def _instants(frame: Frame, period: Column) -> list[int]:
    """The beginnings of the periods that are shown, in milliseconds since 1970."""
    cells = {row[frame.index(period)] for row in frame.rows}
    days = sorted(cell for cell in cells if isinstance(cell, date) and not isinstance(cell, datetime))
    return [int(datetime.combine(day, time(), UTC).timestamp() * 1000) for day in days]


def cut(shown: int, of: int) -> JsonObject:
    """That a chart has the first groups alone, for whoever shows it to say so."""
    return {"usermeta": {"shown": {"first": shown, "of": of}}} if shown < of else {}


def cut_sentence(body: JsonObject) -> str | None:
    """What is left out of a chart, in words; None where nothing is."""
    shown = body.get("usermeta", {}).get("shown")
    return f"The first {shown['first']} of {shown['of']:,}; the table has all." if shown else None


def bar_axis(frame: Frame, group: Column, rows: Sequence[JsonObject], *, upright: bool = False) -> JsonObject:
    """An axis of groups, in the order of the rows, or in their own where they have one. `upright` is of bars
    that stand on it, whose names would run into each other."""
    order: list[str] = list(dict.fromkeys(row[group.name] for row in rows))
    axis: JsonObject = {"field": group.name, "type": "ordinal", "title": group.label, "sort": order}
    if frame.recurs(group):
        # Hours and weekdays without rows keep their places.
        axis["sort"] = frame.sorted_values(group)
        axis["scale"] = {"domain": axis["sort"]}
    elif frame.in_order(group):
        axis["sort"] = [value for value in frame.sorted_values(group) if value in set(order)]
    if all(len(value) <= _LEVEL_LETTERS for value in axis["sort"]):
        axis["axis"] = {"labelAngle": 0}
    elif upright:
        axis["axis"] = {"labelAngle": -45 if len(axis["sort"]) <= _MOST_TURNED else 0}
    if upright:
        axis["axis"]["labelOverlap"] = True
    return axis


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
    said = {"title": unit_title(column), "format": number_format(column)}
    return {"field": column.name, "type": "quantitative", **said}


def unit_title(column: Column) -> str:
    """The column's name with its unit, once."""
    label, symbol = upper_first(column.label), column.unit.symbol if column.unit is not None else ""
    return f"{label} ({symbol})" if symbol and f"({symbol})" not in label else label


def number_format(column: Column) -> str:
    """A d3 number format: whole numbers plain, percentages short, the rest as precise as they are."""
    if column.type is FieldType.INTEGER and column.unit is None:
        return ",d"
    return ",.4~g" if column.unit is not None and column.unit.kind == "percent" else ",~r"
