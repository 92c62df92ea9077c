"""The gateway: relayed calls, translated calls and the system's own calls, through one pipeline.

plan → admission → books opened → attempts → first byte commits → relay → books closed → last byte
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
from functools import partial

from answerable.inference.cache.service import AnswerCache
from answerable.inference.chat import ChatEvent
from answerable.inference.gateway.attempts import Providers
from answerable.inference.gateway.bounds import GatewayBounds
from answerable.inference.gateway.cached_calls import CachedCalls
from answerable.inference.gateway.cached_own_calls import CachedOwnCalls
from answerable.inference.gateway.call import Books, Call, CallFacts
from answerable.inference.gateway.closing import Closing
from answerable.inference.gateway.inbound import Inbound, Reply
from answerable.inference.gateway.own_call import AnswerCheck, Answered, Listener, OwnCall, Spent, Stages
from answerable.inference.gateway.own_calls import OwnCalls, answered
from answerable.inference.gateway.presence import ALWAYS_THERE, Presence
from answerable.inference.gateway.relayed import CHATS, JSON, Begun, RelayedCall, Whole
from answerable.inference.gateway.staged import staged_reply
from answerable.inference.models.catalog import Catalog
from answerable.inference.models.plan import Plan
from answerable.inference.operation import Operation
from answerable.inference.usage.estimate import written_tokens
from answerable.inference.usage.record import Outcome

# An answer without figures is counted by its length: bytes of JSON a token.
_JSON_BYTES_PER_TOKEN = 16


class Gateway:
    """Every call to a model. One object a process."""

    def __init__(
        self,
        catalog: Catalog,
        providers: Providers,
        books: Books,
        bounds: GatewayBounds,
        stages: Callable[[OwnCalls], Stages],
        cache: AnswerCache,
    ) -> None:
        """`stages` makes what runs the stages of aliases with a cascade."""
        self._cached = CachedCalls(cache, providers.adapter_for)
        self._kept = CachedOwnCalls(cache)
        self._own = OwnCalls(catalog, providers, books, bounds, self._kept)
        self._stages = stages(self._own)
        self._catalog = catalog
        self._providers = providers
        self._books = books
        self._bounds = bounds

    async def relay(self, inbound: Inbound) -> Reply:
        """The answer to a client, once its first byte is there; the books of a whole one are closed.

        Raises UpstreamFailure when every target failed, and an AnswerableError for what the caller
        may not, cannot or must not ask. When the task is cancelled, the presence says why.
        """
        head, presence = inbound.head, inbound.presence
        if not self._own.started:
            await self._own.start()
        plan = await self._catalog.plan(inbound.caller.workspace_id, head.model, inbound.operation)
        if inbound.operation is Operation.COUNT_TOKENS:
            return await self._count(inbound, plan)
        if plan.cascade and inbound.operation in CHATS:
            return await staged_reply(self._stages, inbound, plan)
        facts = CallFacts(
            inbound.caller,
            inbound.operation,
            head.model,
            streamed=head.stream,
            input_bytes=head.input_bytes,
            max_output_tokens=head.max_output_tokens,
            choices=head.choices,
            trace_id=inbound.trace_id,
        )
        call = Call(self._books, facts, presence)
        call.span.given(inbound.body)
        question = self._cached.question(inbound, plan)
        if question is not None:
            ask = partial(self._ask, call=call, plan=plan)
            return await self._cached.reply(question, inbound, call, plan, ask)
        await call.open(plan)
        return await self._ask(inbound, call, plan)

    async def _count(self, inbound: Inbound, plan: Plan) -> Reply:
        """How many tokens a message would have: its provider's own count where that has one, else by the
        length of its words. A request like others, without tokens or cost."""
        head = inbound.head
        facts = CallFacts(inbound.caller, inbound.operation, head.model, trace_id=inbound.trace_id)
        call = Call(self._books, facts, inbound.presence)
        counting = _that_relay(plan, self._providers, inbound.operation)
        await call.open_without_cost(counting)
        with Closing(call):
            if counting is None:
                body = b'{"input_tokens":%d}' % written_tokens(head.input_bytes, 0).input
            else:
                relayed = RelayedCall(self._providers, inbound, call, longest=self._bounds.longest_answer)
                answered, _ = await self._providers.first_answer(
                    counting, call, relayed.attempt, seconds=self._bounds.call_seconds
                )
                body = answered.body if isinstance(answered, Whole) else b""
            call.close(Outcome.ANSWERED)
        return Reply(JSON, (*call.limit_headers, (b"x-answerable-call-id", call.id.encode())), body)

    async def _ask(self, inbound: Inbound, call: Call, plan: Plan) -> Reply:
        """Ask the plan's targets, for a call that is on the books."""
        relayed = RelayedCall(
            self._providers,
            inbound,
            call,
            longest=self._bounds.longest_answer,
            shows_refusals=not plan.retry.leaves_refusals,
        )
        with Closing(call):
            answered, attempts = await self._providers.first_answer(
                plan, call, relayed.attempt, seconds=self._bounds.call_seconds
            )
            headers = (*call.limit_headers, (b"x-answerable-call-id", call.id.encode()))
            if isinstance(answered, Begun):
                return Reply(answered.content_type, headers, stream=relayed.stream(answered, attempts))
            call.first_token()
            # Vectors are no words that a model wrote: they have input alone.
            guess = len(answered.body) // _JSON_BYTES_PER_TOKEN if inbound.operation in CHATS else 0
            call.span.gave(answered.body)
            call.close(Outcome.ANSWERED, answered.tokens or call.estimated(guess))
            return Reply(answered.content_type, headers, answered.body)

    async def ask(self, asked: OwnCall, check: AnswerCheck | None = None) -> Answered:
        """A whole answer with the stage that gave it and what it cost; `check` judges the answers of a
        cascade's stages. Raises UpstreamFailure or an AnswerableError."""
        plan = await self._own.plan(asked)
        if plan.cascade:
            return await self._stages.answer(asked, plan, check)
        return answered(*await self._own.whole(asked, plan))

    async def hear(
        self,
        asked: OwnCall,
        hear: Callable[[ChatEvent], Awaitable[None]],
        check: AnswerCheck | None = None,
        broken: Callable[[Spent], None] | None = None,
    ) -> Answered:
        """As `ask`, and `hear` hears the answer's events as they come. A cascade's last stage is heard as it
        speaks, an earlier one once its answer is taken. `broken` is told what an answer without an end cost.

        Raises UpstreamFailure or an AnswerableError, also in the middle of an answer.
        """
        plan = await self._own.plan(asked)
        whole: list[Answered] = []
        listener = Listener(check=check, answered=whole.append, broken=broken)
        source = self._stages.events if plan.cascade else self._own.heard
        async with aclosing(source(asked, plan, listener)) as events:
            async for event in events:
                await hear(event)
        return whole[0]

    async def begin(self, facts: CallFacts, presence: Presence = ALWAYS_THERE) -> Call:
        """A call that the system answers itself: on the books, without a cost of its own; what it asks of
        models are calls with its id as their `parent_id`. Raises LimitExceeded."""
        return await self._own.begin(facts, presence)


def _that_relay(plan: Plan, providers: Providers, operation: Operation) -> Plan | None:
    """The plan with the targets alone that speak the client's own protocol; None where the first ones do
    not, or a cascade chooses."""
    groups = tuple(
        kept
        for group in plan.groups
        if (
            kept := tuple(
                target for target in group if providers.adapter_for(target.kind).relays(target, operation)
            )
        )
    )
    first = set(plan.groups[0]) if plan.groups else set()
    if plan.cascade or not groups or first.isdisjoint(groups[0]):
        return None
    return replace(plan, groups=groups)
