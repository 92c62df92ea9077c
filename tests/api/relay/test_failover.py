"""Providers that fail, before and after the first byte."""

from __future__ import annotations

import pytest

from tests.api.relay.gateway import Bed, Row, chat
from tests.factories.upstream import Fail, Hang, RawBytes, Reply, Upstream
from tests.factories.upstream.script import Behaviour

BEFORE = [
    Fail(500),
    Fail(503),
    Fail(429, headers={"retry-after": "0"}),
    Fail(401),
    RawBytes(b""),
    RawBytes(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"),
    RawBytes(b"garbage\r\n\r\n"),
    Reply(frames=0, then="error"),
]


@pytest.fixture
async def pair(bed: Bed) -> Bed:
    """An alias whose first target is `small`, and `large` when that fails."""
    await bed.alias("pair", ["main/small"], ["main/large"])
    return bed


@pytest.mark.parametrize("failure", BEFORE, ids=repr)
@pytest.mark.parametrize("stream", [False, True])
async def test_until_the_first_byte_another_target_answers(
    pair: Bed, upstream: Upstream, failure: Behaviour, stream: bool
) -> None:
    if not stream and isinstance(failure, Reply):
        failure = Reply(frames=0)
    upstream.by_model["small"] = failure
    answer = await pair.client.post("/v1/chat/completions", json=chat("pair", stream=stream))
    assert answer.status_code == 200, answer.text
    assert "error" not in answer.text
    assert "Hello" in answer.text
    (row,) = await pair.rows(1)
    assert (row.outcome, row.model) == ("answered", "large")
    assert row.attempts > 1


async def test_a_silent_provider_is_given_up_in_time(bed: Bed, upstream: Upstream) -> None:
    timeouts = {"connect": 1, "first_byte": 0.2, "idle": 5, "total": 20}
    made = await bed.owner.post(
        "/api/v1/providers",
        json={
            "name": "slow", "kind": "openai", "base_url": upstream.openai_url, "models": ["silent"],
            "timeouts": timeouts,
        },
    )  # fmt: skip
    assert made.status_code == 201, made.text
    await bed.alias("pair", ["slow/silent"], ["main/large"])
    for hang in (Hang(), Hang(after_headers=True)):
        upstream.by_model["silent"] = hang
        answer = await bed.client.post("/v1/chat/completions", json=chat("pair", stream=True))
        assert answer.status_code == 200
        assert answer.text.endswith("[DONE]\n\n")


@pytest.mark.parametrize("then", ["cut", "garbage"])
async def test_after_the_first_byte_the_client_is_told(bed: Bed, upstream: Upstream, then: str) -> None:
    upstream.default = Reply(pieces=6, frames=3, then=then)  # type: ignore[arg-type]
    answer = await bed.client.post("/v1/chat/completions", json=chat(stream=True))
    assert answer.status_code == 200
    *_, last, nothing = answer.text.split("\n\n")
    assert nothing == ""
    assert last.startswith('data: {"error":{"message":')
    (row,) = await bed.rows(1)
    assert row.outcome == "failed"
    assert row.output_tokens > 0


async def test_each_protocol_has_its_own_error_event(bed: Bed, upstream: Upstream) -> None:
    await bed.provider(upstream, "other", "claude", kind="anthropic")
    upstream.default = Reply(pieces=6, frames=4)
    for model in ("claude", "small"):
        answer = await bed.client.post("/v1/messages", json=chat(model, stream=True, max_tokens=9))
        assert "\nevent: error\ndata: " in answer.text, model
        assert "message_stop" not in answer.text
        body = {"model": model, "input": "Hello?", "stream": True}
        answer = await bed.client.post("/v1/responses", json=body)
        assert '"type":"error"' in answer.text or "response.failed" in answer.text, model
        assert "response.completed" not in answer.text
    rows = await bed.rows(4)
    assert {row.outcome for row in rows} == {"failed"}


async def test_the_providers_own_error_event_is_the_last_word(bed: Bed, upstream: Upstream) -> None:
    upstream.default = Reply(pieces=6, frames=3, then="error")
    answer = await bed.client.post("/v1/chat/completions", json=chat(stream=True))
    assert answer.text.count("data: ") == 4
    assert "Scripted overload." in answer.text.split("\n\n")[-2]
    (row,) = await bed.rows(1)
    assert row.outcome == "failed"


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        (Fail(500), 503, "upstream_overloaded"),
        (Fail(401), 502, "upstream_credentials"),
        (Fail(400), 400, "invalid_request"),
        (RawBytes(b""), 502, "upstream_cut"),
    ],
)
async def test_when_every_target_fails_the_client_learns_why(
    bed: Bed, upstream: Upstream, failure: Behaviour, status: int, code: str
) -> None:
    upstream.default = failure
    answer = await bed.client.post("/v1/chat/completions", json=chat())
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    (row,) = await bed.rows(1)
    assert (row.outcome, row.input_tokens, row.output_tokens) == ("failed", 0, 0)


async def test_the_callers_own_mistake_goes_to_one_provider_only(pair: Bed, upstream: Upstream) -> None:
    upstream.default = Fail(400, message="messages: too strange")
    answer = await pair.client.post("/v1/chat/completions", json=chat("pair"))
    assert answer.status_code == 400
    assert "too strange" in answer.json()["error"]["message"]
    assert len(upstream.seen) == 1
    assert await pair.rows(1) == [Row("failed", "small", 0, 0, False, 1, "invalid_request")]
