"""A chart in a room of its own: a page gives it a width, a file has none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from answerable.data.engines.charts.frame import JsonObject

_BESIDE_PANELS = 100
"""Pixels for what stands left of a panel, which its width does not count."""


_BAR, _NAME = 9, 18
"""Pixels of a bar among others with its name, and of a name."""


def lying_height(spec: Mapping[str, Any]) -> float | None:
    """Pixels in which bars and the names beside them can be read; None for what is no such picture."""
    encoding = spec.get("encoding", {})
    names = encoding.get("y", {}).get("sort")
    if encoding.get("y", {}).get("type") != "ordinal" or not isinstance(names, list):
        return None
    side_by_side = encoding.get("yOffset", {}).get("sort") or [None]
    return float(len(names) * max(_NAME, _BAR * len(side_by_side)))


# Any: a specification as it was kept
def sized(spec: Mapping[str, Any], width: int, height: float | None = None) -> JsonObject:
    """The specification at a width in pixels; at a height too, where it is one picture and not panels."""
    if "vconcat" in spec:
        panels = [{**panel, "width": width - _BESIDE_PANELS} for panel in spec["vconcat"]]
        return {**spec, "vconcat": panels}
    return {**spec, "width": width} | ({"height": height} if height is not None else {})
