"""Reports as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from answerable.inference.usage.repository import Group
from answerable.inference.usage.schemas import Dimension, Figures

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_csv(dimensions: Sequence[Dimension], groups: Sequence[Group]) -> str:
    """A line a group under a header, money with all of its digits. A text that a spreadsheet program would
    run as a formula gets an apostrophe in front (OWASP, CSV injection)."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    figures = list(Figures.model_fields)
    writer.writerow([*dimensions, *figures])
    for group in groups:
        numbers = [getattr(group.figures, name) for name in figures]
        writer.writerow([*(_safe(value or "") for value in group.values), *(_number(n) for n in numbers)])
    return buffer.getvalue()


def _safe(text: str) -> str:
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA_STARTS) else text


def _number(value: object) -> str:
    if value is None:
        return ""
    return (
        f"{value:.3f}"
        if isinstance(value, float)
        else f"{value:f}"
        if not isinstance(value, int)
        else str(value)
    )
