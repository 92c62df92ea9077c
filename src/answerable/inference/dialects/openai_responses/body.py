"""The body of a responses call."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Raw, Struct, field

from answerable.inference.chat import (
    ChatRequest,
    Json,
    Message,
    OutputSchema,
    Part,
    Text,
    Tool,
    ToolCall,
    ToolResult,
)
from answerable.inference.dialects import reading
from answerable.inference.dialects.head import unreadable
from answerable.inference.dialects.reading import ABSENT
from answerable.inference.errors import Inexpressible, UnreadableCall

LOGPROBS = "message.output_text.logprobs"


class InputText(Struct, tag_field="type", tag="input_text"):
    text: str


class OutputText(Struct, tag_field="type", tag="output_text"):
    text: str


class Refusal(Struct, tag_field="type", tag="refusal"):
    refusal: str


class InputImage(Struct, tag_field="type", tag="input_image"):
    image_url: str | None = None
    detail: str | None = None
    file_id: str | None = None


Piece = InputText | OutputText | Refusal | InputImage


class AnyItem(Struct):
    """Any item of the input; messages may leave their type out."""

    type: str = "message"


class MessageItem(Struct):
    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[Piece]


class CallItem(Struct):
    call_id: str
    name: str
    arguments: str = "{}"


class OutputItem(Struct):
    call_id: str
    output: str | list[Piece] = ""


class Offer(Struct):
    type: str
    name: str | None = None
    description: str | None = None
    parameters: dict[str, Json] | None = None
    strict: bool | None = None


class Choice(Struct):
    type: str
    name: str | None = None


class Format(Struct):
    type: Literal["text", "json_object", "json_schema"]
    name: str = "output"
    schema_: dict[str, Json] | None = field(default=None, name="schema")
    strict: bool | None = None


class TextConfig(Struct):
    format: Format | None = None
    verbosity: str | None = None  # a hint


class Reasoning(Struct):
    effort: str | None = None


class Body(Struct, forbid_unknown_fields=True):
    """Every field of the protocol. Raw ones are hints that may be dropped, or refused when given."""

    model: str
    input: str | list[Raw]
    instructions: str | None = None
    stream: bool | None = None
    tools: list[Offer] | None = None
    tool_choice: Literal["auto", "none", "required"] | Choice | None = None
    parallel_tool_calls: bool | None = None
    text: TextConfig | None = None
    reasoning: Reasoning | None = None
    max_output_tokens: int | float | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_logprobs: int | None = None
    include: list[str] | None = None
    truncation: Literal["auto", "disabled"] | None = None
    previous_response_id: str | None = None
    # Hints: they change cost, speed or bookkeeping at one provider, not what is asked.
    max_tool_calls: Raw = ABSENT
    metadata: Raw = ABSENT
    prompt_cache_key: Raw = ABSENT
    prompt_cache_options: Raw = ABSENT
    prompt_cache_retention: Raw = ABSENT
    safety_identifier: Raw = ABSENT
    service_tier: Raw = ABSENT
    store: Raw = ABSENT
    stream_options: Raw = ABSENT
    user: Raw = ABSENT
    # Refused when they ask for something.
    background: Raw = ABSENT
    context_management: Raw = ABSENT
    conversation: Raw = ABSENT
    moderation: Raw = ABSENT
    prompt: Raw = ABSENT


REFUSED = ("background", "context_management", "conversation", "moderation", "prompt")

_body = msgspec.json.Decoder(Body)
_any = msgspec.json.Decoder(AnyItem)
_message = msgspec.json.Decoder(MessageItem)
_call = msgspec.json.Decoder(CallItem)
_output = msgspec.json.Decoder(OutputItem)


def read(body: bytes) -> ChatRequest:
    """The call. Raises UnreadableCall and Inexpressible, which name the field."""
    try:
        call = _body.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise unreadable(error) from error
    _check(call)
    messages = [Message(role="system", parts=(Text(call.instructions),))] if call.instructions else []
    if isinstance(call.input, str):
        messages.append(Message(role="user", parts=(Text(call.input),)))
    else:
        for number, item in enumerate(call.input):
            _add(messages, number, item)
    wants_logprobs = call.top_logprobs is not None or LOGPROBS in (call.include or ())
    return ChatRequest(
        model=call.model,
        messages=tuple(messages),
        tools=tuple(_tool(number, offer) for number, offer in enumerate(call.tools or ())),
        tool_choice=_tool_choice(call.tool_choice),
        parallel_tool_calls=call.parallel_tool_calls,
        output_schema=_schema(call.text),
        max_output_tokens=reading.count(call.max_output_tokens),
        temperature=call.temperature,
        top_p=call.top_p,
        logprobs=(call.top_logprobs or 0) if wants_logprobs else None,
        reasoning_effort=call.reasoning.effort if call.reasoning else None,
        stream=bool(call.stream),
        include_usage=True,
    )


def _check(call: Body) -> None:
    if call.previous_response_id:
        reason = "responses are not kept here: send the whole conversation as 'input'."
        raise Inexpressible("previous_response_id", reason)
    if call.truncation == "auto":
        raise Inexpressible("truncation", "nothing of the conversation is dropped here: shorten it yourself.")
    reading.refuse_given(call, REFUSED)
    if not call.input:
        raise UnreadableCall("input: send a text or at least one item.", "input")


def _add(messages: list[Message], number: int, raw: Raw) -> None:
    """Add one item; calls of tools belong to the assistant's turn before them, results stand together."""
    try:
        kind = _any.decode(raw).type
        if kind == "message":
            item = _message.decode(raw)
            role = "system" if item.role == "developer" else item.role
            messages.append(Message(role=role, parts=_parts(number, item.content)))
        elif kind == "function_call":
            call = _call.decode(raw)
            _extend(messages, "assistant", ToolCall(call.call_id, call.name, call.arguments or "{}"))
        elif kind == "function_call_output":
            result = _output.decode(raw)
            parts = _parts(number, result.output)
            text = "".join(part.text for part in parts if isinstance(part, Text))
            _extend(messages, "tool", ToolResult(result.call_id, text))
        elif kind != "reasoning":  # only the model that wrote a thought could take it back
            raise Inexpressible(f"input[{number}].type", f"'{kind}' items are OpenAI's own.")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        known = unreadable(error)
        path = f"input[{number}]" + (f".{known.field}" if known.field else "")
        raise UnreadableCall(f"{path}: {str(error).partition(' - at')[0]}", path) from error


def _extend(messages: list[Message], role: Literal["assistant", "tool"], part: Part) -> None:
    if messages and messages[-1].role == role:
        messages[-1] = Message(role=role, parts=(*messages[-1].parts, part))
    else:
        messages.append(Message(role=role, parts=(part,)))


def _parts(number: int, content: str | list[Piece]) -> tuple[Part, ...]:
    if isinstance(content, str):
        return (Text(content),) if content else ()
    parts: list[Part] = []
    for piece in content:
        if isinstance(piece, InputImage):
            if piece.image_url is None:
                raise Inexpressible(f"input[{number}].content.file_id", "send the picture's address or data.")
            parts.append(reading.image(piece.image_url, piece.detail))
        elif isinstance(piece, Refusal):
            parts.append(Text(piece.refusal))
        else:
            parts.append(Text(piece.text))
    return tuple(parts)


def _tool(number: int, offer: Offer) -> Tool:
    if offer.type != "function":
        raise Inexpressible(f"tools[{number}].type", f"'{offer.type}' runs at OpenAI only.")
    if not offer.name:
        path = f"tools[{number}].name"
        raise UnreadableCall(f"{path}: name the tool.", path)
    return Tool(
        name=offer.name,
        parameters=offer.parameters or reading.EMPTY_OBJECT,
        description=offer.description or "",
        strict=offer.strict,
    )


def _tool_choice(choice: str | Choice | None) -> str | None:
    if not isinstance(choice, Choice):
        return choice
    if choice.type != "function" or not choice.name:
        raise Inexpressible("tool_choice.type", "a tool can only be chosen by its name.")
    return choice.name


def _schema(text: TextConfig | None) -> OutputSchema | Literal["json"] | None:
    chosen = text.format if text else None
    if chosen is None or chosen.type == "text":
        return None
    if chosen.type == "json_object":
        return "json"
    if chosen.schema_ is None:
        path = "text.format.schema"
        raise UnreadableCall(f"{path}: give the schema that the answer shall satisfy.", path)
    return OutputSchema(name=chosen.name, schema=chosen.schema_, strict=bool(chosen.strict))
