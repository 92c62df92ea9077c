"""The gateway: relayed calls, translated calls and the system's own calls, through one pipeline.

plan → admission → books opened → attempts → first byte commits → relay → books closed → last byte
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import msgspec

from answerable.inference.chat import ChatAnswer, ChatEvent, ChatRequest
from answerable.inference.failures import UpstreamFailure
from answerable.inference.gateway.attempts import Providers
from answerable.inference.gateway.call import Books, Call, CallFacts
from answerable.inference.gateway.closing import Closing, SeenEvents
from answerable.inference.gateway.inbound import Inbound, Reply
from answerable.inference.gateway.own import ChatAttempt, EmbeddingAttempt, prompt_bytes
from answerable.inference.gateway.relayed import Begun, RelayedCall
from answerable.inference.models.catalog import Catalog
from answerable.inference.models.plan import Plan
from answerable.inference.operation import Caller, Operation
from answerable.inference.usage.prices import price_list
from answerable.inference.usage.record import Outcome

# An answer without figures is counted by its length: bytes of JSON, characters of text a token.
_JSON_BYTES_PER_TOKEN = 16
_CHARACTERS_PER_TOKEN = 4


@dataclass(frozen=True, slots=True)
class GatewayBounds:
    """`longest_answer` bounds whole answers, in bytes; `call_seconds` all attempts of a call together."""

    longest_answer: int = 64_000_000
    call_seconds: float = 600.0


class Gateway:
    """Every call to a model. One object a process."""

    def __init__(self, catalog: Catalog, providers: Providers, books: Books, bounds: GatewayBounds) -> None:
        self._catalog = catalog
        self._providers = providers
        self._books = books
        self._bounds = bounds
        self._started = False

    async def relay(self, inbound: Inbound) -> Reply:
        """The answer to a client, once its first byte is there; the books of a whole one are closed.

        Raises UpstreamFailure when every target failed, and an AnswerableError for what the caller
        may not, cannot or must not ask. When the task is cancelled, the presence says why.
        """
        head, presence = inbound.head, inbound.presence
        if not self._started:
            await self._start()
        plan = await self._catalog.plan(inbound.caller.workspace_id, head.model, inbound.operation)
        facts = CallFacts(
            inbound.caller,
            inbound.operation,
            head.model,
            streamed=head.stream,
            input_bytes=head.input_bytes,
            max_output_tokens=head.max_output_tokens,
            trace_id=inbound.trace_id,
        )
        call = Call(self._books, facts, presence)
        await call.open(plan)
        relayed = RelayedCall(self._providers, inbound, call, longest=self._bounds.longest_answer)
        with Closing(call):
            answered, attempts = await self._providers.first_answer(
                plan, call, relayed.attempt, seconds=self._bounds.call_seconds
            )
            call.first_byte()
            headers = (*call.limit_headers, (b"x-answerable-call-id", call.id.encode()))
            if isinstance(answered, Begun):
                return Reply(answered.content_type, headers, stream=relayed.stream(answered, attempts))
            guess = len(answered.body) // _JSON_BYTES_PER_TOKEN
            call.close(Outcome.ANSWERED, answered.tokens or call.estimated(guess))
            return Reply(answered.content_type, headers, answered.body)

    async def chat(
        self,
        caller: Caller,
        request: ChatRequest,
        *,
        deadline: float | None = None,
        parent_id: str | None = None,
        stage: str | None = None,
    ) -> ChatAnswer:
        """A whole answer. `deadline` is a moment of `time.monotonic`. Raises UpstreamFailure or an
        AnswerableError."""
        request = msgspec.structs.replace(request, stream=False)
        call, plan = await self._opened(caller, request, parent_id, stage)
        attempt = ChatAttempt(self._providers, request, longest=self._bounds.longest_answer)
        with Closing(call):
            answer, _ = await self._providers.first_answer(
                plan, call, attempt.whole, seconds=self._seconds(deadline)
            )
            call.first_byte()
            guess = call.estimated(len(answer.text) // _CHARACTERS_PER_TOKEN)
            call.close(Outcome.ANSWERED, guess if answer.tokens.estimated else answer.tokens)
            return answer

    async def stream(
        self,
        caller: Caller,
        request: ChatRequest,
        *,
        deadline: float | None = None,
        parent_id: str | None = None,
        stage: str | None = None,
    ) -> AsyncIterator[ChatEvent]:
        """The events of an answer as they come. Closing the iterator ends the call as cancelled.

        Raises UpstreamFailure or an AnswerableError, also in the middle of an answer.
        """
        request = msgspec.structs.replace(request, stream=True)
        call, plan = await self._opened(caller, request, parent_id, stage)
        attempt = ChatAttempt(self._providers, request, longest=self._bounds.longest_answer)
        seen = SeenEvents()
        with Closing(call, seen):
            begun, attempts = await self._providers.first_answer(
                plan, call, attempt.begun, seconds=self._seconds(deadline)
            )
            call.first_byte()
            try:
                async for event in begun.events():
                    yield seen.noted(event)
            except UpstreamFailure as failure:
                if call.target is not None:
                    attempts.failed(call.target, failure)
                raise
            finally:
                begun.response.abort()
                attempts.close()
            call.close(Outcome.ANSWERED, seen.tokens or call.estimated(seen.events))

    async def embed(
        self, caller: Caller, model: str, texts: Sequence[str], dimensions: int | None = None
    ) -> list[list[float]]:
        """The vectors of texts, shape (texts, dimensions). Raises UpstreamFailure or an AnswerableError."""
        if not self._started:
            await self._start()
        plan = await self._catalog.plan(caller.workspace_id, model, Operation.EMBEDDINGS)
        size = sum(len(text) for text in texts)
        call = Call(self._books, CallFacts(caller, Operation.EMBEDDINGS, model, input_bytes=size))
        await call.open(plan)
        attempt = EmbeddingAttempt(self._providers, texts, dimensions, longest=self._bounds.longest_answer)
        with Closing(call):
            (vectors, tokens), _ = await self._providers.first_answer(
                plan, call, attempt.vectors, seconds=self._bounds.call_seconds
            )
            call.close(Outcome.ANSWERED, call.estimated(0) if tokens.estimated else tokens)
            return vectors

    async def _start(self) -> None:
        """With the first call: the price list takes a moment to read, and memory that idle processes save."""
        await asyncio.to_thread(price_list)
        self._books.usage.start()
        self._books.limits.start()
        self._started = True

    async def available(self, workspace_id: str) -> bool:
        """Whether a workspace has any model to call; does not suspend when that is known."""
        return bool(await self._catalog.names(workspace_id))

    async def _opened(
        self, caller: Caller, request: ChatRequest, parent_id: str | None, stage: str | None
    ) -> tuple[Call, Plan]:
        if not self._started:
            await self._start()
        plan = await self._catalog.plan(caller.workspace_id, request.model, Operation.CHAT)
        facts = CallFacts(
            caller,
            Operation.CHAT,
            request.model,
            streamed=request.stream,
            input_bytes=prompt_bytes(request),
            max_output_tokens=request.max_output_tokens,
            stage=stage,
            parent_id=parent_id,
        )
        call = Call(self._books, facts)
        await call.open(plan)
        return call, plan

    def _seconds(self, deadline: float | None) -> float:
        longest = self._bounds.call_seconds
        return longest if deadline is None else min(deadline - time.monotonic(), longest)
