"""What an alert watches for, as people set it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from answerable.data.semantics.filters import Name

_Column = Annotated[
    Name | None,
    Field(description="The measure that is watched; the first of the result where it is left out."),
]
_Partial = Annotated[
    Literal["skip", "include"],
    Field(description="A period that is not over: judge the one before it, or take it as it is and say so."),
]
_Hysteresis = Annotated[
    float,
    Field(
        ge=0,
        le=50,
        description="How far back within the line it must come before it is ok again, in percent.",
    ),
]


class _Rule(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    column: _Column = None


class ThresholdRule(_Rule):
    """The number is above, below or equal to a value. Of a series, the number of its last period counts."""

    kind: Literal["threshold"]
    operator: Literal["above", "below", "equal"]
    value: Annotated[float, Field(allow_inf_nan=False)]
    partial: _Partial = "skip"
    hysteresis: _Hysteresis = 2


class ChangeRule(_Rule):
    """The number differs by `percent` or more from the period before, or, where the insight is one number,
    from what it was under the version of the data before."""

    kind: Literal["change"]
    direction: Literal["up", "down", "either"] = "either"
    percent: Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)]
    partial: _Partial = "skip"
    hysteresis: _Hysteresis = 10


class UsualRangeRule(_Rule):
    """The last whole period lies further than `k` scaled median absolute deviations from the median of the
    periods before it of the same season. `season` `auto`: hours are compared with the same hour of other
    days, days with the same weekday, longer periods with all before; `year`: with the same part of other
    years. Fewer than `min_history` of them, and the alert says that it does not know."""

    kind: Literal["usual_range"]
    k: Annotated[float, Field(ge=1, le=20, allow_inf_nan=False)] = 3.5
    season: Literal["auto", "none", "day", "week", "year"] = "auto"
    min_history: Annotated[int, Field(ge=5, le=60)] = 8
    hysteresis: _Hysteresis = 10


Rule = Annotated[ThresholdRule | ChangeRule | UsualRangeRule, Field(discriminator="kind")]
