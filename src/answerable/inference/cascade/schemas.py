"""What HTTP carries about cascades."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Query
from pydantic import AwareDatetime, BaseModel


class CascadesRequest(BaseModel):
    """Which calls count: those that began in a span of time."""

    since: Annotated[
        AwareDatetime | None,
        Query(alias="from", description="From this moment on; 30 days ago if not given."),
    ] = None
    until: Annotated[
        AwareDatetime | None, Query(alias="to", description="Before this moment; now if not given.")
    ] = None


class ConfidenceLevel(BaseModel):
    """Answers that were passed over, with a raw confidence from `at_least` on (a tenth each): how many could
    be compared with the answer that was taken instead, and how many of these said the same. `calibrated` is
    what the middle of the tenth is mapped to, null while the raw value is used."""

    at_least: float
    compared: int
    agreed: int
    calibrated: float | None


class Calibrated(BaseModel):
    """The map of a stage's confidence: `1 / (1 + exp(-(slope · ln(raw / (1 - raw)) + offset)))`, fitted to
    the latest `outcomes`."""

    slope: float
    offset: float
    outcomes: int


class StageReport(BaseModel):
    """One stage. `answers` were taken. `escalations` were judged not good enough, by the first check that
    failed in `escalations_by_check`; of these, `wrong` said something else than the stage that was taken, and
    `needless` the same. `failures` gave no answer. The floor without a model is `answerable`.
    `mean_confidence` is raw; `confidence_is` says what `min_confidence` is held against."""

    position: int
    stage: str
    asked: int
    answers: int
    escalations: int
    escalations_by_check: dict[str, int]
    failures: int
    wrong: int
    needless: int
    wrong_rate: float | None
    cost_usd: float
    mean_confidence: float | None
    confidence_is: Literal["raw", "calibrated"]
    calibration: Calibrated | None
    by_confidence: list[ConfidenceLevel]


class CascadeReport(BaseModel):
    """One alias. `saved_usd` is what asking the last stage alone would have cost more: its own cost where it
    was asked, else its price for the tokens of the answer that was taken; over the calls where that is
    known. Below 0 the cascade costs more than it saves."""

    alias: str
    calls: int
    cost_usd: float
    saved_usd: float
    stages: list[StageReport]


class CascadesReport(BaseModel):
    """Every alias with a cascade that was called."""

    since: datetime
    until: datetime
    items: list[CascadeReport]
