"""The rows that a semantic query gives, with what each column means."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

from answerable.data.semantics.model import FieldType, Unit

Cell = bool | int | float | Decimal | datetime | date | time | str | None


class Column(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    label: str
    type: FieldType
    # period: time bucket (its first day or instant) · group: a dimension · measure: a number ·
    # derived: previous/change/share of a measure (see `of`) · value: a raw column of listed rows
    kind: Literal["period", "group", "measure", "derived", "value"]
    unit: Unit | None = None
    of: str | None = None  # the measure a derived column belongs to
    rest: str | None = None  # what the group of all others is called among the values of a group's column
    window: int | None = None  # over how many periods a moving average goes
    derivation: (
        Literal["previous", "change", "change_pct", "share", "running_total", "moving_average"] | None
    ) = None


class Estimate(BaseModel):
    """What EXPLAIN expects before a run: rows and bytes that the scans read."""

    rows: int
    bytes: int


class QueryResult(BaseModel):
    columns: list[Column]
    rows: list[list[Cell]]
    row_count: int
    truncated: bool = False
    sql: str
    estimate: Estimate | None = None
    latency_ms: float = 0.0
