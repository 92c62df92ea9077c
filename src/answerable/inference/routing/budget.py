"""A retry budget: an outage must not multiply the load on what is already down.

A token bucket as in Finagle's `RetryBudget`: each call pays in a share of a token, each repetition
takes a whole one; a small steady trickle lets quiet targets be retried too.
"""

from __future__ import annotations


class RetryBudget:
    """Repetitions that one target may get. `share` 0.2 allows one for every five calls."""

    __slots__ = ("_at", "_most", "_per_second", "_share", "_tokens")

    def __init__(self, share: float, *, per_second: float, most: float, now: float) -> None:
        self._share = share
        self._per_second = per_second
        self._most = most
        self._tokens = most
        self._at = now

    def called(self) -> None:
        """A call was sent to the target for the first time."""
        self._tokens = min(self._most, self._tokens + self._share)

    def allows(self, now: float) -> bool:
        """Whether a repetition may be sent."""
        self._tokens = min(self._most, self._tokens + (now - self._at) * self._per_second)
        self._at = now
        return self._tokens >= 1

    def take(self, now: float) -> bool:
        """Take one repetition; False when none is left."""
        if not self.allows(now):
            return False
        self._tokens -= 1
        return True
