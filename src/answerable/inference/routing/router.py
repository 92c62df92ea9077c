"""The one retry loop: which target is called next, after what pause, and when to give up.

Backoff is "full jitter" (Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from answerable.inference.failures import FailureKind, UpstreamFailure
from answerable.inference.models.plan import Plan, Target
from answerable.inference.routing.breaker import BreakerState
from answerable.inference.routing.errors import NoTargetAvailable, TargetsRateLimited
from answerable.inference.routing.health import CircuitBreakers, TargetHealth

# After so long a wait for nothing, the next group is the better use of the caller's time.
_SLOW = frozenset({FailureKind.FIRST_BYTE_TIMEOUT, FailureKind.IDLE_TIMEOUT})
# With another group at hand, a pause of up to this many seconds is worth keeping to the order.
_SHORT_PAUSE = 1.0
# A pause is the provider's wish, and ends when it says. Nobody waits for an open breaker: it may open again.
_GOES_ON = frozenset({BreakerState.CLOSED, BreakerState.PAUSED})


class Router:
    """Gives out the attempts of calls. Time is `now`, in seconds of a monotonic clock."""

    def __init__(
        self,
        breakers: CircuitBreakers,
        *,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        rng: random.Random | None = None,
    ) -> None:
        self.breakers = breakers
        self.now = now
        self.sleep = sleep
        self.rng = rng or random.Random()  # noqa: S311 (spreads load; no secret)

    def attempts(self, plan: Plan, *, deadline: float | None = None) -> Attempts:
        """The attempts of one call; `deadline` is a moment of the router's clock."""
        return Attempts(self, plan, deadline)


@dataclass(slots=True)
class _Tried:
    """A target that failed in this group; `retry_at` None when asking it again is of no use."""

    target: Target
    retry_at: float | None


class Attempts:
    """The attempts of one call, one after another.

        with closing(router.attempts(plan, deadline=…)) as attempts:
            while (target := await attempts.next()) is not None:
                try: … ; attempts.succeeded(target, seconds); return …
                except UpstreamFailure as failure: attempts.failed(target, failure)
            raise attempts.error

    Within a group a target that was not asked yet is taken by weight and at once; one that was is
    asked again after a pause, while its retry budget lasts; then comes the next group. Leaving the
    block without a report, as when the caller left, gives a probe back.
    """

    __slots__ = (
        "_answered",
        "_bound_to",
        "_deadline",
        "_group",
        "_health",
        "_in_group",
        "_overflowed",
        "_permit",
        "_plan",
        "_router",
        "_skipped",
        "_stopped",
        "_tried",
        "failures",
    )

    def __init__(self, router: Router, plan: Plan, deadline: float | None) -> None:
        self._router = router
        self._plan = plan
        self._deadline = deadline
        self._group = 0
        self._in_group = 0  # attempts in the present group
        self._tried: dict[int, _Tried] = {}  # by the target's place in the group
        self._bound_to: Target | None = None  # a failure that must not lead to another target
        self._overflowed: list[Target] = []
        self._stopped = False
        self._skipped: list[TargetHealth] = []  # whose breaker was in the way, for the error
        self._health: TargetHealth | None = None
        self._permit: int | None = None
        self._answered = False
        self.failures: list[UpstreamFailure] = []

    @property
    def error(self) -> UpstreamFailure | NoTargetAvailable:
        """Why there is no answer, once `next` gave None: what the last target said, or that none
        could be asked."""
        if self.failures:
            return self.failures[-1]
        if self._out_of_time(self._router.now()):
            return UpstreamFailure(FailureKind.TOTAL_TIMEOUT, "The call's time was over before it was sent.")
        now = self._router.now()
        retry_in = min((health.breaker.retry_in(now) for health in self._skipped), default=1.0)
        reasons = sorted(
            {f"{health.provider}: {_why(health, now)}" for health in self._skipped if health.provider}
        )
        limited = self._skipped and all(health.breaker.is_rate_limited(now) for health in self._skipped)
        kind = TargetsRateLimited if limited else NoTargetAvailable
        return kind(self._plan.name, retry_in, ", ".join(reasons[:5]) or "none is configured")

    async def next(self) -> Target | None:
        """The target to call now, perhaps after a pause; None when there is none left."""
        self.close()
        groups = self._plan.groups
        while not self._stopped and self._group < len(groups):
            group = groups[self._group]
            now = self._router.now()
            if self._out_of_time(now):
                break
            if self._in_group < self._plan.retry.attempts:
                target = self._take_fresh(group, now) or await self._take_again()
                if target is not None:
                    self._in_group += 1
                    return target
            self._group += 1
            self._in_group = 0
            self._tried.clear()
        return None

    def succeeded(self, target: Target, seconds: float) -> None:  # noqa: ARG002 (the twin of `failed`)
        """The target answers: call it at a stream's first content, so that a recovered target is known
        at once, or at the end of a whole answer. `seconds` is how long that took."""
        if self._health is not None and self._permit is not None and not self._answered:
            self._permit = self._health.succeeded(self._permit, seconds, self._router.now())
            self._answered = True

    def failed(self, target: Target, failure: UpstreamFailure) -> None:
        """The target failed: decides what may be tried next. Also for a stream that broke later."""
        now = self._router.now()
        self.failures.append(failure)
        if self._health is not None and self._permit is not None:
            self._health.failed(self._permit, failure.kind, failure.retry_after, now)
            self._permit = None
        elsewhere = failure.kind in self._plan.retry.fall_back_on
        more_groups = self._group + 1 < len(self._plan.groups)
        again = failure.transient and not (failure.kind in _SLOW and more_groups and elsewhere)
        if not elsewhere:
            self._bound_to = target
            self._stopped = not again
        if failure.kind is FailureKind.CONTEXT_OVERFLOW:
            self._overflowed.append(target)
        place = self._place(target)
        if place is not None:
            self._tried[place] = _Tried(target, self._retry_at(failure, now) if again else None)

    def close(self) -> None:
        """Give back the permit of an attempt that ended without a report."""
        if self._health is not None and self._permit is not None:
            self._health.breaker.released(self._permit, self._router.now())
        self._permit = None

    def _take_fresh(self, group: Sequence[Target], now: float) -> Target | None:
        """A target of the group that was not asked yet, by weight; its breaker's permit is taken."""
        if self._bound_to is not None:
            return None
        open_ones = [
            (target, health)
            for place, target in enumerate(group)
            if place not in self._tried
            and (not self._overflowed or self._may_fit(target))
            and self._passes(health := self._router.breakers.of(target), now)
        ]
        if not open_ones:
            return None
        target, health = open_ones[0] if len(open_ones) == 1 else self._by_weight(open_ones)
        health.budget.called()
        return self._admitted(target, health, now)

    async def _take_again(self) -> Target | None:
        """A target of the group that failed in passing, after a pause."""
        now = self._router.now()
        waits = [
            (max(tried.retry_at, health.breaker.free_at(now)) - now, tried.target, health)
            for tried in self._tried.values()
            if tried.retry_at is not None
            and (health := self._router.breakers.of(tried.target)).budget.allows(now)
            and (health.breaker.state(now) in _GOES_ON or self._note_skipped(health))
        ]
        if not waits:
            return None
        wait, target, health = min(waits, key=lambda each: each[0])
        longest = self._plan.retry.max_seconds
        if self._group + 1 < len(self._plan.groups) and self._bound_to is None:
            longest = min(_SHORT_PAUSE, longest)
        if wait > longest or (self._deadline is not None and now + wait >= self._deadline):
            return None
        if wait > 0:
            await self._router.sleep(wait)
        now = self._router.now()
        if not self._passes(health, now) or not health.budget.take(now):
            return None
        return self._admitted(target, health, now)

    def _admitted(self, target: Target, health: TargetHealth, now: float) -> Target | None:
        self._permit = health.breaker.admit(now)
        self._health = health
        self._answered = False
        return None if self._permit is None else target

    def _passes(self, health: TargetHealth, now: float) -> bool:
        if health.breaker.free_at(now) <= now:
            return True
        return self._note_skipped(health)

    def _note_skipped(self, health: TargetHealth) -> bool:
        self._skipped.append(health)
        return False

    def _may_fit(self, target: Target) -> bool:
        """After a context overflow: whether the target's window is larger, or not known and another's."""
        for full in self._overflowed:
            if target.context_window is None or full.context_window is None:
                if target.upstream_model == full.upstream_model:
                    return False
            elif target.context_window <= full.context_window:
                return False
        return True

    def _by_weight(self, choices: list[tuple[Target, TargetHealth]]) -> tuple[Target, TargetHealth]:
        point = self._router.rng.random() * sum(target.weight for target, _ in choices)
        for choice in choices:
            point -= choice[0].weight
            if point < 0:
                return choice
        return choices[-1]

    def _retry_at(self, failure: UpstreamFailure, now: float) -> float:
        rule = self._plan.retry
        ceiling = min(rule.max_seconds, rule.base_seconds * float(2 ** min(self._in_group - 1, 16)))
        # Added to the provider's wish: everyone it sent away at once must not come back at once.
        return now + (failure.retry_after or 0.0) + self._router.rng.random() * ceiling

    def _place(self, target: Target) -> int | None:
        if self._group >= len(self._plan.groups):
            return None
        group = self._plan.groups[self._group]
        return next((place for place, each in enumerate(group) if each is target), None)

    def _out_of_time(self, now: float) -> bool:
        return self._deadline is not None and now >= self._deadline


def _why(health: TargetHealth, now: float) -> str:
    if health.breaker.is_rate_limited(now):
        return FailureKind.RATE_LIMITED.value
    reason = health.breaker.reason
    return health.breaker.state(now).value if reason is None else reason.value
