"""Charts in letters: the specification that the console draws, for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

Spec = dict[str, Any]  # Any: Vega-Lite, as the server made it
_Row = dict[str, Any]

_BAR_WIDTH, _NAME_WIDTH = 32, 28
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_LEVELS = "▁▂▃▄▅▆▇█"
_SHADES = "·░▒▓█"
_MOST_BARS, _MOST_POINTS, _MOST_ACROSS = 40, 100, 30
_GRID = (48, 12)  # columns and lines for points
_PLAIN = "#0072B2"


def chart_view(spec: Spec) -> RenderableType | None:
    """The chart in letters; None where it would say less than the rows do."""
    if "vconcat" in spec:
        panels = [chart_view(panel) for panel in spec["vconcat"]]
        drawn = [panel for panel in panels if panel is not None]
        return Group(*drawn) if len(drawn) == len(panels) else None
    kind = spec["mark"]["type"]
    draw = {"bar": _bars, "line": _lines, "rect": _cells, "point": _points}.get(kind)
    lines = draw(spec) if draw is not None else None
    if not lines:
        return None
    title = spec.get("title") or {}
    # A panel says its measure; a whole chart's title is the query, which stands beside it anyway.
    head = [Text(title["text"], style="bold")] if title.get("frame") == "group" else []
    foot = [Text(title["subtitle"], style="dim")] if title.get("subtitle") else []
    return Group(*head, *lines, *foot, Text())


def _bars(spec: Spec) -> list[Text] | None:
    encoding, rows = spec["encoding"], spec["data"]["values"]
    names, amounts = (encoding[c] for c in (("y", "x") if encoding["y"]["type"] == "ordinal" else ("x", "y")))
    series = (encoding.get("yOffset") or encoding.get("xOffset") or {}).get("field")
    numbers = [row[amounts["field"]] for row in rows if row[amounts["field"]] is not None]
    if not numbers or len(rows) > _MOST_BARS:
        return None
    largest = max(abs(number) for number in numbers) or 1.0
    places = 2 if any(float(number) % 1 for number in numbers) else 0
    colours = _colours(encoding)
    width = min(_NAME_WIDTH, max(len(str(row[names["field"]])) for row in rows))
    kinds = max((len(str(row[series])) for row in rows), default=0) if series else 0
    lines, last = [], None
    for row in _sorted(rows, names):
        name = str(row[names["field"]])
        line = Text(f"{'' if name == last else _cut(name, width):<{width}}  ")
        kind = str(row[series]) if series else ""
        line.append(f"{kind:<{kinds}}  " if series else "")
        value = row[amounts["field"]]
        if value is not None:
            line.append(_bar(value / largest), style=colours.get(kind, _PLAIN))
            line.append(f" {value:,.{places}f}")
        lines.append(line)
        last = name
    return [*_said(amounts), *lines]


def _lines(spec: Spec) -> list[Text] | None:
    encoding, rows = spec["encoding"], spec["data"]["values"]
    when, amount = encoding["x"]["field"], encoding["y"]["field"]
    by = encoding.get("color", {}).get("field")
    times = sorted({row[when] for row in rows if row[when] is not None})
    numbers = [row[amount] for row in rows if row[amount] is not None]
    if not numbers or not 2 <= len(times) <= _MOST_POINTS:
        return None
    low, high = min(numbers), max(numbers)
    colours = _colours(encoding)
    kinds = list(colours) if by else [""]
    width = max(map(len, kinds))
    lines = []
    for kind in kinds:
        found = {row[when]: row[amount] for row in rows if not by or str(row[by]) == kind}
        points = [found.get(time) for time in times]
        drawn = "".join(" " if point is None else _level(point, low, high) for point in points)
        line = Text(f"{kind:<{width}}  " if by else "")
        lines.append(line.append(drawn, style=colours.get(kind, _PLAIN)))
    told = encoding["x"].get("axis", {}).get("format", "%Y-%m-%d")
    span = f"{_moment(times[0], told)} to {_moment(times[-1], told)}, {_number(low)} to {_number(high)}"
    return [*_said(encoding["y"]), *lines, Text(span, style="dim")]


def _cells(spec: Spec) -> list[Text] | None:
    encoding, rows = spec["encoding"], spec["data"]["values"]
    across, down, amount = encoding["x"], encoding["y"], encoding["color"]["field"]
    numbers = [row[amount] for row in rows if row[amount] is not None]
    if not numbers or len(across["sort"]) > _MOST_ACROSS:
        return None
    low, high = min(numbers), max(numbers)
    found = {(str(row[down["field"]]), str(row[across["field"]])): row[amount] for row in rows}
    width = min(_NAME_WIDTH, max(map(len, down["sort"])))
    room = min(4, max(map(len, across["sort"])))
    lines = []
    for name in down["sort"]:
        line = Text(f"{_cut(name, width):<{width}}  ")
        for each in across["sort"]:
            value = found.get((name, each))
            line.append((" " if value is None else _shade(value, low, high)) * room + " ", style=_PLAIN)
        lines.append(line)
    heads = " ".join(f"{_cut(each, room):<{room}}" for each in across["sort"])
    scale = f"{_SHADES[0]} {_number(low)} to {_SHADES[-1]} {_number(high)}"
    return [*_said(encoding["color"]), *lines, Text(f"{'':<{width}}  {heads}"), Text(scale, style="dim")]


def _points(spec: Spec) -> list[Text] | None:
    encoding = spec["encoding"]
    x, y = encoding["x"], encoding["y"]
    pairs = [(row[x["field"]], row[y["field"]]) for row in spec["data"]["values"]]
    known = [(a, b) for a, b in pairs if a is not None and b is not None]
    if len(known) < 2:
        return None
    columns, lines = _GRID
    (left, right), (low, high) = ((min(side), max(side)) for side in zip(*known, strict=True))
    grid = [[" "] * columns for _ in range(lines)]
    for a, b in known:
        place = round(_share(a, left, right) * (columns - 1))
        grid[lines - 1 - round(_share(b, low, high) * (lines - 1))][place] = "•"
    drawn = [Text("│").append("".join(line), style=_PLAIN) for line in grid]
    right_end = f"{x['title']}: {_number(left)} to {_number(right)}"
    ends = f"{right_end}; upwards {y['title']}: {_number(low)} to {_number(high)}"
    return [*drawn, Text("└" + "─" * columns), Text(ends, style="dim")]


def _sorted(rows: Sequence[_Row], axis: Spec) -> list[_Row]:
    places = {name: place for place, name in enumerate(axis["sort"])}
    return sorted(rows, key=lambda row: places.get(row[axis["field"]], len(places)))


def _colours(encoding: Spec) -> dict[str, str]:
    scale = encoding.get("color", {}).get("scale", {})
    return dict(zip(scale.get("domain", ()), scale.get("range", ()), strict=False))


def _said(axis: Spec) -> list[Text]:
    return [Text(axis["title"], style="dim")] if axis.get("title") else []


def _bar(share: float) -> str:
    """A bar of that share of the width, to an eighth of a letter; a pale one for less than nothing."""
    if share < 0:
        return "░" * max(1, round(-share * _BAR_WIDTH))
    whole, rest = divmod(round(share * _BAR_WIDTH * 8), 8)
    return _EIGHTHS[8] * whole + _EIGHTHS[rest].strip()


def _level(value: float, low: float, high: float) -> str:
    return _LEVELS[round(_share(value, low, high) * (len(_LEVELS) - 1))]


def _shade(value: float, low: float, high: float) -> str:
    return _SHADES[round(_share(value, low, high) * (len(_SHADES) - 1))]


def _share(value: float, low: float, high: float) -> float:
    return (value - low) / (high - low) if high > low else 0.0


def _number(value: float) -> str:
    text = f"{value:,.2f}"
    return text.rstrip("0").rstrip(".")


def _moment(text: str, told: str) -> str:
    moment = datetime.fromisoformat(text)
    return moment.strftime(told.replace("%q", str((moment.month + 2) // 3)))


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"
