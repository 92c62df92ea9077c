"""A limit: whom it binds, what it measures, how much of it in which window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from answerable.inference.operation import Caller


class Measure(StrEnum):
    """What is counted."""

    COST_USD = "cost_usd"
    TOKENS = "tokens"
    REQUESTS = "requests"
    CONCURRENT = "concurrent"  # calls under way at once: no window


class Period(StrEnum):
    """The windows, all in UTC: a minute of the clock, a day, a calendar month."""

    MINUTE = "minute"
    DAY = "day"
    MONTH = "month"


class Mode(StrEnum):
    """Whether a call beyond the limit is refused or only warned of."""

    HARD = "hard"
    SOFT = "soft"


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` up to, not including, `end`."""

    start: datetime
    end: datetime


ALWAYS = Window(datetime(1970, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
"""The one window of what is not counted over time."""


def window_of(period: Period | None, moment: datetime) -> Window:
    """The window of that period that the moment (aware) lies in; `ALWAYS` without a period."""
    if period is None:
        return ALWAYS
    start = moment.astimezone(UTC).replace(second=0, microsecond=0)
    if period is Period.MINUTE:
        return Window(start, start + timedelta(minutes=1))
    start = start.replace(hour=0, minute=0)
    if period is Period.DAY:
        return Window(start, start + timedelta(days=1))
    start = start.replace(day=1)
    return Window(start, (start + timedelta(days=32)).replace(day=1))


def names_of(provider: str, model: str) -> tuple[str, str]:
    """What a limit may call a model that a call is sent to, whatever name the call asked for."""
    return model, f"{provider}/{model}"


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit as it is configured. At most one of `key_id` and `user_id` is set; neither: the whole
    workspace. `model` is the name that calls ask for, or that of the model that they are sent to
    (`names_of`); None counts all models together."""

    id: str
    workspace_id: str
    measure: Measure
    period: Period | None
    amount: Decimal
    mode: Mode = Mode.HARD
    key_id: str | None = None
    user_id: str | None = None
    model: str | None = None

    def binds(self, caller: Caller, names: Sequence[str]) -> bool:
        """Whether a call of that caller may count that asks for the first of these names, and may be sent
        to the models that the others name."""
        return (
            self.key_id in (None, caller.key_id)
            and self.user_id in (None, caller.user_id)
            and (self.model is None or self.model in names)
        )

    @property
    def subject(self) -> str:
        """Whom it binds, in a sentence."""
        on = "" if self.model is None else f" on {self.model}"
        if self.key_id is not None:
            return f"API key {self.key_id}{on}"
        return f"workspace{on}" if self.user_id is None else f"member {self.user_id}{on}"

    @property
    def words(self) -> str:
        """The limit, in a sentence: "budget of 50 US dollars a month for the workspace"."""
        return _WORDS[self.measure].format(
            amount=self.amount.normalize(), period=self.period, subject=self.subject
        )


UNITS = {
    Measure.COST_USD: "US dollars",
    Measure.TOKENS: "tokens",
    Measure.REQUESTS: "requests",
    Measure.CONCURRENT: "calls at once",
}
"""What an amount is counted in, in a sentence."""

_WORDS = {
    Measure.COST_USD: "budget of {amount:f} US dollars a {period} for the {subject}",
    Measure.TOKENS: "limit of {amount:f} tokens a {period} for the {subject}",
    Measure.REQUESTS: "limit of {amount:f} requests a {period} for the {subject}",
    Measure.CONCURRENT: "limit of {amount:f} calls at once for the {subject}",
}
