"""What HTTP carries about budgets and limits."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from answerable.inference.limits.limit import ALWAYS, Limit, Measure, Mode, Period, window_of
from answerable.inference.limits.tables import LimitRow

Dollars = Annotated[Decimal, Field(ge=0, le=1_000_000_000, max_digits=18, decimal_places=8)]
Count = Annotated[int, Field(ge=0, le=10**15)]
ModelName = Annotated[str, Field(min_length=1, max_length=200)]


class SubjectType(StrEnum):
    """Whom a budget or limit binds."""

    WORKSPACE = "workspace"
    KEY = "key"
    MEMBER = "member"


class Subject(BaseModel):
    """The whole workspace, one API key, or one member with all of their keys. `id` names the key or the
    member (`usr_…`)."""

    model_config = ConfigDict(extra="forbid")

    type: SubjectType
    id: str | None = Field(None, max_length=100)

    @model_validator(mode="after")
    def _id_fits(self) -> Self:
        if (self.id is None) != (self.type is SubjectType.WORKSPACE):
            raise ValueError("a key or member needs its id, a workspace needs none")
        return self

    @classmethod
    def of(cls, limit: Limit) -> Subject:
        """Whom a limit binds."""
        if limit.key_id is not None:
            return cls(type=SubjectType.KEY, id=limit.key_id)
        if limit.user_id is not None:
            return cls(type=SubjectType.MEMBER, id=limit.user_id)
        return cls(type=SubjectType.WORKSPACE)


class BudgetPeriod(StrEnum):
    """Windows of money: a day or a calendar month, in UTC."""

    DAY = "day"
    MONTH = "month"


class BudgetTerms(BaseModel):
    """A `hard` budget refuses calls that may pass it; a `soft` one only warns. Without `model` all models
    count together."""

    model_config = ConfigDict(extra="forbid")

    period: BudgetPeriod
    limit_usd: Dollars
    mode: Mode = Mode.HARD
    model: ModelName | None = None


class BudgetIn(BudgetTerms):
    """A budget, and whom it binds."""

    subject: Subject


class BudgetPatch(BaseModel):
    """What is to be different; subject, period and model stay."""

    model_config = ConfigDict(extra="forbid")

    limit_usd: Dollars | None = None
    mode: Mode | None = None


class CountedMeasure(StrEnum):
    """What a limit counts: calls, input and output tokens together, or calls at once."""

    REQUESTS = "requests"
    TOKENS = "tokens"
    CONCURRENT = "concurrent"


class LimitTerms(BaseModel):
    """`period` is a minute unless given, and has no meaning for `concurrent`."""

    model_config = ConfigDict(extra="forbid")

    measure: CountedMeasure
    limit: Count
    period: Period | None = None
    model: ModelName | None = None

    @model_validator(mode="after")
    def _period_fits(self) -> Self:
        if self.period is not None and self.measure is CountedMeasure.CONCURRENT:
            raise ValueError("calls at once are not counted over a period")
        return self


class LimitIn(LimitTerms):
    """A limit, and whom it binds."""

    subject: Subject


class LimitPatch(BaseModel):
    """What is to be different."""

    model_config = ConfigDict(extra="forbid")

    limit: Count


class State(BaseModel):
    """Where a limit stands in its present window. `reserved` is held by calls under way, and by server
    processes for the next ones."""

    spent: Decimal = Decimal(0)
    reserved: Decimal = Decimal(0)


class BudgetOut(BaseModel):
    """A budget and where it stands. `remaining_usd` is what nobody has spent or reserved."""

    id: str
    subject: Subject
    model: str | None
    period: BudgetPeriod
    limit_usd: float
    mode: Mode
    spent_usd: float
    reserved_usd: float
    remaining_usd: float
    window_start: datetime
    resets_at: datetime
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: LimitRow, state: State, now: datetime) -> BudgetOut:
        """From the row and its state in the window of `now`."""
        limit = row.view()
        window = window_of(limit.period, now)
        return cls(
            id=row.id,
            subject=Subject.of(limit),
            model=row.model,
            period=BudgetPeriod(row.period or BudgetPeriod.MONTH),
            limit_usd=float(row.amount),
            mode=limit.mode,
            spent_usd=float(state.spent),
            reserved_usd=float(state.reserved),
            remaining_usd=float(_remaining(row, state)),
            window_start=window.start,
            resets_at=window.end,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )


class LimitOut(BaseModel):
    """A limit and where it stands. `window_start` and `resets_at` are null for calls at once."""

    id: str
    subject: Subject
    model: str | None
    measure: CountedMeasure
    period: Period | None
    limit: int
    used: int
    reserved: int
    remaining: int
    window_start: datetime | None
    resets_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: LimitRow, state: State, now: datetime) -> LimitOut:
        """From the row and its state in the window of `now`."""
        limit = row.view()
        window = window_of(limit.period, now)
        timeless = window is ALWAYS
        return cls(
            id=row.id,
            subject=Subject.of(limit),
            model=row.model,
            measure=CountedMeasure(row.measure),
            period=limit.period,
            limit=int(row.amount),
            used=int(state.spent),
            reserved=int(state.reserved),
            remaining=int(_remaining(row, state)),
            window_start=None if timeless else window.start,
            resets_at=None if timeless else window.end,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )


def measure_of(wanted: BudgetIn | LimitIn) -> Measure:
    """What the wanted limit counts."""
    return Measure.COST_USD if isinstance(wanted, BudgetIn) else Measure(wanted.measure)


def period_of(wanted: BudgetIn | LimitIn) -> Period | None:
    """Its window: a minute where a limit names none."""
    if isinstance(wanted, BudgetIn):
        return Period(wanted.period)
    if wanted.measure is CountedMeasure.CONCURRENT:
        return None
    return wanted.period or Period.MINUTE


def _remaining(row: LimitRow, state: State) -> Decimal:
    return max(Decimal(0), row.amount - state.spent - state.reserved)
