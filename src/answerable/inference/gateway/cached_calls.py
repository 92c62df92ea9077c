"""Calls of clients that the cache may answer: kept answers, calls under way, and what is asked anew."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

import msgspec

from answerable.inference.cache.canonical import is_unambiguous, read_document
from answerable.inference.cache.flight import Flight
from answerable.inference.cache.protocols import protocol_of
from answerable.inference.cache.protocols.openai_chat import without_usage
from answerable.inference.cache.question import Question
from answerable.inference.cache.service import AnswerCache, Found, Made
from answerable.inference.failures import FailureKind, UpstreamFailure
from answerable.inference.gateway.call import Call
from answerable.inference.gateway.closing import Closing
from answerable.inference.gateway.inbound import ByteStream, Headers, Inbound, Reply
from answerable.inference.gateway.presence import CallerLeft
from answerable.inference.gateway.relayed import EVENTS, JSON
from answerable.inference.gateway.shared_stream import SharedStream, WholeStream
from answerable.inference.models.plan import Plan
from answerable.inference.operation import Operation
from answerable.inference.providers.adapter import Adapter
from answerable.inference.usage.record import CacheHit, Outcome
from answerable.kit.errors import AnswerableError

Ask = Callable[[Inbound], Awaitable[Reply]]
"""Asks the plan's targets; the call is on the books."""


class CachedBooks:
    """A call's books, as the cache keeps them."""

    __slots__ = ("_call",)

    def __init__(self, call: Call) -> None:
        self._call = call

    async def admit(self) -> None:
        """Count the call as a request that costs nothing."""
        await self._call.open_without_cost()

    def close(self, error: BaseException) -> None:
        """The call was ended before anybody was asked on its behalf."""
        Closing(self._call).ended_by(error)


class CachedCalls:
    """What the gateway asks before it asks a provider for a client."""

    def __init__(self, cache: AnswerCache, adapter_for: Callable[[str], Adapter]) -> None:
        self._cache = cache
        self._adapter_for = adapter_for

    def question(self, inbound: Inbound, plan: Plan) -> Question | None:
        """What the call asks, where its answer may be given or kept."""
        question = self._cache.questions.relayed(
            inbound.caller.workspace_id,
            inbound.operation,
            inbound.body,
            plan,
            passed=partial(self._passed, inbound, plan),
            wish=inbound.cache,
        )
        return question if question is not None and is_unambiguous(inbound.body) else None

    def _passed(self, inbound: Inbound, plan: Plan) -> dict[str, str]:
        kinds = {target.kind for group in plan.groups for target in group}
        names = {name for kind in kinds for name in self._adapter_for(kind).passed_headers}
        return {name: inbound.headers[name] for name in names if name in inbound.headers}

    async def reply(self, question: Question, inbound: Inbound, call: Call, plan: Plan, ask: Ask) -> Reply:
        """The answer, wherever it comes from. Raises what `ask` raises, and LimitExceeded."""
        asked = _Asked(self._cache.max_answer_bytes, inbound, call, plan, ask)
        found = await self._cache.seek(question, CachedBooks(call), asked.lead)
        if found.hit is None:
            return self._own(found, asked)
        with Closing(call):
            if found.kept is not None:
                return self._kept(found, inbound, call)
            return await self._joined(found, inbound, call)

    def _own(self, found: Found, asked: _Asked) -> Reply:
        flight = found.flight
        assert flight is not None
        headers = (*asked.headers, _told("miss"))
        content_type = flight.content_type.encode("latin-1")
        if flight.streamed:
            stream = _view(flight, found.reader, asked.inbound, asked.call, joined=False)
            return Reply(content_type, headers, stream=stream)
        flight.leave(found.reader)
        return Reply(content_type, headers, flight.whole or b"")

    def _kept(self, found: Found, inbound: Inbound, call: Call) -> Reply:
        hot = found.kept
        assert hot is not None
        assert found.hit is not None
        kept, head = hot.kept, inbound.head
        headers = (
            *_headers(call),
            _told(found.hit.value),
            (b"age", b"%d" % self._cache.age(kept)),
        )
        call.served(found.hit, kept.provider, kept.model)
        call.first_token()
        protocol = protocol_of(inbound.operation)
        if not head.stream or protocol is None:
            call.close(Outcome.ANSWERED)
            return Reply(kept.content_type.encode("latin-1"), headers, kept.body)
        frames = hot.streams.get(head.include_usage)
        if frames is None:
            frames = _frames(inbound, kept.body)
            hot.streams[head.include_usage] = frames
        call.close(Outcome.ANSWERED)
        return Reply(EVENTS, headers, stream=WholeStream(frames))

    async def _joined(self, found: Found, inbound: Inbound, call: Call) -> Reply:
        flight = found.flight
        assert flight is not None
        headers = (*_headers(call), _told(CacheHit.JOINED.value))
        call.served(CacheHit.JOINED, flight.provider, flight.model)
        protocol, wants_stream = protocol_of(inbound.operation), inbound.head.stream
        if flight.streamed and (wants_stream or protocol is None):
            call.first_token()
            content_type = flight.content_type.encode("latin-1")
            stream = _view(flight, found.reader, inbound, call, joined=True)
            return Reply(content_type, headers, stream=stream)
        try:
            body = await _whole(flight, inbound.operation)
        finally:
            flight.leave(found.reader)
        call.first_token()
        if wants_stream and protocol is not None:
            frames = _frames(inbound, body)
            call.close(Outcome.ANSWERED)
            return Reply(EVENTS, headers, stream=WholeStream(frames))
        call.close(Outcome.ANSWERED)
        content_type = JSON if flight.streamed else flight.content_type.encode("latin-1")
        return Reply(content_type, headers, body)


class _Asked:
    """One call that asks the provider, for itself and for those who join. `headers` are the answer's."""

    def __init__(self, most: int, inbound: Inbound, call: Call, plan: Plan, ask: Ask) -> None:
        self._most = most
        self.inbound = inbound
        self.call = call
        self._plan = plan
        self._ask = ask
        self.headers: Headers = ()

    async def lead(self, flight: Flight) -> Made | None:
        """Ask, tell the flight, and give what may be kept."""
        self.call.others_wait = flight.has_company
        with Closing(self.call):
            try:
                await self.call.open(self._plan)
            except AnswerableError:
                flight.leaders_own = True
                raise
            try:
                reply = await self._ask(_with_usage(self.inbound))
            except CallerLeft:
                flight.leaders_own = True  # somebody may have joined just now
                raise
            self.headers = reply.headers
            flight.content_type = reply.content_type.decode("latin-1")
            target = self.call.target
            if target is not None:
                flight.provider, flight.model = target.provider, target.model
            if reply.stream is not None:
                return await self._follow(flight, reply.stream)
        flight.whole = reply.body
        flight.end()
        return _made(flight, self.inbound.operation, reply.body)

    async def _follow(self, flight: Flight, stream: ByteStream) -> Made | None:
        try:
            data = await stream.read()
            while True:
                flight.broken = stream.broken
                flight.silent = stream.broken and not data
                if stream.ended:
                    flight.ended = True
                if data:
                    flight.add(data, len(data), most=self._most)
                if not flight.streamed or stream.ended:
                    flight.begin_stream()
                if stream.ended:
                    break
                await flight.room()
                data = await stream.read()
        except BaseException:
            stream.abandon(flight.stopped_as or self.call.presence.reason())
            raise
        if flight.broken or flight.size > self._most or not flight.complete:
            return None
        return _made(flight, self.inbound.operation, None)


def _made(flight: Flight, operation: Operation, body: bytes | None) -> Made | None:
    """The answer as it is kept, if it may be; `body` None: it came in pieces."""
    content_type, protocol = flight.content_type, protocol_of(operation)
    if body is None:
        body = b"".join(flight.pieces)
        if protocol is not None:
            document = protocol.collect(body)
            if document is None or not protocol.keepable(document):
                return None
            return Made("application/json", msgspec.json.encode(document), flight.provider, flight.model)
    document = None if operation is Operation.SPEECH else read_document(body)
    if protocol is not None and (document is None or not protocol.keepable(document)):
        return None
    if operation is Operation.EMBEDDINGS and (document is None or not document.get("data")):
        return None
    return Made(content_type, body, flight.provider, flight.model) if body else None


async def _whole(flight: Flight, operation: Operation) -> bytes:
    """The whole answer of a call under way. Raises UpstreamFailure when it does not come."""
    while not flight.ended:
        await flight.change()
    if flight.whole is not None:
        return flight.whole
    protocol = protocol_of(operation)
    if not flight.broken and flight.complete and protocol is not None:
        document = protocol.collect(b"".join(flight.pieces))
        if document is not None:
            return msgspec.json.encode(document)
    raise UpstreamFailure(FailureKind.CUT, "The call that this one had joined broke off.")


def _frames(inbound: Inbound, body: bytes) -> bytes:
    protocol, document = protocol_of(inbound.operation), read_document(body)
    try:
        if protocol is not None and document is not None:
            return protocol.frames(document, include_usage=inbound.head.include_usage)
    except ValueError as error:
        raise UpstreamFailure(FailureKind.PROTOCOL, "The provider's answer cannot be streamed.") from error
    raise UpstreamFailure(FailureKind.PROTOCOL, "The provider's answer cannot be streamed.")


def _view(flight: Flight, reader: int, inbound: Inbound, call: Call, *, joined: bool) -> SharedStream:
    hide = inbound.operation is Operation.CHAT and not inbound.head.include_usage
    return SharedStream(
        flight, reader, call, inbound.operation, joined=joined, shown=without_usage if hide else _unchanged
    )


def _unchanged(data: bytes) -> bytes:
    return data


def _with_usage(inbound: Inbound) -> Inbound:
    """A streamed chat whose usage is told: others who want it may join, and whole answers have it."""
    if inbound.operation is not Operation.CHAT or not inbound.head.stream or inbound.head.include_usage:
        return inbound
    head = msgspec.structs.replace(inbound.head, include_usage=True)
    return msgspec.structs.replace(inbound, head=head)


def _headers(call: Call) -> Headers:
    return (*call.limit_headers, (b"x-answerable-call-id", call.id.encode()))


def _told(how: str) -> tuple[bytes, bytes]:
    return b"x-answerable-cache", how.encode()
