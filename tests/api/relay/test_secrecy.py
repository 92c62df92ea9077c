"""A provider that repeats the key that it was called with: no client sees it."""

from __future__ import annotations

import json

import pytest

from tests.api.relay.gateway import Bed, chat
from tests.factories.upstream import Fail, RawBytes, Upstream
from tests.factories.upstream.script import Behaviour

KEY = "sk-needle-of-the-provider-3141"
HEADER = "team-needle-2718"
EVENTS = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
CHUNK = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
WORDS = [{"index": 0, "delta": {"content": "Hello"}, "finish_reason": None}]
ECHO = f"You sent Authorization: Bearer {KEY} and X-Team: {HEADER}."

WHOLE: list[Behaviour] = [
    Fail(400, ECHO),
    Fail(401, ECHO),
    Fail(404, ECHO),
    Fail(422, document=json.dumps({"detail": [{"loc": ["header"], "msg": ECHO}]}).encode()),
    Fail(429, ECHO, headers={"retry-after": "60"}),
    Fail(500, document=f"<html><pre>{ECHO}</pre></html>".encode()),
    Fail(500, document=json.dumps({"debug": {"headers": [ECHO]}}).encode()),
    Fail(200, document=json.dumps({"error": {"message": ECHO}}).encode()),
    RawBytes(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n" + ECHO.encode()),
]


def event(document: object) -> bytes:
    return b"data: %b\n\n" % json.dumps(document).encode()


CONTENT = event({**CHUNK, "choices": WORDS})
ERROR = event({"error": {"message": ECHO, "type": "server_error"}})
STREAMS = {
    "an error at once": EVENTS + ERROR,
    "an error with the first words": EVENTS + CONTENT + ERROR,
    "an error event by name": EVENTS + CONTENT + b"event: error\n" + ERROR,
    "an error instead of a stream": b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n"
    + json.dumps({"error": {"message": ECHO}}).encode(),
}


@pytest.fixture
async def evil(bed: Bed, upstream: Upstream, unique: str) -> str:
    """A model at a provider of its own, whose key and header are needles."""
    for kind, base in (("openai", upstream.openai_url), ("anthropic", upstream.url)):
        made = await bed.owner.post(
            "/api/v1/providers",
            json={
                "name": f"evil-{kind}", "kind": kind, "base_url": base, "api_key": KEY,
                "headers": {"X-Team": HEADER}, "models": [f"m-{kind}"],
            },
        )  # fmt: skip
        assert made.status_code == 201, made.text
        alias = {"name": f"{kind}-{unique}", "targets": [{"model": f"m-{kind}"}]}
        made = await bed.owner.post("/api/v1/model-aliases", json={**alias, "retry": {"attempts": 1}})
        assert made.status_code == 201, made.text
    return unique


def hides_both(text: str) -> bool:
    return KEY not in text and HEADER not in text and KEY[3:20] not in text


@pytest.mark.parametrize("failure", WHOLE, ids=range(len(WHOLE)))
@pytest.mark.parametrize("kind", ["openai", "anthropic"])
async def test_no_error_shows_the_providers_key(
    bed: Bed, upstream: Upstream, evil: str, failure: Behaviour, kind: str
) -> None:
    upstream.default = failure
    model = f"{kind}-{evil}"
    for path, body in (
        ("/v1/chat/completions", chat(model)),
        ("/v1/chat/completions", chat(model, stream=True)),
        ("/v1/messages", chat(model, max_tokens=9)),
        ("/v1/responses", {"model": model, "input": "Hello?"}),
        ("/v1/embeddings", {"model": model, "input": "Hello?"}),
    ):
        answer = await bed.client.post(path, json=body)
        assert hides_both(answer.text), (path, answer.text)
        assert hides_both(str(answer.headers))
    assert upstream.seen
    assert KEY in str(upstream.last.headers)


@pytest.mark.parametrize("wire", STREAMS.values(), ids=STREAMS.keys())
async def test_no_event_of_an_error_shows_the_providers_key(
    bed: Bed, upstream: Upstream, evil: str, wire: bytes
) -> None:
    upstream.default = RawBytes(wire)
    model = f"openai-{evil}"
    for path, body in (
        ("/v1/chat/completions", chat(model, stream=True)),
        ("/v1/messages", chat(model, max_tokens=9, stream=True)),
        ("/v1/responses", {"model": model, "input": "Hello?", "stream": True}),
    ):
        answer = await bed.client.post(path, json=body)
        assert "error" in answer.text
        assert hides_both(answer.text), (path, answer.text)
    states = await bed.owner.get("/api/v1/models")
    assert hides_both(states.text)


async def test_what_is_hidden_leaves_the_sentence(bed: Bed, upstream: Upstream, evil: str) -> None:
    upstream.default = Fail(400, ECHO)
    answer = await bed.client.post("/v1/chat/completions", json=chat(f"openai-{evil}"))
    told = answer.json()["error"]["message"]
    assert told == "You sent Authorization: Bearer [hidden] and X-Team: [hidden]."
