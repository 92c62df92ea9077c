"""What clients may send, and how they are told of what they may not: by the field's name."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.inference.chat import Image, Message, OutputSchema, Text, Tool, ToolCall, ToolResult
from answerable.inference.dialects.registry import dialect_for
from answerable.inference.errors import Inexpressible, UnreadableCall
from answerable.inference.operation import Operation

CHAT, RESPONSES, MESSAGES = Operation.CHAT, Operation.RESPONSES, Operation.MESSAGES
HI = [{"role": "user", "content": "Hi"}]
LEAST: dict[Operation, dict[str, object]] = {
    CHAT: {"model": "m", "messages": HI},
    RESPONSES: {"model": "m", "input": "Hi"},
    MESSAGES: {"model": "m", "max_tokens": 9, "messages": HI},
}
CHATS = tuple(LEAST)


def body(operation: Operation, **fields: object) -> bytes:
    return json.dumps({**LEAST[operation], **fields}).encode()


@pytest.mark.parametrize("operation", CHATS)
def test_the_least_that_can_be_said(operation: Operation) -> None:
    request = dialect_for(operation).read(body(operation))
    assert request.messages == (Message(role="user", parts=(Text("Hi"),)),)
    assert (request.model, request.stream, request.tools) == ("m", False, ())


HINTS = [
    (CHAT, "user", "ann"), (CHAT, "metadata", {"a": "b"}), (CHAT, "store", True),
    (CHAT, "service_tier", "auto"), (CHAT, "prompt_cache_key", "k"), (CHAT, "safety_identifier", "s"),
    (CHAT, "prediction", {"type": "content", "content": "x"}), (CHAT, "verbosity", "low"),
    (CHAT, "n", 1), (CHAT, "modalities", ["text"]), (CHAT, "logit_bias", {}),
    (RESPONSES, "store", True), (RESPONSES, "metadata", {"a": "b"}), (RESPONSES, "user", "ann"),
    (RESPONSES, "truncation", "disabled"), (RESPONSES, "include", ["reasoning.encrypted_content"]),
    (RESPONSES, "background", False), (RESPONSES, "previous_response_id", None),
    (MESSAGES, "metadata", {"user_id": "ann"}), (MESSAGES, "service_tier", "auto"),
    (MESSAGES, "cache_control", {"type": "ephemeral"}), (MESSAGES, "thinking", {"type": "adaptive"}),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "field", "value"), HINTS)
def test_hints_may_be_given_and_change_nothing(operation: Operation, field: str, value: object) -> None:
    dialect = dialect_for(operation)
    assert dialect.read(body(operation, **{field: value})) == dialect.read(body(operation))


REFUSED = [
    (CHAT, {"n": 2}, "n"),
    (CHAT, {"logit_bias": {"5": 1}}, "logit_bias"),
    (CHAT, {"modalities": ["text", "audio"]}, "modalities"),
    (CHAT, {"audio": {"voice": "alloy"}}, "audio"),
    (CHAT, {"functions": [{"name": "f"}]}, "functions"),
    (CHAT, {"web_search_options": {"a": 1}}, "web_search_options"),
    (RESPONSES, {"previous_response_id": "resp_1"}, "previous_response_id"),
    (RESPONSES, {"conversation": "conv_1"}, "conversation"),
    (RESPONSES, {"background": True}, "background"),
    (RESPONSES, {"truncation": "auto"}, "truncation"),
    (RESPONSES, {"prompt": {"id": "p"}}, "prompt"),
    (RESPONSES, {"tools": [{"type": "web_search"}]}, "tools[0].type"),
    (RESPONSES, {"tool_choice": {"type": "file_search"}}, "tool_choice.type"),
    (RESPONSES, {"input": [{"type": "item_reference", "id": "x"}]}, "input[0].type"),
    (
        RESPONSES,
        {"input": [{"role": "user", "content": [{"type": "input_image", "file_id": "f"}]}]},
        "input[0].content.file_id",
    ),
    (MESSAGES, {"tools": [{"type": "bash_20250124", "name": "bash"}]}, "tools[0].type"),
    (MESSAGES, {"container": "c"}, "container"),
    (MESSAGES, {"mcp_servers": [{"url": "x"}]}, "mcp_servers"),
]


@pytest.mark.parametrize(("operation", "fields", "field"), REFUSED)
def test_what_has_no_counterpart_is_refused_by_name(
    operation: Operation, fields: dict[str, object], field: str
) -> None:
    with pytest.raises(Inexpressible) as caught:
        dialect_for(operation).read(body(operation, **fields))
    assert caught.value.field == field
    assert caught.value.detail.startswith(field)


UNREADABLE = [
    (CHAT, {"messages": []}, "messages"),
    (CHAT, {"made_up": 1}, "made_up"),
    (CHAT, {"messages": [{"role": "user", "content": [{"type": "file"}]}]}, "messages[0].content[0].type"),
    (CHAT, {"messages": [{"role": "robot"}]}, "messages[0].role"),
    (CHAT, {"messages": [{"role": "tool", "content": "x"}]}, "messages[0].tool_call_id"),
    (CHAT, {"temperature": "hot"}, "temperature"),
    (CHAT, {"response_format": {"type": "json_schema"}}, "response_format.json_schema"),
    (CHAT, {"tools": [{"type": "custom", "function": {"name": "f"}}]}, "tools[0].type"),
    (RESPONSES, {"input": []}, "input"),
    (RESPONSES, {"made_up": 1}, "made_up"),
    (
        RESPONSES,
        {"input": [{"role": "user", "content": [{"type": "input_file"}]}]},
        "input[0].content[0].type",
    ),
    (RESPONSES, {"input": [{"type": "function_call", "name": "f"}]}, "input[0].call_id"),
    (RESPONSES, {"text": {"format": {"type": "json_schema"}}}, "text.format.schema"),
    (RESPONSES, {"tools": [{"type": "function"}]}, "tools[0].name"),
    (MESSAGES, {"messages": []}, "messages"),
    (MESSAGES, {"made_up": 1}, "made_up"),
    (MESSAGES, {"max_tokens": None}, "max_tokens"),
    (
        MESSAGES,
        {"messages": [{"role": "user", "content": [{"type": "document"}]}]},
        "messages[0].content[0].type",
    ),
    (MESSAGES, {"tool_choice": {"type": "tool"}}, "tool_choice.name"),
]


@pytest.mark.parametrize(("operation", "fields", "field"), UNREADABLE)
def test_what_the_protocol_does_not_allow_is_refused_by_name(
    operation: Operation, fields: dict[str, object], field: str
) -> None:
    with pytest.raises(UnreadableCall) as caught:
        dialect_for(operation).read(body(operation, **fields))
    assert caught.value.field == field
    assert caught.value.errors[0].field == field


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
FIELDS = [
    "messages",
    "input",
    "tools",
    "tool_choice",
    "response_format",
    "text",
    "stop",
    "system",
    "output_config",
]


@given(st.sampled_from(CHATS), st.sampled_from(FIELDS), json_values)
def test_no_value_of_any_field_does_worse_than_being_refused(
    operation: Operation, field: str, value: object
) -> None:
    with suppress(UnreadableCall, Inexpressible):
        dialect_for(operation).read(body(operation, **{field: value}))


def test_a_chat_with_everything() -> None:
    request = dialect_for(CHAT).read(
        body(
            CHAT,
            messages=[
                {"role": "developer", "content": [{"type": "text", "text": "Be brief."}]},
                {
                    "role": "user",
                    "content": [
                        {
                            "type": "image_url",
                            "image_url": {"url": "data:image/webp;base64,aGk=", "detail": "low"},
                        },
                        {"type": "image_url", "image_url": "https://example.org/a.png"},
                    ],
                },
                {"role": "assistant", "content": None, "refusal": None, "audio": None,
                 "tool_calls": [{"id": "a", "type": "function", "function": {"name": "f", "arguments": ""}}]},
                {"role": "tool", "tool_call_id": "a", "content": [{"type": "text", "text": "fine"}]},
            ],
            tools=[{"type": "function", "function": {"name": "f"}}],
            tool_choice={"type": "function", "function": {"name": "f"}},
            stop="END",
            max_tokens=5.0,
            logprobs=True,
            stream_options={"include_usage": True, "include_obfuscation": False},
        )
    )  # fmt: skip
    assert request.messages == (
        Message(role="system", parts=(Text("Be brief."),)),
        Message(
            role="user",
            parts=(
                Image(data="aGk=", media_type="image/webp", detail="low"),
                Image(url="https://example.org/a.png"),
            ),
        ),
        Message(role="assistant", parts=(ToolCall("a", "f", "{}"),)),
        Message(role="tool", parts=(ToolResult("a", "fine"),)),
    )
    assert request.tools == (Tool("f", {"type": "object", "properties": {}}),)
    assert (request.tool_choice, request.stop, request.max_output_tokens) == ("f", ("END",), 5)
    assert (request.logprobs, request.include_usage) == (0, True)


def test_a_response_with_everything() -> None:
    request = dialect_for(RESPONSES).read(
        body(
            RESPONSES,
            instructions="Be brief.",
            input=[
                {"role": "user", "content": "Hi"},
                {"type": "reasoning", "id": "rs", "summary": [], "encrypted_content": "x"},
                {
                    "type": "message",
                    "role": "assistant",
                    "id": "msg",
                    "status": "completed",
                    "content": [{"type": "output_text", "text": "I look.", "annotations": []}],
                },
                {"type": "function_call", "call_id": "a", "name": "f", "arguments": '{"x":1}', "id": "fc"},
                {"type": "function_call", "call_id": "b", "name": "f", "arguments": "{}"},
                {"type": "function_call_output", "call_id": "a", "output": "one"},
                {
                    "type": "function_call_output",
                    "call_id": "b",
                    "output": [{"type": "input_text", "text": "two"}],
                },
            ],
            tools=[{"type": "function", "name": "f", "parameters": {"type": "object"}, "strict": True}],
            tool_choice={"type": "function", "name": "f"},
            text={"format": {"type": "json_schema", "name": "n", "schema": {"a": 1}, "strict": True}},
            reasoning={"effort": "low", "summary": "auto"},
            include=["message.output_text.logprobs"],
            max_output_tokens=50,
        )
    )
    assert request.messages == (
        Message(role="system", parts=(Text("Be brief."),)),
        Message(role="user", parts=(Text("Hi"),)),
        Message(
            role="assistant",
            parts=(Text("I look."), ToolCall("a", "f", '{"x":1}'), ToolCall("b", "f", "{}")),
        ),
        Message(role="tool", parts=(ToolResult("a", "one"), ToolResult("b", "two"))),
    )
    assert request.output_schema == OutputSchema("n", {"a": 1}, strict=True)
    assert (request.tool_choice, request.reasoning_effort, request.logprobs) == ("f", "low", 0)


def test_messages_with_everything() -> None:
    request = dialect_for(MESSAGES).read(
        body(
            MESSAGES,
            system=[{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}],
            messages=[
                {"role": "user", "content": [{"type": "text", "text": "Hi", "cache_control": None}]},
                {
                    "role": "assistant",
                    "content": [
                        {"type": "thinking", "thinking": "Hm.", "signature": "x"},
                        {"type": "redacted_thinking", "data": "x"},
                        {"type": "tool_use", "id": "a", "name": "f", "input": {"x": 1}},
                    ],
                },
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": "And?"},
                        {
                            "type": "tool_result",
                            "tool_use_id": "a",
                            "content": [{"type": "text", "text": "fine"}],
                        },
                        {"type": "image", "source": {"type": "url", "url": "https://example.org/a.png"}},
                    ],
                },
            ],
            tools=[{"name": "f", "input_schema": {"type": "object"}, "type": "custom"}],
            tool_choice={"type": "any", "disable_parallel_tool_use": True},
            thinking={"type": "enabled", "budget_tokens": 10_000},
        )
    )
    assert request.messages == (
        Message(role="system", parts=(Text("Be brief."),)),
        Message(role="user", parts=(Text("Hi"),)),
        Message(role="assistant", parts=(ToolCall("a", "f", '{"x": 1}'),)),
        Message(role="tool", parts=(ToolResult("a", "fine"),)),
        Message(role="user", parts=(Text("And?"), Image(url="https://example.org/a.png"))),
    )
    assert (request.tool_choice, request.parallel_tool_calls) == ("required", False)
    assert request.reasoning_effort == "medium"
