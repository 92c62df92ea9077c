"""The providers' own clients talk to the scripted provider: it cannot drift from the real protocols."""

from __future__ import annotations

from collections.abc import Iterator

import anthropic
import httpx
import openai
import pytest
from google import genai
from google.genai import errors as genai_errors
from google.genai import types as genai_types

from tests.factories.upstream import Call, Fail, Reply, Tokens, Upstream
from tests.factories.waiting import wait_until

HI: list[openai.types.chat.ChatCompletionMessageParam] = [{"role": "user", "content": "Hi"}]
CALLS = (Call("look", '{"at":"é"}', "call_a"), Call("now", "{}", "call_b"))


@pytest.fixture
def openai_client(upstream: Upstream) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=upstream.openai_url, api_key="k", max_retries=0) as client:
        yield client


@pytest.fixture
def anthropic_client(upstream: Upstream) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=upstream.url, api_key="k", max_retries=0) as client:
        yield client


@pytest.fixture
def genai_client(upstream: Upstream) -> Iterator[genai.Client]:
    options = genai_types.HttpOptions(base_url=upstream.url)
    client = genai.Client(api_key="k", http_options=options)
    yield client
    client.close()


def test_openai_whole_and_streamed(upstream: Upstream, openai_client: openai.OpenAI) -> None:
    upstream.default = Reply(text="Grüezi", tool_calls=CALLS, tokens=Tokens(9, 4, cached=3, reasoning=2))
    whole = openai_client.chat.completions.create(model="m", messages=HI)
    assert whole.choices[0].message.content == "Grüezi"
    assert whole.usage is not None
    assert whole.usage.prompt_tokens_details is not None
    assert whole.usage.prompt_tokens_details.cached_tokens == 3
    with openai_client.chat.completions.stream(
        model="m", messages=HI, stream_options={"include_usage": True}
    ) as stream:
        final = stream.get_final_completion()
    assert final.usage == whole.usage
    calls = final.choices[0].message.tool_calls
    assert calls is not None
    assert [(call.id, call.function.arguments) for call in calls] == [
        ("call_a", '{"at":"é"}'),
        ("call_b", "{}"),
    ]
    assert final.choices[0].finish_reason == whole.choices[0].finish_reason == "tool_calls"


def test_openai_responses_whole_and_streamed(upstream: Upstream, openai_client: openai.OpenAI) -> None:
    upstream.default = Reply(text="Grüezi", tool_calls=CALLS, tokens=Tokens(9, 4, cached=3, reasoning=2))
    whole = openai_client.responses.create(model="m", input="Hi")
    with openai_client.responses.stream(model="m", input="Hi") as stream:
        final = stream.get_final_response()
    assert final.output_text == whole.output_text == "Grüezi"
    assert [item.type for item in final.output] == ["message", "function_call", "function_call"]
    assert final.usage == whole.usage


def test_openai_embeddings_speech_and_models(upstream: Upstream, openai_client: openai.OpenAI) -> None:
    vectors = openai_client.embeddings.create(model="m", input=["one", "three"])
    assert [item.embedding[:2] for item in vectors.data] == [[0.0, 3.0], [1.0, 5.0]]
    sound = openai_client.audio.speech.create(model="m", voice="alloy", input="Hello")
    assert sound.content == b"ID3 scripted sound"
    assert [model.id for model in openai_client.models.list()] == ["small", "large"]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, openai.BadRequestError),
        (401, openai.AuthenticationError),
        (404, openai.NotFoundError),
        (429, openai.RateLimitError),
        (500, openai.InternalServerError),
    ],
)
def test_openai_errors(
    upstream: Upstream, openai_client: openai.OpenAI, status: int, error: type[openai.APIStatusError]
) -> None:
    upstream.default = Fail(status, "Scripted", code="why", headers={"retry-after": "2"})
    with pytest.raises(error) as caught:
        openai_client.chat.completions.create(model="m", messages=HI)
    assert caught.value.code == "why"
    assert caught.value.response.headers["retry-after"] == "2"


def test_anthropic_whole_and_streamed(upstream: Upstream, anthropic_client: anthropic.Anthropic) -> None:
    upstream.default = Reply(text="Grüezi", reasoning="Hm.", tool_calls=CALLS, tokens=Tokens(9, 4, cached=3))
    whole = anthropic_client.messages.create(
        model="m", max_tokens=9, messages=[{"role": "user", "content": "Hi"}]
    )
    with anthropic_client.messages.stream(
        model="m", max_tokens=9, messages=[{"role": "user", "content": "Hi"}]
    ) as stream:
        final = stream.get_final_message()
    assert [block.type for block in final.content] == ["thinking", "text", "tool_use", "tool_use"]
    assert [block.model_dump(exclude={"parsed_output"}) for block in final.content] == [
        block.model_dump() for block in whole.content
    ]
    assert final.stop_reason == whole.stop_reason == "tool_use"
    assert (final.usage.input_tokens, final.usage.output_tokens) == (6, 4)
    assert final.usage.cache_read_input_tokens == whole.usage.cache_read_input_tokens == 3


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, anthropic.BadRequestError),
        (401, anthropic.AuthenticationError),
        (429, anthropic.RateLimitError),
        (529, anthropic.InternalServerError),
    ],
)
def test_anthropic_errors(
    upstream: Upstream,
    anthropic_client: anthropic.Anthropic,
    status: int,
    error: type[anthropic.APIStatusError],
) -> None:
    upstream.default = Fail(status, "Scripted")
    with pytest.raises(error, match="Scripted"):
        anthropic_client.messages.create(
            model="m", max_tokens=9, messages=[{"role": "user", "content": "Hi"}]
        )


def test_anthropic_streams_may_break_with_an_error(
    upstream: Upstream, anthropic_client: anthropic.Anthropic
) -> None:
    upstream.default = Reply(frames=3, then="error")
    stream = anthropic_client.messages.create(
        model="m", max_tokens=9, messages=[{"role": "user", "content": "Hi"}], stream=True
    )
    with pytest.raises(anthropic.APIStatusError, match="Scripted overload"):
        list(stream)


def test_gemini_whole_and_streamed(upstream: Upstream, genai_client: genai.Client) -> None:
    upstream.default = Reply(text="Grüezi", tool_calls=CALLS, tokens=Tokens(9, 6, cached=3, reasoning=2))
    whole = genai_client.models.generate_content(model="m", contents="Hi")
    chunks = list(genai_client.models.generate_content_stream(model="m", contents="Hi"))
    for answers in ([whole], chunks):
        parts = [part for answer in answers for part in answer.candidates[0].content.parts]  # type: ignore[index,union-attr]
        assert "".join(part.text or "" for part in parts) == "Grüezi"
        calls = [part.function_call for part in parts if part.function_call]
        assert [(call.id, call.args) for call in calls] == [("call_a", {"at": "é"}), ("call_b", {})]
        usage = answers[-1].usage_metadata
        assert usage is not None
        assert (usage.prompt_token_count, usage.candidates_token_count) == (9, 4)
        assert (usage.thoughts_token_count, usage.cached_content_token_count) == (2, 3)


def test_gemini_embeddings_and_errors(upstream: Upstream, genai_client: genai.Client) -> None:
    vectors = genai_client.models.embed_content(model="m", contents=["one", "three"])
    assert [vector.values[:2] for vector in vectors.embeddings or () if vector.values] == [[0, 3], [1, 5]]
    upstream.default = Fail(429, "Scripted")
    with pytest.raises(genai_errors.ClientError, match="Scripted") as caught:
        genai_client.models.generate_content(model="m", contents="Hi")
    assert (caught.value.code, caught.value.status) == (429, "RESOURCE_EXHAUSTED")


def test_a_client_that_leaves_is_noticed(upstream: Upstream) -> None:
    upstream.default = Reply(endless=True, gap=0.001)
    body = {"model": "m", "messages": HI, "stream": True}
    with httpx.stream("POST", f"{upstream.openai_url}/chat/completions", json=body) as response:
        next(response.iter_raw())
    wait_until(lambda: upstream.last.left)
    assert upstream.last.sent_frames >= 1


def test_requests_are_scripted_one_by_one_or_by_model(upstream: Upstream) -> None:
    upstream.script(Fail(500), Reply(text="second"))
    upstream.by_model["odd"] = Fail(418)

    def status(model: str) -> int:
        url = f"{upstream.openai_url}/chat/completions"
        return httpx.post(url, json={"model": model, "messages": HI}).status_code

    assert [status("m"), status("odd"), status("m"), status("m")] == [500, 418, 200, 200]
