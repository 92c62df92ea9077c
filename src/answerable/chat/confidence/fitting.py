"""Fitting a confidence to outcomes: Platt's scaling with a prior that nothing is to be changed.

    stated = sigmoid(shift + slope * logit(raw))

`shift` and `slope` are those of the greatest posterior under normal priors around 0 and 1 (J. Platt,
Probabilistic outputs for support vector machines, 1999; the prior instead of his smoothed targets). Few
outcomes hardly move them, many overrule the prior. Pure: the same outcomes give the same curve.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

LOWEST, HIGHEST = 0.02, 0.99
"""What a recalibrated confidence stays within."""
_SHIFT_DEVIATION, _SLOPE_DEVIATION = 0.3, 0.12
_FLATTEST = 0.05  # a surer answer is never made less sure than one that was less sure
_STEPS = 100
_EDGES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)

Outcome = tuple[float, bool]
"""The raw confidence of an answer, and whether it turned out right."""


@dataclass(frozen=True, slots=True)
class Curve:
    """What becomes of a confidence."""

    shift: float = 0.0
    slope: float = 1.0

    def __call__(self, raw: float) -> float:
        """The recalibrated confidence, within `LOWEST` and `HIGHEST`."""
        stated = _sigmoid(self.shift + self.slope * _logit(raw))
        return min(HIGHEST, max(LOWEST, stated))


@dataclass(frozen=True, slots=True)
class Bin:
    """The answers whose raw confidence lay from `low` to below `high`: how many, how sure they were on
    average, how sure the curve makes them, and what part was right."""

    low: float
    high: float
    count: int
    predicted: float
    recalibrated: float
    observed: float


def fit(outcomes: Iterable[Outcome]) -> Curve:
    """The curve of the greatest posterior, by Newton's method; without outcomes it changes nothing."""
    tally = Counter((round(raw, 3), right) for raw, right in outcomes)
    points = [(_logit(raw), float(right), count) for (raw, right), count in sorted(tally.items())]
    shift, slope = _climbed(points, free_slope=True)
    if slope < _FLATTEST:
        shift, slope = _climbed(points, free_slope=False)
    return Curve(round(shift, 6), round(slope, 6))


def reliability(outcomes: Sequence[Outcome], curve: Curve) -> list[Bin]:
    """Predicted against observed, in bins of the raw confidence; empty bins are left out."""
    bins = []
    for low, high in pairwise(_EDGES):
        own = [(raw, right) for raw, right in outcomes if low <= raw < high or (high == 1.0 and raw >= high)]
        if own:
            bins.append(
                Bin(
                    low,
                    high,
                    len(own),
                    _mean([raw for raw, _ in own]),
                    _mean([curve(raw) for raw, _ in own]),
                    _mean([float(right) for _, right in own]),
                )
            )
    return bins


_Point = tuple[float, float, int]  # logit of the raw confidence, 1 where right, how often


def _climbed(points: Sequence[_Point], *, free_slope: bool) -> tuple[float, float]:
    shift, slope = 0.0, 1.0 if free_slope else _FLATTEST
    for _ in range(_STEPS):
        g0, g1 = -shift / _SHIFT_DEVIATION**2, -(slope - 1.0) / _SLOPE_DEVIATION**2
        h00, h01, h11 = 1 / _SHIFT_DEVIATION**2, 0.0, 1 / _SLOPE_DEVIATION**2
        for z, right, count in points:
            stated = _sigmoid(shift + slope * z)
            error, weight = count * (right - stated), count * stated * (1 - stated)
            g0, g1 = g0 + error, g1 + error * z
            h00, h01, h11 = h00 + weight, h01 + weight * z, h11 + weight * z * z
        if free_slope:
            determinant = h00 * h11 - h01 * h01
            step0, step1 = (h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant
        else:
            step0, step1 = g0 / h00, 0.0
        length = _along(points, (shift, slope), (step0, step1))
        shift, slope = shift + length * step0, slope + length * step1
        if abs(length * step0) + abs(length * step1) < 1e-10:
            break
    return shift, slope


def _along(points: Sequence[_Point], start: tuple[float, float], step: tuple[float, float]) -> float:
    """How much of a Newton step to take: halved until the posterior does not fall, as far from the summit a
    whole one may overshoot it."""
    here, length = _posterior(points, *start), 1.0
    while (
        length > 1e-6 and _posterior(points, start[0] + length * step[0], start[1] + length * step[1]) < here
    ):
        length /= 2
    return length


def _posterior(points: Sequence[_Point], shift: float, slope: float) -> float:
    """The logarithm of the posterior, up to a constant."""
    prior = -((shift / _SHIFT_DEVIATION) ** 2 + ((slope - 1.0) / _SLOPE_DEVIATION) ** 2) / 2
    return prior + sum(
        count * -_softplus((1 - 2 * right) * (shift + slope * z)) for z, right, count in points
    )


def _softplus(value: float) -> float:
    return max(value, 0.0) + math.log1p(math.exp(-abs(value)))


def _sigmoid(value: float) -> float:
    return math.exp(-_softplus(-value))


def _logit(probability: float) -> float:
    bounded = min(0.995, max(0.005, probability))
    return math.log(bounded / (1 - bounded))


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 4)
