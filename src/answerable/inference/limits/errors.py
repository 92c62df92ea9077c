"""What a caller is told when a limit or budget is used up."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime

from answerable.inference.limits.limit import Limit, Measure, Window
from answerable.kit.errors import AnswerableError, Unavailable

_CONCURRENT_RETRY_SECONDS = 1
# OpenAI's and Anthropic's clients repeat a 429 by themselves, some of them before Retry-After is over; this
# header of theirs stops them where no wait that a caller would sit through helps.
_DO_NOT_RETRY = {"X-Should-Retry": "false"}
_LONGEST_WAIT_SECONDS = 60


class LimitExceeded(AnswerableError):
    """A hard limit has no room for the call. Nothing was sent, nothing is counted.

    `retry_after` is in seconds; `kind` is the code by which OpenAI's clients know the sort of limit.
    """

    code, status, title = "limit_exceeded", 429, "A limit is reached"

    def __init__(
        self, limit: Limit, window: Window, now: datetime, headers: Mapping[str, str] | None = None
    ) -> None:
        ends = None if limit.measure is Measure.CONCURRENT else window.end
        self.retry_after = (
            _CONCURRENT_RETRY_SECONDS if ends is None else max(1, math.ceil((ends - now).total_seconds()))
        )
        self.limit = limit
        self.kind = "insufficient_quota" if limit.measure is Measure.COST_USD else "rate_limit_exceeded"
        if limit.measure is Measure.COST_USD:
            self.code, self.title = "budget_exceeded", "A budget is used up"
        ended = "used up" if limit.measure is Measure.COST_USD else "reached"
        when = (
            "Try again when a call ends" if ends is None else f"It opens again at {ends:%Y-%m-%d %H:%M} UTC"
        )
        hopeless = _DO_NOT_RETRY if self.retry_after > _LONGEST_WAIT_SECONDS else {}
        super().__init__(
            f"The {limit.words} is {ended}. {when}, or ask an administrator of the workspace to raise it.",
            headers={"Retry-After": str(self.retry_after), **hopeless, **(headers or {})},
        )


class LimitsUnavailable(Unavailable):
    """A share of a limit must be leased and the database is away: nobody knows what is left."""

    code, title = "limits_unavailable", "Budgets cannot be checked right now"

    def __init__(self) -> None:
        super().__init__(
            "The server cannot check what is left of a budget or limit: its database is away. "
            "Nothing was sent to a model. Try again shortly.",
            headers={"Retry-After": "5"},
        )
