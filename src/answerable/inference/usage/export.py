"""Reports as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from answerable.inference.usage.repository import Group
from answerable.inference.usage.schemas import Dimension, Figures
from answerable.kit.spreadsheets import inert


def as_csv(dimensions: Sequence[Dimension], groups: Sequence[Group]) -> str:
    """A line a group under a header, money with all of its digits. No text is run as a formula."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    figures = list(Figures.model_fields)
    writer.writerow([*dimensions, *figures])
    for group in groups:
        numbers = [getattr(group.figures, name) for name in figures]
        writer.writerow([*(inert(value or "") for value in group.values), *(_number(n) for n in numbers)])
    return buffer.getvalue()


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
