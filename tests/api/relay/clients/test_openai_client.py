"""OpenAI's own client, unchanged, in front of providers of every protocol."""

from __future__ import annotations

import json

import openai
import pytest
from openai.types.chat import ChatCompletionMessageParam, ChatCompletionToolParam
from openai.types.responses import FunctionToolParam, ResponseFunctionToolCall
from pydantic import BaseModel

from tests.factories.upstream import Call, Fail, Reply, Tokens, Upstream

HI: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Hi"}]
SCHEMA: dict[str, object] = {
    "type": "object",
    "properties": {"at": {"type": "string"}},
    "required": ["at"],
    "additionalProperties": False,
}
LOOK: ChatCompletionToolParam = {
    "type": "function",
    "function": {"name": "look", "description": "Looks.", "parameters": SCHEMA, "strict": True},
}
LOOK_TOO: FunctionToolParam = {
    "type": "function",
    "name": "look",
    "description": "Looks.",
    "parameters": SCHEMA,
    "strict": True,
}
CALLS = (Call("look", '{"at":"Zürich"}', "call_a"), Call("look", '{"at":"Łódź"}', "call_b"))
Client = openai.AsyncOpenAI


class City(BaseModel):
    name: str


def used(usage: openai.types.CompletionUsage | None) -> tuple[int, int, int | None]:
    assert usage is not None
    details = usage.prompt_tokens_details
    return usage.prompt_tokens, usage.completion_tokens, details.cached_tokens if details else None


async def test_chat(openai_client: Client, upstream: Upstream, model: str) -> None:
    upstream.default = Reply(text="Grüezi", tokens=Tokens(9, 4, cached=3))
    answer = await openai_client.chat.completions.create(
        model=model, messages=[{"role": "system", "content": "Be brief."}, *HI], temperature=0.2, seed=7
    )
    assert answer.choices[0].message.content == "Grüezi"
    assert answer.choices[0].finish_reason == "stop"
    assert used(answer.usage) == (9, 4, 3)


async def test_streamed_chat(openai_client: Client, upstream: Upstream, model: str) -> None:
    upstream.default = Reply(text="Grüezi mitenand", pieces=4, tokens=Tokens(9, 4, cached=3))
    stream = await openai_client.chat.completions.create(
        model=model, messages=HI, stream=True, stream_options={"include_usage": True}
    )
    chunks = [chunk async for chunk in stream]
    texts = [choice.delta.content or "" for chunk in chunks for choice in chunk.choices]
    assert "".join(texts) == "Grüezi mitenand"
    assert sum(bool(text) for text in texts) == 4
    assert used(chunks[-1].usage) == (9, 4, 3)
    assert len({chunk.id for chunk in chunks}) == 1


async def test_a_stream_that_did_not_ask_for_usage_has_none(
    openai_client: Client, upstream: Upstream, model: str
) -> None:
    stream = await openai_client.chat.completions.create(model=model, messages=HI, stream=True)
    assert all(chunk.choices for chunk in [chunk async for chunk in stream])


@pytest.mark.parametrize("streamed", [False, True])
async def test_parallel_tool_calls_and_their_results(
    openai_client: Client, upstream: Upstream, model: str, streamed: bool
) -> None:
    upstream.script(Reply(text="", tool_calls=CALLS), Reply(text="Rain in both."))
    if streamed:
        async with openai_client.chat.completions.stream(model=model, messages=HI, tools=[LOOK]) as stream:
            answer = await stream.get_final_completion()
        message = answer.choices[0].message
        reason = answer.choices[0].finish_reason
    else:
        whole = await openai_client.chat.completions.create(model=model, messages=HI, tools=[LOOK])
        message = whole.choices[0].message  # type: ignore[assignment]
        reason = whole.choices[0].finish_reason
    assert reason == "tool_calls"
    assert message.tool_calls is not None
    found = [(call.id, json.loads(call.function.arguments)) for call in message.tool_calls]
    assert found == [("call_a", {"at": "Zürich"}), ("call_b", {"at": "Łódź"})]
    turn: ChatCompletionMessageParam = message.model_dump(  # type: ignore[assignment]
        exclude_none=True, include={"role", "content", "tool_calls"}
    )
    results: list[ChatCompletionMessageParam] = [
        {"role": "tool", "tool_call_id": call.id, "content": "rain"} for call in message.tool_calls
    ]
    final = await openai_client.chat.completions.create(
        model=model, messages=[*HI, turn, *results], tools=[LOOK]
    )
    assert final.choices[0].message.content == "Rain in both."


async def test_structured_output(openai_client: Client, upstream: Upstream, model: str) -> None:
    upstream.default = Reply(text='{"name":"Bern"}')
    answer = await openai_client.chat.completions.parse(model=model, messages=HI, response_format=City)
    assert answer.choices[0].message.parsed == City(name="Bern")
    assert '"name"' in json.dumps(upstream.last.body)


async def test_a_picture(openai_client: Client, upstream: Upstream, model: str) -> None:
    picture = "data:image/png;base64,aGk="
    await openai_client.chat.completions.create(
        model=model,
        messages=[
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "What is this?"},
                    {"type": "image_url", "image_url": {"url": picture}},
                ],
            }
        ],
    )
    assert "aGk=" in json.dumps(upstream.last.body)


async def test_responses(openai_client: Client, upstream: Upstream, model: str) -> None:
    upstream.default = Reply(text="Grüezi", reasoning="Hm.", tokens=Tokens(9, 4, cached=3))
    answer = await openai_client.responses.create(model=model, instructions="Be brief.", input="Hi")
    assert answer.output_text == "Grüezi"
    assert [item.type for item in answer.output] == ["reasoning", "message"]
    assert answer.status == "completed"
    assert answer.usage is not None
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (9, 4)
    assert answer.usage.input_tokens_details.cached_tokens == 3
    assert "Be brief." in json.dumps(upstream.last.body)


async def test_streamed_responses(openai_client: Client, upstream: Upstream, model: str) -> None:
    upstream.default = Reply(text="Grüezi mitenand", reasoning="Hm.", tool_calls=CALLS)
    async with openai_client.responses.stream(model=model, input="Hi", tools=[LOOK_TOO]) as stream:
        events = [event async for event in stream]
        final = await stream.get_final_response()
    assert final.output_text == "Grüezi mitenand"
    calls = [item for item in final.output if isinstance(item, ResponseFunctionToolCall)]
    assert [(call.call_id, json.loads(call.arguments)) for call in calls] == [
        ("call_a", {"at": "Zürich"}),
        ("call_b", {"at": "Łódź"}),
    ]
    assert [event.sequence_number for event in events] == list(range(len(events)))
    kinds = [event.type for event in events]
    assert kinds[:3] == ["response.created", "response.in_progress", "response.output_item.added"]
    assert kinds[-1] == "response.completed"
    for once in ("response.output_text.done", "response.content_part.added", "response.content_part.done"):
        assert kinds.count(once) == 1  # type: ignore[arg-type]
    assert kinds.count("response.function_call_arguments.done") == 2
    assert kinds.count("response.output_item.added") == kinds.count("response.output_item.done") == 4


async def test_responses_of_a_provider_that_has_them_are_relayed(
    openai_client: Client, upstream: Upstream, unique: str
) -> None:
    upstream.default = Reply(text="Grüezi", tool_calls=CALLS[:1])
    model = f"native-chat-{unique}"
    whole = await openai_client.responses.create(model=model, input="Hi", previous_response_id="resp_0")
    assert whole.id == "resp_up"
    async with openai_client.responses.stream(model=model, input="Hi") as stream:
        final = await stream.get_final_response()
    assert final.output_text == whole.output_text == "Grüezi"
    assert upstream.last.path == "/v1/responses"
    upstream.default = Reply(text="one two three four", pieces=4, frames=5)
    broken = await openai_client.responses.create(model=model, input="Hi", stream=True)
    with pytest.raises(openai.APIError):
        _ = [event async for event in broken]


async def test_results_of_tools_in_responses(openai_client: Client, upstream: Upstream, model: str) -> None:
    upstream.script(Reply(text="", tool_calls=CALLS), Reply(text="Rain in both."))
    first = await openai_client.responses.create(model=model, input="Hi", tools=[LOOK_TOO])
    asked: list[object] = [{"role": "user", "content": "Hi"}]
    asked += [item.model_dump(exclude_none=True) for item in first.output]
    asked += [
        {"type": "function_call_output", "call_id": item.call_id, "output": "rain"}
        for item in first.output
        if isinstance(item, ResponseFunctionToolCall)
    ]
    final = await openai_client.responses.create(model=model, input=asked, tools=[LOOK_TOO])  # type: ignore[arg-type]
    assert final.output_text == "Rain in both."


async def test_structured_responses(openai_client: Client, upstream: Upstream, model: str) -> None:
    upstream.default = Reply(text='{"name":"Bern"}')
    answer = await openai_client.responses.parse(model=model, input="Hi", text_format=City)
    assert answer.output_parsed == City(name="Bern")


async def test_a_response_that_ran_out_of_tokens_is_incomplete(
    openai_client: Client, upstream: Upstream, model: str
) -> None:
    upstream.default = Reply(text="Grü", finish="length")
    answer = await openai_client.responses.create(model=model, input="Hi", max_output_tokens=20)
    assert answer.status == "incomplete"
    assert answer.incomplete_details is not None
    assert answer.incomplete_details.reason == "max_output_tokens"


async def test_a_response_before_is_not_known(openai_client: Client, upstream: Upstream, model: str) -> None:
    with pytest.raises(openai.BadRequestError, match="send the whole conversation") as caught:
        await openai_client.responses.create(model=model, input="Hi", previous_response_id="resp_1")
    assert caught.value.param == "previous_response_id"
    assert upstream.seen == []


@pytest.mark.parametrize("provider", ["openai", "gemini"])
@pytest.mark.parametrize("style", ["float", "base64"])
async def test_embeddings(openai_client: Client, upstream: Upstream, provider: str, style: str) -> None:
    answer = await openai_client.embeddings.create(
        model=f"{provider}-embed",
        input=["one", "three"],
        dimensions=3,
        encoding_format=style,  # type: ignore[arg-type]
    )
    found = [item.embedding for item in answer.data]
    if style == "base64":
        assert all(isinstance(each, str) for each in found)
    else:
        assert found == [[0.0, 3.0, 0.0], [1.0, 5.0, 0.0]]
    plain = await openai_client.embeddings.create(model=f"{provider}-embed", input="three", dimensions=2)
    assert plain.data[0].embedding == [0.0, 5.0]


async def test_speech(openai_client: Client, upstream: Upstream) -> None:
    sound = await openai_client.audio.speech.create(model="openai-voice", voice="alloy", input="Hello")
    assert sound.content == b"ID3 scripted sound"
    wav = await openai_client.audio.speech.create(
        model="gemini-voice", voice="Kore", input="Hello", response_format="wav"
    )
    assert wav.content.startswith(b"RIFF")
    with pytest.raises(openai.BadRequestError) as caught:
        await openai_client.audio.speech.create(model="gemini-voice", voice="Kore", input="Hello")
    assert caught.value.param == "response_format"


async def test_models(openai_client: Client, upstream: Upstream) -> None:
    names = {model.id async for model in openai_client.models.list()}
    assert {"openai-chat", "anthropic-chat", "gemini-chat", "openai-embed"} <= names
    assert (await openai_client.models.retrieve("gemini-chat")).id == "gemini-chat"
    with pytest.raises(openai.NotFoundError):
        await openai_client.models.retrieve("no-such-model")


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, openai.BadRequestError),
        (401, openai.InternalServerError),  # our key at the provider is not the caller's affair
        (404, openai.NotFoundError),
        (429, openai.RateLimitError),
        (500, openai.InternalServerError),
    ],
)
async def test_errors_have_the_clients_own_classes(
    openai_client: Client, upstream: Upstream, model: str, status: int, error: type[openai.APIStatusError]
) -> None:
    upstream.default = Fail(status, "Scripted.", headers={"retry-after": "60"})
    with pytest.raises(error) as caught:
        await openai_client.chat.completions.create(model=model, messages=HI)
    assert isinstance(caught.value.body, dict)
    assert caught.value.body["message"]


async def test_a_prompt_that_is_too_long_has_its_code(
    openai_client: Client, upstream: Upstream, kind: str, model: str
) -> None:
    words = {"openai": "context_length_exceeded: maximum context length is 10 tokens"}
    upstream.default = Fail(400, words.get(kind, "prompt is too long: 20 tokens > 10 maximum"))
    with pytest.raises(openai.BadRequestError) as caught:
        await openai_client.chat.completions.create(model=model, messages=HI)
    assert caught.value.code == "context_length_exceeded" or kind == "openai"


async def test_a_broken_stream_raises(openai_client: Client, upstream: Upstream, model: str) -> None:
    frames = 5 if "anthropic" in model else 3
    upstream.default = Reply(text="one two three four", pieces=4, frames=frames)
    stream = await openai_client.chat.completions.create(model=model, messages=HI, stream=True)
    first = await anext(stream)
    assert first.choices
    with pytest.raises(openai.APIError):
        _ = [chunk async for chunk in stream]


async def test_a_broken_stream_of_a_response_raises(
    openai_client: Client, upstream: Upstream, model: str
) -> None:
    frames = 5 if "anthropic" in model else 3
    upstream.default = Reply(text="one two three four", pieces=4, frames=frames)
    stream = await openai_client.responses.create(model=model, input="Hi", stream=True)
    with pytest.raises(openai.APIError):
        _ = [event async for event in stream]


@pytest.mark.parametrize(
    ("given", "field"),
    [({"n": 2}, "n"), ({"logit_bias": {"5": 1}}, "logit_bias"), ({"extra_body": {"made_up": 1}}, "made_up")],
)
async def test_what_another_protocol_cannot_say_is_refused_by_name(
    openai_client: Client, upstream: Upstream, given: dict[str, object], field: str
) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        await openai_client.chat.completions.create(model="anthropic-chat", messages=HI, **given)  # type: ignore[call-overload]
    assert caught.value.param == field
    assert upstream.seen == []
    await openai_client.chat.completions.create(model="openai-chat", messages=HI, **given)  # type: ignore[call-overload]
    assert field in upstream.last.body


async def test_a_wrong_key_is_an_authentication_error(openai_client: Client, upstream: Upstream) -> None:
    with pytest.raises(openai.AuthenticationError):
        await openai_client.with_options(api_key="wrong").chat.completions.create(model="m", messages=HI)


async def test_an_unknown_model_is_not_found(openai_client: Client, upstream: Upstream) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        await openai_client.chat.completions.create(model="no-such-model", messages=HI)
    assert caught.value.code
