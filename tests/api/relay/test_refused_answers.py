"""Providers that refuse with a good status, and aliases that go elsewhere then."""

from __future__ import annotations

import pytest

from tests.api.relay.gateway import Bed, chat
from tests.factories.upstream import Fail, Reply, Upstream

FILTERED = Reply(text="", finish="content_filter")
REFUSALS = [
    ("openai", FILTERED),
    ("openai", Reply(text="", refusal="I cannot help with that.")),
    ("anthropic", FILTERED),
    ("gemini", FILTERED),
    ("native", FILTERED),
]
PATHS = ["chat/completions", "messages", "responses"]
IDS = [f"{kind}-{'refusal' if reply.refusal else 'filter'}" for kind, reply in REFUSALS]


async def careful(bed: Bed, upstream: Upstream, kind: str, *, last: str = "main/large") -> str:
    """An alias whose first model is at a provider of that kind, and which falls back on refusals."""
    protocol = "openai" if kind == "native" else kind
    base = upstream.openai_url if protocol == "openai" else upstream.url
    model: object = {"name": "prim", "capabilities": ["chat", "responses"]} if kind == "native" else "prim"
    provider = {"name": "first", "kind": protocol, "base_url": base, "api_key": "sk-test", "models": [model]}
    made = await bed.owner.post("/api/v1/providers", json=provider)
    assert made.status_code == 201, made.text
    body = {
        "name": "careful",
        "targets": [{"model": "first/prim"}, {"model": last, "group": 1}],
        "fallback_on": ["refused_content", "overloaded"],
    }
    made = await bed.owner.post("/api/v1/model-aliases", json=body)
    assert made.status_code == 201, made.text
    return "careful"


def body_for(path: str, model: str, *, stream: bool) -> dict[str, object]:
    if path == "responses":
        return {"model": model, "input": "Hello?", "stream": stream}
    return chat(model, stream=stream, max_tokens=50)


@pytest.mark.parametrize(("kind", "refusal"), REFUSALS, ids=IDS)
@pytest.mark.parametrize("path", PATHS)
async def test_a_refusal_with_a_good_status_leads_to_the_next_target(
    bed: Bed, upstream: Upstream, kind: str, refusal: Reply, path: str
) -> None:
    model = await careful(bed, upstream, kind)
    upstream.by_model["prim"] = refusal
    for stream in (False, True):
        answer = await bed.client.post(f"/v1/{path}", json=body_for(path, model, stream=stream))
        assert answer.status_code == 200, answer.text
        assert "Hello" in answer.text
        assert "cannot help" not in answer.text
        assert "content_filter" not in answer.text
    for row in await bed.rows(2):
        assert (row.outcome, row.model, row.attempts) == ("answered", "large", 2)
        assert (row.input_tokens, row.output_tokens) == (22, 14), "both providers are paid"


@pytest.mark.parametrize("stream", [False, True])
async def test_where_every_target_refuses_the_last_refusal_is_the_answer(
    bed: Bed, upstream: Upstream, stream: bool
) -> None:
    model = await careful(bed, upstream, "anthropic")
    upstream.default = FILTERED
    answer = await bed.client.post("/v1/chat/completions", json=chat(model, stream=stream))
    assert answer.status_code == 200, answer.text
    assert '"finish_reason":"content_filter"' in answer.text.replace(" ", "")
    upstream.by_model["large"] = Fail(503)
    answer = await bed.client.post("/v1/chat/completions", json=chat(model, stream=stream))
    assert answer.status_code == 200, answer.text
    assert '"finish_reason":"content_filter"' in answer.text.replace(" ", "")
    first, second = await bed.rows(2)
    assert (first.model, first.input_tokens, first.output_tokens) == ("large", 22, 14)
    assert (second.model, second.input_tokens, second.output_tokens) == ("prim", 11, 7)


@pytest.mark.parametrize("stream", [False, True])
async def test_unasked_a_refusal_is_the_answer(bed: Bed, upstream: Upstream, stream: bool) -> None:
    await bed.alias("pair", ["main/small"], ["main/large"])
    upstream.by_model["small"] = Reply(text="", refusal="I cannot help with that.")
    answer = await bed.client.post("/v1/chat/completions", json=chat("pair", stream=stream))
    assert "I cannot help with that." in answer.text
    (row,) = await bed.rows(1)
    assert (row.model, row.attempts) == ("small", 1)


async def test_what_was_said_already_is_not_taken_back(bed: Bed, upstream: Upstream) -> None:
    model = await careful(bed, upstream, "openai")
    upstream.by_model["prim"] = Reply(text="First you take", finish="content_filter", gap=0.02)
    answer = await bed.client.post("/v1/chat/completions", json=chat(model, stream=True))
    assert '"finish_reason":"content_filter"' in answer.text.replace(" ", "")
    assert "First" in answer.text
    answer = await bed.client.post("/v1/chat/completions", json=chat(model))
    assert answer.json()["choices"][0]["message"]["content"] == "Hello from upstream."


async def test_a_prompt_that_gemini_blocks_leads_to_the_next_target(bed: Bed, upstream: Upstream) -> None:
    model = await careful(bed, upstream, "gemini")
    upstream.by_model["prim"] = Fail(200, document=b'{"promptFeedback":{"blockReason":"SAFETY"}}')
    answer = await bed.client.post("/v1/chat/completions", json=chat(model))
    assert answer.json()["choices"][0]["message"]["content"] == "Hello from upstream."
