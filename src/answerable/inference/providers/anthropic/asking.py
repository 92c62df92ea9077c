"""A chat call as an Anthropic messages body."""

from __future__ import annotations

import msgspec

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
)
from answerable.inference.errors import Inexpressible
from answerable.inference.models.plan import Capability, Target
from answerable.inference.providers.anthropic.wire import OUTPUT_TOOL
from answerable.inference.providers.arguments import call_arguments

Document = dict[str, Json]

# The protocol demands a limit; this one holds where neither the call nor the model's entry has one.
DEFAULT_MAX_TOKENS = 4_096

_EFFORT = {"minimal": "low"}
_NO_WORDS = ("logprobs", "frequency_penalty", "presence_penalty")


def chat_body(target: Target, request: ChatRequest) -> bytes:
    """The JSON body. Raises Inexpressible for what the protocol has no words for.

    `seed` is a wish that providers may ignore, and this one has no place for it: it is left out.
    """
    for name in _NO_WORDS:
        if getattr(request, name) is not None:
            raise Inexpressible(name, "Anthropic's protocol has no such thing.")
    if request.temperature is not None and request.temperature > 1:
        raise Inexpressible("temperature", "Anthropic's protocol ends at 1.")
    body: Document = {
        "model": target.upstream_model,
        "max_tokens": request.max_output_tokens or target.max_output_tokens or DEFAULT_MAX_TOKENS,
        "messages": _turns(request.messages),
    }
    system = "\n\n".join(message.text for message in request.messages if message.role == "system")
    if system:
        body["system"] = system
    for name in ("temperature", "top_p", "top_k"):
        value = getattr(request, name)
        if value is not None:
            body[name] = value
    if request.stop:
        body["stop_sequences"] = list(request.stop)
    _add_tools(body, request)
    _add_output(body, request, native=Capability.JSON_SCHEMA in target.capabilities)
    if request.stream:
        body["stream"] = True
    return msgspec.json.encode(body)


def _turns(messages: tuple[Message, ...]) -> list[Json]:
    """Turns of user and assistant in alternation; the results of tools are the user's words."""
    turns: list[tuple[str, list[Json]]] = []
    for number, message in enumerate(messages):
        if message.role == "system":
            continue
        role = "assistant" if message.role == "assistant" else "user"
        blocks: list[Json] = [
            _block(part, number) for part in message.parts if not (isinstance(part, Text) and not part.text)
        ]
        if turns and turns[-1][0] == role:
            turns[-1][1].extend(blocks)
        elif blocks:
            turns.append((role, blocks))
    return [{"role": role, "content": blocks} for role, blocks in turns]


def _block(part: Part, message: int) -> Document:
    if isinstance(part, Text):
        return {"type": "text", "text": part.text}
    if isinstance(part, Image):
        return {"type": "image", "source": _source(part)}
    if isinstance(part, ToolCall):
        return {"type": "tool_use", "id": part.id, "name": part.name, "input": call_arguments(part, message)}
    block: Document = {"type": "tool_result", "tool_use_id": part.call_id, "content": part.text}
    if part.is_error:
        block["is_error"] = True
    return block


def _source(image: Image) -> Document:
    if image.url is not None:
        return {"type": "url", "url": image.url}
    return {"type": "base64", "media_type": image.media_type or "image/png", "data": image.data or ""}


def _add_tools(body: Document, request: ChatRequest) -> None:
    if not request.tools:
        return
    body["tools"] = [_tool(tool) for tool in request.tools]
    choice: Document | None = None
    if request.tool_choice is not None:
        known = {"auto": "auto", "none": "none", "required": "any"}.get(request.tool_choice)
        choice = {"type": known} if known else {"type": "tool", "name": request.tool_choice}
    if request.parallel_tool_calls is False and request.tool_choice != "none":
        choice = {**(choice or {"type": "auto"}), "disable_parallel_tool_use": True}
    if choice is not None:
        body["tool_choice"] = choice


def _tool(tool: Tool) -> Document:
    document: Document = {"name": tool.name, "input_schema": {"type": "object", **tool.parameters}}
    if tool.description:
        document["description"] = tool.description
    if tool.strict is not None:
        document["strict"] = tool.strict
    return document


def _add_output(body: Document, request: ChatRequest, *, native: bool) -> None:
    config: Document = {}
    effort = request.reasoning_effort
    if effort == "none":
        body["thinking"] = {"type": "disabled"}
    elif effort is not None:
        config["effort"] = _EFFORT.get(effort, effort)
    schema = request.output_schema
    if isinstance(schema, OutputSchema) and native:
        config["format"] = {"type": "json_schema", "schema": dict(schema.schema)}
    elif schema is not None:
        _add_output_tool(body, schema if isinstance(schema, OutputSchema) else None)
    if config:
        body["output_config"] = config


def _add_output_tool(body: Document, schema: OutputSchema | None) -> None:
    """Have the answer come as a forced tool call: the way to JSON in models without output formats."""
    tool: Document = {
        "name": OUTPUT_TOOL,
        "description": "Gives the final answer. Call it once, with the whole answer.",
        "input_schema": {"type": "object", **(schema.schema if schema else {})},
    }
    others = body.get("tools")
    body["tools"] = [*others, tool] if isinstance(others, list) else [tool]
    if not isinstance(others, list):
        body["tool_choice"] = {"type": "tool", "name": OUTPUT_TOOL}
    elif body.get("tool_choice") in (None, {"type": "auto"}, {"type": "any"}):
        body["tool_choice"] = {"type": "any"}
