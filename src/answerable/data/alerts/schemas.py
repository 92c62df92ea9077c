"""What HTTP carries of alerts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from answerable.data.alerts.judging import Code
from answerable.data.alerts.rules import Rule
from answerable.data.alerts.tables import AlertChangeRow, AlertRow
from answerable.data.schedules.schemas import Check, WithData
from answerable.data.semantics.model import Unit
from answerable.kit.paging import PageRequest

State = Literal["ok", "firing", "unknown"]
_Name = Annotated[str, Field(min_length=1, max_length=200)]


class NewAlert(BaseModel):
    """An alert to set on an insight: what it watches for, and when it is evaluated."""

    model_config = ConfigDict(extra="forbid")

    insight_id: Annotated[str, Field(max_length=64)]
    name: _Name
    rule: Rule
    check: Check = WithData()


class AlertChange(BaseModel):
    """What to change; what is left out stays. `muted_until` null lets it be heard again. Whoever gives a rule
    is from then on the person as whom the alert is evaluated."""

    model_config = ConfigDict(extra="forbid")

    name: _Name | None = None
    rule: Rule | None = None
    check: Check | None = None
    muted_until: AwareDatetime | None = None


class ReadingView(BaseModel):
    """What an alert's state goes by: the number (of the period), what it was compared with or the range that
    is usual, how many periods that was taken from, and why: by a `code`, null in readings of before there
    were any, with the numbers that belong to it in `unit`s, and in English words. `percent` is that of a
    change, `hysteresis` the percent by which a number must be back within its line, `needed` the periods that
    a usual range needs. `partial`: the period is not over; `skipped`: the period that is not over was left
    out."""

    value: float | None = None
    period: str | None = None
    compared: float | None = None
    low: float | None = None
    high: float | None = None
    history: int | None = None
    code: Code | None = None
    percent: float | None = None
    hysteresis: float | None = None
    needed: int | None = None
    unit: Unit | None = None
    partial: bool = False
    skipped: str | None = None
    reason: str = ""
    data_versions: dict[str, int] = {}
    model_revision: str | None = None


class AlertView(BaseModel):
    """An alert. `run_as` is the person as whom it is evaluated, `reading` empty before it first was, and
    where you do not see the rows that it comes from."""

    id: str
    insight_id: str
    name: str
    rule: Rule
    check: Check
    state: State
    since: datetime
    reading: ReadingView
    evaluated_at: datetime | None
    next_check_at: datetime | None
    muted_until: datetime | None
    run_as: str | None
    created_by: str | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: AlertRow, *, clear: bool, next_check_at: datetime | None) -> AlertView:
        """The view of an alert; without `clear` it says nothing of what was read."""
        names = cls.model_fields.keys() - {"next_check_at"}
        kept = {name: getattr(row, name) for name in names}
        hidden: dict[str, object] = {"state": "unknown", "reading": {}, "evaluated_at": None}
        return cls.model_validate({**kept, **({} if clear else hidden), "next_check_at": next_check_at})


class AlertChangeView(BaseModel):
    """A change of state, with what was read. `muted`: it was not to be told."""

    id: str
    before: State
    after: State
    reading: ReadingView
    muted: bool
    created_at: datetime

    @classmethod
    def of(cls, row: AlertChangeRow) -> AlertChangeView:
        """The view of a change."""
        return cls.model_validate({name: getattr(row, name) for name in cls.model_fields})


class AlertsRequest(PageRequest):
    """A page of alerts: of an insight, or in a state."""

    insight_id: Annotated[str | None, Query(max_length=64)] = None
    state: Annotated[State | None, Query()] = None


class QueuedEvaluation(BaseModel):
    """The job that was queued."""

    job_id: str
