"""Streams that break off are billed by what came of them, the same on every way through the gateway."""

from __future__ import annotations

import pytest

from answerable.inference.chat import ChatEvent, ChatRequest, Message, Text
from answerable.inference.failures import UpstreamFailure
from answerable.inference.gateway import Gateway
from answerable.inference.gateway.own_call import OwnCall
from answerable.inference.operation import Caller
from answerable.kit.runtime import Runtime
from tests.api.relay.gateway import Bed, chat
from tests.factories.upstream import Reply, Upstream


@pytest.mark.parametrize("usage", ["end", "none"])
async def test_a_cut_claude_stream_is_billed_the_same_on_every_path(
    bed: Bed, upstream: Upstream, relay_runtime: Runtime, usage: str
) -> None:
    await bed.provider(upstream, "other", "claude", kind="anthropic")
    # The start of the message, a ping, the start of a block, and four pieces of text.
    upstream.default = Reply(text="x" * 60, pieces=6, frames=7, usage=usage)  # type: ignore[arg-type]
    words = "Hello?"
    relayed = await bed.client.post("/v1/messages", json=chat("claude", stream=True, max_tokens=9))
    translated = await bed.client.post("/v1/chat/completions", json=chat("claude", stream=True))
    responses = {"model": "claude", "input": words, "stream": True}
    again = await bed.client.post("/v1/responses", json=responses)
    assert [answer.status_code for answer in (relayed, translated, again)] == [200] * 3
    request = ChatRequest(model="claude", messages=(Message("user", (Text(words),)),))
    caller = Caller(bed.owner.workspace_id, route="ask")

    async def hear(_: ChatEvent) -> None: ...

    with pytest.raises(UpstreamFailure):
        await relay_runtime.get(Gateway).hear(OwnCall(caller, request), hear)
    rows = await bed.rows(4)
    assert {(row.outcome, row.estimated) for row in rows} == {("failed", True)}
    told = usage == "end"  # the provider told what it had read and one token, before the four pieces
    assert {row.output_tokens for row in rows} == {1 + 4 if told else 4}
    if told:
        assert {row.input_tokens for row in rows} == {11}


@pytest.mark.parametrize(("path", "model"), [("messages", "claude"), ("chat/completions", "small")])
async def test_a_whole_stream_is_billed_by_its_providers_count(
    bed: Bed, upstream: Upstream, path: str, model: str
) -> None:
    await bed.provider(upstream, "other", "claude", kind="anthropic")
    upstream.default = Reply(pieces=20)
    answer = await bed.client.post(f"/v1/{path}", json=chat(model, stream=True, max_tokens=9))
    assert answer.status_code == 200
    (row,) = await bed.rows(1)
    assert (row.input_tokens, row.output_tokens, row.estimated) == (11, 7, False)
