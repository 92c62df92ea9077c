"""What HTTP carries of stages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from answerable.chat.asking.answer import Route

MOST_DAYS = 400


class StagesRequest(BaseModel):
    """Of which days: from `since`, without `until`; by default the last 30 days."""

    model_config = ConfigDict(extra="forbid")

    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    route: Route | None = Field(
        default=None, description="Only answers from this side: data, documents or both."
    )

    @model_validator(mode="after")
    def _in_order(self) -> StagesRequest:
        if self.since and self.until and not timedelta(0) < self.until - self.since <= timedelta(MOST_DAYS):
            raise ValueError(f"since must lie before until, at most {MOST_DAYS} days")
        return self

    def span(self, now: datetime) -> tuple[datetime, datetime]:
        """First moment, and the moment after the last."""
        until = self.until or now.astimezone(UTC)
        return self.since or until - timedelta(days=30), until


class StageDay(BaseModel):
    """One day (UTC) with questions. `answered` counts whole and partial answers, `by_stage` those by the
    stage that gave them; `rules` is the stage without a model, `rules_share` its part of the answered."""

    day: date
    questions: int
    answered: int
    by_stage: dict[str, int]
    rules_share: float | None


class StageReport(BaseModel):
    """Days in order, and the same over all of them."""

    since: datetime
    until: datetime
    days: list[StageDay]
    rules_share: float | None
