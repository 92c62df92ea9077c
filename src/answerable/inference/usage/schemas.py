"""What HTTP carries about usage."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from fastapi import Query
from pydantic import AwareDatetime, BaseModel

from answerable.inference.operation import Operation
from answerable.inference.usage.record import CacheHit, Outcome
from answerable.inference.usage.tables import UsageRow
from answerable.kit.paging import PageRequest


class Dimension(StrEnum):
    """What calls are grouped by. Hours, days and months are UTC. `model` is the one that answered,
    `requested_model` the name that was asked for; `stage` is a cascade's."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"
    MODEL = "model"
    REQUESTED_MODEL = "requested_model"
    PROVIDER = "provider"
    KEY = "key"
    MEMBER = "member"
    ROUTE = "route"
    OPERATION = "operation"
    STAGE = "stage"
    OUTCOME = "outcome"


_Name = Annotated[str | None, Query(max_length=200)]


class UsageFilter(BaseModel):
    """Which calls count: those that started in a span of time, and fit every filter that is given."""

    since: Annotated[
        AwareDatetime | None,
        Query(alias="from", description="From this moment on; 30 days ago if not given."),
    ] = None
    until: Annotated[
        AwareDatetime | None, Query(alias="to", description="Before this moment; now if not given.")
    ] = None
    model: Annotated[str | None, Query(max_length=200, description="The model that answered.")] = None
    requested_model: Annotated[str | None, Query(max_length=200, description="The name asked for.")] = None
    provider: _Name = None
    key: Annotated[str | None, Query(max_length=100, description="An API key's id.")] = None
    member: Annotated[str | None, Query(max_length=100, description="A member's id, `usr_…`.")] = None
    route: _Name = None
    operation: Operation | None = None
    stage: _Name = None
    outcome: Outcome | None = None


class ReportRequest(UsageFilter, PageRequest):
    """What a report is asked for with."""

    group_by: Annotated[
        str, Query(max_length=200, description="Dimensions, separated by commas; none gives one row.")
    ] = Dimension.DAY.value
    format: Annotated[
        Literal["json", "csv"] | None, Query(description="`csv`, also by `Accept: text/csv`, gives all rows.")
    ] = None


class RecordsRequest(UsageFilter, PageRequest):
    """Which calls are listed."""


class UsageFigures(BaseModel):
    """Sums over calls. `unpriced_calls` were sent to models whose price is unknown: they cost 0 here.
    `estimated_calls` were counted by the gateway, because their provider gave no figures. `leg_calls` were
    made for another of the calls, such as a stage of a cascade: what that one cost stands with them."""

    calls: int
    failed_calls: int
    refused_calls: int
    cached_calls: int
    unpriced_calls: int
    estimated_calls: int
    leg_calls: int
    input_tokens: int
    output_tokens: int
    cached_input_tokens: int
    reasoning_tokens: int
    cost_usd: float
    mean_latency_ms: float | None
    mean_first_token_ms: float | None


class UsageGroup(UsageFigures):
    """One row of a report; `group` holds the value of each dimension, null where a call has none."""

    group: dict[Dimension, str | None]


class UsageReport(BaseModel):
    """One page of a report. `totals` are over all calls that fit, not this page's alone."""

    since: datetime
    until: datetime
    group_by: list[Dimension]
    items: list[UsageGroup]
    totals: UsageFigures
    next_cursor: str | None = None


class CallOut(BaseModel):
    """One call. `latency_ms` is null for one that was interrupted: nobody knows when it would have ended."""

    id: str
    started_at: datetime
    user_id: str | None
    key_id: str | None
    operation: Operation
    route: str
    requested_model: str
    provider: str | None
    model: str | None
    stage: str | None
    outcome: Outcome
    error_code: str | None
    cache: CacheHit | None
    attempts: int
    streamed: bool
    input_tokens: int
    output_tokens: int
    cached_input_tokens: int
    cache_write_tokens: int
    reasoning_tokens: int
    estimated: bool
    cost_usd: float
    price_version: str
    latency_ms: float | None
    first_token_ms: float | None
    trace_id: str | None
    parent_id: str | None

    @classmethod
    def of(cls, row: UsageRow) -> CallOut:
        """From the row."""
        call = cls.model_validate({name: getattr(row, name) for name in cls.model_fields})
        if call.outcome is Outcome.INTERRUPTED:
            call.latency_ms = None
        return call


class Figures(BaseModel):
    """The same sums as the database gives them, money exact."""

    calls: int
    failed_calls: int
    refused_calls: int
    cached_calls: int
    unpriced_calls: int
    estimated_calls: int
    leg_calls: int
    input_tokens: int
    output_tokens: int
    cached_input_tokens: int
    reasoning_tokens: int
    cost_usd: Decimal
    mean_latency_ms: float | None
    mean_first_token_ms: float | None
