"""What this process knows of every target: its breaker, its retry budget, its counters."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from prometheus_client import Counter

from answerable.inference.failures import FailureKind
from answerable.inference.models.plan import Target
from answerable.inference.routing.breaker import Breaker, BreakerRules, BreakerState
from answerable.inference.routing.budget import RetryBudget
from answerable.telemetry.metrics import MODEL_ATTEMPTS, MODEL_BREAKER_CHANGES, MODEL_SECONDS
from answerable.telemetry.tally import tally

# A workspace names its providers as it likes: as labels, their names would be without bound.
_TENANTS_OWN = "workspace"


@dataclass(frozen=True, slots=True)
class HealthRules:
    """The breaker's rules and the retry budget's: see `BreakerRules` and `RetryBudget`."""

    breaker: BreakerRules = field(default_factory=BreakerRules)
    retry_share: float = 0.2
    retries_per_second: float = 0.5
    most_retries: float = 10.0
    most_targets: int = 4_096


@dataclass(frozen=True, slots=True)
class BreakerStatus:
    """One breaker as a health page shows it. `retry_in` is in seconds; the counts are the window's."""

    provider_id: str
    provider: str
    model: str
    state: BreakerState
    reason: FailureKind | None
    retry_in: float
    answered: int
    failed: int


class TargetHealth:
    """One target's breaker, retry budget and counters; calls go through `admit` and report their end."""

    __slots__ = (
        "_label",
        "_outcomes",
        "_seconds",
        "_seen",
        "breaker",
        "budget",
        "model",
        "provider",
        "provider_id",
    )

    def __init__(self, target: Target, rules: HealthRules, now: float) -> None:
        self.provider_id = target.provider_id
        self.provider = target.provider
        self.model = target.model
        self.breaker = Breaker(rules.breaker)
        self.budget = RetryBudget(
            rules.retry_share, per_second=rules.retries_per_second, most=rules.most_retries, now=now
        )
        self._label = target.provider if target.configured_by_operator else _TENANTS_OWN
        self._seen = BreakerState.CLOSED
        self._seconds = MODEL_SECONDS.labels(self._label)
        self._outcomes: dict[str, Counter] = {}  # looking a label up costs more than counting

    def succeeded(self, permit: int, seconds: float, now: float) -> int:
        """A call is being answered, after `seconds`. Returns the permit for what may yet go wrong."""
        permit = self.breaker.succeeded(permit, now)
        self._note("answered", now)
        tally.observe(self._seconds, seconds)
        return permit

    def failed(self, permit: int, kind: FailureKind, retry_after: float | None, now: float) -> None:
        """A call failed."""
        self.breaker.failed(permit, kind, retry_after, now)
        self._note(kind.value, now)

    def status(self, now: float) -> BreakerStatus:
        """For people and dashboards."""
        answered, failed = self.breaker.counts(now)
        return BreakerStatus(
            provider_id=self.provider_id,
            provider=self.provider,
            model=self.model,
            state=self.breaker.state(now),
            reason=self.breaker.reason,
            retry_in=self.breaker.retry_in(now),
            answered=answered,
            failed=failed,
        )

    def _note(self, outcome: str, now: float) -> None:
        count = self._outcomes.get(outcome)
        if count is None:
            count = self._outcomes[outcome] = MODEL_ATTEMPTS.labels(self._label, outcome)
        tally.count(count)
        state = self.breaker.state(now)
        if state is not self._seen:
            self._seen = state
            MODEL_BREAKER_CHANGES.labels(self._label, state.value).inc()


class CircuitBreakers:
    """The health of all targets that this process calls, by `Target.breaker_key`; bounded in number.

    Each process learns by itself: a breaker guards against waiting, not against being wrong, and
    sharing it would put a database into every call.
    """

    def __init__(self, rules: HealthRules, *, now: Callable[[], float] = time.monotonic) -> None:
        self._rules = rules
        self._now = now
        self._known: OrderedDict[str, TargetHealth] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def of(self, target: Target) -> TargetHealth:
        """The target's health, made on first use."""
        key = target.breaker_key
        health = self._known.get(key)
        if health is None:
            health = self._known[key] = TargetHealth(target, self._rules, self._now())
            if len(self._known) > self._rules.most_targets:
                self._forget_one()
        else:
            self._known.move_to_end(key)
        return health

    def status(self, target: Target) -> BreakerStatus:
        """One target's status; that of a closed breaker when it was not called yet."""
        now = self._now()
        known = self._known.get(target.breaker_key)
        return (known or TargetHealth(target, self._rules, now)).status(now)

    def _forget_one(self) -> None:
        """The one unused for longest whose breaker is closed: forgetting it changes nothing."""
        now = self._now()
        closed = (
            key for key, health in self._known.items() if health.breaker.state(now) is BreakerState.CLOSED
        )
        self._known.pop(next(closed, next(iter(self._known))))
