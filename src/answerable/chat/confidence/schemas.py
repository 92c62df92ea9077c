"""What HTTP carries of recalibrated confidence."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from answerable.chat.confidence.tables import ConfidenceCurveRow


class ReliabilityBin(BaseModel):
    """Rated answers whose raw confidence lay from `low` to below `high`: how sure they were on average, how
    sure the curve makes them, and what part turned out right."""

    low: float
    high: float
    count: int
    predicted: float
    recalibrated: float
    observed: float


class ConfidenceCurve(BaseModel):
    """One version: stated = sigmoid(shift + slope · logit(raw)), fitted to so many outcomes."""

    id: str
    route: Literal["data", "documents"]
    version: int
    slope: float
    shift: float
    outcomes: int
    reliability: list[ReliabilityBin]
    created_at: datetime

    @classmethod
    def of(cls, row: ConfidenceCurveRow) -> ConfidenceCurve:
        """The view of a row."""
        return cls.model_validate({name: getattr(row, name) for name in cls.model_fields})


class ConfidenceReport(BaseModel):
    """Whether answers state a recalibrated confidence here, and the newest curve of each route."""

    recalibrated: bool
    curves: list[ConfidenceCurve]


class ConfidenceSwitch(BaseModel):
    model_config = ConfigDict(extra="forbid")

    recalibrated: bool
