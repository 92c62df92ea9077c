"""What makes vectors of questions, so that calls that mean the same are found."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from answerable.inference.cache.kept import Vector

# Measured with `python -m bench.cache`: the lowest cosine at which no near miss got through.
THRESHOLD = 0.86


@dataclass(frozen=True, slots=True)
class QuestionEncoder:
    """`vector` gives a text's unit vector, float32, or None while there is no model. `name` tells models
    apart: vectors of two are never compared. `threshold` is the cosine that is calibrated for it."""

    name: str
    vector: Callable[[str], Awaitable[Vector | None]]
    threshold: float = THRESHOLD


async def _none(text: str) -> Vector | None:
    del text
    return None


NO_ENCODER = QuestionEncoder("", _none)
"""Finds nothing by its meaning."""
