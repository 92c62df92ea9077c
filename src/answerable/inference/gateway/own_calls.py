"""Asks models on the system's own behalf, one plan at a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial

import msgspec

from answerable.inference.chat import ChatAnswer, ChatEvent, ChatRequest, TextDelta
from answerable.inference.failures import UpstreamFailure
from answerable.inference.gateway.attempts import Providers
from answerable.inference.gateway.bounds import GatewayBounds
from answerable.inference.gateway.cached_own_calls import CachedOwnCalls
from answerable.inference.gateway.call import Books, Call, CallFacts
from answerable.inference.gateway.closing import Closing, SeenEvents
from answerable.inference.gateway.collecting import Collected
from answerable.inference.gateway.own import ChatAttempt, prompt_bytes
from answerable.inference.gateway.own_call import Answered, Listener, Opened, OwnCall, Spent
from answerable.inference.gateway.presence import ALWAYS_THERE, Presence
from answerable.inference.models.catalog import Catalog
from answerable.inference.models.plan import Plan
from answerable.inference.operation import Operation
from answerable.inference.usage.prices import price_list
from answerable.inference.usage.record import Outcome

# An answer without figures is counted by its length: characters of text a token.
_CHARACTERS_PER_TOKEN = 4


def answered(answer: ChatAnswer, call: Call) -> Answered:
    """The answer of a call that is closed."""
    return Answered(answer, call.id, call.answered_by, call.tokens, call.cost_usd, cached=call.cached)


class OwnCalls:
    """The targets of a plan, asked for whole answers and for streamed ones."""

    def __init__(
        self,
        catalog: Catalog,
        providers: Providers,
        books: Books,
        bounds: GatewayBounds,
        kept: CachedOwnCalls,
    ) -> None:
        self._kept = kept
        self._catalog = catalog
        self._providers = providers
        self._books = books
        self._bounds = bounds
        self.started = False

    async def start(self) -> None:
        """With the first call: the price list takes a moment to read, and memory that idle processes save."""
        await asyncio.to_thread(price_list)
        self._books.usage.start()
        self._books.limits.start()
        self.started = True

    async def plan(self, asked: OwnCall) -> Plan:
        """Where a call's model name leads. Raises UnknownModel."""
        return await self._catalog.plan(asked.caller.workspace_id, asked.request.model, Operation.CHAT)

    async def begin(self, facts: CallFacts, presence: Presence = ALWAYS_THERE) -> Call:
        """A call that asks others and nothing itself: on the books, without a cost of its own.

        Raises LimitExceeded.
        """
        if not self.started:
            await self.start()
        call = Call(self._books, facts, presence)
        await call.open(Plan(facts.model, ()))
        return call

    async def whole(self, asked: OwnCall, plan: Plan) -> tuple[ChatAnswer, Call]:
        """One whole answer of the plan's targets, and its books, which are closed.

        Raises UpstreamFailure or an AnswerableError.
        """
        request = msgspec.structs.replace(asked.request, stream=False)
        call = await self._call(asked, request)
        attempt = self._attempt(request, call, plan)

        async def ask() -> ChatAnswer:
            with Closing(call):
                answer, _ = await self._providers.first_answer(
                    plan, call, attempt.whole, seconds=self._seconds(asked.deadline)
                )
                call.first_token()
                call.span.gave(answer.text)
                guess = call.estimated(len(answer.text) // _CHARACTERS_PER_TOKEN)
                call.close(Outcome.ANSWERED, guess if answer.tokens.estimated else answer.tokens)
                return answer

        return await self._kept.answer(asked, plan, call, ask), call

    async def events(
        self, asked: OwnCall, plan: Plan, opened: Opened | None = None
    ) -> AsyncGenerator[ChatEvent, None]:
        """One answer of the plan's targets as it comes; `opened` is told the call that it is.

        Raises UpstreamFailure or an AnswerableError, also in the middle of an answer.
        """
        request = msgspec.structs.replace(asked.request, stream=True)
        call = await self._call(asked, request)
        ask = partial(self._events, asked, request, plan, call)
        async with aclosing(self._kept.events(asked, plan, call, ask, opened)) as found:
            async for event in found:
                yield event

    async def heard(self, asked: OwnCall, plan: Plan, listener: Listener) -> AsyncGenerator[ChatEvent, None]:
        """The same; the listener hears of the whole after the last event, or what a broken one came to."""
        whole, calls = Collected(), list[Call]()
        ended = False
        try:
            async with aclosing(self.events(asked, plan, calls.append)) as events:
                async for event in events:
                    whole.hear(event)
                    yield event
            ended = True
        finally:
            if not ended and calls and listener.broken is not None:
                call = calls[0]
                listener.broken(Spent(call.answered_by, call.tokens, call.cost_usd))
        if listener.answered is not None:
            listener.answered(answered(whole.answer(calls[0].answered_by), calls[0]))

    async def _events(
        self, asked: OwnCall, request: ChatRequest, plan: Plan, call: Call
    ) -> AsyncGenerator[ChatEvent, None]:
        attempt = self._attempt(request, call, plan)
        seen = SeenEvents()
        with Closing(call, seen):
            begun, attempts = await self._providers.first_answer(
                plan, call, attempt.begun, seconds=self._seconds(asked.deadline)
            )
            try:
                async for event in begun.events():
                    if isinstance(event, TextDelta):
                        call.span.streamed(event.text)
                    seen.noted(event)
                    if seen.spoke:
                        call.first_token()
                    yield event
            except UpstreamFailure as failure:
                if call.target is not None:
                    attempts.failed(call.target, failure)
                raise
            finally:
                begun.response.abort()
                attempts.close()
            call.close(Outcome.ANSWERED, call.used(seen.tokens, seen.events, whole=True))

    def _attempt(self, request: ChatRequest, call: Call, plan: Plan) -> ChatAttempt:
        return ChatAttempt(
            self._providers,
            request,
            call,
            longest=self._bounds.longest_answer,
            shows_refusals=not plan.retry.leaves_refusals,
        )

    async def _call(self, asked: OwnCall, request: ChatRequest) -> Call:
        if not self.started:
            await self.start()
        facts = CallFacts(
            asked.caller,
            asked.operation,
            request.model,
            streamed=request.stream,
            input_bytes=prompt_bytes(request),
            max_output_tokens=request.max_output_tokens,
            stage=asked.stage,
            parent_id=asked.parent_id,
            trace_id=asked.trace_id,
        )
        call = Call(self._books, facts, asked.presence)
        call.span.given("\n\n".join(f"{turn.role}: {turn.text}" for turn in request.messages))
        return call

    def _seconds(self, deadline: float | None) -> float:
        longest = self._bounds.call_seconds
        return longest if deadline is None else min(deadline - time.monotonic(), longest)
