"""The OpenAI adapter: addresses, relayed bytes, servers that read the protocol in their own way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.inference.chat import (
    ChatEvent,
    ChatRequest,
    FinishReason,
    Message,
    ReasoningDelta,
    Text,
    TextDelta,
    TokenCount,
    ToolCall,
    ToolResult,
)
from answerable.inference.errors import Inexpressible, UnreadableCall
from answerable.inference.failures import FailureKind, UpstreamFailure
from answerable.inference.models.plan import Capability, Target
from answerable.inference.operation import Operation
from answerable.inference.providers.adapter import UpstreamRequest
from answerable.inference.providers.openai.adapter import OpenAIAdapter
from answerable.inference.providers.openai.streaming import ChunkReader
from answerable.inference.speech import SpeechRequest
from tests.factories.collecting import collected
from tests.factories.upstream import Fail, Upstream

MakeTarget = Callable[..., Target]
Send = Callable[[UpstreamRequest], httpx.Response]

adapter = OpenAIAdapter()


@pytest.mark.parametrize(
    ("base_url", "operation", "url"),
    [
        ("https://api.openai.com/v1", Operation.CHAT, "https://api.openai.com/v1/chat/completions"),
        ("https://api.openai.com/v1/", Operation.SPEECH, "https://api.openai.com/v1/audio/speech"),
        ("http://localhost:11434", Operation.CHAT, "http://localhost:11434/v1/chat/completions"),
        ("https://api.groq.com/openai/v1", Operation.CHAT, "https://api.groq.com/openai/v1/chat/completions"),
        ("http://tei:8080", Operation.EMBEDDINGS, "http://tei:8080/v1/embeddings"),
        ("https://x.openai.azure.com", Operation.RESPONSES, "https://x.openai.azure.com/openai/v1/responses"),
        (
            "https://x.openai.azure.com/openai/deployments/gpt?api-version=2024-10-21",
            Operation.CHAT,
            "https://x.openai.azure.com/openai/deployments/gpt/chat/completions?api-version=2024-10-21",
        ),
        (
            "https://x.openai.azure.com/openai/deployments?api-version=2024-10-21",
            Operation.CHAT,
            "https://x.openai.azure.com/openai/deployments/their%2Fs/chat/completions?api-version=2024-10-21",
        ),
    ],
)
def test_the_address_follows_from_the_base_url(
    target: MakeTarget, base_url: str, operation: Operation, url: str
) -> None:
    place = target(base_url=base_url, upstream_model="their/s")
    assert adapter.relay_request(place, operation, b'{"model":"x"}', stream=False).url == url


@pytest.mark.parametrize(
    ("base_url", "header"),
    [
        ("http://vllm:8000/v1", ("authorization", "Bearer sk-key")),
        ("https://x.openai.azure.com/openai/v1", ("api-key", "sk-key")),
    ],
)
def test_the_key_goes_where_the_provider_looks_for_it(
    target: MakeTarget, base_url: str, header: tuple[str, str]
) -> None:
    request = adapter.chat_request(target(base_url=base_url), question())
    assert header in request.headers
    names = [name for name, _ in request.headers]
    assert len(names) == len(set(names))


def test_the_operators_headers_replace_ours(target: MakeTarget) -> None:
    place = target(headers=(("Authorization", "Basic eA=="), ("X-Team", "a")))
    headers = dict(adapter.chat_request(place, question()).headers)
    assert headers == {"content-type": "application/json", "authorization": "Basic eA==", "x-team": "a"}


def test_only_openai_itself_gets_the_newer_name_of_the_limit(target: MakeTarget) -> None:
    body = json.loads(adapter.chat_request(target(), question(max_output_tokens=5)).body)
    assert body["max_tokens"] == 5
    place = target(base_url="https://api.openai.com/v1")
    body = json.loads(adapter.chat_request(place, question(max_output_tokens=5)).body)
    assert body["max_completion_tokens"] == 5


def question(**given: object) -> ChatRequest:
    return ChatRequest(
        model="ours",
        messages=(Message(role="user", parts=(Text("Hi"),)),),
        **given,  # type: ignore[arg-type]
    )


# Relaying


def test_a_relayed_body_keeps_every_value_and_the_order(target: MakeTarget) -> None:
    body = b'{"temperature": 0.10, "model": "ours", "x": [1.0,  "\\u00e9", 1e5], "messages": [{"a" : null}]}'
    sent = adapter.relay_request(target(), Operation.CHAT, body, stream=False).body
    assert sent == (
        b'{"temperature":0.10,"model":"theirs","x":[1.0,  "\\u00e9", 1e5],"messages":[{"a" : null}]}'
    )


def test_a_relayed_stream_asks_for_usage_and_keeps_the_other_options(target: MakeTarget) -> None:
    def options(body: bytes) -> object:
        sent = adapter.relay_request(target(), Operation.CHAT, body, stream=True).body
        return json.loads(sent)["stream_options"]

    assert options(b'{"model":"m","stream":true}') == {"include_usage": True}
    assert options(b'{"model":"m","stream_options":null}') == {"include_usage": True}
    assert options(b'{"model":"m","stream_options":{"include_usage":false,"x":1}}') == {
        "include_usage": True,
        "x": 1,
    }


def test_a_model_that_is_named_twice_is_named_once(target: MakeTarget) -> None:
    body = b'{"model":"cheap","model":"dear","mode\\u006c":"other"}'
    assert adapter.relay_request(target(), Operation.CHAT, body, stream=False).body == b'{"model":"theirs"}'


names = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
documents = st.dictionaries(
    names, st.recursive(st.none() | st.booleans() | st.integers() | names, st.lists, max_leaves=6), max_size=6
)


@given(documents, st.booleans())
def test_relaying_changes_the_model_alone(document: dict[str, object], escaped: bool) -> None:
    place = Target("p", "p", "openai", "http://x", "ours", "theirs", frozenset())
    body = json.dumps({**document, "model": "ours"}, ensure_ascii=escaped).encode()
    sent = json.loads(adapter.relay_request(place, Operation.CHAT, body, stream=False).body)
    assert sent == {**document, "model": "theirs"}


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"nul", b'{"model":"m","stream_options":3}', b"[" * 5000])
def test_a_body_that_is_no_object_cannot_be_relayed(target: MakeTarget, body: bytes) -> None:
    with pytest.raises(UnreadableCall):
        adapter.relay_request(target(), Operation.CHAT, body, stream=True)


def test_what_can_be_relayed(target: MakeTarget) -> None:
    place = target()
    anthropics = {Operation.MESSAGES, Operation.COUNT_TOKENS}
    assert {each for each in Operation if adapter.relays(place, each)} == set(Operation) - anthropics
    plain = target(capabilities=frozenset({Capability.CHAT}))
    assert not adapter.relays(plain, Operation.RESPONSES)


@pytest.mark.parametrize(
    ("data", "tokens"),
    [
        (b'{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}', TokenCount(input=3, output=4)),
        (b'{"usage":{"prompt_tokens":3,"total_tokens":3}}', TokenCount(input=3)),
        (b'{"usage" : {"total_tokens":9,"completion_tokens":4}}', TokenCount(input=5, output=4)),
        (
            b'{"response":{"usage":{"input_tokens":9,"output_tokens":5,'
            b'"input_tokens_details":{"cached_tokens":4},"output_tokens_details":{"reasoning_tokens":2}}}}',
            TokenCount(input=9, output=5, cached_input=4, reasoning=2),
        ),
        (b'{"x_groq":{"usage":{"prompt_tokens":1,"completion_tokens":2}}}', TokenCount(input=1, output=2)),
        (
            b'{"choices":[{"usage":{"prompt_tokens":1,"completion_tokens":2}}]}',
            TokenCount(input=1, output=2),
        ),
        (b'{"usage":{"prompt_tokens":"7","completion_tokens":2.0}}', TokenCount(input=7, output=2)),
        (b'{"usage":{"prompt_tokens":-7,"completion_tokens":4}}', None),
        (b'{"usage":{"prompt_tokens":7,"completion_tokens":1e300}}', None),
        (b'{"usage":{"prompt_tokens":7,"completion_tokens":null}}', None),
        (b'{"usage":{"prompt_tokens":null,"completion_tokens":4}}', None),
        (b'{"usage":{"total_tokens":9}}', None),
        (b'{"usage":{"prompt_tokens":9,"completion_tokens":null,"total_tokens":7}}', None),
        (
            b'{"usage":{"prompt_tokens":10,"completion_tokens":2,"prompt_cache_hit_tokens":8}}',
            TokenCount(input=10, output=2, cached_input=8),
        ),
        (b'{"choices":[{"delta":{"content":"the \\"usage\\": {} of it"}}],"usage":null}', None),
        (b'{"usage":{}}', None),
        (b'{"usage":{"prompt_tokens":', None),
        (b"[DONE]", None),
    ],
)
def test_usage_in_relayed_bytes_is_found_wherever_it_stands(data: bytes, tokens: TokenCount | None) -> None:
    assert adapter.relayed_tokens(Operation.CHAT, data) == tokens


# Streams of servers that read the protocol in their own way


def chunk(delta: object, finish: str | None = None) -> bytes:
    document = {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
    return b"data: " + json.dumps(document).encode() + b"\n\n"


def tool(name: str | None = None, arguments: str = "", **given: object) -> dict[str, object]:
    function = {"arguments": arguments} | ({"name": name} if name else {})
    return {"tool_calls": [{"function": function, **given}]}


def read(*chunks: bytes) -> list[ChatEvent]:
    reader = ChunkReader()
    return [*(event for data in chunks for event in reader.feed(data)), *reader.close()]


CALLS = [ToolCall("a", "f", "{}"), ToolCall("b", "g", '{"x":1}')]


@pytest.mark.parametrize(
    "chunks",
    [
        [tool("f", "{}", index=0, id="a"), tool("g", '{"x"', index=1, id="b"), tool(None, ":1}", index=1)],
        [tool("f", "{}", id="a"), tool("g", '{"x":1}', id="b")],  # no numbers
        [tool("f", "{}", index=0, id="a"), tool("g", '{"x":1}', index=0, id="b")],  # all number 0
        [tool("f", "{}", id="a"), tool("g", '{"x"', id="b"), tool(None, ":1}")],
        [
            tool("f", "", index=0, id="a"),
            tool("f", "{}", index=0, id="a"),
            tool("g", '{"x":1}', index=1, id="b"),
        ],
    ],
)
def test_tool_calls_are_told_apart_however_they_are_numbered(chunks: Iterable[object]) -> None:
    answer = collected(read(*(chunk(delta) for delta in chunks), chunk({}, "stop")))
    assert list(answer.tool_calls) == CALLS
    assert answer.finish_reason is FinishReason.TOOL_CALLS


@pytest.mark.parametrize("name", ["reasoning", "reasoning_content"])
def test_thoughts_are_read_under_both_names(name: str) -> None:
    events = read(chunk({name: "hm"}), chunk({"content": "ok"}), chunk({}, "stop"))
    assert events[:2] == [ReasoningDelta("hm"), TextDelta("ok")]


def test_content_may_come_as_parts() -> None:
    parts = [
        {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
        {"type": "text", "text": "ok"},
    ]
    events = read(chunk({"content": parts}), b"data: [DONE]\n\n")
    assert events[:2] == [ReasoningDelta("hm"), TextDelta("ok")]


@pytest.mark.parametrize("last", [b"data: [DONE]\n\n", b"data: [DONE]", chunk({}, "stop"), chunk({}, "eos")])
def test_an_end_mark_or_a_reason_to_stop_ends_an_answer(last: bytes) -> None:
    assert collected(read(chunk({"content": "ok"}), last)).finish_reason is FinishReason.STOP


def test_an_error_document_instead_of_a_stream_is_that_error() -> None:
    with pytest.raises(UpstreamFailure) as caught:
        read(b'{"error":{"message":"no such model","code":404}}')
    assert caught.value.kind is FailureKind.UNKNOWN_MODEL


@given(st.lists(st.binary(max_size=40), max_size=6))
def test_no_bytes_make_the_reader_do_worse_than_fail(pieces: list[bytes]) -> None:
    reader = ChunkReader()
    try:
        for piece in pieces:
            list(reader.feed(b"data: " + piece + b"\n\n"))
        reader.close()
    except UpstreamFailure:
        pass


# Embeddings, speech, tools


def test_vectors_come_in_the_order_of_the_texts(upstream: Upstream, target: MakeTarget, send: Send) -> None:
    request = adapter.embedding_request(target(), ["one", "three"], 3)
    vectors, tokens = adapter.embedding_answer(send(request).content)
    assert vectors == [[0.0, 3.0, 0.0], [1.0, 5.0, 0.0]]
    assert tokens == TokenCount(input=11)
    assert upstream.last.body == {"model": "theirs", "input": ["one", "three"], "dimensions": 3}


def test_vectors_are_put_in_order_and_read_from_base64() -> None:
    body = b'{"data":[{"index":1,"embedding":"AACAPw=="},{"index":0,"embedding":[2.5]}]}'
    vectors, tokens = adapter.embedding_answer(body)
    assert vectors == [[2.5], [1.0]]
    assert tokens.estimated
    body = b'{"data":[{"embedding":[1]}],"usage":{"prompt_tokens":9,"completion_tokens":null}}'
    assert adapter.embedding_answer(body)[1] == TokenCount(input=9)
    assert adapter.relayed_tokens(Operation.EMBEDDINGS, body) == TokenCount(input=9)


@pytest.mark.parametrize(
    "usage", [b'"prompt_tokens":12,"completion_tokens":-1', b'"prompt_tokens":null,"completion_tokens":3']
)
def test_an_answer_whose_figures_cannot_be_is_estimated(usage: bytes) -> None:
    body = b'{"choices":[{"message":{"content":"Yes."}}],"usage":{' + usage + b"}}"
    assert adapter.chat_answer(body).tokens == TokenCount(estimated=True)


@pytest.mark.parametrize(
    "body", [b"", b"{}", b'{"data":[{"embedding":"%"}]}', b'{"data":[{"embedding":null}]}']
)
def test_something_else_than_vectors_is_a_failure_of_the_protocol(body: bytes) -> None:
    with pytest.raises(UpstreamFailure) as caught:
        adapter.embedding_answer(body)
    assert caught.value.kind is FailureKind.PROTOCOL


def test_speech_comes_as_it_is(upstream: Upstream, target: MakeTarget, send: Send) -> None:
    request = SpeechRequest(model="ours", text="Hello", voice="alloy", speed=1.5, instructions="Cheerfully")
    response = send(adapter.speech_request(target(), request))
    speech = adapter.speech_answer(response.headers["content-type"], response.content)
    assert (speech.data, speech.media_type) == (b"ID3 scripted sound", "audio/mpeg")
    assert upstream.last.body == {
        "model": "theirs",
        "input": "Hello",
        "voice": "alloy",
        "response_format": "mp3",
        "speed": 1.5,
        "instructions": "Cheerfully",
    }


def test_an_error_document_is_no_sound(upstream: Upstream) -> None:
    body = json.dumps({"error": {"message": "No.", "type": "server_error"}}).encode()
    with pytest.raises(UpstreamFailure):
        adapter.speech_answer("application/json", body)


def test_a_failed_tool_says_so_in_words(target: MakeTarget) -> None:
    messages = (
        Message(role="assistant", parts=(ToolCall("a", "f", "{}", "sig"), ToolCall("b", "f", "{}"))),
        Message(role="tool", parts=(ToolResult("a", "boom", is_error=True), ToolResult("b", "fine"))),
    )
    request = ChatRequest(model="ours", messages=messages)
    sent = json.loads(adapter.chat_request(target(), request).body)["messages"]
    assert [turn["content"] for turn in sent] == [None, "Error: boom", "fine"]
    assert sent[0]["tool_calls"][0]["extra_content"] == {"google": {"thought_signature": "sig"}}


def test_an_error_keeps_the_providers_own_document(
    upstream: Upstream, target: MakeTarget, send: Send
) -> None:
    upstream.default = Fail(400, "Too hot.", code="temperature")
    response = send(adapter.chat_request(target(), question()))
    failure = adapter.failure(response.status_code, response.headers, response.content)
    assert failure.body == response.content
    assert failure.detail == "Too hot."


def test_only_compatible_servers_know_top_k(target: MakeTarget) -> None:
    assert json.loads(adapter.chat_request(target(), question(top_k=4)).body)["top_k"] == 4
    with pytest.raises(Inexpressible) as caught:
        adapter.chat_request(target(base_url="https://api.openai.com/v1"), question(top_k=4))
    assert caught.value.field == "top_k"


def test_wishes_about_tools_go_with_tools_only(target: MakeTarget) -> None:
    body = json.loads(
        adapter.chat_request(target(), question(tool_choice="auto", parallel_tool_calls=False)).body
    )
    assert set(body) == {"model", "messages"}
