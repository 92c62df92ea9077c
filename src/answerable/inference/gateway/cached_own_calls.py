"""The system's own calls, where the cache may answer them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from functools import partial

from answerable.inference.cache.flight import Flight
from answerable.inference.cache.own_answers import (
    CHAT_TYPE,
    answer_of,
    decode_answer,
    encode_answer,
    events_of,
    keepable,
)
from answerable.inference.cache.question import Question
from answerable.inference.cache.service import AnswerCache, Found, Made
from answerable.inference.chat import ChatAnswer, ChatEvent
from answerable.inference.failures import FailureKind, UpstreamFailure
from answerable.inference.gateway.cached_calls import CachedBooks
from answerable.inference.gateway.call import Call
from answerable.inference.gateway.closing import Closing
from answerable.inference.gateway.own_call import Opened, OwnCall
from answerable.inference.gateway.presence import CallerLeft
from answerable.inference.models.plan import Plan
from answerable.inference.usage.record import CacheHit, Outcome
from answerable.kit.errors import AnswerableError

# A call that others lead gets this much longer than its deadline, so that its own attempts end first.
_GRACE_SECONDS = 0.5
_BYTES_AN_EVENT = 64

AskWhole = Callable[[], Awaitable[ChatAnswer]]
AskEvents = Callable[[], AsyncGenerator[ChatEvent, None]]


class CachedOwnCalls:
    """What the system's own calls ask before they ask a provider."""

    def __init__(self, cache: AnswerCache) -> None:
        self._cache = cache

    async def answer(self, asked: OwnCall, plan: Plan, call: Call, ask: AskWhole) -> ChatAnswer:
        """A whole answer; `ask` asks the plan's targets. The books are closed."""
        question = self._question(asked, plan)
        if question is None:
            await call.open(plan)
            return await ask()

        async def asked_anew() -> tuple[bytes, bool]:
            answer = await ask()
            return encode_answer(answer), keepable(answer)

        body = await self._body(question, plan, call, asked_anew, CHAT_TYPE, deadline=asked.deadline)
        return decode_answer(body)

    async def events(
        self, asked: OwnCall, plan: Plan, call: Call, ask: AskEvents, opened: Opened | None
    ) -> AsyncGenerator[ChatEvent, None]:
        """The events of an answer as they come."""
        question = self._question(asked, plan)
        if question is None:
            await call.open(plan)
            _tell(opened, call)
            async with aclosing(ask()) as events:
                async for event in events:
                    yield event
            return
        lead = partial(self._lead_events, plan, call, ask, asked)
        async with _within(asked.deadline):
            found = await self._cache.seek(question, CachedBooks(call), lead)
        _tell(opened, call)
        if found.hit is None:
            async with aclosing(_follow(found)) as events:
                async for event in events:
                    yield event
            return
        with Closing(call):
            async for event in self._given(found, call):
                yield event

    def _question(self, asked: OwnCall, plan: Plan) -> Question | None:
        if not (asked.cache.read or asked.cache.keep):
            return None
        question = self._cache.questions.chat(asked.caller.workspace_id, asked.request, plan, asked.tags)
        return None if question is None else replace(question, wish=asked.cache)

    async def _given(self, found: Found, call: Call) -> AsyncGenerator[ChatEvent, None]:
        """Another call's answer as events."""
        if found.kept is not None or (found.flight is not None and not found.flight.streamed):
            answer = decode_answer(_served(found, call))
            call.close(Outcome.ANSWERED)
            for event in events_of(answer):
                yield event
            return
        assert found.flight is not None
        call.served(CacheHit.JOINED, found.flight.provider, found.flight.model)
        async with aclosing(_follow(found)) as events:
            async for event in events:
                yield event
        call.close(Outcome.ANSWERED)

    async def _body(
        self,
        question: Question,
        plan: Plan,
        call: Call,
        ask: Callable[[], Awaitable[tuple[bytes, bool]]],
        content_type: str,
        deadline: float | None = None,
    ) -> bytes:
        async def lead(flight: Flight) -> Made | None:
            await _open(flight, call, plan)
            try:
                body, fit = await ask()
            except UpstreamFailure as failure:
                flight.leaders_own = deadline is not None and failure.kind is FailureKind.TOTAL_TIMEOUT
                raise
            except CallerLeft:
                flight.leaders_own = True
                raise
            _note_source(flight, call)
            flight.whole = body
            flight.end()
            return Made(content_type, body, flight.provider, flight.model) if fit else None

        async with _within(deadline):
            found = await self._cache.seek(question, CachedBooks(call), lead)
            flight = found.flight
            if found.hit is None:
                assert flight is not None
                flight.leave(found.reader)
                return flight.whole or b""
            with Closing(call):
                if flight is not None and flight.streamed:
                    body = await _whole(flight, found.reader, call)
                else:
                    body = _served(found, call)
                call.close(Outcome.ANSWERED)
                return body

    async def _lead_events(
        self, plan: Plan, call: Call, ask: AskEvents, asked: OwnCall, flight: Flight
    ) -> Made | None:
        await _open(flight, call, plan)
        try:
            async with aclosing(ask()) as events:
                async for event in events:
                    if not flight.streamed:
                        _note_source(flight, call)
                        flight.begin_stream()
                    size = _BYTES_AN_EVENT + len(getattr(event, "text", ""))
                    flight.add(event, size, most=self._cache.max_answer_bytes)
                    await flight.room()
        except UpstreamFailure as failure:
            flight.leaders_own = asked.deadline is not None and failure.kind is FailureKind.TOTAL_TIMEOUT
            raise
        except CallerLeft:
            flight.leaders_own = True
            raise
        flight.streamed = True
        flight.end()
        answer = answer_of(asked.request.model, flight.pieces) if flight.complete else None
        if answer is None or not keepable(answer):
            return None
        return Made(CHAT_TYPE, encode_answer(answer), flight.provider, flight.model)


async def _open(flight: Flight, call: Call, plan: Plan) -> None:
    call.others_wait = flight.has_company
    with Closing(call):
        try:
            await call.open(plan)
        except AnswerableError:
            flight.leaders_own = True
            raise


def _note_source(flight: Flight, call: Call) -> None:
    if call.target is not None:
        flight.provider, flight.model = call.target.provider, call.target.model


def _tell(opened: Opened | None, call: Call) -> None:
    if opened is not None:
        opened(call)


async def _follow(found: Found) -> AsyncGenerator[ChatEvent, None]:
    """The events of a call under way, from its first on. Raises what ended it."""
    flight, at = found.flight, 0
    assert flight is not None
    try:
        while True:
            for event in flight.since(at):
                yield event
                at += 1
            flight.moved(found.reader, at)
            if at < flight.count:
                continue
            if flight.ended:
                break
            await flight.change()
        if flight.failed is not None:
            raise flight.failed
    finally:
        flight.leave(found.reader)
        if not flight.waiting:
            await flight.done()


def _served(found: Found, call: Call) -> bytes:
    """The body that is there for the call, whose books are told where it comes from."""
    assert found.hit is not None
    if found.kept is not None:
        kept = found.kept.kept
        call.served(found.hit, kept.provider, kept.model)
        body = kept.body
    else:
        flight = found.flight
        assert flight is not None
        call.served(found.hit, flight.provider, flight.model)
        body = flight.whole or b""
        flight.leave(found.reader)
    call.first_token()
    return body


async def _whole(flight: Flight, reader: int, call: Call) -> bytes:
    """The whole of a streamed call under way."""
    call.served(CacheHit.JOINED, flight.provider, flight.model)
    try:
        while not flight.ended:
            await flight.change()
        answer = (
            answer_of(flight.model or "", flight.pieces)
            if flight.complete and flight.failed is None
            else None
        )
    finally:
        flight.leave(reader)
    if answer is None:
        raise flight.failed or UpstreamFailure(
            FailureKind.CUT, "The call that this one had joined broke off."
        )
    call.first_token()
    return encode_answer(answer)


@asynccontextmanager
async def _within(deadline: float | None) -> AsyncGenerator[None, None]:
    """Bounds a wait for others. Raises UpstreamFailure(TOTAL_TIMEOUT)."""
    seconds = None if deadline is None else deadline - time.monotonic() + _GRACE_SECONDS
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise UpstreamFailure(FailureKind.TOTAL_TIMEOUT, "No answer came before the deadline.") from None
