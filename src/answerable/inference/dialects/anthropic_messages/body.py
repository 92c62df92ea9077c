"""The body of a messages call."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Raw, Struct, field

from answerable.inference.chat import (
    ChatRequest,
    Image,
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


class TextBlock(Struct, tag_field="type", tag="text"):
    text: str


class UrlSource(Struct, tag_field="type", tag="url"):
    url: str


class Base64Source(Struct, tag_field="type", tag="base64"):
    data: str
    media_type: str = "image/png"


class ImageBlock(Struct, tag_field="type", tag="image"):
    source: UrlSource | Base64Source


class ToolUseBlock(Struct, tag_field="type", tag="tool_use"):
    id: str
    name: str
    input: Raw = Raw(b"{}")


class ToolResultBlock(Struct, tag_field="type", tag="tool_result"):
    tool_use_id: str
    content: str | list[TextBlock] | None = None
    is_error: bool | None = None


class ThinkingBlock(Struct, tag_field="type", tag="thinking"):
    """A model's thoughts of an earlier turn: only the model that wrote them could take them back."""

    thinking: str = ""


class RedactedThinkingBlock(Struct, tag_field="type", tag="redacted_thinking"):
    data: str = ""


Block = TextBlock | ImageBlock | ToolUseBlock | ToolResultBlock | ThinkingBlock | RedactedThinkingBlock


class Turn(Struct):
    role: Literal["user", "assistant", "system"]
    content: str | list[Block]


class Offer(Struct):
    name: str
    input_schema: dict[str, Json] | None = None
    description: str | None = None
    strict: bool | None = None
    type: str | None = None


class Choice(Struct):
    type: Literal["auto", "any", "none", "tool"]
    name: str | None = None
    disable_parallel_tool_use: bool | None = None


class Format(Struct):
    type: Literal["json_schema"]
    schema_: dict[str, Json] = field(default_factory=dict, name="schema")


class OutputConfig(Struct):
    effort: str | None = None
    format: Format | None = None


class Thinking(Struct):
    type: str
    budget_tokens: int | None = None


class Body(Struct, forbid_unknown_fields=True):
    """Every field of the protocol. Raw ones are hints that may be dropped, or refused when given."""

    model: str
    messages: list[Turn]
    max_tokens: int | float
    system: str | list[TextBlock] | None = None
    stream: bool | None = None
    tools: list[Offer] | None = None
    tool_choice: Choice | None = None
    stop_sequences: list[str] | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | float | None = None
    output_config: OutputConfig | None = None
    output_format: Format | None = None  # the name in earlier versions
    thinking: Thinking | None = None
    # Hints: they change cost, speed or bookkeeping at one provider, not what is asked.
    cache_control: Raw = ABSENT
    diagnostics: Raw = ABSENT
    inference_geo: Raw = ABSENT
    metadata: Raw = ABSENT
    service_tier: Raw = ABSENT
    speed: Raw = ABSENT
    user_profile_id: Raw = ABSENT
    # Refused when they ask for something.
    container: Raw = ABSENT
    context_management: Raw = ABSENT
    mcp_servers: Raw = ABSENT


REFUSED = ("container", "context_management", "mcp_servers")

_body = msgspec.json.Decoder(Body)


def read(body: bytes) -> ChatRequest:
    """The call. Raises UnreadableCall and Inexpressible, which name the field."""
    try:
        call = _body.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise unreadable(error) from error
    reading.refuse_given(call, REFUSED)
    if not call.messages:
        raise UnreadableCall("messages: send at least one message.", "messages")
    messages = [_system(call.system)] if call.system else []
    for turn in call.messages:
        messages += _messages(turn)
    choice = call.tool_choice
    return ChatRequest(
        model=call.model,
        messages=tuple(messages),
        tools=tuple(_tool(number, offer) for number, offer in enumerate(call.tools or ())),
        tool_choice=_tool_choice(choice),
        parallel_tool_calls=False if choice is not None and choice.disable_parallel_tool_use else None,
        output_schema=_schema(call),
        max_output_tokens=int(call.max_tokens),
        temperature=call.temperature,
        top_p=call.top_p,
        top_k=reading.count(call.top_k),
        stop=tuple(call.stop_sequences or ()),
        reasoning_effort=_effort(call),
        stream=bool(call.stream),
        include_usage=True,
    )


def _system(given: str | list[TextBlock]) -> Message:
    texts = [given] if isinstance(given, str) else [block.text for block in given]
    return Message(role="system", parts=tuple(Text(text) for text in texts if text))


def _messages(turn: Turn) -> list[Message]:
    """The turn's results of tools first, in a turn of their own, as the protocol demands them to stand."""
    if isinstance(turn.content, str):
        return [Message(role=turn.role, parts=(Text(turn.content),))]
    results: list[Part] = []
    parts: list[Part] = []
    for block in turn.content:
        if isinstance(block, ToolResultBlock):
            results.append(ToolResult(block.tool_use_id, _result_text(block), bool(block.is_error)))
        elif isinstance(block, TextBlock):
            parts.append(Text(block.text))
        elif isinstance(block, ToolUseBlock):
            parts.append(ToolCall(block.id, block.name, bytes(block.input).decode()))
        elif isinstance(block, ImageBlock):
            parts.append(_image(block))
    messages = [Message(role="tool", parts=tuple(results))] if results else []
    if parts:
        messages.append(Message(role=turn.role, parts=tuple(parts)))
    return messages


def _result_text(block: ToolResultBlock) -> str:
    if block.content is None or isinstance(block.content, str):
        return block.content or ""
    return "\n".join(part.text for part in block.content)


def _image(block: ImageBlock) -> Image:
    if isinstance(block.source, UrlSource):
        return Image(url=block.source.url)
    return Image(data=block.source.data, media_type=block.source.media_type)


def _tool(number: int, offer: Offer) -> Tool:
    if offer.type not in (None, "custom"):
        raise Inexpressible(f"tools[{number}].type", f"'{offer.type}' runs at Anthropic only.")
    return Tool(
        name=offer.name,
        parameters=offer.input_schema or reading.EMPTY_OBJECT,
        description=offer.description or "",
        strict=offer.strict,
    )


def _tool_choice(choice: Choice | None) -> str | None:
    if choice is None:
        return None
    if choice.type == "tool":
        if not choice.name:
            raise UnreadableCall("tool_choice.name: name the tool.", "tool_choice.name")
        return choice.name
    return "required" if choice.type == "any" else choice.type


def _schema(call: Body) -> OutputSchema | None:
    chosen = (call.output_config.format if call.output_config else None) or call.output_format
    return None if chosen is None else OutputSchema(name="output", schema=chosen.schema_)


def _effort(call: Body) -> str | None:
    """How much to think: by word, or by a budget of tokens in three steps."""
    if call.output_config is not None and call.output_config.effort is not None:
        return call.output_config.effort
    thinking = call.thinking
    if thinking is None or thinking.type != "enabled":
        return None
    budget = thinking.budget_tokens or 0
    return "low" if budget < 4_096 else "medium" if budget < 16_384 else "high"
