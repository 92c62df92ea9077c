"""What a caller is told when a limit or budget has no room for its call."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from answerable.inference.limits.limit import UNITS, Limit, Measure, Window
from answerable.kit.errors import AnswerableError, Unavailable

_CONCURRENT_RETRY_SECONDS = 1
# OpenAI's and Anthropic's clients repeat a 429 by themselves, some of them before Retry-After is over; this
# header of theirs stops them where no wait that a caller would sit through helps.
_DO_NOT_RETRY = {"X-Should-Retry": "false"}
_LONGEST_WAIT_SECONDS = 60
_SMALLER = "Set a smaller max_tokens (max_output_tokens in responses) or send less"


class LimitExceeded(AnswerableError):
    """A hard limit has no room for the call. Nothing was sent, nothing is counted.

    `retry_after` is in seconds, None where no wait helps; `kind` is the code by which OpenAI's clients know
    the sort of limit.
    """

    code, status, title = "limit_exceeded", 429, "A limit is reached"

    def __init__(
        self, detail: str, limit: Limit, *, retry_after: int | None, headers: Mapping[str, str] | None = None
    ) -> None:
        self.limit = limit
        self.retry_after = retry_after
        self.kind = "rate_limit_exceeded"
        if limit.measure is Measure.COST_USD:
            self.kind, self.code, self.title = "insufficient_quota", "budget_exceeded", "A budget is used up"
        wait = {} if retry_after is None else {"Retry-After": str(retry_after)}
        hopeless = _DO_NOT_RETRY if retry_after is not None and retry_after > _LONGEST_WAIT_SECONDS else {}
        super().__init__(detail, headers={**wait, **hopeless, **(headers or {})})


class CallExceedsLimit(LimitExceeded):
    """The call may come to more than the whole limit: it passes in no window, so waiting is of no use."""

    def __init__(self, detail: str, limit: Limit, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail, limit, retry_after=None, headers=headers)
        self.code, self.status, self.title = "call_exceeds_limit", 422, "The call is larger than its limit"
        self.kind = self.code


class LimitsUnavailable(Unavailable):
    """A share of a limit must be leased and the database is away: nobody knows what is left."""

    code, title = "limits_unavailable", "Budgets cannot be checked right now"

    def __init__(self) -> None:
        super().__init__(
            "The server cannot check what is left of a budget or limit: its database is away. "
            "Nothing was sent to a model. Try again shortly.",
            headers={"Retry-After": "5"},
        )


def refusal(
    limit: Limit,
    window: Window,
    now: datetime,
    *,
    need: Decimal,
    left: Decimal,
    headers: Mapping[str, str] | None = None,
) -> LimitExceeded:
    """The error for a call that may come to `need` where `left` is left, as far as that is known. A limit of
    0, which lets nothing through however small it is, is used up."""
    asks = "ask an administrator of the workspace to raise it."
    size = f"The call may come to {plain(need)} {UNITS[limit.measure]}"
    if need > limit.amount > 0:
        told = (
            f"{size}, more than the whole {limit.words}, so that waiting does not help. {_SMALLER}, or {asks}"
        )
        return CallExceedsLimit(told, limit, headers=headers)
    ends = None if limit.measure is Measure.CONCURRENT else window.end
    wait = _CONCURRENT_RETRY_SECONDS if ends is None else max(1, math.ceil((ends - now).total_seconds()))
    if 0 < left < need and ends is not None:
        stands = f"{size}, and {plain(left)} is left of the {limit.words}. {_SMALLER}. "
    else:
        used = "used up" if limit.measure is Measure.COST_USD else "reached"
        stands = f"The {limit.words} is {used}. "
    when = "Try again when a call ends" if ends is None else f"It opens again at {ends:%Y-%m-%d %H:%M} UTC"
    return LimitExceeded(f"{stands}{when}, or {asks}", limit, retry_after=wait, headers=headers)


def plain(amount: Decimal) -> str:
    """An amount without the zeros that the database adds, and never as 1E+2."""
    return f"{amount.normalize():f}"
