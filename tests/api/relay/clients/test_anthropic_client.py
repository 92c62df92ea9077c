"""Anthropic's own client, unchanged, in front of providers of every protocol."""

from __future__ import annotations

import json

import anthropic
import pytest
from anthropic.types import MessageParam, ToolParam

from tests.api.relay.gateway import Bed
from tests.factories.upstream import Call, Fail, Reply, Tokens, Upstream

HI: list[MessageParam] = [{"role": "user", "content": "Hi"}]
LOOK: ToolParam = {
    "name": "look",
    "description": "Looks.",
    "input_schema": {"type": "object", "properties": {"at": {"type": "string"}}},
}
CALLS = (Call("look", '{"at":"Zürich"}', "call_a"), Call("look", '{"at":"Łódź"}', "call_b"))
Client = anthropic.AsyncAnthropic


def text_of(message: anthropic.types.Message) -> str:
    return "".join(block.text for block in message.content if block.type == "text")


async def test_messages(anthropic_client: Client, upstream: Upstream, model: str) -> None:
    upstream.default = Reply(text="Grüezi", reasoning="Hm.", tokens=Tokens(9, 4, cached=3))
    answer = await anthropic_client.messages.create(
        model=model, max_tokens=50, system="Be brief.", messages=HI, stop_sequences=["END"]
    )
    assert text_of(answer) == "Grüezi"
    assert [block.type for block in answer.content] == ["thinking", "text"]
    assert answer.stop_reason == "end_turn"
    assert (answer.usage.input_tokens, answer.usage.cache_read_input_tokens) == (6, 3)
    assert answer.usage.output_tokens == 4
    sent = json.dumps(upstream.last.body)
    assert "Be brief." in sent
    assert "END" in sent


async def test_streamed_messages(anthropic_client: Client, upstream: Upstream, model: str) -> None:
    upstream.default = Reply(
        text="Grüezi mitenand", reasoning="Hm.", tool_calls=CALLS, tokens=Tokens(9, 4, 3)
    )
    async with anthropic_client.messages.stream(
        model=model, max_tokens=50, messages=HI, tools=[LOOK]
    ) as stream:
        texts = [text async for text in stream.text_stream]
        final = await stream.get_final_message()
    assert "".join(texts) == text_of(final) == "Grüezi mitenand"
    assert [block.type for block in final.content] == ["thinking", "text", "tool_use", "tool_use"]
    inputs = [(block.id, block.input) for block in final.content if block.type == "tool_use"]
    assert inputs == [("call_a", {"at": "Zürich"}), ("call_b", {"at": "Łódź"})]
    assert final.stop_reason == "tool_use"
    assert (final.usage.input_tokens, final.usage.output_tokens) == (6, 4)


async def test_tool_results_with_a_picture(anthropic_client: Client, upstream: Upstream, model: str) -> None:
    upstream.script(Reply(text="", tool_calls=CALLS), Reply(text="Rain in both."))
    first = await anthropic_client.messages.create(model=model, max_tokens=50, messages=HI, tools=[LOOK])
    conversation: list[MessageParam] = [
        *HI,
        {"role": "assistant", "content": first.content},
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "call_a", "content": "rain"},
                {"type": "tool_result", "tool_use_id": "call_b", "content": "lost", "is_error": True},
                {"type": "text", "text": "And this?"},
                {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "aGk="}},
            ],
        },
    ]
    final = await anthropic_client.messages.create(
        model=model, max_tokens=50, messages=conversation, tools=[LOOK], tool_choice={"type": "auto"}
    )
    assert text_of(final) == "Rain in both."
    sent = json.dumps(upstream.last.body)
    assert "aGk=" in sent
    assert "rain" in sent
    assert "error" in sent.lower()


async def test_structured_output(anthropic_client: Client, upstream: Upstream, model: str) -> None:
    upstream.default = Reply(text='{"name":"Bern"}')
    schema = {"type": "object", "properties": {"name": {"type": "string"}}, "additionalProperties": False}
    answer = await anthropic_client.messages.create(
        model=model,
        max_tokens=50,
        messages=HI,
        output_config={"format": {"type": "json_schema", "schema": schema}},
    )
    assert json.loads(text_of(answer)) == {"name": "Bern"}
    assert '"name"' in json.dumps(upstream.last.body)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, anthropic.BadRequestError),
        (401, anthropic.InternalServerError),  # our key at the provider is not the caller's affair
        (404, anthropic.NotFoundError),
        (429, anthropic.RateLimitError),
        (529, anthropic.InternalServerError),
    ],
)
async def test_errors_have_the_clients_own_classes(
    anthropic_client: Client,
    upstream: Upstream,
    model: str,
    status: int,
    error: type[anthropic.APIStatusError],
) -> None:
    upstream.default = Fail(status, "Scripted.", headers={"retry-after": "60"})
    with pytest.raises(error) as caught:
        await anthropic_client.messages.create(model=model, max_tokens=50, messages=HI)
    assert isinstance(caught.value.body, dict)
    assert caught.value.body["type"] == "error"


async def test_a_broken_stream_raises(anthropic_client: Client, upstream: Upstream, model: str) -> None:
    upstream.default = Reply(text="one two three four", pieces=4, frames=5 if "anthropic" in model else 3)
    stream = await anthropic_client.messages.create(model=model, max_tokens=50, messages=HI, stream=True)
    with pytest.raises(anthropic.APIStatusError):
        _ = [event async for event in stream]


async def test_tools_that_run_at_anthropic_are_refused_elsewhere(
    anthropic_client: Client, upstream: Upstream
) -> None:
    with pytest.raises(anthropic.BadRequestError, match=r"tools\[0\].type"):
        await anthropic_client.messages.create(
            model="openai-chat",
            max_tokens=50,
            messages=HI,
            tools=[{"type": "web_search_20250305", "name": "web_search"}],
        )
    assert upstream.seen == []


async def test_headers_of_betas_are_handed_on(anthropic_client: Client, upstream: Upstream) -> None:
    await anthropic_client.messages.create(
        model="anthropic-chat", max_tokens=50, messages=HI, extra_headers={"anthropic-beta": "new-thing"}
    )
    assert upstream.last.headers["anthropic-beta"] == "new-thing"
    assert upstream.last.headers["x-api-key"] == "sk-test"


async def test_a_wrong_key_is_an_authentication_error(anthropic_client: Client, upstream: Upstream) -> None:
    with pytest.raises(anthropic.AuthenticationError):
        await anthropic_client.with_options(api_key="wrong").messages.create(
            model="m", max_tokens=5, messages=HI
        )


async def test_counting_tokens(
    anthropic_client: Client, gateway_bed: Bed, upstream: Upstream, model: str, kind: str
) -> None:
    upstream.default = Reply(tokens=Tokens(input=1_234))
    counted = await anthropic_client.messages.count_tokens(model=model, system="Be brief.", messages=HI)
    if kind == "anthropic":
        assert counted.input_tokens == 1_234
        assert "max_tokens" not in upstream.last.body
    else:
        assert 10 < counted.input_tokens < 60, "by the length of the words"
        assert not upstream.seen


async def test_counting_tokens_costs_nothing(bed: Bed, upstream: Upstream) -> None:
    await bed.provider(upstream, "other", "claude", kind="anthropic")
    await bed.alias("pair", ["other/claude"], ["main/large"])
    upstream.by_model["claude"] = Fail(503)
    async with anthropic.AsyncAnthropic(base_url=bed.url, api_key=bed.key, max_retries=0) as client:
        with pytest.raises(anthropic.APIStatusError):
            await client.messages.count_tokens(model="pair", messages=HI)
        upstream.by_model["claude"] = Reply()
        assert (await client.messages.count_tokens(model="pair", messages=HI)).input_tokens == 11
        with pytest.raises(anthropic.NotFoundError):
            await client.messages.count_tokens(model="nothing", messages=HI)
    failed, answered = await bed.rows(2)
    assert (failed.outcome, failed.input_tokens) == ("failed", 0)
    assert (answered.outcome, answered.input_tokens, answered.output_tokens) == ("answered", 0, 0)
