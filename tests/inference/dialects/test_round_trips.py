"""What a dialect writes and what an adapter reads of the same protocol are inverse to each other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.inference.chat import (
    ChatAnswer,
    ChatEvent,
    ChatRequest,
    Finished,
    FinishReason,
    Image,
    Message,
    OutputSchema,
    ReasoningDelta,
    RefusalDelta,
    Text,
    TextDelta,
    TokenCount,
    TokenLogprob,
    Tool,
    ToolCall,
    ToolCallDelta,
    ToolResult,
    UsageReported,
)
from answerable.inference.dialects.dialect import Dialect
from answerable.inference.dialects.registry import dialect_for
from answerable.inference.failures import FailureKind, UpstreamFailure
from answerable.inference.models.plan import Capability, Target
from answerable.inference.operation import Operation
from answerable.inference.providers.adapter import Adapter
from answerable.inference.providers.registry import adapter_for
from tests.factories.collecting import collected

NOW = datetime(2026, 11, 21, tzinfo=UTC)
PAIRS = [(Operation.CHAT, "openai"), (Operation.MESSAGES, "anthropic")]
ASKED = ChatRequest(
    model="ours", messages=(Message(role="user", parts=(Text("Hi"),)),), stream=True, include_usage=True
)


@pytest.fixture(params=PAIRS, ids=["openai", "anthropic"])
def pair(request: pytest.FixtureRequest) -> tuple[Dialect, Adapter]:
    """A dialect and the adapter of the same protocol."""
    operation, kind = request.param
    return dialect_for(operation), adapter_for(kind)


words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
counts = st.builds(
    TokenCount,
    input=st.integers(20, 99),
    output=st.integers(10, 99),
    cached_input=st.integers(0, 10),
    reasoning=st.integers(0, 9),
    cache_write=st.integers(0, 9),
)
reasons = st.sampled_from(FinishReason)


@st.composite
def streams(draw: st.DrawFn) -> list[ChatEvent]:
    """Thoughts, words, then tool calls whose arguments grow side by side; the end, and usage."""
    events: list[ChatEvent] = [ReasoningDelta(word) for word in draw(st.lists(words, max_size=2))]
    events += [TextDelta(word) for word in draw(st.lists(words, max_size=3))]
    number = draw(st.integers(0, 3))
    events += [
        ToolCallDelta(index, "", f"call_{index}", draw(st.sampled_from(["f", "g"])))
        for index in range(number)
    ]
    grown = draw(
        st.lists(st.tuples(st.integers(0, number - 1), st.sampled_from(['{"a":1}', " "])), max_size=6)
        if number
        else st.just([])
    )
    events += [ToolCallDelta(index, piece) for index, piece in grown]
    reason = draw(reasons.filter(lambda each: (each is FinishReason.TOOL_CALLS) <= (number > 0)))
    if number and reason is FinishReason.STOP:
        reason = FinishReason.TOOL_CALLS
    return [*events, Finished(reason), UsageReported(draw(counts))]


def told(dialect: Dialect, events: Sequence[ChatEvent]) -> bytes:
    writer = dialect.writer(ASKED, "call_1", NOW)
    return b"".join([*(writer.frames(event) for event in events), writer.end()])


@given(events=streams())
@pytest.mark.parametrize(("operation", "kind"), PAIRS)
def test_a_stream_is_read_as_it_was_written(operation: Operation, kind: str, events: list[ChatEvent]) -> None:
    data = told(dialect_for(operation), events)
    reader = adapter_for(kind).chat_events()
    read = collected([*reader.feed(data), *reader.close()])
    expected = collected(events)
    assert plain(read) == plain(expected)


def plain(answer: ChatAnswer) -> tuple[object, ...]:
    """An answer with empty arguments as every reader gives them."""
    calls = [(call.id, call.name, call.arguments or "{}") for call in answer.tool_calls]
    return answer.text, answer.reasoning, calls, answer.finish_reason, answer.tokens


def test_a_whole_answer_is_read_as_it_was_written(pair: tuple[Dialect, Adapter]) -> None:
    dialect, adapter = pair
    answer = ChatAnswer(
        model="ours",
        text="Grüezi",
        reasoning="Hm.",
        tool_calls=(ToolCall("a", "f", '{"x":1}'), ToolCall("b", "g", "{}")),
        finish_reason=FinishReason.TOOL_CALLS,
        tokens=TokenCount(input=30, output=20, cached_input=10, reasoning=5, cache_write=2),
    )
    body = dialect.answer(answer, request=ASKED, call_id="call_1", created=NOW)
    assert adapter.chat_answer(body) == answer


def test_refusals_signatures_and_log_probabilities_survive_openais_protocol() -> None:
    dialect, adapter = dialect_for(Operation.CHAT), adapter_for("openai")
    logprobs = (TokenLogprob("Hé", -0.25, (("Ho", -1.5),)), TokenLogprob("!", -0.75))
    answer = ChatAnswer(
        model="ours",
        text="Hé!",
        refusal="No.",
        tool_calls=(ToolCall("a", "f", "{}", "sig"),),
        finish_reason=FinishReason.TOOL_CALLS,
        tokens=TokenCount(input=3, output=2),
        logprob=-0.5,
        token_logprobs=logprobs,
    )
    body = dialect.answer(answer, request=ASKED, call_id="call_1", created=NOW)
    assert adapter.chat_answer(body) == answer
    events = [
        TextDelta("Hé!", -1.0, logprobs),
        RefusalDelta("No."),
        ToolCallDelta(0, "{}", "a", "f", "sig"),
        Finished(FinishReason.TOOL_CALLS),
        UsageReported(answer.tokens),
    ]
    reader = adapter.chat_events()
    read = collected([*reader.feed(told(dialect, events)), *reader.close()], model="ours")
    assert read == answer


CONVERSATION = (
    Message(role="system", parts=(Text("Be brief."),)),
    Message(role="user", parts=(Text("Where?"), Image(data="aGk=", media_type="image/png"))),
    Message(role="assistant", parts=(Text("I look."), ToolCall("call_a", "weather", '{"city":"Bern"}'))),
    Message(role="tool", parts=(ToolResult("call_a", "sunny"),)),
    Message(role="user", parts=(Image(url="https://example.org/b.webp"),)),
)
REQUEST = ChatRequest(
    model="theirs",
    messages=CONVERSATION,
    tools=(Tool("weather", {"type": "object"}, "Tells the weather.", strict=True),),
    tool_choice="weather",
    parallel_tool_calls=False,
    output_schema=OutputSchema("output", {"type": "object"}, strict=True),
    max_output_tokens=50,
    temperature=0.5,
    top_p=0.9,
    top_k=4,
    stop=("END", "\n"),
    reasoning_effort="low",
    stream=True,
    include_usage=True,
)


def test_a_request_is_read_as_it_was_written(pair: tuple[Dialect, Adapter]) -> None:
    dialect, adapter = pair
    target = Target("p", "p", "k", "http://x", "ours", "theirs", frozenset(Capability))
    assert dialect.read(adapter.chat_request(target, REQUEST).body) == REQUEST


def test_what_only_openais_protocol_says_survives_it() -> None:
    target = Target("p", "p", "k", "http://x", "ours", "theirs", frozenset(Capability))
    request = ChatRequest(
        model="theirs",
        messages=(Message(role="user", parts=(Text("Hi"),), name="ann"),),
        output_schema="json",
        frequency_penalty=0.5,
        presence_penalty=-0.5,
        seed=7,
        logprobs=3,
    )
    body = adapter_for("openai").chat_request(target, request).body
    assert dialect_for(Operation.CHAT).read(body) == request


def test_a_broken_stream_ends_with_an_error_that_clients_see(pair: tuple[Dialect, Adapter]) -> None:
    dialect, adapter = pair
    writer = dialect.writer(ASKED, "call_1", NOW)
    data = writer.frames(TextDelta("Hel"))
    data += writer.failure(UpstreamFailure(FailureKind.OVERLOADED, "Too busy."))
    with pytest.raises(UpstreamFailure, match="Too busy") as caught:
        list(adapter.chat_events().feed(data))
    assert caught.value.kind is FailureKind.OVERLOADED
