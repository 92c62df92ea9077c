"""Calls through the gateway, as clients make them."""

from __future__ import annotations

import json

import httpx
import pytest

from tests.api.relay.gateway import Bed, Row, chat
from tests.factories.upstream import Reply, Upstream
from tests.factories.upstream.script import Tokens

GOOD = Row("answered", "small", 11, 7, False, 1, None)


async def direct(upstream: Upstream, path: str, body: dict[str, object]) -> bytes:
    """What the provider itself answers."""
    async with httpx.AsyncClient(base_url=upstream.url) as client:
        answer = await client.post(path, json=body, headers={"authorization": "Bearer sk-test"})
        return answer.content


async def test_a_whole_answer_is_relayed_byte_for_byte(bed: Bed, upstream: Upstream) -> None:
    answer = await bed.client.post("/v1/chat/completions", json=chat())
    assert answer.status_code == 200, answer.text
    assert answer.content == await direct(upstream, "/v1/chat/completions", chat())
    assert upstream.seen[0].headers["authorization"] == "Bearer sk-test"
    assert await bed.rows(1) == [GOOD]


@pytest.mark.parametrize(
    "reply", [Reply(), Reply(drip=3), Reply(crlf=True), Reply(usage="every"), Reply(pieces=40)]
)
async def test_a_stream_is_relayed_byte_for_byte(bed: Bed, upstream: Upstream, reply: Reply) -> None:
    upstream.default = reply
    body = chat(stream=True, stream_options={"include_usage": True})
    answer = await bed.client.post("/v1/chat/completions", json=body)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.content == await direct(upstream, "/v1/chat/completions", body)
    assert await bed.rows(1) == [GOOD]


async def test_usage_is_counted_and_hidden_from_who_did_not_ask(bed: Bed, upstream: Upstream) -> None:
    answer = await bed.client.post("/v1/chat/completions", json=chat(stream=True))
    assert upstream.last.body["stream_options"] == {"include_usage": True}
    events = [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: {")]
    assert all(event["choices"] for event in events)
    assert answer.text.endswith("data: [DONE]\n\n")
    assert await bed.rows(1) == [GOOD]


async def test_without_figures_the_call_is_estimated(bed: Bed, upstream: Upstream) -> None:
    upstream.default = Reply(usage="none", pieces=5)
    await bed.client.post("/v1/chat/completions", json=chat(stream=True))
    (row,) = await bed.rows(1)
    assert row.estimated
    assert row.input_tokens > 0
    assert row.output_tokens > 0


async def test_a_model_is_called_by_its_upstream_name(bed: Bed, upstream: Upstream) -> None:
    await bed.alias("fast", ["main/large"])
    answer = await bed.client.post("/v1/chat/completions", json=chat("fast"))
    assert answer.status_code == 200
    assert upstream.last.body["model"] == "large"
    (row,) = await bed.rows(1)
    assert row.model == "large"


async def test_each_protocol_reaches_a_provider_of_another(bed: Bed, upstream: Upstream) -> None:
    await bed.provider(upstream, "other", "claude", kind="anthropic")
    await bed.provider(upstream, "third", "gemini-pro", kind="gemini")
    for model in ("small", "claude", "gemini-pro"):
        for stream in (False, True):
            asked = await bed.client.post("/v1/chat/completions", json=chat(model, stream=stream))
            assert "Hello" in asked.text
            message = chat(model, stream=stream, max_tokens=50)
            asked = await bed.client.post("/v1/messages", json=message)
            assert asked.status_code == 200, asked.text
            assert ("message_stop" in asked.text) is stream
            body = {"model": model, "input": "Hello?", "stream": stream}
            asked = await bed.client.post("/v1/responses", json=body)
            assert asked.status_code == 200, asked.text
            assert ("response.completed" in asked.text) is stream
    rows = await bed.rows(18)
    assert {(row.outcome, row.input_tokens, row.output_tokens) for row in rows} == {("answered", 11, 7)}


async def test_embeddings_of_every_kind_of_provider(bed: Bed, upstream: Upstream) -> None:
    await bed.provider(upstream, "vectors", "text-embedding-3-small")
    await bed.provider(upstream, "google", "gemini-embedding-001", kind="gemini")
    for model in ("text-embedding-3-small", "gemini-embedding-001"):
        body = {"model": model, "input": ["one", "two"], "encoding_format": "float"}
        answer = await bed.client.post("/v1/embeddings", json=body)
        assert answer.status_code == 200, answer.text
        assert [len(entry["embedding"]) for entry in answer.json()["data"]] == [4, 4]
    rows = await bed.rows(2)
    assert [row.outcome for row in rows] == ["answered", "answered"]


async def test_speech_comes_as_it_is(bed: Bed, upstream: Upstream) -> None:
    await bed.provider(upstream, "voices", "tts-1")
    body = {"model": "tts-1", "input": "Say this.", "voice": "alloy"}
    answer = await bed.client.post("/v1/audio/speech", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.content == Reply().audio
    (row,) = await bed.rows(1)
    assert row.outcome == "answered"


async def test_the_list_of_models(bed: Bed) -> None:
    await bed.alias("fast", ["main/small"])
    answer = await bed.client.get("/v1/models")
    names = [model["id"] for model in answer.json()["data"]]
    assert {"fast", "large", "small"} <= set(names)
    one = await bed.client.get("/v1/models/fast")
    assert one.json() == {"id": "fast", "object": "model", "created": 0, "owned_by": "answerable"}
    named = await bed.client.get("/v1/models/main/small")  # can be called, though no list shows it
    assert named.json()["id"] == "main/small"
    missing = await bed.client.get("/v1/models/main/none")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "not_found")


async def test_tokens_of_the_cache_are_told_apart(bed: Bed, upstream: Upstream) -> None:
    upstream.default = Reply(tokens=Tokens(input=100, output=10, cached=60))
    await bed.client.post("/v1/chat/completions", json=chat())
    (row,) = await bed.rows(1)
    assert (row.input_tokens, row.output_tokens) == (100, 10)


async def test_the_call_is_named_to_the_client(bed: Bed) -> None:
    answer = await bed.client.post("/v1/chat/completions", json=chat(), headers={"x-request-id": "mine-1"})
    assert answer.headers["x-request-id"] == "mine-1"
    assert answer.headers["x-answerable-call-id"].startswith("call_")
