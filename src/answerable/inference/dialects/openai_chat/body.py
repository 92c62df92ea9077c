"""The body of a chat completions call."""

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


class TextPart(Struct, tag_field="type", tag="text"):
    text: str


class RefusalPart(Struct, tag_field="type", tag="refusal"):
    refusal: str


class ImageUrl(Struct):
    url: str
    detail: str | None = None


class ImagePart(Struct, tag_field="type", tag="image_url"):
    image_url: ImageUrl | str


class CalledFunction(Struct):
    name: str
    arguments: str = "{}"


class GoogleExtra(Struct):
    thought_signature: str | None = None


class ExtraContent(Struct):
    google: GoogleExtra | None = None


class Call(Struct):
    id: str
    function: CalledFunction
    extra_content: ExtraContent | None = None


class Turn(Struct):
    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[TextPart | ImagePart | RefusalPart] | None = None
    name: str | None = None
    tool_calls: list[Call] | None = None
    tool_call_id: str | None = None


class OfferedFunction(Struct):
    name: str
    description: str | None = None
    parameters: dict[str, Json] | None = None
    strict: bool | None = None


class Offer(Struct):
    function: OfferedFunction
    type: Literal["function"] = "function"


class ChosenName(Struct):
    name: str


class Choice(Struct):
    function: ChosenName
    type: Literal["function"] = "function"


class NamedSchema(Struct):
    name: str
    schema_: dict[str, Json] = field(default_factory=dict, name="schema")
    strict: bool | None = None


class Format(Struct):
    type: Literal["text", "json_object", "json_schema"]
    json_schema: NamedSchema | None = None


class StreamOptions(Struct):
    include_usage: bool | None = None


class Body(Struct, forbid_unknown_fields=True):
    """Every field of the protocol. Raw ones are hints that may be dropped, or refused when given."""

    model: str
    messages: list[Turn]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    tools: list[Offer] | None = None
    tool_choice: Literal["auto", "none", "required"] | Choice | None = None
    parallel_tool_calls: bool | None = None
    response_format: Format | None = None
    max_tokens: int | float | None = None
    max_completion_tokens: int | float | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | float | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    stop: str | list[str] | None = None
    seed: int | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    reasoning_effort: str | None = None
    n: int | float | None = None
    # Hints: they change cost, speed or bookkeeping at one provider, not what is asked.
    user: Raw = ABSENT
    metadata: Raw = ABSENT
    store: Raw = ABSENT
    service_tier: Raw = ABSENT
    prompt_cache_key: Raw = ABSENT
    prompt_cache_options: Raw = ABSENT
    prompt_cache_retention: Raw = ABSENT
    safety_identifier: Raw = ABSENT
    prediction: Raw = ABSENT
    verbosity: Raw = ABSENT
    # Refused when they ask for something.
    audio: Raw = ABSENT
    function_call: Raw = ABSENT
    functions: Raw = ABSENT
    logit_bias: Raw = ABSENT
    modalities: Raw = ABSENT
    moderation: Raw = ABSENT
    web_search_options: Raw = ABSENT


REFUSED = ("audio", "function_call", "functions", "logit_bias", "moderation", "web_search_options")

_body = msgspec.json.Decoder(Body)


def read(body: bytes) -> ChatRequest:
    """The call. Raises UnreadableCall and Inexpressible, which name the field."""
    try:
        call = _body.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise unreadable(error) from error
    _check(call)
    limit = call.max_completion_tokens if call.max_completion_tokens is not None else call.max_tokens
    return ChatRequest(
        model=call.model,
        messages=tuple(_message(number, turn) for number, turn in enumerate(call.messages)),
        tools=tuple(_tool(offer.function) for offer in call.tools or ()),
        tool_choice=call.tool_choice.function.name
        if isinstance(call.tool_choice, Choice)
        else call.tool_choice,
        parallel_tool_calls=call.parallel_tool_calls,
        output_schema=_schema(call.response_format),
        max_output_tokens=reading.count(limit),
        temperature=call.temperature,
        top_p=call.top_p,
        top_k=reading.count(call.top_k),
        frequency_penalty=call.frequency_penalty or None,
        presence_penalty=call.presence_penalty or None,
        stop=(call.stop,) if isinstance(call.stop, str) else tuple(call.stop or ()),
        seed=call.seed,
        logprobs=(call.top_logprobs or 0) if call.logprobs else None,
        reasoning_effort=call.reasoning_effort,
        stream=bool(call.stream),
        include_usage=bool(call.stream_options and call.stream_options.include_usage),
    )


def _check(call: Body) -> None:
    reading.refuse_given(call, REFUSED)
    if bytes(call.modalities) not in (b"null", b"[]") and msgspec.json.decode(call.modalities) != ["text"]:
        raise Inexpressible("modalities", "only text can be answered by the model that was asked for.")
    if (call.n or 1) != 1:
        raise Inexpressible("n", "the model that was asked for gives one choice a call: leave n out.")
    if not call.messages:
        raise UnreadableCall("messages: send at least one message.", "messages")


def _message(number: int, turn: Turn) -> Message:
    if turn.role == "tool":
        if not turn.tool_call_id:
            path = f"messages[{number}].tool_call_id"
            raise UnreadableCall(f"{path}: say which call this result belongs to.", path)
        text = "".join(part.text for part in _parts(turn) if isinstance(part, Text))
        return Message(role="tool", parts=(ToolResult(turn.tool_call_id, text),), name=turn.name)
    parts: list[Part] = _parts(turn)
    for call in turn.tool_calls or ():
        google = call.extra_content.google if call.extra_content else None
        signature = google.thought_signature if google else None
        parts.append(ToolCall(call.id, call.function.name, call.function.arguments or "{}", signature))
    role = "system" if turn.role == "developer" else turn.role
    return Message(role=role, parts=tuple(parts), name=turn.name)


def _parts(turn: Turn) -> list[Part]:
    if turn.content is None or isinstance(turn.content, str):
        return [Text(turn.content)] if turn.content else []
    parts: list[Part] = []
    for part in turn.content:
        if isinstance(part, TextPart):
            parts.append(Text(part.text))
        elif isinstance(part, RefusalPart):
            parts.append(Text(part.refusal))
        elif isinstance(part.image_url, str):
            parts.append(reading.image(part.image_url))
        else:
            parts.append(reading.image(part.image_url.url, part.image_url.detail))
    return parts


def _tool(offered: OfferedFunction) -> Tool:
    return Tool(
        name=offered.name,
        parameters=offered.parameters or reading.EMPTY_OBJECT,
        description=offered.description or "",
        strict=offered.strict,
    )


def _schema(chosen: Format | None) -> OutputSchema | Literal["json"] | None:
    if chosen is None or chosen.type == "text":
        return None
    if chosen.type == "json_object":
        return "json"
    if chosen.json_schema is None:
        path = "response_format.json_schema"
        raise UnreadableCall(f"{path}: give the schema that the answer shall satisfy.", path)
    named = chosen.json_schema
    return OutputSchema(name=named.name, schema=named.schema_, strict=bool(named.strict))
