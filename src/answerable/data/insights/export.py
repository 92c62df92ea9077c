"""Taking an insight's result away: CSV that is safe to open, SVG and PNG of its chart or number."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Literal

from answerable.data.datasets.rows import as_csv
from answerable.data.engines.charts.frame import JsonObject
from answerable.data.engines.charts.sizes import sized
from answerable.data.insights.errors import ChartsUnavailable, NoChart
from answerable.data.insights.headline import headlines, picture_of_numbers
from answerable.data.semantics.result import Column

Format = Literal["csv", "svg", "png"]
CHART_WIDTH = 720
"""Pixels. A page has a width to fill, a file has none."""
_RENDERER = "vl_convert"
_SCALE = 2.0


@dataclass(frozen=True, slots=True)
class Exported:
    """A file to take away."""

    content: bytes
    media_type: str


async def export(result: dict[str, Any], kind: Format) -> Exported:
    """A result in a format. Raises NoChart where a picture would not help, ChartsUnavailable without the
    extra `charts`."""
    if kind == "csv":
        labels = [column["label"] for column in result["columns"]]
        return Exported(as_csv(labels, result["rows"]).encode(), "text/csv")
    picture = _picture(result)
    require_renderer()
    return await asyncio.to_thread(_drawn, picture, kind)


def _picture(result: dict[str, Any]) -> JsonObject:
    """Its chart, or its number written large."""
    if result.get("chart") is not None:
        return sized(result["chart"], CHART_WIDTH)
    columns = [Column.model_validate(column) for column in result["columns"]]
    numbers = headlines(columns, result["rows"])
    if not numbers:
        raise NoChart("The result has no chart. Take it away as CSV.")
    return picture_of_numbers(numbers, result["words"])


def require_renderer() -> str:
    """The module that draws. Raises ChartsUnavailable without it."""
    if find_spec(_RENDERER) is None:
        raise ChartsUnavailable(
            "Charts and pages are drawn with the extra 'charts': pip install 'answerable[charts]'."
        )
    return _RENDERER


def _drawn(chart: dict[str, Any], kind: Format) -> Exported:
    renderer = import_module(_RENDERER)
    # No address is fetched for a chart: its data lies inside it.
    if kind == "svg":
        picture = renderer.vegalite_to_svg(chart, allowed_base_urls=[])
        return Exported(picture.encode(), "image/svg+xml")
    return Exported(renderer.vegalite_to_png(chart, scale=_SCALE, allowed_base_urls=[]), "image/png")
