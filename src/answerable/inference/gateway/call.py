"""The books of one call: admitted, opened, closed exactly once, however it ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import msgspec
from msgspec import Struct

from answerable.inference.chat import TokenCount
from answerable.inference.gateway.presence import ALWAYS_THERE, Presence
from answerable.inference.gateway.spans import CallSpan
from answerable.inference.limits.admission import Admission, Estimate
from answerable.inference.limits.limit import names_of
from answerable.inference.limits.limits import Limits
from answerable.inference.models.plan import Plan, Target
from answerable.inference.operation import Caller, Operation
from answerable.inference.usage.estimate import reserved_tokens, written_tokens
from answerable.inference.usage.log import UsageLog
from answerable.inference.usage.prices import cost, price_of
from answerable.inference.usage.record import CacheHit, Outcome, UsageRecord
from answerable.kit import ids
from answerable.kit.clock import Clock
from answerable.kit.errors import AnswerableError

_NOTHING = Decimal(0)

Spending = tuple[Target, TokenCount]
"""What one target used of a call that another one answers."""


@dataclass(frozen=True, slots=True)
class Books:
    """Where calls are counted. `assumed_output` is reserved where nobody says how long an answer gets."""

    usage: UsageLog
    limits: Limits
    clock: Clock
    assumed_output: int = 4_096


class CallFacts(Struct, frozen=True, gc=False):
    """What is known of a call before it is sent. `input_bytes` measures the words of the prompt."""

    caller: Caller
    operation: Operation
    model: str
    streamed: bool = False
    input_bytes: int = 0
    max_output_tokens: int | None = None
    choices: int = 1
    stage: str | None = None
    parent_id: str | None = None
    trace_id: str | None = None


class Call:
    """One call, from its admission to its row."""

    __slots__ = (
        "_admission",
        "_books",
        "_cache",
        "_facts",
        "_first_token",
        "_given_by",
        "_likely",
        "_more",
        "_names",
        "_spent",
        "_started",
        "attempts",
        "closed",
        "cost_usd",
        "id",
        "others_wait",
        "presence",
        "span",
        "started_at",
        "target",
        "tokens",
    )

    def __init__(self, books: Books, facts: CallFacts, presence: Presence = ALWAYS_THERE) -> None:
        self.id = ids.new_id("call")
        self.started_at: datetime = books.clock.now()
        self.target: Target | None = None
        self.attempts = 0
        self.closed = False
        self.presence = presence
        self.others_wait: Callable[[], bool] | None = None  # for the same answer
        self.span = CallSpan(facts.operation, facts.model)
        self.tokens = TokenCount()  # this and the cost are known once the books are closed
        self.cost_usd = _NOTHING
        self._books = books
        self._facts = facts
        self._started = time.perf_counter()
        self._first_token: float | None = None
        self._admission: Admission | None = None
        self._cache: CacheHit | None = None
        self._given_by: tuple[str | None, str | None] = (None, None)
        self._likely: Target | None = None
        self._names: tuple[str, ...] = (facts.model,)
        self._spent: list[Spending] = []
        self._more: list[Admission] = []

    async def open(self, plan: Plan) -> None:
        """Reserve what the call may cost and write it down, before anything is sent.

        Raises LimitExceeded, with the refusal on the books.
        """
        targets = [target for group in plan.groups for target in group]
        estimates = [self._estimate(target) for target in targets] or [self._estimate(None)]
        money = [cost(price_of(target), each) for target, each in zip(targets, estimates, strict=False)]
        wanted = self._wanted(
            targets, max(each.input + each.output for each in estimates), max(money, default=_NOTHING)
        )
        if targets:
            self._likely = targets[0]
        await self._open(wanted, estimates[0], money[0] if money else _NOTHING)

    async def open_without_cost(self, plan: Plan | None = None) -> None:
        """As `open`, for a call that costs nothing: it counts as a request. Without a plan another call's
        answer serves it, and no target is asked.

        A call that must be sent after all is opened again. Raises LimitExceeded.
        """
        if self._admission is None:
            targets = [target for group in plan.groups for target in group] if plan is not None else []
            await self._open(self._wanted(targets, 0, _NOTHING), TokenCount(), _NOTHING)

    def served(self, hit: CacheHit, provider: str | None, model: str | None) -> None:
        """The answer is another call's, which that provider and model gave."""
        self._cache = hit
        self._given_by = (provider, model)

    @property
    def answered_by(self) -> str:
        """The model that answers, as far as that is known."""
        return self._facts.model if self.target is None else self.target.model

    @property
    def cached(self) -> bool:
        """Whether the answer is another call's."""
        return self._cache is not None

    def _wanted(self, targets: Sequence[Target], tokens: int, money: Decimal) -> Estimate:
        """What is reserved: the most that any target may come to, with the limits on each of them."""
        facts = self._facts
        self._names = (
            facts.model,
            *(name for target in targets for name in names_of(target.provider, target.model)),
        )
        return Estimate(
            self._names,
            tokens,
            money,
            requests=1 if facts.parent_id is None else 0,  # a leg is part of a request that is counted
        )

    async def _open(self, wanted: Estimate, estimate: TokenCount, money: Decimal) -> None:
        facts = self._facts
        if self._admission is not None:
            self._admission.release()
            self._admission = None
        try:
            self._admission = await self._books.limits.admit(facts.caller, wanted, self.started_at)
            self._books.usage.opened(
                self._record(Outcome.INTERRUPTED, estimate, money, None, sent_to=self._likely)
            )
        except AnswerableError as error:
            self.closed = True
            if self._admission is not None:
                self._admission.release()
            self._write(self._record(Outcome.REFUSED, TokenCount(), _NOTHING, error.code))
            raise

    @property
    def limit_headers(self) -> tuple[tuple[bytes, bytes], ...]:
        """What is left of the caller's limits, as response headers."""
        return () if self._admission is None else self._admission.headers

    def first_token(self) -> None:
        """The answer's first word is there."""
        if self._first_token is None:
            self._first_token = time.perf_counter()

    def estimated(self, output: int) -> TokenCount:
        """The tokens of a call whose provider gave no figures: the prompt by its length, the events or
        other pieces of the answer as counted."""
        return TokenCount(written_tokens(self._facts.input_bytes, 0).input, output, estimated=True)

    def used(self, told: TokenCount | None, pieces: int, *, whole: bool) -> TokenCount:
        """What a streamed answer used: `told` by the provider, and `pieces` that came after it told that.

        Of an answer that broke off the provider may have told nothing, or, as Anthropic does, only what it
        had read: what was received since counts one token a piece. No prompt is empty: a side that it told
        nothing of is estimated.
        """
        if told is None:
            return self.estimated(pieces)
        if not told.input:
            told = msgspec.structs.replace(told, input=self.estimated(0).input, estimated=True)
        if whole or not pieces:
            return told
        return msgspec.structs.replace(told, output=told.output + pieces, estimated=True)

    @property
    def wanted(self) -> bool:
        """Whether anybody is there for the answer."""
        return not self.presence.left() or (self.others_wait is not None and self.others_wait())

    def spent(self, target: Target, tokens: TokenCount) -> Spending:
        """A target counts tokens though another one is asked: it refused with a good status, or broke off."""
        spending = (target, tokens)
        self._spent.append(spending)
        return spending

    async def has_room_beside(self, spending: Spending) -> bool:
        """Reserve as much once more as was spent, so that what the next target may come to is reserved in
        whole; False when the limits have no room for it."""
        target, tokens = spending
        wanted = Estimate(
            self._names,  # the row will count all of it for whoever answers
            tokens.input + tokens.output,
            cost(price_of(target), tokens),
            requests=0,
        )
        try:
            admission = await self._books.limits.admit(self._facts.caller, wanted, self.started_at)
        except AnswerableError:
            return False
        self._more.append(admission)
        return True

    def takes(self, spending: Spending) -> None:
        """A refusal is the answer after all: `close` is told its tokens."""
        self._spent.remove(spending)
        self.target = spending[0]

    def close(
        self, outcome: Outcome, tokens: TokenCount | None = None, *, error_code: str | None = None
    ) -> None:
        """Settle and write the row. Only the first call counts; `tokens` None: nothing was used."""
        if self.closed:
            return
        self.closed = True
        if outcome is Outcome.ANSWERED and self.presence.left():
            outcome = Outcome.ABANDONED
        elif outcome is Outcome.ANSWERED and self._cache is not None:
            outcome = Outcome.CACHED
        counted = tokens or TokenCount()
        money = _NOTHING
        if tokens is not None and self.target is not None:
            money = cost(price_of(self.target), tokens)
        for target, more in self._spent:
            counted = counted.plus(more)
            money += cost(price_of(target), more)
        for admission in self._more:
            admission.release()
        if self._admission is not None:
            self._admission.settle(counted.input + counted.output, money, self._counted_names())
        self.tokens, self.cost_usd = counted, money
        self._write(self._record(outcome, counted, money, error_code))

    def _write(self, record: UsageRecord) -> None:
        self._books.usage.closed(record)
        self.span.end(record)

    def _estimate(self, target: Target | None) -> TokenCount:
        facts = self._facts
        silent = facts.operation in {Operation.EMBEDDINGS, Operation.SPEECH}
        return reserved_tokens(
            facts.input_bytes,
            0 if silent else facts.max_output_tokens,
            target,
            default_output=self._books.assumed_output,
            choices=facts.choices,
        )

    def _counted_names(self) -> tuple[str, ...]:
        """The names whose limits count the call, as `record_usage` and its like in SQL have it."""
        target = self.target
        if target is None or self._cache is not None:
            return (self._facts.model,)
        return (self._facts.model, *names_of(target.provider, target.model))

    def _record(
        self,
        outcome: Outcome,
        tokens: TokenCount,
        money: Decimal,
        error_code: str | None,
        sent_to: Target | None = None,
    ) -> UsageRecord:
        facts, target = self._facts, self.target or sent_to
        first = self._first_token
        provider, model = self._given_by if target is None else (target.provider, target.model)
        return UsageRecord(
            id=self.id,
            workspace_id=facts.caller.workspace_id,
            user_id=facts.caller.user_id,
            key_id=facts.caller.key_id,
            operation=facts.operation,
            route=facts.caller.route,
            requested_model=facts.model,
            provider=provider,
            model=model,
            stage=facts.stage,
            outcome=outcome,
            error_code=error_code,
            tokens=tokens,
            cost_usd=money,
            price_version="" if target is None else price_of(target).version,
            cache=self._cache,
            attempts=self.attempts,
            streamed=facts.streamed,
            started_at=self.started_at,
            latency_ms=(time.perf_counter() - self._started) * 1000,
            first_token_ms=None if first is None else (first - self._started) * 1000,
            trace_id=facts.trace_id,
            parent_id=facts.parent_id,
        )
