"""The Anthropic adapter: what is its own."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.inference.chat import (
    ChatRequest,
    FinishReason,
    Message,
    OutputSchema,
    Text,
    TokenCount,
    Tool,
    ToolCall,
    ToolResult,
)
from answerable.inference.errors import Inexpressible
from answerable.inference.failures import UpstreamFailure
from answerable.inference.models.plan import Target
from answerable.inference.operation import Operation
from answerable.inference.providers.adapter import UpstreamRequest
from answerable.inference.providers.anthropic.adapter import AnthropicAdapter
from answerable.inference.providers.anthropic.streaming import EventStream
from answerable.inference.providers.anthropic.wire import OUTPUT_TOOL
from answerable.inference.speech import SpeechRequest
from tests.factories.collecting import collected
from tests.factories.upstream import Call, Reply, Upstream

MakeTarget = Callable[..., Target]
Send = Callable[[UpstreamRequest], httpx.Response]

adapter = AnthropicAdapter()
SCHEMA = OutputSchema(name="city", schema={"type": "object", "properties": {"name": {"type": "string"}}})
LOOK = Tool(name="look", parameters={})


def body_of(target: Target, *messages: Message, **given: object) -> dict[str, object]:
    asked = messages or (Message(role="user", parts=(Text("Hi"),)),)
    request = ChatRequest(model="ours", messages=asked, **given)  # type: ignore[arg-type]
    body: dict[str, object] = json.loads(adapter.chat_request(target, request).body)
    return body


@pytest.mark.parametrize(
    ("base_url", "url"),
    [
        ("https://api.anthropic.com", "https://api.anthropic.com/v1/messages"),
        ("https://api.anthropic.com/v1/", "https://api.anthropic.com/v1/messages"),
        ("http://proxy/anthropic/v1", "http://proxy/anthropic/v1/messages"),
    ],
)
def test_the_address_follows_from_the_base_url(target: MakeTarget, base_url: str, url: str) -> None:
    request = adapter.relay_request(
        target("anthropic", base_url=base_url), Operation.MESSAGES, b'{"model":"x"}', stream=True
    )
    assert request.url == url
    assert ("x-api-key", "sk-key") in request.headers
    assert ("anthropic-version", "2023-06-01") in request.headers
    assert request.body == b'{"model":"theirs"}'


def test_the_limit_that_the_protocol_demands_comes_from_call_model_or_default(target: MakeTarget) -> None:
    assert body_of(target("anthropic"), max_output_tokens=9)["max_tokens"] == 9
    assert body_of(target("anthropic", max_output_tokens=8_000))["max_tokens"] == 8_000
    assert body_of(target("anthropic"))["max_tokens"] == 4_096


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"logprobs": 2}, "logprobs"),
        ({"frequency_penalty": 0.5}, "frequency_penalty"),
        ({"presence_penalty": 0.5}, "presence_penalty"),
        ({"temperature": 1.5}, "temperature"),
    ],
)
def test_what_the_protocol_cannot_say_is_refused_by_name(
    target: MakeTarget, given: dict[str, object], field: str
) -> None:
    with pytest.raises(Inexpressible) as caught:
        body_of(target("anthropic"), **given)
    assert (caught.value.field, caught.value.status) == (field, 400)


def test_arguments_that_are_no_object_are_refused_by_name(target: MakeTarget) -> None:
    turn = Message(role="assistant", parts=(ToolCall("a", "f", "[1"),))
    with pytest.raises(Inexpressible) as caught:
        body_of(target("anthropic"), turn)
    assert caught.value.field == "messages[0].tool_calls.arguments"


@pytest.mark.parametrize(
    ("choice", "parallel", "sent"),
    [
        (None, None, None),
        ("auto", None, {"type": "auto"}),
        ("none", False, {"type": "none"}),
        ("required", None, {"type": "any"}),
        ("look", None, {"type": "tool", "name": "look"}),
        (None, False, {"type": "auto", "disable_parallel_tool_use": True}),
        ("look", False, {"type": "tool", "name": "look", "disable_parallel_tool_use": True}),
    ],
)
def test_the_choice_of_tools(
    target: MakeTarget, choice: str | None, parallel: bool | None, sent: object
) -> None:
    body = body_of(target("anthropic"), tools=(LOOK,), tool_choice=choice, parallel_tool_calls=parallel)
    assert body.get("tool_choice") == sent


@pytest.mark.parametrize("stream", [False, True])
def test_a_model_without_output_formats_answers_through_a_tool(
    upstream: Upstream, target: MakeTarget, send: Send, stream: bool
) -> None:
    upstream.default = Reply(text="Let me see.", tool_calls=(Call(OUTPUT_TOOL, '{"name":"Bern"}'),))
    place = target("anthropic", capabilities=frozenset())
    request = ChatRequest(
        model="ours",
        messages=(Message(role="user", parts=(Text("Hi"),)),),
        output_schema=SCHEMA,
        stream=stream,
    )
    response = send(adapter.chat_request(place, request))
    if stream:
        reader = adapter.chat_events()
        answer = collected([*reader.feed(response.content), *reader.close()])
        assert answer.text.endswith('{"name":"Bern"}')
    else:
        answer = adapter.chat_answer(response.content)
        assert json.loads(answer.text) == {"name": "Bern"}
    assert answer.tool_calls == ()
    assert answer.finish_reason is FinishReason.STOP
    sent = upstream.last.body
    assert sent["tool_choice"] == {"type": "tool", "name": OUTPUT_TOOL}
    assert sent["tools"][0]["input_schema"] == dict(SCHEMA.schema)


def test_the_answers_tool_stands_beside_the_callers(target: MakeTarget) -> None:
    body = body_of(target("anthropic", capabilities=frozenset()), tools=(LOOK,), output_schema="json")
    assert [tool["name"] for tool in body["tools"]] == ["look", OUTPUT_TOOL]  # type: ignore[attr-defined]
    assert body["tool_choice"] == {"type": "any"}


@pytest.mark.parametrize(
    ("effort", "sent"),
    [("high", {"output_config": {"effort": "high"}}), ("minimal", {"output_config": {"effort": "low"}}),
     ("none", {"thinking": {"type": "disabled"}})],
)  # fmt: skip
def test_how_much_to_think(target: MakeTarget, effort: str, sent: dict[str, object]) -> None:
    body = body_of(target("anthropic"), reasoning_effort=effort)
    assert {name: body[name] for name in ("output_config", "thinking") if name in body} == sent


def test_turns_of_one_side_are_put_together(target: MakeTarget) -> None:
    body = body_of(
        target("anthropic"),
        Message(role="system", parts=(Text("A"),)),
        Message(role="user", parts=(Text("one"),)),
        Message(role="user", parts=(Text(""), Text("two"))),
        Message(role="system", parts=(Text("B"),)),
        Message(role="assistant", parts=(ToolCall("a", "f", ""), ToolCall("b", "f", "{}"))),
        Message(role="tool", parts=(ToolResult("a", "x"),)),
        Message(role="tool", parts=(ToolResult("b", "y", is_error=True),)),
    )
    assert body["system"] == "A\n\nB"
    assert [turn["role"] for turn in body["messages"]] == ["user", "assistant", "user"]  # type: ignore[attr-defined]
    assert body["messages"][2]["content"] == [  # type: ignore[index]
        {"type": "tool_result", "tool_use_id": "a", "content": "x"},
        {"type": "tool_result", "tool_use_id": "b", "content": "y", "is_error": True},
    ]


def test_cached_tokens_are_part_of_the_input() -> None:
    data = (
        b'{"type":"message_start","message":{"usage":{"input_tokens":5,"cache_read_input_tokens":20,'
        b'"cache_creation_input_tokens":10,"output_tokens":1}}}'
    )
    assert adapter.relayed_tokens(Operation.MESSAGES, data) == TokenCount(
        input=35, output=1, cached_input=20, cache_write=10
    )
    last = b'{"type":"message_delta","delta":{},"usage":{"output_tokens":9}}'
    assert adapter.relayed_tokens(Operation.MESSAGES, last) == TokenCount(output=9)
    assert adapter.relayed_tokens(Operation.MESSAGES, b'{"usage":') is None
    assert adapter.relayed_tokens(Operation.MESSAGES, b'{"type":"ping"}') is None


@pytest.mark.parametrize(
    "usage",
    [
        b'"input_tokens":null,"output_tokens":4',
        b'"input_tokens":5,"output_tokens":null',
        b'"input_tokens":-5,"output_tokens":4',
        b'"input_tokens":5,"output_tokens":1e300',
    ],
)
def test_a_message_whose_figures_cannot_be_is_estimated(usage: bytes) -> None:
    body = b'{"type":"message","content":[{"type":"text","text":"Yes."}],"usage":{' + usage + b"}}"
    assert adapter.relayed_tokens(Operation.MESSAGES, body) is None
    assert adapter.chat_answer(body).tokens == TokenCount(estimated=True)


def test_a_stream_that_never_tells_what_was_read_is_estimated() -> None:
    events = adapter.chat_events().feed(
        b'data: {"type":"message_start","message":{"usage":{"input_tokens":-5,"output_tokens":1}}}\n\n'
        b'data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":9}}\n\n'
    )
    assert collected(events).tokens.estimated


def test_a_stream_that_tells_its_input_at_the_start_counts_it_once_and_keeps_it() -> None:
    reader = EventStream()
    events = reader.feed(
        b'data: {"type":"message_start","message":{"usage":{"input_tokens":5,"output_tokens":1}}}\n\n'
        b'data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":9}}\n\n'
        b'data: {"type":"message_stop"}\n\n'
    )
    assert collected(events).tokens == TokenCount(input=5, output=9)
    assert reader.close() == []


def test_embeddings_and_speech_are_refused(target: MakeTarget) -> None:
    with pytest.raises(Inexpressible):
        adapter.embedding_request(target("anthropic"), ["x"], None)
    with pytest.raises(Inexpressible):
        adapter.speech_request(target("anthropic"), SpeechRequest(model="m", text="x", voice="v"))


@given(st.lists(st.binary(max_size=40), max_size=6))
def test_no_bytes_make_the_reader_do_worse_than_fail(pieces: list[bytes]) -> None:
    reader = EventStream()
    try:
        for piece in pieces:
            list(reader.feed(b"data: " + piece + b"\n\n"))
        reader.close()
    except UpstreamFailure:
        pass
