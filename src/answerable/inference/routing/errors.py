"""What routing tells a caller."""

from __future__ import annotations

import math

from answerable.kit.errors import Unavailable


class NoTargetAvailable(Unavailable):
    """Every target of a name has its breaker open or was asked to wait: nothing was sent."""

    code, title = "no_target_available", "No model is available right now"

    def __init__(self, name: str, retry_in: float, reasons: str) -> None:
        seconds = max(1, math.ceil(retry_in))
        super().__init__(
            f"Nothing that '{name}' leads to can be called now ({reasons}). Try again in {seconds} s, or "
            "give the alias another target.",
            headers={"Retry-After": str(seconds)},
        )
        self.retry_after = seconds


class TargetsRateLimited(NoTargetAvailable):
    """Every target of a name waits because its provider's rate limit was reached: clients are told what the
    provider told, a 429, so that they wait as they would without the gateway between."""

    code, status, title = "rate_limit_exceeded", 429, "The provider's rate limit is reached"
