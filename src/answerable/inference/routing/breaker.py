"""A circuit breaker: stops calls to what does not answer, and finds out with one call when it does again.

States after Nygard, "Release It!" (2nd ed., ch. 5), with two additions: a target that asks for time
(Retry-After) is paused and nothing else, and a refused key opens for long, because no retry heals it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from answerable.inference.failures import FailureKind

_BUCKETS = 10
_MOST_DOUBLINGS = 10

# The provider answered in its own protocol: it is alive, whatever it thinks of this request.
_ALIVE = frozenset(
    {
        FailureKind.CONTEXT_OVERFLOW,
        FailureKind.REFUSED_CONTENT,
        FailureKind.UNKNOWN_MODEL,
        FailureKind.INVALID_REQUEST,
    }
)


class BreakerState(StrEnum):
    """`paused` is closed but for the time that the provider asked for."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class BreakerRules:
    """When a breaker opens and for how long; times in seconds."""

    consecutive_failures: int = 5
    failure_rate: float = 0.5
    min_calls: int = 20  # within the window, before the rate counts
    window_seconds: float = 30.0
    open_seconds: float = 5.0  # doubles with each probe that fails
    max_open_seconds: float = 60.0
    credentials_seconds: float = 300.0
    pause_seconds: float = 1.0  # for a rate limit that names no time; doubles
    max_pause_seconds: float = 600.0
    probe_seconds: float = 60.0  # a probe that says nothing for this long is lost; another may go


class _Window:
    """Successes and failures of the last seconds, in ten buckets."""

    __slots__ = ("_bad", "_good", "_index", "_width")

    def __init__(self, seconds: float) -> None:
        self._width = seconds / _BUCKETS
        self._index = 0
        self._good = [0] * _BUCKETS
        self._bad = [0] * _BUCKETS

    def add(self, now: float, *, good: bool) -> None:
        """Count one call."""
        self._turn(now)
        counts = self._good if good else self._bad
        counts[self._index % _BUCKETS] += 1

    def counts(self, now: float) -> tuple[int, int]:
        """Good and bad calls within the window."""
        self._turn(now)
        return sum(self._good), sum(self._bad)

    def clear(self) -> None:
        """Forget everything."""
        self._good = [0] * _BUCKETS
        self._bad = [0] * _BUCKETS

    def _turn(self, now: float) -> None:
        index = int(now / self._width)
        if index == self._index:
            return
        for old in range(self._index + 1, min(index, self._index + _BUCKETS) + 1):
            self._good[old % _BUCKETS] = self._bad[old % _BUCKETS] = 0
        self._index = index


class Breaker:
    """The breaker of one target. Not thread-safe: one event loop uses it.

    `admit` gives a permit, with which the call's end is reported. A permit counts only for the state
    that it was given in: what began before the breaker opened says nothing about the time after.
    """

    __slots__ = (
        "_epoch",
        "_limited",
        "_openings",
        "_paused_by",
        "_paused_until",
        "_rules",
        "_state",
        "_streak",
        "_until",
        "_window",
        "reason",
    )

    def __init__(self, rules: BreakerRules) -> None:
        self._rules = rules
        self._state = BreakerState.CLOSED
        self._epoch = 0
        self._until = 0.0  # open: the earliest probe; half-open: when the probe counts as lost
        self._paused_until = 0.0
        self._paused_by: FailureKind | None = None
        self._openings = 0  # in a row, without a recovery between
        self._streak = 0
        self._limited = 0
        self._window = _Window(rules.window_seconds)
        self.reason: FailureKind | None = None

    def state(self, now: float) -> BreakerState:
        """The state at a moment; an open breaker whose time is over stays open until a call probes."""
        if self._state is BreakerState.CLOSED and now < self._paused_until:
            return BreakerState.PAUSED
        return self._state

    def free_at(self, now: float) -> float:
        """The earliest moment at which a call may pass; `now` when one may pass now."""
        if self._state is BreakerState.CLOSED:
            return max(now, self._paused_until)
        return max(now, self._until, self._paused_until)

    def retry_in(self, now: float) -> float:
        """Seconds after which asking again makes sense; a probe that is under way may end any moment."""
        if self._state is BreakerState.HALF_OPEN and self._paused_until <= now < self._until:
            return min(1.0, self._until - now)
        return self.free_at(now) - now

    def is_rate_limited(self, now: float) -> bool:
        """Whether nothing is wrong with the target but that its provider asked for a pause, by a 429."""
        return self.state(now) is BreakerState.PAUSED and self._paused_by is FailureKind.RATE_LIMITED

    def admit(self, now: float) -> int | None:
        """A permit for one call, or None. The first permit of an open breaker is its one probe."""
        if now < self._paused_until:
            return None
        if self._state is not BreakerState.CLOSED:
            if now < self._until:
                return None
            self._enter(BreakerState.HALF_OPEN)
            self._until = now + self._rules.probe_seconds
        return self._epoch

    def succeeded(self, permit: int, now: float) -> int:
        """A call is being answered. Returns the permit with which its later failure is reported."""
        if permit != self._epoch:
            return permit
        if self._state is BreakerState.HALF_OPEN:
            self._recover()
        self._streak = 0
        self._limited = 0
        self._window.add(now, good=True)
        return self._epoch

    def failed(self, permit: int, kind: FailureKind, retry_after: float | None, now: float) -> None:
        """A call failed; `retry_after` is the provider's wish in seconds."""
        if kind is FailureKind.RATE_LIMITED or (kind is FailureKind.OVERLOADED and retry_after is not None):
            self._pause(kind, retry_after, now)
        if permit != self._epoch:
            return
        if kind is FailureKind.RATE_LIMITED:
            if self._state is BreakerState.HALF_OPEN:
                self._recover()
        elif kind in _ALIVE:
            self.succeeded(permit, now)
        elif kind is FailureKind.TOTAL_TIMEOUT:
            self.released(permit, now)  # the caller's time was over: that says nothing about the target
        elif kind is FailureKind.CREDENTIALS:
            self._open(kind, self._rules.credentials_seconds, now)
        else:
            self._count(kind, now)

    def released(self, permit: int, now: float) -> None:
        """A call ended without a result, because its caller left: a probe may go to another."""
        if permit == self._epoch and self._state is BreakerState.HALF_OPEN:
            self._enter(BreakerState.OPEN)
            self._until = now

    def counts(self, now: float) -> tuple[int, int]:
        """Answered and failed calls within the window."""
        return self._window.counts(now)

    def _count(self, kind: FailureKind, now: float) -> None:
        rules = self._rules
        self._streak += 1
        self._window.add(now, good=False)
        good, bad = self._window.counts(now)
        calls = good + bad
        if (
            self._state is BreakerState.HALF_OPEN
            or self._streak >= rules.consecutive_failures
            or (calls >= rules.min_calls and bad >= rules.failure_rate * calls)
        ):
            seconds = rules.open_seconds * 2 ** min(self._openings, _MOST_DOUBLINGS)
            self._openings += 1
            self._open(kind, min(seconds, rules.max_open_seconds), now)

    def _pause(self, kind: FailureKind, retry_after: float | None, now: float) -> None:
        seconds = retry_after
        if seconds is None:
            seconds = self._rules.pause_seconds * 2 ** min(self._limited, _MOST_DOUBLINGS)
            self._limited += 1
        until = now + min(max(seconds, 0.0), self._rules.max_pause_seconds)
        if until >= self._paused_until:
            self._paused_until, self._paused_by = until, kind

    def _open(self, kind: FailureKind, seconds: float, now: float) -> None:
        self.reason = kind
        self._enter(BreakerState.OPEN)
        self._until = now + seconds

    def _recover(self) -> None:
        self._enter(BreakerState.CLOSED)
        self._openings = 0
        self._streak = 0
        self._window.clear()
        self.reason = None

    def _enter(self, state: BreakerState) -> None:
        self._state = state
        self._epoch += 1
