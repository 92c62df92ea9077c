"""What all adapters owe: the same answer comes out of each protocol, whole or in a stream."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress

import httpx
import pytest

from answerable.inference.chat import (
    ChatAnswer,
    ChatRequest,
    FinishReason,
    Image,
    Message,
    OutputSchema,
    Text,
    TokenCount,
    Tool,
    ToolCall,
    ToolResult,
    UsageReported,
)
from answerable.inference.failures import FailureKind, UpstreamFailure
from answerable.inference.models.plan import Target
from answerable.inference.providers.adapter import UpstreamRequest
from answerable.inference.providers.registry import adapter_for
from tests.factories.collecting import collected
from tests.factories.upstream import Call, Fail, RawBytes, Reply, Tokens, Upstream

KINDS = ("openai", "anthropic", "gemini")
MakeTarget = Callable[..., Target]
Send = Callable[[UpstreamRequest], httpx.Response]

QUESTION = Message(role="user", parts=(Text("What is the weather?"),))
WEATHER = Tool(
    name="weather",
    description="Tells the weather.",
    parameters={"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
)
CALLS = (Call("weather", '{"city":"Zürich"}', "call_a"), Call("weather", '{"city":"Łódź"}', "call_b"))


def ask(*messages: Message, stream: bool = False, **given: object) -> ChatRequest:
    return ChatRequest(model="ours", messages=messages or (QUESTION,), stream=stream, **given)  # type: ignore[arg-type]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Each protocol in turn."""
    kind: str = request.param
    return kind


@pytest.fixture
def answer_of(target: MakeTarget, send: Send) -> Callable[[str, ChatRequest], ChatAnswer]:
    """Asks the scripted provider and reads its answer, streamed in pieces of 7 bytes or whole."""

    def ask_it(kind: str, request: ChatRequest) -> ChatAnswer:
        adapter = adapter_for(kind)
        response = send(adapter.chat_request(target(kind), request))
        if response.status_code != 200:
            raise adapter.failure(response.status_code, response.headers, response.content)
        if not request.stream:
            return adapter.chat_answer(response.content)
        reader = adapter.chat_events()
        data = response.content
        events = [e for at in range(0, len(data), 7) for e in reader.feed(data[at : at + 7])]
        return collected([*events, *reader.close()])

    return ask_it


Answer = Callable[[str, ChatRequest], ChatAnswer]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    "reply",
    [
        Reply(text="Grüezi 👋 from upstream"),
        Reply(text="Cut", finish="length"),
        Reply(text="", finish="content_filter"),
        Reply(text="Deep.", reasoning="Thinking hard."),
        Reply(text="", tool_calls=CALLS),
        Reply(text="I look it up.", tool_calls=CALLS[:1], tokens=Tokens(100, 50, 40)),
        Reply(text="No arguments.", tool_calls=(Call("now", "{}", "call_n"),)),
        Reply(text="Windows line ends", crlf=True),
    ],
    ids=lambda reply: reply.text[:12] or reply.finish or "calls",
)
def test_an_answer_means_the_same_in_every_protocol(
    upstream: Upstream, answer_of: Answer, kind: str, reply: Reply, stream: bool
) -> None:
    upstream.default = reply
    answer = answer_of(kind, ask(stream=stream))
    assert answer.text == reply.text
    assert answer.reasoning == reply.reasoning
    assert [(call.name, json.loads(call.arguments)) for call in answer.tool_calls] == [
        (call.name, json.loads(call.arguments)) for call in reply.tool_calls
    ]
    assert [call.id for call in answer.tool_calls] == [call.id for call in reply.tool_calls]
    expected = {"length": FinishReason.LENGTH, "content_filter": FinishReason.CONTENT_FILTER}
    otherwise = FinishReason.TOOL_CALLS if reply.tool_calls else FinishReason.STOP
    assert answer.finish_reason is expected.get(reply.finish or "", otherwise)
    assert answer.tokens == TokenCount(
        input=reply.tokens.input, output=reply.tokens.output, cached_input=reply.tokens.cached
    )


@pytest.mark.parametrize("stream", [False, True])
def test_reasoning_tokens_are_part_of_the_output(upstream: Upstream, answer_of: Answer, stream: bool) -> None:
    upstream.default = Reply(tokens=Tokens(20, 30, reasoning=25))
    for kind in ("openai", "gemini"):
        assert answer_of(kind, ask(stream=stream)).tokens == TokenCount(input=20, output=30, reasoning=25)


@pytest.mark.parametrize("place", ["end", "every", "last_content"])
def test_usage_is_found_wherever_a_stream_puts_it(upstream: Upstream, answer_of: Answer, place: str) -> None:
    upstream.default = Reply(usage=place)  # type: ignore[arg-type]
    assert answer_of("openai", ask(stream=True)).tokens == TokenCount(input=11, output=7)


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_without_usage_says_that_nothing_was_counted(
    upstream: Upstream, answer_of: Answer, kind: str, stream: bool
) -> None:
    upstream.default = Reply(usage="none")
    assert answer_of(kind, ask(stream=stream)).tokens == TokenCount(estimated=True)


@pytest.mark.parametrize("frames", [1, 2, 3, 4])
def test_a_stream_that_is_cut_is_no_answer(
    upstream: Upstream, target: MakeTarget, kind: str, frames: int
) -> None:
    upstream.default = Reply(text="one two three four five six", pieces=6, frames=frames)
    adapter = adapter_for(kind)
    request = adapter.chat_request(target(kind), ask(stream=True))
    reader = adapter.chat_events()
    call = httpx.stream("POST", request.url, headers=dict(request.headers), content=request.body)
    with suppress(httpx.RemoteProtocolError), call as response:
        for data in response.iter_raw():
            list(reader.feed(data))
    with pytest.raises(UpstreamFailure) as caught:
        reader.close()
    assert caught.value.kind is FailureKind.CUT


@pytest.mark.parametrize(
    ("then", "kind_of_failure"), [("garbage", FailureKind.PROTOCOL), ("error", FailureKind.OVERLOADED)]
)
def test_a_stream_that_goes_wrong_says_how(
    upstream: Upstream, answer_of: Answer, kind: str, then: str, kind_of_failure: FailureKind
) -> None:
    upstream.default = Reply(frames=2, then=then)  # type: ignore[arg-type]
    with pytest.raises(UpstreamFailure) as caught:
        answer_of(kind, ask(stream=True))
    assert caught.value.kind is kind_of_failure


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"<html>", b'{"choices":[]}', b'{"content":1}', b"\xff\xfe"]
)
@pytest.mark.parametrize("stream", [False, True])
def test_garbage_for_an_answer_is_a_failure_of_the_protocol(
    upstream: Upstream, answer_of: Answer, kind: str, body: bytes, stream: bool
) -> None:
    upstream.default = Fail(200, document=body)
    with pytest.raises(UpstreamFailure) as caught:
        answer_of(kind, ask(stream=stream))
    assert caught.value.kind in (FailureKind.PROTOCOL, FailureKind.CUT, FailureKind.OVERLOADED)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, FailureKind.INVALID_REQUEST),
        (401, FailureKind.CREDENTIALS),
        (404, FailureKind.UNKNOWN_MODEL),
        (429, FailureKind.RATE_LIMITED),
        (500, FailureKind.OVERLOADED),
        (503, FailureKind.OVERLOADED),
        (529, FailureKind.OVERLOADED),
    ],
)
def test_an_error_status_means_the_same_in_every_protocol(
    upstream: Upstream, answer_of: Answer, kind: str, status: int, expected: FailureKind
) -> None:
    upstream.default = Fail(status, headers={"retry-after": "3"})
    with pytest.raises(UpstreamFailure) as caught:
        answer_of(kind, ask())
    assert (caught.value.kind, caught.value.retry_after) == (expected, 3.0)


def test_a_conversation_with_tools_and_pictures_reaches_the_provider_whole(
    upstream: Upstream, answer_of: Answer, kind: str
) -> None:
    messages = (
        Message(role="system", parts=(Text("Be brief."),)),
        Message(role="user", parts=(Text("Where?"), Image(data="aGk=", media_type="image/png"))),
        Message(role="assistant", parts=(Text("I look."), ToolCall("call_a", "weather", '{"city":"Bern"}'))),
        Message(role="tool", parts=(ToolResult("call_a", '{"sun":true}'),)),
        Message(role="user", parts=(Image(url="https://example.org/b.webp"),)),
    )
    request = ask(
        *messages,
        tools=(WEATHER,),
        tool_choice="required",
        max_output_tokens=50,
        temperature=0.5,
        top_p=0.9,
        stop=("END",),
    )
    assert answer_of(kind, request).text == "Hello from upstream."
    assert upstream.last.body == EXPECTED[kind]


_SCHEMA = dict(WEATHER.parameters)
EXPECTED = {
    "openai": {
        "model": "theirs",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "Where?"},
                    {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}},
                ],
            },
            {
                "role": "assistant",
                "content": "I look.",
                "tool_calls": [
                    {
                        "id": "call_a",
                        "type": "function",
                        "function": {"name": "weather", "arguments": '{"city":"Bern"}'},
                    }
                ],
            },
            {"role": "tool", "tool_call_id": "call_a", "content": '{"sun":true}'},
            {
                "role": "user",
                "content": [{"type": "image_url", "image_url": {"url": "https://example.org/b.webp"}}],
            },
        ],
        "tools": [
            {
                "type": "function",
                "function": {"name": "weather", "description": "Tells the weather.", "parameters": _SCHEMA},
            }
        ],
        "tool_choice": "required",
        "max_tokens": 50,
        "stop": ["END"],
        "temperature": 0.5,
        "top_p": 0.9,
    },
    "anthropic": {
        "model": "theirs",
        "max_tokens": 50,
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "Where?"},
                    {
                        "type": "image",
                        "source": {"type": "base64", "media_type": "image/png", "data": "aGk="},
                    },
                ],
            },
            {
                "role": "assistant",
                "content": [
                    {"type": "text", "text": "I look."},
                    {"type": "tool_use", "id": "call_a", "name": "weather", "input": {"city": "Bern"}},
                ],
            },
            {
                "role": "user",
                "content": [
                    {"type": "tool_result", "tool_use_id": "call_a", "content": '{"sun":true}'},
                    {"type": "image", "source": {"type": "url", "url": "https://example.org/b.webp"}},
                ],
            },
        ],
        "system": "Be brief.",
        "temperature": 0.5,
        "top_p": 0.9,
        "stop_sequences": ["END"],
        "tools": [{"name": "weather", "input_schema": _SCHEMA, "description": "Tells the weather."}],
        "tool_choice": {"type": "any"},
    },
    "gemini": {
        "contents": [
            {
                "role": "user",
                "parts": [{"text": "Where?"}, {"inlineData": {"mimeType": "image/png", "data": "aGk="}}],
            },
            {
                "role": "model",
                "parts": [
                    {"text": "I look."},
                    {"functionCall": {"id": "call_a", "name": "weather", "args": {"city": "Bern"}}},
                ],
            },
            {
                "role": "user",
                "parts": [
                    {"functionResponse": {"id": "call_a", "name": "weather", "response": {"sun": True}}},
                    {"fileData": {"fileUri": "https://example.org/b.webp", "mimeType": "image/webp"}},
                ],
            },
        ],
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "tools": [
            {
                "functionDeclarations": [
                    {
                        "name": "weather",
                        "parametersJsonSchema": _SCHEMA,
                        "description": "Tells the weather.",
                    }
                ]
            }
        ],
        "toolConfig": {"functionCallingConfig": {"mode": "ANY"}},
        "generationConfig": {
            "temperature": 0.5,
            "topP": 0.9,
            "maxOutputTokens": 50,
            "stopSequences": ["END"],
        },
    },
}

CITY = OutputSchema(name="city", schema={"type": "object", "properties": {"name": {"type": "string"}}})


@pytest.mark.parametrize("stream", [False, True])
def test_an_output_schema_is_asked_for_in_the_protocols_own_way(
    upstream: Upstream, answer_of: Answer, kind: str, stream: bool
) -> None:
    upstream.default = Reply(text='{"name":"Bern"}')
    assert json.loads(answer_of(kind, ask(output_schema=CITY, stream=stream)).text) == {"name": "Bern"}
    body = upstream.last.body
    if kind == "openai":
        assert body["response_format"]["json_schema"] == {
            "name": "city",
            "schema": dict(CITY.schema),
            "strict": True,
        }
    elif kind == "anthropic":
        assert body["output_config"] == {"format": {"type": "json_schema", "schema": dict(CITY.schema)}}
    else:
        config = body["generationConfig"]
        assert config["responseMimeType"] == "application/json"
        assert config["responseJsonSchema"] == dict(CITY.schema)


@pytest.mark.parametrize("stream", [False, True])
def test_log_probabilities_come_where_the_protocol_has_them(
    upstream: Upstream, answer_of: Answer, stream: bool
) -> None:
    answer = answer_of("openai", ask(logprobs=0, stream=stream))
    assert answer.logprob == pytest.approx(-0.5)
    assert "".join(entry.token for entry in answer.token_logprobs) == answer.text


def test_a_connection_that_ends_without_an_answer_is_the_transports_affair(
    upstream: Upstream, answer_of: Answer
) -> None:
    upstream.default = RawBytes()
    with pytest.raises(httpx.RemoteProtocolError):
        answer_of("openai", ask())


def test_usage_of_every_event_is_told(upstream: Upstream, target: MakeTarget, send: Send) -> None:
    upstream.default = Reply(usage="every", pieces=2)
    adapter = adapter_for("openai")
    reader = adapter.chat_events()
    events = list(reader.feed(send(adapter.chat_request(target(), ask(stream=True))).content))
    assert sum(isinstance(event, UsageReported) for event in events) == 4


def test_a_whole_answer_where_a_stream_was_promised_is_a_failure_of_the_protocol(
    upstream: Upstream, target: MakeTarget, send: Send, kind: str
) -> None:
    adapter = adapter_for(kind)
    whole = send(adapter.chat_request(target(kind), ask())).content
    reader = adapter.chat_events()
    list(reader.feed(whole))
    with pytest.raises(UpstreamFailure) as caught:
        reader.close()
    assert caught.value.kind is FailureKind.PROTOCOL
