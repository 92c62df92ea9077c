"""Calls that the system makes itself: one attempt each, in the gateway's own words."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import msgspec

from answerable.inference.chat import (
    ChatAnswer,
    ChatEvent,
    ChatRequest,
    Finished,
    Image,
    Part,
    ToolCall,
)
from answerable.inference.dialects.pictures import PICTURE_BYTES
from answerable.inference.failures import UpstreamFailure
from answerable.inference.gateway.attempts import Providers
from answerable.inference.gateway.call import Call
from answerable.inference.gateway.closing import SeenEvents
from answerable.inference.gateway.refusing import RefusalWatch, RefusedAnswer, is_refusal
from answerable.inference.gateway.upstream import upstream_failure
from answerable.inference.models.hiding import failure_without_secrets
from answerable.inference.models.plan import Target
from answerable.inference.providers.adapter import Adapter, EventReader
from answerable.kit.outbound import OutboundFailure, OutboundResponse


class OwnStream:
    """A streamed answer that has begun."""

    __slots__ = ("_first", "_reader", "_target", "response")

    def __init__(self, target: Target, response: OutboundResponse, reader: EventReader) -> None:
        self._target = target
        self.response = response
        self._reader = reader
        self._first: list[ChatEvent] = []

    async def begin(self, watch: RefusalWatch | None = None) -> None:
        """Wait for the first event; with a `watch` for the first word, or the whole of a refusal. Raises
        UpstreamFailure."""
        while not self.response.drained and (
            not self._first if watch is None else watch.refused is not False and not self._finished
        ):
            known = len(self._first)
            await self._more(self._first)
            if watch is not None:
                watch.see(self._first[known:])
        if not self._first:
            self._first = list(self._reader.close())

    @property
    def begun_with(self) -> Sequence[ChatEvent]:
        """The events that it waited for."""
        return self._first

    @property
    def _finished(self) -> bool:
        return any(isinstance(event, Finished) for event in self._first)

    async def events(self) -> AsyncIterator[ChatEvent]:
        """All events. Raises UpstreamFailure(CUT) when the answer is not whole."""
        for event in self._first:
            yield event
        try:
            while not self.response.drained:
                more: list[ChatEvent] = []
                broken: UpstreamFailure | None = None
                try:
                    await self._more(more)
                except UpstreamFailure as failure:
                    broken = failure  # what came before it in the same bytes is part of the answer
                for event in more:
                    yield event
                if broken is not None:
                    raise broken
            for event in self._reader.close():
                yield event
        except UpstreamFailure as failure:
            raise failure_without_secrets(self._target, failure) from None

    async def _more(self, events: list[ChatEvent]) -> None:
        try:
            data = await self.response.read()
        except OutboundFailure as failure:
            raise upstream_failure(failure) from failure
        for event in self._reader.feed(data):
            events.append(event)  # noqa: PERF402 (those before an error stay)


class ChatAttempt:
    """Asks one target for a whole answer, or for the beginning of a streamed one."""

    def __init__(
        self, providers: Providers, request: ChatRequest, call: Call, *, longest: int, shows_refusals: bool
    ) -> None:
        """`longest` bounds a whole answer, in bytes. Without `shows_refusals` a refusal with a good status
        is a failure of its target."""
        self._call = call
        self._shows_refusals = shows_refusals
        self._providers = providers
        self._request = request
        self._longest = longest

    async def whole(self, target: Target, adapter: Adapter, seconds: float | None) -> ChatAnswer:
        """The answer. Raises UpstreamFailure."""
        upstream = adapter.chat_request(target, self._request)
        _, body = await self._providers.whole(target, adapter, upstream, seconds, self._longest)
        answer = adapter.chat_answer(body)
        if not self._shows_refusals and is_refusal(answer):
            tokens = self._call.estimated(0) if answer.tokens.estimated else answer.tokens
            raise RefusedAnswer(answer, tokens)
        return answer

    async def begun(self, target: Target, adapter: Adapter, seconds: float | None) -> OwnStream:
        """The answer from its first event on. Raises UpstreamFailure."""
        upstream = adapter.chat_request(target, self._request)
        response = await self._providers.ask(target, adapter, upstream, seconds)
        stream = OwnStream(target, response, adapter.chat_events())
        watch = None if self._shows_refusals else RefusalWatch(adapter.chat_events())
        try:
            await stream.begin(watch)
        except UpstreamFailure as failure:
            response.abort()
            seen = SeenEvents()
            for event in stream.begun_with:
                seen.noted(event)
            if seen.tokens is not None or seen.events:
                failure.tokens = self._call.used(seen.tokens, seen.events, whole=False)
            raise
        except BaseException:
            response.abort()
            raise
        if watch is not None and watch.refused:
            seen = SeenEvents()
            for event in stream.begun_with:
                seen.noted(event)
            raise RefusedAnswer(stream, self._call.used(seen.tokens, seen.events, whole=True))
        return stream


def prompt_bytes(request: ChatRequest) -> int:
    """The size of the words of a prompt in UTF-8, with tools, what they were asked and gave, and the schema
    of the answer; each picture as `PICTURE_BYTES`."""
    size = sum(_part_bytes(part) for message in request.messages for part in message.parts)
    for more in (request.tools, request.output_schema):
        size += len(msgspec.json.encode(more)) if more else 0
    return size


def _part_bytes(part: Part) -> int:
    if isinstance(part, Image):
        return PICTURE_BYTES
    return len((part.arguments if isinstance(part, ToolCall) else part.text).encode("utf-8", "replace"))
