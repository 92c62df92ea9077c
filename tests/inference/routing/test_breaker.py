"""The circuit breaker, held against what must be true in every order of events."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from answerable.inference.failures import FailureKind
from answerable.inference.routing.breaker import Breaker, BreakerRules, BreakerState

RULES = BreakerRules(
    consecutive_failures=3,
    failure_rate=0.5,
    min_calls=10,
    window_seconds=30,
    open_seconds=5,
    max_open_seconds=40,
    credentials_seconds=300,
    pause_seconds=1,
    max_pause_seconds=100,
    probe_seconds=20,
)
COUNTED = [
    FailureKind.CONNECT,
    FailureKind.FIRST_BYTE_TIMEOUT,
    FailureKind.IDLE_TIMEOUT,
    FailureKind.CUT,
    FailureKind.PROTOCOL,
    FailureKind.OVERLOADED,
]
ALIVE = [
    FailureKind.CONTEXT_OVERFLOW,
    FailureKind.REFUSED_CONTENT,
    FailureKind.UNKNOWN_MODEL,
    FailureKind.INVALID_REQUEST,
]


class BreakerMachine(RuleBasedStateMachine):
    """Calls begin and end in any order while time passes; `open_calls` are those under way."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.breaker = Breaker(RULES)
        self.open_calls: list[int] = []
        self.probe: int | None = None  # the one probe under way
        self.probe_lost_at = 0.0

    def state(self) -> BreakerState:
        return self.breaker.state(self.now)

    @rule(seconds=st.floats(min_value=0, max_value=60, allow_nan=False))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def a_call_wants_to_pass(self) -> None:
        before, free_at = self.state(), self.breaker.free_at(self.now)
        permit = self.breaker.admit(self.now)
        assert (permit is not None) == (free_at <= self.now)
        if permit is None:
            return
        if before is not BreakerState.CLOSED:
            assert self.probe is None or self.now >= self.probe_lost_at, "two probes at once"
            assert self.state() is BreakerState.HALF_OPEN
            self.probe, self.probe_lost_at = permit, self.now + RULES.probe_seconds
        self.open_calls.append(permit)

    def end(self, data: st.DataObject) -> tuple[int, bool]:
        permit = self.open_calls.pop(data.draw(st.integers(0, len(self.open_calls) - 1)))
        was_probe = permit == self.probe and self.breaker.state(self.now) is BreakerState.HALF_OPEN
        if permit == self.probe:
            self.probe = None
        return permit, was_probe

    @precondition(lambda self: self.open_calls)
    @rule(data=st.data())
    def a_call_is_answered(self, data: st.DataObject) -> None:
        before = self.breaker.free_at(self.now)
        permit, was_probe = self.end(data)
        state = self.state()
        self.breaker.succeeded(permit, self.now)
        if was_probe:
            assert self.state() in (BreakerState.CLOSED, BreakerState.PAUSED)
        else:
            assert (self.state(), self.breaker.free_at(self.now)) == (state, before)

    @precondition(lambda self: self.open_calls)
    @rule(data=st.data(), kind=st.sampled_from(COUNTED))
    def a_call_fails(self, data: st.DataObject, kind: FailureKind) -> None:
        permit, was_probe = self.end(data)
        state, free_at = self.state(), self.breaker.free_at(self.now)
        self.breaker.failed(permit, kind, None, self.now)
        if was_probe:
            assert self.state() is BreakerState.OPEN
            wait = self.breaker.free_at(self.now) - self.now
            assert wait >= RULES.open_seconds - 1e-6
            assert wait <= max(RULES.max_open_seconds, RULES.max_pause_seconds)
        elif state in (BreakerState.OPEN, BreakerState.HALF_OPEN):
            # What began before says nothing about now.
            assert (self.state(), self.breaker.free_at(self.now)) == (state, free_at)

    @precondition(lambda self: self.open_calls)
    @rule(data=st.data(), kind=st.sampled_from(ALIVE))
    def the_provider_says_no(self, data: st.DataObject, kind: FailureKind) -> None:
        permit, was_probe = self.end(data)
        state = self.state()
        self.breaker.failed(permit, kind, None, self.now)
        assert self.state() in ((BreakerState.CLOSED, BreakerState.PAUSED) if was_probe else (state,))

    @precondition(lambda self: self.open_calls)
    @rule(data=st.data(), seconds=st.none() | st.floats(min_value=0, max_value=1_000))
    def the_provider_asks_for_time(self, data: st.DataObject, seconds: float | None) -> None:
        permit, _ = self.end(data)
        self.breaker.failed(permit, FailureKind.RATE_LIMITED, seconds, self.now)
        wished = RULES.pause_seconds if seconds is None else min(seconds, RULES.max_pause_seconds)
        assert self.breaker.free_at(self.now) >= self.now + wished

    @precondition(lambda self: self.open_calls)
    @rule(data=st.data())
    def a_caller_leaves(self, data: st.DataObject) -> None:
        permit, was_probe = self.end(data)
        self.breaker.released(permit, self.now)
        if was_probe:
            assert self.breaker.state(self.now) is BreakerState.OPEN

    @precondition(lambda self: self.state() is BreakerState.CLOSED)
    @rule(kind=st.sampled_from(COUNTED))
    def it_fails_again_and_again(self, kind: FailureKind) -> None:
        for _ in range(RULES.consecutive_failures):
            permit = self.breaker.admit(self.now)
            if permit is None:
                break
            self.breaker.failed(permit, kind, None, self.now)
        assert self.state() is BreakerState.OPEN
        self.probe = None

    @precondition(lambda self: self.state() is BreakerState.CLOSED)
    @rule()
    def the_key_is_refused(self) -> None:
        permit = self.breaker.admit(self.now)
        assert permit is not None
        self.breaker.failed(permit, FailureKind.CREDENTIALS, None, self.now)
        assert self.breaker.free_at(self.now) >= self.now + RULES.credentials_seconds
        self.probe = None

    @invariant()
    def it_never_stays_shut_for_ever(self) -> None:
        longest = max(RULES.credentials_seconds, RULES.max_pause_seconds, RULES.probe_seconds)
        assert self.breaker.free_at(self.now) <= self.now + longest

    @invariant()
    def what_it_says_of_the_wait_is_no_longer_than_the_wait(self) -> None:
        assert 0 <= self.breaker.retry_in(self.now) <= self.breaker.free_at(self.now) - self.now + 1e-9


TestBreaker = BreakerMachine.TestCase
TestBreaker.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)


def opened(rules: BreakerRules = RULES) -> Breaker:
    breaker = Breaker(rules)
    for _ in range(rules.consecutive_failures):
        fail(breaker, 0.0)
    return breaker


def fail(breaker: Breaker, now: float, kind: FailureKind = FailureKind.OVERLOADED) -> None:
    permit = breaker.admit(now)
    assert permit is not None
    breaker.failed(permit, kind, None, now)


def succeed(breaker: Breaker, now: float) -> None:
    permit = breaker.admit(now)
    assert permit is not None
    breaker.succeeded(permit, now)


def test_a_share_of_failures_opens_it_without_a_streak() -> None:
    breaker = Breaker(RULES)
    for number in range(10):
        (fail if number % 2 else succeed)(breaker, 1.0)
    assert breaker.state(1.0) is BreakerState.OPEN


def test_failures_outside_the_window_do_not_count() -> None:
    breaker = Breaker(RULES)
    for number in range(40):
        moment = 20.0 * number  # never more than two calls within the window
        (fail if number % 2 else succeed)(breaker, moment)
    assert breaker.state(800.0) is BreakerState.CLOSED


def test_the_window_holds_its_ten_buckets_and_no_more() -> None:
    breaker = Breaker(RULES)
    for second in range(300):
        succeed(breaker, float(second))
        if second % 9 == 0:
            fail(breaker, float(second))
    good, bad = breaker.counts(299.0)
    assert (good, bad) == (30, 4)


def test_each_probe_that_fails_doubles_the_time_up_to_a_limit() -> None:
    breaker, now, waits = opened(), 0.0, []
    for _ in range(6):
        waits.append(breaker.free_at(now) - now)
        now = breaker.free_at(now)
        fail(breaker, now)
    assert waits == [5, 10, 20, 40, 40, 40]


def test_one_probe_that_is_answered_closes_it() -> None:
    breaker = opened()
    probe = breaker.admit(5.0)
    assert probe is not None
    assert [breaker.admit(5.0) for _ in range(100)] == [None] * 100
    breaker.succeeded(probe, 6.0)
    assert breaker.state(6.0) is BreakerState.CLOSED
    assert all(breaker.admit(6.0) is not None for _ in range(100))


def test_an_answer_to_a_call_from_before_does_not_close_it() -> None:
    breaker = Breaker(RULES)
    early = breaker.admit(0.0)
    assert early is not None
    for _ in range(3):
        fail(breaker, 0.0)
    breaker.succeeded(early, 1.0)
    assert breaker.state(1.0) is BreakerState.OPEN


def test_a_stream_that_breaks_after_its_first_word_counts_as_failed() -> None:
    breaker = Breaker(RULES)
    for _ in range(10):
        permit = breaker.admit(0.0)
        if permit is None:
            break
        breaker.failed(breaker.succeeded(permit, 0.0), FailureKind.CUT, None, 0.0)
    assert breaker.state(0.0) is BreakerState.OPEN


def test_a_rate_limit_without_a_time_pauses_longer_each_time() -> None:
    breaker, now, waits = Breaker(RULES), 0.0, []
    for _ in range(4):
        fail(breaker, now, FailureKind.RATE_LIMITED)
        assert breaker.state(now) is BreakerState.PAUSED
        waits.append(breaker.free_at(now) - now)
        now = breaker.free_at(now)
    succeed(breaker, now)
    fail(breaker, now, FailureKind.RATE_LIMITED)
    waits.append(breaker.free_at(now) - now)
    assert waits == [1, 2, 4, 8, 1]
