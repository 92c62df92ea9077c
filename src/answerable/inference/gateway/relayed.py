"""Calls of HTTP clients: bytes pass as they are where the protocols agree, else they are translated."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import msgspec

from answerable.inference.chat import ChatRequest, TokenCount
from answerable.inference.dialects.dialect import FrameWriter
from answerable.inference.dialects.registry import dialect_for
from answerable.inference.failures import UpstreamFailure
from answerable.inference.gateway.attempts import Providers, begins_with_error
from answerable.inference.gateway.call import Call
from answerable.inference.gateway.errors import error_event
from answerable.inference.gateway.inbound import Inbound
from answerable.inference.gateway.plain import translated_plain
from answerable.inference.gateway.refusing import (
    RefusalWatch,
    RefusedAnswer,
    ResponsesReader,
    is_refusal,
    is_refused_response,
)
from answerable.inference.gateway.stream import AnswerStream, Converter
from answerable.inference.gateway.tap import EventTap, event_data
from answerable.inference.gateway.translation import Passage, Translation
from answerable.inference.gateway.upstream import upstream_failure
from answerable.inference.models.plan import Target
from answerable.inference.operation import Operation
from answerable.inference.providers.adapter import Adapter, UpstreamRequest
from answerable.inference.providers.failing import garbage
from answerable.inference.routing.router import Attempts
from answerable.kit.errors import AnswerableError
from answerable.kit.outbound import OutboundFailure, OutboundResponse

JSON = b"application/json"
EVENTS = b"text/event-stream; charset=utf-8"
CHATS = frozenset({Operation.CHAT, Operation.RESPONSES, Operation.MESSAGES})


@dataclass(slots=True)
class Whole:
    """A whole answer of a target, as the client's protocol has it."""

    content_type: bytes
    body: bytes
    tokens: TokenCount | None


@dataclass(slots=True)
class Begun:
    """A streamed answer that has begun. `writer` is set for a translated one."""

    content_type: bytes
    response: OutboundResponse
    converter: Converter
    first: bytes
    writer: FrameWriter | None = None


class RelayedCall:
    """One client's call; `attempt` asks one target, and returns once its answer has begun."""

    def __init__(
        self, providers: Providers, inbound: Inbound, call: Call, *, longest: int, shows_refusals: bool = True
    ) -> None:
        """`longest` bounds a whole answer, in bytes. Without `shows_refusals` a refusal with a good status
        is a failure of its target."""
        self._shows_refusals = shows_refusals
        self._providers = providers
        self._inbound = inbound
        self._call = call
        self._longest = longest
        self._request: ChatRequest | None = None

    async def attempt(self, target: Target, adapter: Adapter, seconds: float | None) -> Whole | Begun:
        """The target's answer. Raises UpstreamFailure; an AnswerableError when the target's protocol
        cannot say what is asked."""
        inbound = self._inbound
        operation = inbound.operation
        if adapter.relays(target, operation):
            stream = inbound.head.stream
            request = adapter.relay_request(target, operation, inbound.body, stream=stream)
            request = self._with_passed_headers(adapter, request)
            if operation is Operation.SPEECH:
                return await self._sound(target, adapter, request, seconds)
            if stream and operation in CHATS:
                return await self._relayed_stream(target, adapter, request, seconds)
            return await self._relayed_whole(target, adapter, request, seconds)
        if operation not in CHATS:
            return await self._plain(target, adapter, seconds)
        return await self._translated(target, adapter, seconds)

    def stream(self, begun: Begun, attempts: Attempts) -> AnswerStream:
        """The rest of an answer that has begun; a later break is reported to the attempts."""
        target = self._call.target
        assert target is not None
        return AnswerStream(
            self._call,
            begun.response,
            begun.converter,
            begun.first,
            failed=begun.writer.failure if begun.writer is not None else self._error_event,
            on_broken=partial(attempts.failed, target),
            on_end=attempts.close,
        )

    async def _relayed_whole(
        self, target: Target, adapter: Adapter, request: UpstreamRequest, seconds: float | None
    ) -> Whole:
        response, body = await self._providers.whole(target, adapter, request, seconds, self._longest)
        words = body.strip()
        if not (words.startswith(b"{") and words.endswith(b"}")):
            # Not all of it came, or a page of some proxy's: no client could read it.
            raise garbage("The provider's answer is no JSON document.", body)
        operation = self._inbound.operation
        tokens = adapter.relayed_tokens(operation, body)
        whole = Whole(_content_type(response, JSON), body, tokens)
        if not self._shows_refusals and operation in CHATS and _refuses(adapter, operation, body):
            raise RefusedAnswer(whole, tokens or self._call.estimated(0))
        return whole

    async def _relayed_stream(
        self, target: Target, adapter: Adapter, request: UpstreamRequest, seconds: float | None
    ) -> Begun:
        operation = self._inbound.operation
        response = await self._providers.ask(target, adapter, request, seconds)
        tap = EventTap(
            operation,
            partial(adapter.relayed_tokens, operation),
            hide_usage=operation is Operation.CHAT and not self._inbound.head.include_usage,
        )
        reader = ResponsesReader() if operation is Operation.RESPONSES else adapter.chat_events()
        watch = None if self._shows_refusals else RefusalWatch(reader)
        first = await self._first(response, tap, watch)
        if begins_with_error(first):
            response.abort()
            failure = adapter.failure(_status(response), response.headers, event_data(first))
            raise self._with_spent(failure, tap)
        return self._begun(Begun(_content_type(response, EVENTS), response, tap, first), watch)

    async def _sound(
        self, target: Target, adapter: Adapter, request: UpstreamRequest, seconds: float | None
    ) -> Begun:
        response = await self._providers.ask(target, adapter, request, seconds)
        passage = Passage()
        first = await self._first(response, passage)
        return Begun(_content_type(response, b"application/octet-stream"), response, passage, first)

    async def _translated(self, target: Target, adapter: Adapter, seconds: float | None) -> Whole | Begun:
        if self._request is None:
            request = dialect_for(self._inbound.operation).read(self._inbound.body)
            if self._inbound.head.include_usage and not request.include_usage:
                request = msgspec.structs.replace(request, include_usage=True)  # for those who join
            self._request = request
        request = self._request
        dialect = dialect_for(self._inbound.operation)
        upstream = adapter.chat_request(target, request)
        if not request.stream:
            _, body = await self._providers.whole(target, adapter, upstream, seconds, self._longest)
            answer = adapter.chat_answer(body)
            tokens = None if answer.tokens.estimated else answer.tokens
            written = dialect.answer(
                answer, request=request, call_id=self._call.id, created=self._call.started_at
            )
            whole = Whole(JSON, written, tokens)
            if not self._shows_refusals and is_refusal(answer):
                raise RefusedAnswer(whole, tokens or self._call.estimated(0))
            return whole
        response = await self._providers.ask(target, adapter, upstream, seconds)
        writer = dialect.writer(request, self._call.id, self._call.started_at)
        translation = Translation(adapter.chat_events(), writer)
        watch = None if self._shows_refusals else RefusalWatch(adapter.chat_events())
        first = await self._first(response, translation, watch)
        return self._begun(Begun(EVENTS, response, translation, first, writer), watch)

    async def _plain(self, target: Target, adapter: Adapter, seconds: float | None) -> Whole:
        plain = translated_plain(self._inbound.operation, target, adapter, self._inbound.body)
        response, body = await self._providers.whole(target, adapter, plain.request, seconds, self._longest)
        content_type, written, tokens = plain.answer(response.headers.get("content-type", ""), body)
        return Whole(content_type.encode(), written, tokens)

    async def _first(
        self, response: OutboundResponse, converter: Converter, watch: RefusalWatch | None = None
    ) -> bytes:
        """The first bytes for the client: until there are some, another target may still be asked.

        With a `watch` those up to the first word, or the whole of a refusal.
        """
        held = b""
        try:
            while True:
                raw = await response.read()
                if watch is not None:
                    watch.feed(raw)
                held += converter.feed(raw) if raw else converter.finish()
                waits = not held if watch is None else watch.refused is not False and not converter.finished
                if not (raw and waits and len(held) < self._longest):
                    return held
        except OutboundFailure as failure:
            raise self._with_spent(upstream_failure(failure), converter) from failure
        except UpstreamFailure as failure:
            response.abort()
            raise self._with_spent(failure, converter) from None
        except BaseException:
            response.abort()
            raise

    def _with_spent(self, failure: UpstreamFailure, converter: Converter) -> UpstreamFailure:
        """The same, with what the provider has counted though no client saw any of it."""
        if converter.tokens is not None or converter.events:
            failure.tokens = self._call.used(converter.tokens, converter.events, whole=False)
        return failure

    def _begun(self, begun: Begun, watch: RefusalWatch | None) -> Begun:
        if watch is not None and watch.refused:
            converter = begun.converter
            raise RefusedAnswer(begun, self._call.used(converter.tokens, converter.events, whole=True))
        return begun

    def _with_passed_headers(self, adapter: Adapter, request: UpstreamRequest) -> UpstreamRequest:
        headers = self._inbound.headers
        passed = tuple((name, headers[name]) for name in adapter.passed_headers if name in headers)
        if not passed:
            return request
        names = {name for name, _ in passed}
        kept = tuple(header for header in request.headers if header[0] not in names)
        return msgspec.structs.replace(request, headers=kept + passed)

    def _error_event(self, failure: UpstreamFailure | AnswerableError) -> bytes:
        if self._inbound.operation is Operation.SPEECH:
            return b""  # sound has no place for words: the connection is cut instead
        return error_event(self._inbound.operation, failure)


def _refuses(adapter: Adapter, operation: Operation, body: bytes) -> bool:
    if operation is Operation.RESPONSES:
        return is_refused_response(body)
    return is_refusal(adapter.chat_answer(body))


def _content_type(response: OutboundResponse, otherwise: bytes) -> bytes:
    return response.headers.get("content-type", "").encode("latin-1") or otherwise


def _status(response: OutboundResponse) -> int:
    # An error that comes with a good status says by its own words what it is.
    return 500 if response.status < 400 else response.status
