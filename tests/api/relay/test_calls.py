"""Calls through the gateway, as clients make them."""

from __future__ import annotations

from tests.api.relay.gateway import Bed, Row, chat
from tests.factories.upstream import Upstream


async def test_a_call_is_relayed_byte_for_byte_and_counted(bed: Bed, upstream: Upstream) -> None:
    answer = await bed.client.post("/v1/chat/completions", json=chat())
    assert answer.status_code == 200, answer.text
    assert answer.json()["choices"][0]["message"]["content"] == "Hello from upstream."
    assert upstream.last.headers["authorization"] == "Bearer sk-test"
    assert await bed.rows(1) == [Row("answered", "small", 11, 7, False, 1, None)]


async def test_a_stream_is_relayed_and_counted(bed: Bed) -> None:
    answer = await bed.client.post("/v1/chat/completions", json=chat(stream=True))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.endswith("data: [DONE]\n\n")
    assert '"usage":{' not in answer.text.replace(" ", "")
    assert await bed.rows(1) == [Row("answered", "small", 11, 7, False, 1, None)]
