"""What HTTP carries of such a choice."""

from __future__ import annotations

from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator

from answerable.jobs.recurrence import is_schedule


class WithData(BaseModel):
    """After every new version of the data."""

    model_config = ConfigDict(extra="forbid")

    on: Literal["data"] = "data"


class BySchedule(BaseModel):
    """At times: `every 15m`, `every 2h`, `every 1d`, or a cron line by the clocks of the time zone."""

    model_config = ConfigDict(extra="forbid")

    on: Literal["schedule"]
    schedule: Annotated[str, Field(max_length=100)]
    time_zone: Annotated[str, Field(max_length=64)] = "UTC"

    @model_validator(mode="after")
    def _readable(self) -> Self:
        if not is_schedule(self.schedule):
            raise ValueError(
                "give the schedule as 'every 15m', 'every 2h', 'every 1d' or a cron line of five fields "
                "whose time comes"
            )
        try:
            ZoneInfo(self.time_zone)
        except (KeyError, OSError, ValueError):
            raise ValueError("give the time zone by its name, such as 'Europe/Berlin'") from None
        return self


class ByHand(BaseModel):
    """By hand alone."""

    model_config = ConfigDict(extra="forbid")

    on: Literal["off"]


Refresh = Annotated[WithData | BySchedule | ByHand, Field(discriminator="on")]
Check = Annotated[WithData | BySchedule, Field(discriminator="on")]
