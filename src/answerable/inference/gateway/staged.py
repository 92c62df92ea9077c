"""A client's call to an alias with a cascade: read, run through its stages, written in its protocol."""

from __future__ import annotations

from contextlib import aclosing

from answerable.inference.dialects.registry import dialect_for
from answerable.inference.gateway.call import Call
from answerable.inference.gateway.event_stream import EventStream
from answerable.inference.gateway.inbound import Headers, Inbound, Reply
from answerable.inference.gateway.own_call import FloorWriting, Listener, OwnCall, Stages
from answerable.inference.gateway.relayed import EVENTS, JSON
from answerable.inference.gateway.shared_stream import WholeStream
from answerable.inference.models.plan import Plan


async def staged_reply(stages: Stages, inbound: Inbound, plan: Plan) -> Reply:
    """The answer, once it is there; of a stream, once a stage was taken.

    Raises UpstreamFailure when no stage answered, and an AnswerableError for what the caller may not, cannot
    or must not ask.
    """
    request = dialect_for(inbound.operation).read(inbound.body)
    asked = OwnCall(
        inbound.caller,
        request,
        operation=inbound.operation,
        presence=inbound.presence,
        trace_id=inbound.trace_id,
        floor=inbound.floor,
        cache=inbound.cache,
    )
    calls: list[Call] = []
    if request.stream:
        return await _streamed(stages, asked, plan, calls)
    answered = await stages.answer(asked, plan, opened=calls.append)
    call = calls[0]
    if answered.writing is not None:
        body = answered.writing.whole(inbound.operation, request, call.id, call.started_at)
    else:
        body = dialect_for(inbound.operation).answer(
            answered.answer, request=request, call_id=call.id, created=call.started_at
        )
    return Reply(JSON, _headers(call, answered.stage), body)


async def _streamed(stages: Stages, asked: OwnCall, plan: Plan, calls: list[Call]) -> Reply:
    writings: list[FloorWriting] = []
    speaking: list[str] = []
    listener = Listener(calls.append, writings.append, speaks=speaking.append)
    events = stages.events(asked, plan, listener)
    try:
        first = await anext(events)
        if writings:  # all of it is there: the books are closed before the first byte
            async for _ in events:
                pass
    except BaseException:
        async with aclosing(events):
            raise
    call = calls[0]
    if writings:
        frames = writings[0].frames(asked.operation, asked.request, call.id, call.started_at)
        return Reply(EVENTS, _headers(call, speaking[0]), stream=WholeStream(frames))
    writer = dialect_for(asked.operation).writer(asked.request, call.id, call.started_at)
    stream = EventStream(events, writer, writer.frames(first))
    return Reply(EVENTS, _headers(call, speaking[0]), stream=stream)


def _headers(call: Call, stage: str) -> Headers:
    return (
        *call.limit_headers,
        (b"x-answerable-call-id", call.id.encode()),
        (b"x-answerable-stage", stage.encode("ascii", "replace")),
    )
