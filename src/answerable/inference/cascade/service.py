"""Runs a cascade: asks one stage after the other until an answer is good enough.

A call to an alias with a cascade is one call with a row of its own, which cost nothing by itself; each
stage that is asked is a call with its own row, whose `parent_id` is that one.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import reduce

import msgspec
from sqlalchemy.exc import SQLAlchemyError

from answerable.inference.cascade import confidence, verdict
from answerable.inference.cascade.agreement import agree
from answerable.inference.cascade.calibration import Calibration, Calibrations
from answerable.inference.cascade.judging import Judge, form_failures
from answerable.inference.cascade.observation import Observation, Observations
from answerable.inference.cascade.replaying import answer_events
from answerable.inference.cascade.rules import BadRule, StageRules, stage_rules
from answerable.inference.cascade.verdict import Verdict
from answerable.inference.chat import ChatAnswer, ChatEvent, ChatRequest, TokenCount
from answerable.inference.failures import FailureKind, UpstreamFailure
from answerable.inference.gateway.call import Call, CallFacts
from answerable.inference.gateway.closing import Closing
from answerable.inference.gateway.collecting import Collected
from answerable.inference.gateway.own_call import (
    NOBODY,
    AnswerCheck,
    Answered,
    FloorWriting,
    Listener,
    Opened,
    OwnCall,
    Spent,
)
from answerable.inference.gateway.own_calls import OwnCalls
from answerable.inference.gateway.presence import CallerLeft
from answerable.inference.models.names import SYSTEM_MODEL
from answerable.inference.models.plan import CascadeStage, Plan
from answerable.inference.routing.errors import NoTargetAvailable
from answerable.inference.usage.prices import UNKNOWN, cost, price_of
from answerable.inference.usage.record import Outcome
from answerable.kit import ids
from answerable.kit.errors import AnswerableError

_NOTHING = Decimal(0)
_DOWN = frozenset(FailureKind) - {
    FailureKind.INVALID_REQUEST,
    FailureKind.CONTEXT_OVERFLOW,
    FailureKind.REFUSED_CONTENT,
}
"""Failures that leave the stage without a model as the one that can say something."""


@dataclass(slots=True)
class _Leg:
    """A stage that was asked: `answer` is None where it gave none, `call_id` where no model was asked."""

    stage: CascadeStage
    position: int
    answer: ChatAnswer | None
    verdict: Verdict
    call_id: str | None = None
    writing: FloorWriting | None = None
    tokens: TokenCount = field(default_factory=TokenCount)
    cost_usd: Decimal = _NOTHING
    cached: bool = False

    def billed(self, call: Call) -> None:
        """Its call is closed."""
        self.call_id, self.tokens, self.cost_usd, self.cached = (
            call.id,
            call.tokens,
            call.cost_usd,
            call.cached,
        )


@dataclass(slots=True)
class _Run:
    """One call on its way through the stages. `error` is what went wrong last."""

    asked: OwnCall
    plan: Plan
    parent: Call
    stages: tuple[CascadeStage, ...]
    check: AnswerCheck | None = None
    without_model: Callable[[FloorWriting], None] | None = None
    speaks: Callable[[str], None] | None = None
    legs: list[_Leg] = field(default_factory=list)
    error: UpstreamFailure | AnswerableError | None = None

    def fallen_back(self) -> _Leg | None:
        """The latest answer that was only doubted, for when no later stage gave one."""
        usable = [leg for leg in self.legs if leg.answer is not None and leg.verdict.usable]
        return usable[-1] if usable else None

    def replayed(self, leg: _Leg) -> Iterator[ChatEvent]:
        """The events of an answer that is there."""
        self.begins(leg)
        if leg.writing is not None and self.without_model is not None:
            self.without_model(leg.writing)
        return iter(()) if leg.answer is None else answer_events(leg.answer)

    def begins(self, leg: _Leg) -> None:
        """Tell who listens that this stage's answer is the one that follows."""
        if self.speaks is not None:
            self.speaks(leg.stage.model)

    def answered(self, taken: _Leg, answer: ChatAnswer) -> Answered:
        """The answer of the stage that was taken, with what all that were asked used and cost."""
        return Answered(
            answer,
            self.parent.id,
            taken.stage.model,
            _sum([leg.tokens for leg in self.legs]),
            sum((leg.cost_usd for leg in self.legs), _NOTHING),
            taken.verdict.failed,
            taken.writing,
            taken.cached,
        )

    @property
    def is_down(self) -> bool:
        """Whether models are the reason: none can be asked, or those that were gave no answer. A limit of
        ours, or a request that they refuse, is another."""
        if isinstance(self.error, UpstreamFailure):
            return self.error.kind in _DOWN
        return isinstance(self.error, NoTargetAvailable)

    @property
    def failure(self) -> UpstreamFailure | AnswerableError:
        """Why there is no answer."""
        return self.error or UpstreamFailure(
            FailureKind.OVERLOADED, f"No stage of the cascade '{self.plan.name}' gave an answer."
        )


class Cascades:
    """Every cascade of one process."""

    def __init__(self, calls: OwnCalls, observations: Observations, calibrations: Calibrations) -> None:
        self._calls = calls
        self._calibrations = calibrations
        self._observations = observations

    async def answer(
        self, asked: OwnCall, plan: Plan, check: AnswerCheck | None = None, opened: Opened | None = None
    ) -> Answered:
        """The first answer that is good enough, else the last stage's, whatever it is worth; where the last
        ones gave none, the latest that was only doubted.

        Raises UpstreamFailure or an AnswerableError when no stage gave an answer that can be used.
        """
        run = await self._begun(asked, plan, check, opened)
        with Closing(run.parent):
            taken = await self._first_good(run, run.stages)
            if taken is None:
                taken = run.fallen_back() or await self._last_resort(run)
            if taken is None or taken.answer is None:
                raise run.failure
            run.parent.close(Outcome.ANSWERED)
            await self._observe(run, taken)
            return run.answered(taken, taken.answer)

    async def events(
        self, asked: OwnCall, plan: Plan, listener: Listener = NOBODY
    ) -> AsyncGenerator[ChatEvent, None]:
        """The same as a stream: nothing before a stage's answer is taken, the last stage's as it comes.

        Raises UpstreamFailure or an AnswerableError, of the last stage also in the middle of its answer.
        """
        run = await self._begun(asked, plan, listener.check, listener.opened)
        run.without_model, run.speaks = listener.without_model, listener.speaks
        with Closing(run.parent), _telling(run, listener):
            taken = await self._first_good(run, run.stages[:-1])
            if taken is None:
                last = _Leg(run.stages[-1], len(run.stages) - 1, None, Verdict())
                async with aclosing(self._live(run, last)) as events:
                    async for event in events:
                        run.parent.first_token()
                        yield event
                taken = last
            elif taken.answer is not None:
                run.parent.first_token()
                for event in run.replayed(taken):
                    yield event
            run.parent.close(Outcome.ANSWERED)
            await self._observe(run, taken)
            if listener.answered is not None and taken.answer is not None:
                listener.answered(run.answered(taken, taken.answer))

    async def _begun(
        self, asked: OwnCall, plan: Plan, check: AnswerCheck | None, opened: Opened | None
    ) -> _Run:
        request = asked.request
        facts = CallFacts(
            asked.caller,
            asked.operation,
            request.model,
            streamed=request.stream,
            max_output_tokens=0,  # its stages reserve what they need
            stage=asked.stage,
            parent_id=asked.parent_id,
            trace_id=asked.trace_id,
        )
        stages = plan.cascade
        if asked.floor is None:
            stages = tuple(stage for stage in stages if stage.model != SYSTEM_MODEL)
        if plan.groups or not stages:
            # The alias's own targets are its last stage.
            stages = (*stages, CascadeStage(plan.name))
        parent = await self._calls.begin(facts, asked.presence)
        if opened is not None:
            opened(parent)
        return _Run(asked, plan, parent, stages, check)

    async def _first_good(self, run: _Run, stages: tuple[CascadeStage, ...]) -> _Leg | None:
        """The first answer that is good enough; that of the run's last stage in any case."""
        for position, stage in enumerate(stages):
            if not run.parent.wanted:
                raise CallerLeft
            is_last = position == len(run.stages) - 1
            leg = await self._leg(run, stage, position, is_last=is_last)
            run.legs.append(leg)
            if leg.answer is not None and (leg.verdict.accepted or is_last):
                return leg
        return None

    async def _leg(self, run: _Run, stage: CascadeStage, position: int, *, is_last: bool) -> _Leg:
        leg = _Leg(stage, position, None, Verdict((verdict.PROVIDER,)))
        try:
            if stage.model == SYSTEM_MODEL:
                return await self._floor(run, leg)
            return await self._asked(run, leg, is_last=is_last)
        except (UpstreamFailure, AnswerableError) as error:
            run.error = error
        return leg

    async def _floor(self, run: _Run, leg: _Leg) -> _Leg:
        """The answerer without a model: what it is not sure of it does not say."""
        assert run.asked.floor is not None
        found = await run.asked.floor.sure(run.asked.request)
        if found is None:
            leg.verdict = Verdict((verdict.ABSTAINED,))
            return leg
        leg.answer, leg.writing = ChatAnswer(model=SYSTEM_MODEL, text=found.text), found.writing
        judge = Judge(run.asked.request, _rules(leg.stage), leg.stage.min_confidence, run.check)
        leg.verdict = await judge.verdict(leg.answer, found.confidence)
        return leg

    async def _last_resort(self, run: _Run) -> _Leg | None:
        """With every model down, what the stage without one can say; None where there is no such stage."""
        leg = next((leg for leg in run.legs if leg.stage.model == SYSTEM_MODEL), None)
        if leg is None or run.asked.floor is None or not run.is_down:
            return None
        found = await run.asked.floor.last_resort(run.asked.request)
        if found is None:
            return None
        leg.answer, leg.writing = ChatAnswer(model=SYSTEM_MODEL, text=found.text), found.writing
        return leg

    async def _asked(self, run: _Run, leg: _Leg, *, is_last: bool) -> _Leg:
        stage, request = leg.stage, run.asked.request
        asked, plan = await self._stage_call(run, stage)
        targets = [target for group in plan.groups for target in group]
        rules = _rules(stage)
        own = False
        if not is_last:
            by_tokens = stage.min_confidence is not None and confidence.tells_tokens(targets)
            own = rules.asks_confidence or (stage.min_confidence is not None and not by_tokens)
            own = own and confidence.can_be_asked(request, targets)
            asked = replace(asked, request=_prepared(asked.request, tokens=by_tokens and not own, own=own))
        if plan.cascade:
            within = await self.answer(asked, plan)
            answer, leg.call_id, leg.tokens, leg.cost_usd = (
                within.answer,
                within.call_id,
                within.tokens,
                within.cost_usd,
            )
        else:
            answer, call = await self._calls.whole(asked, plan)
            leg.billed(call)
        told = None
        if own:
            answer, told = confidence.told(request, answer)
        calibration = await self._calibration(run, leg)
        judge = Judge(request, rules, stage.min_confidence, run.check, calibration)
        if is_last:
            leg.verdict = Verdict(tuple(form_failures(request, answer)), told)
        else:
            leg.verdict = await judge.verdict(answer, told)
        if request.logprobs is None and answer.token_logprobs:
            answer = msgspec.structs.replace(answer, logprob=None, token_logprobs=())
        leg.answer = answer
        return leg

    async def _calibration(self, run: _Run, leg: _Leg) -> Calibration | None:
        if leg.stage.min_confidence is None:
            return None
        stages = await self._calibrations.of(run.asked.caller.workspace_id, run.plan.name)
        return stages.get((leg.position, leg.stage.model))

    async def _live(self, run: _Run, leg: _Leg) -> AsyncGenerator[ChatEvent, None]:
        """The last stage's answer as it comes; where it gives none, the latest that was only doubted."""
        if leg.stage.model == SYSTEM_MODEL:
            answered = await self._leg(run, leg.stage, leg.position, is_last=True)
            leg.answer, leg.verdict, leg.writing = answered.answer, answered.verdict, answered.writing
            run.legs.append(leg)
            given = leg if leg.answer is not None else run.fallen_back() or await self._last_resort(run)
            if given is None:
                raise run.failure
            leg.answer, leg.verdict = given.answer, given.verdict
            for event in run.replayed(given):
                yield event
            return
        heard = Collected()
        begun = False
        run.legs.append(leg)
        calls: list[Call] = []
        try:
            asked, plan = await self._stage_call(run, leg.stage, stream=True)
            opened = calls.append
            within = (
                self.events(asked, plan, Listener(opened))
                if plan.cascade
                else self._calls.events(asked, plan, opened)
            )
            async with aclosing(within) as events:
                async for event in events:
                    if not begun:
                        begun = True
                        run.begins(leg)
                    heard.hear(event)
                    yield event
        except (UpstreamFailure, AnswerableError) as error:
            leg.verdict = Verdict((verdict.PROVIDER,))
            run.error = error
            given = None if begun else run.fallen_back() or await self._last_resort(run)
            if given is None:
                raise
            leg.answer, leg.verdict = given.answer, given.verdict
            for event in run.replayed(given):
                yield event
            return
        finally:
            if calls:
                leg.billed(calls[0])
        leg.answer = heard.answer(leg.stage.model)

    async def _stage_call(
        self, run: _Run, stage: CascadeStage, *, stream: bool = False
    ) -> tuple[OwnCall, Plan]:
        request = msgspec.structs.replace(run.asked.request, model=stage.model, stream=stream)
        asked = replace(run.asked, request=request, parent_id=run.parent.id, stage=stage.model)
        if stage.model == run.plan.name:
            return asked, replace(run.plan, cascade=())
        return asked, await self._calls.plan(asked)

    async def _observe(self, run: _Run, taken: _Leg) -> None:
        """Keep what became of every stage, and what asking the last one alone would have cost."""
        alternative = await self._alternative(run, taken)
        self._observations.add(
            run.asked.caller.workspace_id,
            [
                Observation(
                    id=leg.call_id or ids.new_id("call"),
                    call_id=run.parent.id,
                    alias=run.plan.name,
                    position=leg.position,
                    stage=leg.stage.model,
                    taken=leg is taken,
                    failed_check=leg.verdict.failed[0] if leg.verdict.failed else None,
                    confidence=leg.verdict.confidence,
                    agreed=_agreed(leg, taken),
                    cost_usd=leg.cost_usd,
                    last_stage_cost_usd=alternative if leg is taken else None,
                    at=run.parent.started_at,
                )
                for leg in run.legs
            ],
        )

    async def _alternative(self, run: _Run, taken: _Leg) -> Decimal | None:
        """What the last stage cost, or would have for the tokens of the answer that was taken."""
        last = run.stages[-1]
        asked = [leg for leg in run.legs if leg.position == len(run.stages) - 1 and leg.call_id]
        if asked:
            return asked[-1].cost_usd
        try:
            _, plan = await self._stage_call(run, last)
        except (AnswerableError, SQLAlchemyError, OSError):
            return None
        likely = next((target for group in plan.groups for target in group), None)
        if likely is None or taken.call_id is None:
            return None
        price = price_of(likely)
        return None if price.version == UNKNOWN else cost(price, taken.tokens)


@contextmanager
def _telling(run: _Run, listener: Listener) -> Iterator[None]:
    """Tells the listener what an answer that does not end came to."""
    ended = False
    try:
        yield
        ended = True
    finally:
        if not ended and listener.broken is not None and run.legs:
            tokens = _sum([leg.tokens for leg in run.legs])
            cost_usd = sum((leg.cost_usd for leg in run.legs), _NOTHING)
            listener.broken(Spent(run.legs[-1].stage.model, tokens, cost_usd))


def _rules(stage: CascadeStage) -> StageRules:
    """The stage's rules; those of an earlier version that cannot be read are left out."""
    try:
        return stage_rules(stage.checks)
    except BadRule:
        return StageRules((), asks_confidence=False)


def _prepared(request: ChatRequest, *, tokens: bool, own: bool) -> ChatRequest:
    if own:
        return confidence.asking(request)
    if tokens and request.logprobs is None:
        return msgspec.structs.replace(request, logprobs=0)
    return request


def _agreed(leg: _Leg, taken: _Leg) -> bool | None:
    """Whether a stage that was passed over said what the one that was taken says; None: not to be told."""
    if leg is taken or leg.answer is None or taken.answer is None or leg.position > taken.position:
        return None
    return agree(leg.answer, taken.answer)


def _sum(counts: list[TokenCount]) -> TokenCount:
    return reduce(TokenCount.plus, counts, TokenCount())
