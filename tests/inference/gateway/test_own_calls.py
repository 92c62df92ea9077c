"""The system's own calls through the gateway."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest

from answerable.inference.chat import ChatEvent, ChatRequest, Message, Text, TextDelta, UsageReported
from answerable.inference.failures import FailureKind, UpstreamFailure
from answerable.inference.gateway import Gateway
from answerable.inference.gateway.own_call import OwnCall
from answerable.inference.models.errors import UnknownModel
from answerable.inference.operation import Caller
from answerable.kit.runtime import Runtime
from tests.api.relay.gateway import Bed
from tests.factories.upstream import Fail, Hang, Reply, Upstream
from tests.factories.waiting import eventually

HI = ChatRequest(model="small", messages=(Message("user", (Text("Hello?"),)),))


def _into(events: list[ChatEvent]) -> Callable[[ChatEvent], Awaitable[None]]:
    async def hear(event: ChatEvent) -> None:
        events.append(event)

    return hear


@pytest.fixture
def gateway(relay_runtime: Runtime) -> Gateway:
    """The process's gateway."""
    return relay_runtime.get(Gateway)


@pytest.fixture
def caller(bed: Bed) -> Caller:
    """The system at work for the workspace."""
    return Caller(bed.owner.workspace_id, route="ask")


async def test_a_whole_answer(gateway: Gateway, caller: Caller, bed: Bed) -> None:
    answer = (await gateway.ask(OwnCall(caller, HI, stage="small"))).answer
    assert answer.text == "Hello from upstream."
    (row,) = await bed.rows(1)
    assert (row.outcome, row.input_tokens, row.output_tokens) == ("answered", 11, 7)


async def test_events_as_they_come(gateway: Gateway, caller: Caller, bed: Bed) -> None:
    events: list[ChatEvent] = []
    answered = await gateway.hear(OwnCall(caller, HI), _into(events))
    assert answered.answer.text == "Hello from upstream."
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == "Hello from upstream."
    assert any(isinstance(event, UsageReported) for event in events)
    (row,) = await bed.rows(1)
    assert (row.outcome, row.input_tokens, row.output_tokens) == ("answered", 11, 7)


async def test_a_stream_whose_hearer_leaves_is_cancelled(
    gateway: Gateway, caller: Caller, bed: Bed, upstream: Upstream
) -> None:
    upstream.default = Reply(endless=True, gap=0.02)
    begun = asyncio.Event()

    async def hear(event: ChatEvent) -> None:
        if isinstance(event, TextDelta):
            begun.set()

    hearing = asyncio.create_task(gateway.hear(OwnCall(caller, HI), hear))
    await asyncio.wait_for(begun.wait(), 60)
    hearing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hearing
    (row,) = await bed.rows(1)
    assert row.outcome == "cancelled"
    assert row.output_tokens > 0
    await eventually(lambda: _left(upstream))


async def _left(upstream: Upstream) -> bool:
    return upstream.last.left


async def test_a_stream_that_breaks_raises(
    gateway: Gateway, caller: Caller, bed: Bed, upstream: Upstream
) -> None:
    upstream.default = Reply(pieces=6, frames=3)
    with pytest.raises(UpstreamFailure) as caught:
        await gateway.hear(OwnCall(caller, HI), _into([]))
    assert caught.value.kind is FailureKind.CUT
    (row,) = await bed.rows(1)
    assert (row.outcome, row.error_code) == ("failed", "cut")


async def test_the_deadline_ends_a_call(
    gateway: Gateway, caller: Caller, bed: Bed, upstream: Upstream
) -> None:
    upstream.default = Hang()
    with pytest.raises(UpstreamFailure) as caught:
        await gateway.ask(OwnCall(caller, HI, deadline=time.monotonic() + 0.2))
    assert caught.value.kind is FailureKind.TOTAL_TIMEOUT
    (row,) = await bed.rows(1)
    assert row.outcome == "failed"


async def test_a_cancelled_task_is_a_cancelled_call(
    gateway: Gateway, caller: Caller, bed: Bed, upstream: Upstream
) -> None:
    upstream.default = Hang()
    task = asyncio.create_task(gateway.ask(OwnCall(caller, HI)))
    await eventually(lambda: _asked(upstream))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    (row,) = await bed.rows(1)
    assert row.outcome == "cancelled"


async def _asked(upstream: Upstream) -> bool:
    return bool(upstream.seen)


async def test_a_name_that_leads_nowhere(gateway: Gateway, caller: Caller, bed: Bed) -> None:
    with pytest.raises(UnknownModel):
        await gateway.ask(OwnCall(caller, ChatRequest(model="none", messages=HI.messages)))
    await bed.rows(0)


async def test_a_failed_call_costs_nothing(
    gateway: Gateway, caller: Caller, bed: Bed, upstream: Upstream
) -> None:
    upstream.default = Fail(400, "no")
    with pytest.raises(UpstreamFailure):
        await gateway.ask(OwnCall(caller, HI))
    (row,) = await bed.rows(1)
    assert (row.outcome, row.input_tokens, row.attempts) == ("failed", 0, 1)
