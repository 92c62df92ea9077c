"""What calls cost that go wrong on their way: what providers count is billed, and nothing else is."""

from __future__ import annotations

import asyncio
import json

import psycopg
import pytest

from answerable.kit import ids
from tests.api.relay.gateway import Bed, chat
from tests.api.relay.test_leaving import streaming
from tests.factories.upstream import Fail, RawBytes, Reply, Upstream
from tests.factories.upstream.script import Tokens
from tests.factories.waiting import eventually


def events(*frames: object) -> RawBytes:
    """An OpenAI stream whose frames come in one write, and whose connection then ends."""
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
    return RawBytes(head + b"".join(b"data: " + json.dumps(frame).encode() + b"\n\n" for frame in frames))


def word(text: str, **more: object) -> dict[str, object]:
    """A frame of an answer."""
    return {"choices": [{"index": 0, "delta": {"content": text, **more}, "finish_reason": None}]}


@pytest.mark.parametrize("path", ["messages", "chat/completions", "responses"])
async def test_a_claude_stream_that_ends_in_an_error_is_billed_by_its_pieces(
    bed: Bed, upstream: Upstream, path: str
) -> None:
    await bed.provider(upstream, "other", "claude", kind="anthropic")
    # The start of the message (eleven tokens read, one written), a ping, the start of a block, four pieces.
    upstream.default = Reply(text="x" * 60, pieces=6, frames=7, then="error", gap=0.02)
    body: dict[str, object] = chat("claude", stream=True, max_tokens=9)
    if path == "responses":
        body = {"model": "claude", "input": "Hello?", "stream": True}
    answer = await bed.client.post(f"/v1/{path}", json=body)
    assert (answer.status_code, "error" in answer.text) == (200, True)
    (row,) = await bed.rows(1)
    assert (row.outcome, row.input_tokens, row.output_tokens, row.estimated) == ("failed", 11, 5, True)


@pytest.mark.parametrize("path", ["messages", "chat/completions"])
async def test_what_came_of_tries_that_no_client_saw_is_billed(
    bed: Bed, upstream: Upstream, path: str
) -> None:
    """Pieces and the error come at once: another try is made, and the provider has counted each."""
    error = {"error": {"message": "Overloaded.", "type": "server_error"}}
    upstream.default = events(word("", role="assistant"), *(word(text) for text in "abcd"), error)
    answer = await bed.client.post(f"/v1/{path}", json=chat(stream=True, max_tokens=9))
    (row,) = await bed.rows(1)
    assert row.outcome == "failed"
    tries = 1 if answer.status_code == 200 else row.attempts
    assert row.output_tokens == 4 * tries
    assert row.estimated


@pytest.mark.parametrize("path", ["messages", "chat/completions"])
async def test_a_prompt_that_a_stream_tells_nothing_of_is_estimated(
    bed: Bed, upstream: Upstream, path: str
) -> None:
    await bed.provider(upstream, "other", "claude", kind="anthropic")
    upstream.default = events(
        {"type": "message_start", "message": {"usage": {"input_tokens": None, "output_tokens": 1}}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Yes."}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 3}},
        {"type": "message_stop"},
    )
    answer = await bed.client.post(f"/v1/{path}", json=chat("claude", stream=True, max_tokens=9))
    assert (answer.status_code, "Yes." in answer.text) == (200, True)
    (row,) = await bed.rows(1)
    assert (row.outcome, row.estimated, row.input_tokens > 0) == ("answered", True, True)


async def test_vectors_have_no_output_tokens(bed: Bed, upstream: Upstream) -> None:
    await bed.provider(upstream, "google", "gemini-embedding-001", kind="gemini")
    upstream.default = Reply(dimensions=3072)
    body = {"model": "gemini-embedding-001", "input": ["a", "b"], "dimensions": 3072}
    assert (await bed.client.post("/v1/embeddings", json=body)).status_code == 200
    (row,) = await bed.rows(1)
    assert row.input_tokens > 0
    assert row.output_tokens == 0


async def test_refusals_on_the_way_pass_no_hard_budget(bed: Bed, upstream: Upstream) -> None:
    price = {"input_per_mtok": 1, "output_per_mtok": 1}
    models = [{"name": name, "price": price} for name in ("prim", "free")]
    provider = {"kind": "openai", "base_url": upstream.openai_url, "api_key": "sk-test", "models": models}
    await bed.owner.post("/api/v1/providers", json={"name": "priced", **provider})
    targets = [{"model": "priced/prim"}, {"model": "priced/free", "group": 1}]
    alias = {"name": "careful", "targets": targets, "fallback_on": ["refused_content"]}
    assert (await bed.owner.post("/api/v1/model-aliases", json=alias)).status_code == 201
    limit = {"subject": {"type": "workspace"}, "period": "month", "limit_usd": 0.004}
    budget = (await bed.owner.post("/api/v1/budgets", json=limit)).json()
    used = Tokens(input=100, output=100)
    upstream.by_model["prim"] = Reply(text="", finish="content_filter", tokens=used)
    upstream.by_model["free"] = Reply(tokens=used)
    question = "x" * 400  # about a hundred tokens, as the provider says
    body = chat("careful", max_tokens=100) | {"messages": [{"role": "user", "content": question}]}
    answers = await asyncio.gather(*(bed.client.post("/v1/chat/completions", json=body) for _ in range(30)))
    assert {answer.status_code for answer in answers} == {200, 429}
    await bed.rows(30)
    standing = (await bed.owner.get(f"/api/v1/budgets/{budget['id']}")).json()
    assert 0 < standing["spent_usd"] <= 0.004


async def test_nobody_more_is_asked_for_a_client_who_left(bed: Bed, upstream: Upstream) -> None:
    await bed.provider(upstream, "other", "claude", kind="anthropic")
    await bed.alias("three", ["main/small"], ["main/large"], ["other/claude"])
    upstream.default = Fail(500, wait=0.5)
    async with streaming(bed, chat("three")):
        await eventually(lambda: _asked(upstream))
    (row,) = await bed.rows(1)
    assert (row.outcome, row.attempts, row.output_tokens) == ("abandoned", 1, 0)
    assert len(upstream.seen) == 1


async def test_no_further_stage_is_asked_for_a_client_who_left(bed: Bed, upstream: Upstream) -> None:
    stages = [{"model": "main/small", "checks": ["max_chars:3"]}, {"model": "main/large"}]
    made = await bed.owner.post("/api/v1/model-aliases", json={"name": "cheap_first", "cascade": stages})
    assert made.status_code == 201, made.text
    upstream.default = Reply(wait=0.5)
    async with streaming(bed, chat("cheap_first")):
        await eventually(lambda: _asked(upstream))
    call, leg = await bed.rows(2)
    assert {call.outcome, leg.outcome} == {"abandoned"}
    assert len(upstream.seen) == 1


async def test_who_joined_a_call_keeps_it_going_when_its_first_client_leaves(
    bed: Bed, upstream: Upstream
) -> None:
    targets = [{"model": "main/small"}, {"model": "main/large", "group": 1}]
    alias = {"name": "shared", "targets": targets, "cache": {"mode": "exact"}}
    assert (await bed.owner.post("/api/v1/model-aliases", json=alias)).status_code == 201
    upstream.by_model["small"] = Fail(500, wait=0.7)
    async with streaming(bed, chat("shared")):
        await eventually(lambda: _asked(upstream))
        joined = asyncio.create_task(bed.client.post("/v1/chat/completions", json=chat("shared")))
        await asyncio.sleep(0.2)  # until it has joined; should it not have, it asks by itself
    answer = await joined
    assert (answer.status_code, "Hello from upstream." in answer.text) == (200, True)


@pytest.mark.parametrize("path", ["chat/completions", "messages", "responses"])
async def test_the_first_token_is_a_word_and_not_the_streams_first_byte(
    bed: Bed, upstream: Upstream, path: str
) -> None:
    await bed.provider(upstream, "other", "claude", kind="anthropic")
    model = "small" if path == "chat/completions" else "claude"
    body: dict[str, object] = {"model": model, "input": "Hello?", "stream": True}
    if path != "responses":
        body = chat(model, stream=True, max_tokens=9)
    upstream.default = Reply(pieces=3, gap=0.1)  # before each frame but the first, which has no words
    assert (await bed.client.post(f"/v1/{path}", json=body)).status_code == 200
    await bed.rows(1)
    assert await asyncio.to_thread(_first_token_ms, bed) >= 95


def _first_token_ms(bed: Bed) -> float:
    with psycopg.connect(bed.admin_url) as connection:
        workspace = ids.decode("ws", bed.owner.workspace_id)
        statement = "SELECT first_token_ms FROM usage_records WHERE workspace_id = %s"
        row = connection.execute(statement, [workspace]).fetchone()
    assert row is not None
    return float(row[0])


async def _asked(upstream: Upstream) -> bool:
    return bool(upstream.seen)
