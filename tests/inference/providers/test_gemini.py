"""The Gemini adapter: what is its own."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.inference.chat import (
    ChatRequest,
    Message,
    Text,
    TokenCount,
    Tool,
    ToolCall,
    ToolResult,
)
from answerable.inference.errors import Inexpressible
from answerable.inference.failures import FailureKind, UpstreamFailure
from answerable.inference.models.plan import Target
from answerable.inference.operation import Operation
from answerable.inference.providers.adapter import UpstreamRequest
from answerable.inference.providers.gemini.adapter import GeminiAdapter
from answerable.inference.providers.gemini.streaming import CandidateStream
from answerable.inference.speech import SpeechRequest
from tests.factories.collecting import collected
from tests.factories.upstream import Call, Fail, Reply, Upstream

MakeTarget = Callable[..., Target]
Send = Callable[[UpstreamRequest], httpx.Response]

adapter = GeminiAdapter()
LOOK = Tool(name="look", parameters={"type": "object"})
HI = Message(role="user", parts=(Text("Hi"),))


def ask(*messages: Message, **given: object) -> ChatRequest:
    return ChatRequest(model="ours", messages=messages or (HI,), **given)  # type: ignore[arg-type]


def body_of(target: Target, *messages: Message, **given: object) -> dict[str, object]:
    body: dict[str, object] = json.loads(adapter.chat_request(target, ask(*messages, **given)).body)
    return body


@pytest.mark.parametrize(
    ("base_url", "model", "stream", "url"),
    [
        (
            "https://generativelanguage.googleapis.com",
            "gemini-3-pro",
            False,
            "https://generativelanguage.googleapis.com/v1beta/models/gemini-3-pro:generateContent",
        ),
        (
            "https://generativelanguage.googleapis.com/v1beta/",
            "tunedModels/x",
            True,
            "https://generativelanguage.googleapis.com/v1beta/tunedModels/x:streamGenerateContent?alt=sse",
        ),
    ],
)
def test_the_address_follows_from_the_base_url(
    target: MakeTarget, base_url: str, model: str, stream: bool, url: str
) -> None:
    place = target("gemini", base_url=base_url, upstream_model=model)
    request = adapter.chat_request(place, ask(stream=stream))
    assert request.url == url
    assert ("x-goog-api-key", "sk-key") in request.headers


def test_nothing_is_relayed(target: MakeTarget) -> None:
    assert not any(adapter.relays(target("gemini"), operation) for operation in Operation)
    with pytest.raises(Inexpressible):
        adapter.relay_request(target("gemini"), Operation.CHAT, b"{}", stream=False)
    assert adapter.relayed_tokens(Operation.CHAT, b'{"usage":{"prompt_tokens":1}}') is None


def test_one_call_at_a_time_cannot_be_promised(target: MakeTarget) -> None:
    with pytest.raises(Inexpressible) as caught:
        body_of(target("gemini"), tools=(LOOK,), parallel_tool_calls=False)
    assert caught.value.field == "parallel_tool_calls"
    body_of(target("gemini"), tools=(LOOK,), parallel_tool_calls=False, tool_choice="look")
    body_of(target("gemini"), parallel_tool_calls=False)


@pytest.mark.parametrize(
    ("choice", "sent"),
    [
        ("auto", {"mode": "AUTO"}),
        ("none", {"mode": "NONE"}),
        ("required", {"mode": "ANY"}),
        ("look", {"mode": "ANY", "allowedFunctionNames": ["look"]}),
    ],
)
def test_the_choice_of_tools(target: MakeTarget, choice: str, sent: object) -> None:
    body = body_of(target("gemini"), tools=(LOOK,), tool_choice=choice)
    assert body["toolConfig"] == {"functionCallingConfig": sent}


@pytest.mark.parametrize(
    ("model", "effort", "sent"),
    [
        ("gemini-2.5-flash", "none", {"thinkingBudget": 0}),
        ("gemini-2.5-flash", "low", {"thinkingBudget": 1_024}),
        ("gemini-3-pro", "high", {"thinkingLevel": "HIGH"}),
    ],
)
def test_how_much_to_think(target: MakeTarget, model: str, effort: str, sent: object) -> None:
    body = body_of(target("gemini", upstream_model=model), reasoning_effort=effort)
    assert body["generationConfig"] == {"thinkingConfig": sent}


def test_a_results_tool_is_known_by_the_call_before(target: MakeTarget) -> None:
    with pytest.raises(Inexpressible) as caught:
        body_of(target("gemini"), Message(role="tool", parts=(ToolResult("a", "x"),)))
    assert caught.value.field == "messages[0].tool_call_id"


@pytest.mark.parametrize(
    ("result", "sent"),
    [
        (ToolResult("a", '{"x":1}'), {"x": 1}),
        (ToolResult("a", "[1]"), {"result": "[1]"}),
        (ToolResult("a", "sunny"), {"result": "sunny"}),
        (ToolResult("a", "boom", is_error=True), {"error": "boom"}),
    ],
)
def test_a_result_becomes_an_object(target: MakeTarget, result: ToolResult, sent: object) -> None:
    turns = (
        Message(role="assistant", parts=(ToolCall("a", "f", ""),)),
        Message(role="tool", parts=(result,)),
    )
    body = body_of(target("gemini"), *turns)
    part = body["contents"][1]["parts"][0]  # type: ignore[index]
    assert part["functionResponse"]["response"] == sent


def test_a_signature_comes_with_a_call_and_goes_back_with_it(
    upstream: Upstream, target: MakeTarget, send: Send
) -> None:
    upstream.default = Reply(text="", tool_calls=(Call("look", "{}", "a"), Call("look", "{}", "b")))
    place = target("gemini", upstream_model="gemini-3-pro")
    answer = adapter.chat_answer(send(adapter.chat_request(place, ask(tools=(LOOK,)))).content)
    assert [call.signature for call in answer.tool_calls] == ["c2lnbmVk", None]
    body = body_of(place, HI, Message(role="assistant", parts=answer.tool_calls))
    parts = body["contents"][1]["parts"]  # type: ignore[index]
    assert [part.get("thoughtSignature") for part in parts] == ["c2lnbmVk", None]


def test_a_call_of_another_model_is_marked_as_such_where_signatures_are_checked(target: MakeTarget) -> None:
    turn = Message(role="assistant", parts=(ToolCall("a", "look", "{}"), ToolCall("b", "look", "{}")))
    for model, mark in (("gemini-3-pro", "skip_thought_signature_validator"), ("gemini-2.5-pro", None)):
        body = body_of(target("gemini", upstream_model=model), HI, turn)
        parts = body["contents"][1]["parts"]  # type: ignore[index]
        assert [part.get("thoughtSignature") for part in parts] == [mark, None]


def test_a_call_without_an_id_gets_one() -> None:
    body = {"candidates": [{"content": {"parts": [{"functionCall": {"name": "f"}}] * 2}}]}
    calls = adapter.chat_answer(json.dumps(body).encode()).tool_calls
    assert [call.arguments for call in calls] == ["{}", "{}"]
    assert calls[0].id
    assert calls[0].id != calls[1].id


def test_a_refused_prompt_is_refused_content() -> None:
    body = b'{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"usageMetadata":{"promptTokenCount":4}}'
    with pytest.raises(UpstreamFailure) as caught:
        adapter.chat_answer(body)
    assert caught.value.kind is FailureKind.REFUSED_CONTENT


@pytest.mark.parametrize("stream", [False, True])
def test_a_broken_tool_call_is_no_answer(stream: bool) -> None:
    body = b'{"candidates":[{"finishReason":"MALFORMED_FUNCTION_CALL","finishMessage":"Bad call"}]}'

    def read() -> object:
        frame = b"data: " + body + b"\n\n"
        return list(adapter.chat_events().feed(frame)) if stream else adapter.chat_answer(body)

    with pytest.raises(UpstreamFailure, match="Bad call") as caught:
        read()
    assert caught.value.kind is FailureKind.PROTOCOL


def test_log_probabilities(upstream: Upstream, target: MakeTarget, send: Send) -> None:
    answer = adapter.chat_answer(send(adapter.chat_request(target("gemini"), ask(logprobs=3))).content)
    assert answer.logprob == pytest.approx(-0.5)
    assert upstream.last.body["generationConfig"] == {"responseLogprobs": True, "logprobs": 3}


def test_vectors_come_in_the_order_of_the_texts(upstream: Upstream, target: MakeTarget, send: Send) -> None:
    request = adapter.embedding_request(target("gemini"), ["one", "three"], 3)
    assert request.url.endswith("/v1beta/models/theirs:batchEmbedContents")
    vectors, tokens = adapter.embedding_answer(send(request).content)
    assert vectors == [[0.0, 3.0, 0.0], [1.0, 5.0, 0.0]]
    assert tokens == TokenCount(estimated=True)
    with pytest.raises(UpstreamFailure):
        adapter.embedding_answer(b'{"embeddings":[{}]}')


def test_speech_comes_as_a_wav_file(upstream: Upstream, target: MakeTarget, send: Send) -> None:
    upstream.default = Reply(audio=b"\x01\x00" * 8)
    request = SpeechRequest(model="m", text="Hello", voice="Kore", format="wav", instructions="Say calmly")
    speech = adapter.speech_answer("", send(adapter.speech_request(target("gemini"), request)).content)
    assert speech.media_type == "audio/wav"
    assert speech.data[:4] == b"RIFF"
    assert struct.unpack("<I", speech.data[24:28]) == (24_000,)
    assert speech.data[44:] == b"\x01\x00" * 8
    assert upstream.last.body["contents"][0]["parts"] == [{"text": "Say calmly: Hello"}]


@pytest.mark.parametrize(
    ("given", "field"), [({"format": "mp3"}, "response_format"), ({"speed": 2.0}, "speed")]
)
def test_speech_that_the_protocol_has_not_is_refused_by_name(
    target: MakeTarget, given: dict[str, object], field: str
) -> None:
    request = SpeechRequest(**{"model": "m", "text": "x", "voice": "v", "format": "wav", **given})  # type: ignore[arg-type]
    with pytest.raises(Inexpressible) as caught:
        adapter.speech_request(target("gemini"), request)
    assert caught.value.field == field


@pytest.mark.parametrize("data", ["!", None])
def test_no_sound_is_a_failure_of_the_protocol(data: str | None) -> None:
    part = {"inlineData": {"data": data}} if data else {"text": "no"}
    body = json.dumps({"candidates": [{"content": {"parts": [part]}}]}).encode()
    with pytest.raises(UpstreamFailure):
        adapter.speech_answer("", body)


def test_an_error_list_instead_of_a_stream_is_that_error(upstream: Upstream) -> None:
    reader = CandidateStream()
    reader.feed(b'[{"error":{"code":429,"message":"Slow down","status":"RESOURCE_EXHAUSTED"}}]')
    with pytest.raises(UpstreamFailure) as caught:
        reader.close()
    assert caught.value.kind is FailureKind.RATE_LIMITED


def test_tool_calls_stream_whole(upstream: Upstream, target: MakeTarget, send: Send) -> None:
    upstream.default = Reply(text="", tool_calls=(Call("look", '{"a":1}', "a"), Call("look", "{}", "b")))
    reader = adapter.chat_events()
    data = send(adapter.chat_request(target("gemini"), ask(stream=True))).content
    answer = collected([*reader.feed(data), *reader.close()])
    calls = [(call.id, json.loads(call.arguments)) for call in answer.tool_calls]
    assert calls == [("a", {"a": 1}), ("b", {})]


def test_a_wrong_key_is_told_apart_from_a_wrong_request(
    upstream: Upstream, target: MakeTarget, send: Send
) -> None:
    response = send(adapter.chat_request(target("gemini", api_key=None), ask()))
    failure = adapter.failure(response.status_code, response.headers, response.content)
    assert failure.kind is FailureKind.CREDENTIALS
    upstream.default = Fail(400, "temperature out of range")
    response = send(adapter.chat_request(target("gemini"), ask()))
    failure = adapter.failure(response.status_code, response.headers, response.content)
    assert failure.kind is FailureKind.INVALID_REQUEST


@given(st.lists(st.binary(max_size=40), max_size=6))
def test_no_bytes_make_the_reader_do_worse_than_fail(pieces: list[bytes]) -> None:
    reader = CandidateStream()
    try:
        for piece in pieces:
            list(reader.feed(b"data: " + piece + b"\n\n"))
        reader.close()
    except UpstreamFailure:
        pass


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        (b'"promptTokenCount":4,"candidatesTokenCount":2', TokenCount(input=4, output=2)),
        (b'"promptTokenCount":4', None),
        (b'"promptTokenCount":-4,"candidatesTokenCount":2', None),
        (b'"promptTokenCount":4,"candidatesTokenCount":-2', None),
    ],
)
def test_an_answer_whose_figures_cannot_be_is_estimated(usage: bytes, tokens: TokenCount | None) -> None:
    document = (
        b'{"candidates":[{"content":{"parts":[{"text":"Yes."}]},"finishReason":"STOP"}],"usageMetadata":{'
        + usage
        + b"}}"
    )
    expected = tokens or TokenCount(estimated=True)
    assert adapter.chat_answer(document).tokens == expected
    assert collected(adapter.chat_events().feed(b"data: " + document + b"\n\n")).tokens == expected


def test_thoughts_alone_have_no_figure_of_an_answer() -> None:
    body = (
        b'{"candidates":[{"content":{"parts":[{"text":"Hm.","thought":true}]},"finishReason":"MAX_TOKENS"}],'
        b'"usageMetadata":{"promptTokenCount":4,"thoughtsTokenCount":9}}'
    )
    assert adapter.chat_answer(body).tokens == TokenCount(input=4, output=9, reasoning=9)
