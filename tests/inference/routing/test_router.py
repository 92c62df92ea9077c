"""Which target is asked when, in virtual time."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import Callable
from contextlib import closing

import pytest

from answerable.inference.failures import FailureKind, UpstreamFailure
from answerable.inference.models.plan import Plan, RetryRule, Target
from answerable.inference.routing.breaker import BreakerRules, BreakerState
from answerable.inference.routing.errors import NoTargetAvailable
from answerable.inference.routing.health import CircuitBreakers, HealthRules
from answerable.inference.routing.router import Attempts, Router
from tests.inference.routing.targets import failure, plan, target
from tests.inference.routing.virtual_time import VirtualTime

Answer = Callable[[Target], UpstreamFailure | None]

OVERLOADED = FailureKind.OVERLOADED
A, B, C = target("a"), target("b"), target("c")


class Scene:
    """A router in virtual time; `asked` are the targets in the order that they were asked in."""

    def __init__(self, rules: HealthRules | None = None) -> None:
        self.time = VirtualTime()
        self.router = Router(
            CircuitBreakers(rules or HealthRules(), now=self.time.now),
            now=self.time.now,
            sleep=self.time.sleep,
            rng=random.Random(7),
        )
        self.asked: list[str] = []
        self.moments: list[float] = []

    async def call(self, wanted: Plan, answer: Answer, *, seconds: float | None = None) -> str | Exception:
        """The name of the target that answered, or the error."""
        deadline = None if seconds is None else self.time.now() + seconds
        with closing(self.router.attempts(wanted, deadline=deadline)) as attempts:
            return await self._loop(attempts, answer)

    async def _loop(self, attempts: Attempts, answer: Answer) -> str | Exception:
        while (chosen := await attempts.next()) is not None:
            self.asked.append(chosen.model)
            self.moments.append(self.time.now())
            outcome = answer(chosen)
            if outcome is None:
                attempts.succeeded(chosen, 0.1)
                return chosen.model
            attempts.failed(chosen, outcome)
        return attempts.error

    async def run(self, wanted: Plan, answer: Answer, *, seconds: float | None = None) -> str | Exception:
        """One call, with all the time that it takes."""
        results: list[str | Exception] = []

        async def one() -> None:
            results.append(await self.call(wanted, answer, seconds=seconds))

        await self.time.run(one())
        return results[0]


def always(kind: FailureKind, retry_after: float | None = None) -> Answer:
    return lambda _: failure(kind, retry_after)


def only(*names: str, kind: FailureKind = OVERLOADED) -> Answer:
    return lambda asked: None if asked.model in names else failure(kind)


async def test_a_passing_failure_is_tried_again_after_a_pause_with_full_jitter() -> None:
    scene = Scene()
    outcome = await scene.run(plan((A,), retry=RetryRule(attempts=3, base_seconds=1)), always(OVERLOADED))
    assert isinstance(outcome, UpstreamFailure)
    assert scene.asked == ["a", "a", "a"]
    first, second = (later - earlier for earlier, later in itertools.pairwise(scene.moments))
    assert 0 < first <= 1
    assert 0 < second <= 2


async def test_nobody_waits_for_the_breaker_that_their_own_tries_opened() -> None:
    scene = Scene(HealthRules(breaker=BreakerRules(consecutive_failures=2, open_seconds=5)))
    retry = RetryRule(attempts=4, base_seconds=0.1, max_seconds=30)
    outcome = await scene.run(plan((A,), retry=retry), always(OVERLOADED))
    assert isinstance(outcome, UpstreamFailure)
    assert scene.asked == ["a", "a"]
    assert scene.time.now() - scene.moments[0] < 1


async def test_another_target_of_the_group_is_asked_at_once_then_the_next_group() -> None:
    scene = Scene()
    retry = RetryRule(attempts=2)
    assert await scene.run(plan((A, B), (C,), retry=retry), only("c")) == "c"
    assert sorted(scene.asked[:2]) == ["a", "b"]
    assert scene.asked[2:] == ["c"]
    assert scene.moments == [scene.moments[0]] * 3


async def test_the_order_of_groups_holds_over_weights() -> None:
    scene = Scene()
    heavy = target("heavy", weight=1_000)
    assert await scene.run(plan((A,), (heavy,)), only("a", "heavy")) == "a"


async def test_weights_share_the_calls() -> None:
    scene = Scene()
    wanted = plan((target("x", weight=3), target("y", weight=1)))
    counts = Counter([await scene.run(wanted, only("x", "y")) for _ in range(2_000)])
    assert 0.7 < counts["x"] / 2_000 < 0.8


@pytest.mark.parametrize(
    "kind", [FailureKind.CREDENTIALS, FailureKind.UNKNOWN_MODEL, FailureKind.TOTAL_TIMEOUT]
)
async def test_what_no_repetition_heals_goes_to_the_next_target_at_once(kind: FailureKind) -> None:
    scene = Scene()
    assert await scene.run(plan((A,), (B,)), only("b", kind=kind)) == "b"
    assert scene.asked == ["a", "b"]


async def test_the_callers_own_mistake_ends_the_call() -> None:
    scene = Scene()
    outcome = await scene.run(plan((A, B), (C,)), always(FailureKind.INVALID_REQUEST))
    assert isinstance(outcome, UpstreamFailure)
    assert len(scene.asked) == 1


async def test_refused_content_goes_elsewhere_only_where_configured() -> None:
    refused = only("b", kind=FailureKind.REFUSED_CONTENT)
    assert isinstance(await Scene().run(plan((A,), (B,)), refused), UpstreamFailure)
    retry = RetryRule(fall_back_on=frozenset({FailureKind.REFUSED_CONTENT}))
    assert await Scene().run(plan((A,), (B,), retry=retry), refused) == "b"


async def test_a_kind_without_fallback_is_repeated_on_the_same_target_alone() -> None:
    scene = Scene()
    retry = RetryRule(attempts=3, fall_back_on=frozenset())
    outcome = await scene.run(plan((A,), (B,), retry=retry), always(OVERLOADED))
    assert isinstance(outcome, UpstreamFailure)
    assert scene.asked == ["a", "a", "a"]


async def test_a_prompt_that_does_not_fit_goes_to_a_larger_window_only() -> None:
    small, smaller, large = target("s", window=8_000), target("t", window=4_000), target("l", window=32_000)
    scene = Scene()
    overflow = only("l", kind=FailureKind.CONTEXT_OVERFLOW)
    assert await scene.run(plan((small,), (smaller,), (large,)), overflow) == "l"
    assert scene.asked == ["s", "l"]


async def test_after_a_slow_death_the_next_group_is_preferred_to_a_repetition() -> None:
    scene = Scene()
    assert await scene.run(plan((A,), (B,)), only("b", kind=FailureKind.FIRST_BYTE_TIMEOUT)) == "b"
    assert scene.asked == ["a", "b"]
    alone = Scene()
    await alone.run(plan((A,)), always(FailureKind.FIRST_BYTE_TIMEOUT))
    assert alone.asked == ["a", "a", "a"]


async def test_retry_after_is_kept_where_nothing_else_is_at_hand() -> None:
    scene = Scene()
    answers = iter([failure(FailureKind.RATE_LIMITED, 5), None])
    assert await scene.run(plan((A,)), lambda _: next(answers)) == "a"
    assert 5 <= scene.moments[1] - scene.moments[0] <= 5.25
    scene = Scene()
    assert (
        await scene.run(
            plan((A,), (B,)),
            lambda asked: None if asked is B else next(iter([failure(FailureKind.RATE_LIMITED, 5)])),
        )
        == "b"
    )
    assert scene.moments[0] == scene.moments[1]


async def test_a_wish_for_more_time_than_the_rule_allows_ends_the_call() -> None:
    scene = Scene()
    outcome = await scene.run(plan((A,)), always(FailureKind.RATE_LIMITED, 60))
    assert isinstance(outcome, UpstreamFailure)
    assert scene.asked == ["a"]


async def test_a_rate_limit_pauses_that_key_alone() -> None:
    scene = Scene()
    first, second = target("m", key="one"), target("m", key="two")
    asked: list[str] = []

    def answer(chosen: Target) -> UpstreamFailure | None:
        asked.append(chosen.breaker_key)
        return failure(FailureKind.RATE_LIMITED, 30) if chosen is first else None

    for _ in range(20):
        assert await scene.run(plan((first,), (second,)), answer) == "m"
    assert Counter(asked) == {"m one": 1, "m two": 20}


async def test_no_attempt_begins_after_the_deadline() -> None:
    scene = Scene()
    started = scene.time.now()
    retry = RetryRule(attempts=10, base_seconds=4, max_seconds=60)
    await scene.run(plan((A,), (B,), retry=retry), always(OVERLOADED), seconds=6)
    assert max(scene.moments) < started + 6
    late = await scene.run(plan((C,)), only("c"), seconds=0)
    assert isinstance(late, UpstreamFailure)
    assert late.kind is FailureKind.TOTAL_TIMEOUT


async def test_with_every_breaker_open_a_call_fails_at_once_and_says_when_to_come_back() -> None:
    scene = Scene()
    wanted = plan((A,), (B,))
    for _ in range(10):
        await scene.run(wanted, always(OVERLOADED))
    scene.asked.clear()
    started = scene.time.now()
    outcome = await scene.run(wanted, only("a", "b"))
    assert isinstance(outcome, NoTargetAvailable)
    assert (outcome.status, scene.asked, scene.time.now()) == (503, [], started)
    assert 1 <= int(outcome.headers["Retry-After"]) <= 60
    scene.time.moment += int(outcome.headers["Retry-After"])
    assert await scene.run(wanted, only("a", "b")) in ("a", "b")


async def test_targets_that_all_wait_for_a_rate_limit_are_told_as_one() -> None:
    scene = Scene()
    wanted = plan((A,), (B,))

    def limited(_: Target) -> UpstreamFailure:
        return failure(FailureKind.RATE_LIMITED, retry_after=100)

    first = await scene.run(wanted, limited)
    assert isinstance(first, UpstreamFailure)
    second = await scene.run(wanted, only("a", "b"))
    assert isinstance(second, NoTargetAvailable)
    assert (second.status, second.code) == (429, "rate_limit_exceeded")
    assert second.headers["Retry-After"] == "100"
    assert "rate_limited" in second.detail


async def test_a_target_that_is_paused_by_an_overload_or_open_is_no_rate_limit() -> None:
    scene = Scene()
    await scene.run(plan((A,)), lambda _: failure(FailureKind.RATE_LIMITED, retry_after=30))
    await scene.run(plan((B,)), lambda _: failure(OVERLOADED, retry_after=30))
    both = await scene.run(plan((A,), (B,)), only("a", "b"))
    assert isinstance(both, NoTargetAvailable)
    assert (both.status, both.code) == (503, "no_target_available")


async def test_a_caller_who_leaves_gives_the_probe_back() -> None:
    scene = Scene()
    for _ in range(3):
        await scene.run(plan((A,)), always(OVERLOADED))
    scene.time.moment += 10
    with closing(scene.router.attempts(plan((A,)))) as leaving:
        assert await leaving.next() is A
        assert isinstance(await scene.run(plan((A,)), only("a")), NoTargetAvailable)
    assert await scene.run(plan((A,)), only("a")) == "a"


async def test_of_many_who_come_at_once_one_probes() -> None:
    scene = Scene()
    for _ in range(3):
        await scene.run(plan((A,)), always(OVERLOADED))
    scene.time.moment += 10
    scene.asked.clear()
    held = asyncio.Event()
    passed: list[Target] = []

    async def one() -> None:
        with closing(scene.router.attempts(plan((A,)))) as attempts:
            chosen = await attempts.next()
            if chosen is not None:
                passed.append(chosen)
                await held.wait()
                attempts.succeeded(chosen, 1)

    calls = [asyncio.ensure_future(one()) for _ in range(200)]
    for _ in range(10):
        await asyncio.sleep(0)
    assert len(passed) == 1
    held.set()
    await asyncio.gather(*calls)
    assert await scene.run(plan((A,)), only("a")) == "a"


async def test_an_outage_does_not_multiply_the_load() -> None:
    never_opens = BreakerRules(consecutive_failures=10**9, min_calls=10**9)
    scene = Scene(HealthRules(breaker=never_opens, retry_share=0.1, retries_per_second=0))
    for _ in range(1_000):
        await scene.run(plan((A,), retry=RetryRule(attempts=5)), always(OVERLOADED))
    assert 1_000 < len(scene.asked) <= 1_000 * 1.1 + 10


async def test_what_is_known_of_targets_is_bounded() -> None:
    scene = Scene(HealthRules(most_targets=50))
    broken = target("broken")
    for _ in range(3):
        await scene.run(plan((broken,)), only())
    for number in range(300):
        await scene.run(plan((target(f"t{number}"),)), lambda _: None)
    breakers = scene.router.breakers
    assert len(breakers) == 50
    assert breakers.status(broken).state is BreakerState.OPEN, "an open breaker is the last to be forgotten"
