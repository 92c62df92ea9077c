"""Streams of responses, read by OpenAI's own client."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import httpx
import openai
import pytest
from openai.types.responses import Response, ResponseFunctionToolCall

from answerable.inference.chat import (
    ChatEvent,
    ChatRequest,
    Finished,
    FinishReason,
    Message,
    OutputSchema,
    ReasoningDelta,
    RefusalDelta,
    Text,
    TextDelta,
    TokenCount,
    TokenLogprob,
    Tool,
    ToolCallDelta,
    UsageReported,
)
from answerable.inference.dialects.registry import dialect_for
from answerable.inference.failures import FailureKind, UpstreamFailure
from answerable.inference.operation import Operation

NOW = datetime(2026, 11, 21, tzinfo=UTC)
ASKED = ChatRequest(
    model="ours",
    messages=(Message(role="user", parts=(Text("Hi"),)),),
    tools=(Tool("f", {"type": "object"}, strict=True),),
    tool_choice="f",
    output_schema=OutputSchema("n", {"type": "object"}),
    max_output_tokens=50,
    stream=True,
)
dialect = dialect_for(Operation.RESPONSES)


def read(data: bytes) -> tuple[list[str], Response]:
    """The types of the events, and the final response, as the official client makes them."""

    def answer(request: httpx.Request) -> httpx.Response:
        del request
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, content=data)

    with (
        httpx.Client(transport=httpx.MockTransport(answer)) as wire,
        openai.OpenAI(base_url="http://x/v1", api_key="k", http_client=wire) as client,
        client.responses.stream(model="ours", input="Hi") as stream,
    ):
        kinds = [event.type for event in stream]
        return kinds, stream.get_final_response()


def written(events: Sequence[ChatEvent]) -> bytes:
    writer = dialect.writer(ASKED, "call_1", NOW)
    return b"".join([*(writer.frames(event) for event in events), writer.end()])


def test_calls_that_grow_side_by_side_stay_apart() -> None:
    kinds, final = read(
        written(
            [
                TextDelta("I look."),
                ToolCallDelta(0, '{"x"', "a", "f"),
                ToolCallDelta(1, '{"y"', "b", "f"),
                ToolCallDelta(0, ":1}"),
                ToolCallDelta(1, ":2}"),
                Finished(FinishReason.TOOL_CALLS),
                UsageReported(TokenCount(input=3, output=2, cached_input=1, reasoning=1)),
            ]
        )
    )
    calls = [item for item in final.output if isinstance(item, ResponseFunctionToolCall)]
    assert [(call.call_id, call.arguments) for call in calls] == [("a", '{"x":1}'), ("b", '{"y":2}')]
    assert [item.type for item in final.output] == ["message", "function_call", "function_call"]
    assert kinds[-1] == "response.completed"
    assert final.usage is not None
    assert (final.usage.total_tokens, final.usage.output_tokens_details.reasoning_tokens) == (5, 1)


def test_words_after_thoughts_and_refusals_are_items_of_their_own() -> None:
    _, final = read(
        written([ReasoningDelta("Hm. "), ReasoningDelta("So."), TextDelta("Yes"), RefusalDelta("No.")])
    )
    assert [item.type for item in final.output] == ["reasoning", "message", "message"]
    assert final.output_text == "Yes"
    refusal = final.output[2]
    assert refusal.type == "message"
    assert refusal.content[0].type == "refusal"
    assert len({item.id for item in final.output}) == 3


def test_a_response_says_what_was_asked() -> None:
    _, final = read(written([TextDelta("{}")]))
    assert final.id == "resp_1"
    assert final.model == "ours"
    assert final.tools[0].model_dump(include={"type", "name", "strict"}) == {
        "type": "function",
        "name": "f",
        "strict": True,
    }
    assert final.tool_choice.model_dump() == {"type": "function", "name": "f"}  # type: ignore[union-attr]
    assert final.text is not None
    assert final.text.format is not None
    assert final.text.format.type == "json_schema"
    assert final.store is False


def test_log_probabilities_come_with_the_words() -> None:
    tokens = (TokenLogprob("Hé", -0.25, (("Ho", -1.5),)),)
    _, final = read(written([TextDelta("Hé", -0.25, tokens)]))
    message = final.output[0]
    assert message.type == "message"
    part = message.content[0]
    assert part.type == "output_text"
    assert part.logprobs is not None
    assert (part.logprobs[0].token, part.logprobs[0].top_logprobs[0].token) == ("Hé", "Ho")


def test_an_empty_answer_is_complete() -> None:
    kinds, final = read(written([]))
    assert kinds == ["response.created", "response.in_progress", "response.completed"]
    assert final.output == []


def test_a_broken_stream_raises() -> None:
    writer = dialect.writer(ASKED, "call_1", NOW)
    data = writer.frames(TextDelta("Hel"))
    with pytest.raises(openai.APIError, match="Too busy"):
        read(data + writer.failure(UpstreamFailure(FailureKind.OVERLOADED, "Too busy.")))
