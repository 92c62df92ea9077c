"""A chart in a room of its own: a page gives it a width, a file has none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from answerable.data.engines.chart_frame import JsonObject

_BESIDE_PANELS = 100
"""Pixels for what stands left of a panel, which its width does not count."""


# Any: a specification as it was kept
def sized(spec: Mapping[str, Any], width: int, height: float | None = None) -> JsonObject:
    """The specification at a width in pixels; at a height too, where it is one picture and not panels."""
    if "vconcat" in spec:
        panels = [{**panel, "width": width - _BESIDE_PANELS} for panel in spec["vconcat"]]
        return {**spec, "vconcat": panels}
    return {**spec, "width": width} | ({"height": height} if height is not None else {})
