"""What a stage's confidence has been worth: the share of answers that said what a later stage says.

The raw confidence orders answers and is no frequency. Where a stage's answers were passed over and could be
compared with the answer that was taken instead, a logistic regression on the raw value's log-odds maps it
to one (Platt 1999, with his smoothed targets; fitted by Newton's method). Its slope is never below 0: a
surer answer is never mapped below a less sure one. Isotonic regression needs more outcomes than a stage has,
and has none above the line where answers are taken; this map goes on there.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import structlog
from sqlalchemy.exc import SQLAlchemyError

from answerable.inference.cascade import repository
from answerable.kit.db import Database
from answerable.kit.principal import Principal

log = structlog.get_logger(__name__)

LEAST_OUTCOMES = 50
LEAST_OF_EACH = 10
"""Outcomes of a stage before its confidence is mapped, and of these at least so many right and wrong ones."""

_GOOD_SECONDS = 300.0
_MOST_ALIASES = 1_000
_NEAREST = 1e-4  # how near to 0 and 1 a raw confidence counts as
_STEPS = 50
_RIDGE = 1e-6

Place = tuple[int, str]
"""A stage of an alias: its position and its model."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """The map from a raw confidence to how often such answers were right, from so many outcomes."""

    slope: float
    offset: float
    outcomes: int

    def of(self, raw: float) -> float:
        """The frequency, 0 to 1, for a raw confidence of 0 to 1."""
        return 1 / (1 + math.exp(-(self.slope * float(_log_odds(raw)) + self.offset)))


def fitted(outcomes: Sequence[tuple[float, bool]]) -> Calibration | None:
    """The map that raw confidences and whether their answers were right tell; None where they are too few."""
    right = sum(agreed for _, agreed in outcomes)
    wrong = len(outcomes) - right
    if len(outcomes) < LEAST_OUTCOMES or min(right, wrong) < LEAST_OF_EACH:
        return None
    x = np.array([float(_log_odds(raw)) for raw, _ in outcomes])
    high, low = (right + 1) / (right + 2), 1 / (wrong + 2)
    target = np.where([agreed for _, agreed in outcomes], high, low)
    base = math.log(target.mean() / (1 - target.mean()))
    slope, offset = _newton(x, target, base)
    if not (math.isfinite(slope) and math.isfinite(offset)) or slope < 0:
        slope, offset = 0.0, base  # being surer has not meant being right: all count as the average one
    return Calibration(slope, offset, len(outcomes))


def _newton(x: np.ndarray, target: np.ndarray, base: float) -> tuple[float, float]:
    weights = np.array([0.0, base])
    design = np.column_stack([x, np.ones_like(x)])
    for _ in range(_STEPS):
        p = 1 / (1 + np.exp(-np.clip(design @ weights, -35, 35)))
        gradient = design.T @ (p - target)
        curvature = design.T @ (design * (p * (1 - p))[:, None]) + _RIDGE * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        weights = weights - np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-9:
            break
    return float(weights[0]), float(weights[1])


def _log_odds(raw: float) -> float:
    bounded = min(1 - _NEAREST, max(_NEAREST, raw))
    return math.log(bounded / (1 - bounded))


@dataclass(slots=True)
class _Kept:
    stages: Mapping[Place, Calibration]
    good_until: float


class Calibrations:
    """The maps of one process, read again every five minutes."""

    def __init__(self, database: Database, *, now: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._now = now
        self._kept: dict[tuple[str, str], _Kept] = {}

    async def of(self, workspace_id: str, alias: str) -> Mapping[Place, Calibration]:
        """The stages of an alias that have a map. While the database is away, the last ones known."""
        key = (workspace_id, alias)
        kept = self._kept.get(key)
        if kept is not None and self._now() < kept.good_until:
            return kept.stages
        stages = kept.stages if kept is not None else {}
        try:
            async with self._database.begin(Principal.system(workspace_id)) as session:
                stages = fitted_stages(await repository.outcomes(session, alias)).get(alias, {})
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("cascade_not_calibrated", error_type=type(error).__name__)
        if len(self._kept) >= _MOST_ALIASES:
            self._kept.clear()
        self._kept[key] = _Kept(stages, self._now() + _GOOD_SECONDS)
        return stages


def fitted_stages(
    rows: Sequence[tuple[str, int, str, float, bool]],
) -> dict[str, dict[Place, Calibration]]:
    """The maps of all stages that have enough outcomes, by alias and place."""
    outcomes: dict[tuple[str, Place], list[tuple[float, bool]]] = {}
    for alias, position, stage, raw, agreed in rows:
        outcomes.setdefault((alias, (position, stage)), []).append((raw, agreed))
    found: dict[str, dict[Place, Calibration]] = {}
    for (alias, place), seen in outcomes.items():
        calibration = fitted(seen)
        if calibration is not None:
            found.setdefault(alias, {})[place] = calibration
    return found
