"""A chat call as an OpenAI chat completions body."""

from __future__ import annotations

import msgspec

from answerable.inference.chat import (
    ChatRequest,
    Image,
    Json,
    Message,
    OutputSchema,
    Text,
    Tool,
    ToolCall,
    ToolResult,
)
from answerable.inference.errors import Inexpressible
from answerable.inference.models.plan import Target
from answerable.inference.providers.openai.address import is_openai_itself

Document = dict[str, Json]


def chat_body(target: Target, request: ChatRequest) -> bytes:
    """The JSON body. Everything that a ChatRequest can say has a place in this protocol.

    `top_k` has one at compatible servers only: raises Inexpressible for OpenAI itself.
    """
    newest = is_openai_itself(target.base_url)
    if newest and request.top_k is not None:
        raise Inexpressible("top_k", "OpenAI has no such thing.")
    body: Document = {
        "model": target.upstream_model,
        "messages": [turn for message in request.messages for turn in _turns(message)],
    }
    _add_tools(body, request)
    if request.output_schema is not None:
        body["response_format"] = _response_format(request.output_schema)
    if request.max_output_tokens is not None:
        name = "max_completion_tokens" if newest else "max_tokens"
        body[name] = request.max_output_tokens
    if request.stop:
        body["stop"] = list(request.stop)
    if request.logprobs is not None:
        body["logprobs"] = True
        if request.logprobs:
            body["top_logprobs"] = request.logprobs
    for name in _PLAIN:
        value = getattr(request, name)
        if value is not None:
            body[name] = value
    if request.stream:
        body["stream"] = True
        body["stream_options"] = {"include_usage": True}
    return msgspec.json.encode(body)


_PLAIN = (
    "temperature", "top_p", "top_k", "frequency_penalty", "presence_penalty", "seed", "reasoning_effort",
)  # fmt: skip


def _turns(message: Message) -> list[Document]:
    """One message, or one for each tool result of a tool turn."""
    results = [part for part in message.parts if isinstance(part, ToolResult)]
    if results:
        return [
            {"role": "tool", "tool_call_id": result.call_id, "content": result_text(result)}
            for result in results
        ]
    turn: Document = {"role": message.role}
    if message.name:
        turn["name"] = message.name
    calls: list[Json] = [_call(part) for part in message.parts if isinstance(part, ToolCall)]
    if any(isinstance(part, Image) for part in message.parts):
        turn["content"] = [
            _piece(part) for part in message.parts if isinstance(part, Text | Image)
        ]  # fmt: skip
    else:
        turn["content"] = message.text or (None if calls else "")
    if calls:
        turn["tool_calls"] = calls
    return [turn]


def result_text(result: ToolResult) -> str:
    """The text of a tool result; this protocol has no other place to say that the tool failed."""
    if result.is_error and not result.text.lower().startswith("error"):
        return f"Error: {result.text}"
    return result.text


def image_url(image: Image) -> str:
    """The picture's address; base64 data goes into a data URL (RFC 2397)."""
    return image.url or f"data:{image.media_type or 'image/png'};base64,{image.data or ''}"


def _piece(part: Text | Image) -> Document:
    if isinstance(part, Text):
        return {"type": "text", "text": part.text}
    picture: Document = {"url": image_url(part)}
    if part.detail:
        picture["detail"] = part.detail
    return {"type": "image_url", "image_url": picture}


def _call(call: ToolCall) -> Document:
    document: Document = {
        "id": call.id,
        "type": "function",
        "function": {"name": call.name, "arguments": call.arguments},
    }
    if call.signature:
        document["extra_content"] = {"google": {"thought_signature": call.signature}}
    return document


def _add_tools(body: Document, request: ChatRequest) -> None:
    """The tools, and the wishes about them, which the protocol allows beside tools only."""
    if not request.tools:
        return
    body["tools"] = [_tool(tool) for tool in request.tools]
    if request.tool_choice is not None:
        body["tool_choice"] = _tool_choice(request.tool_choice)
    if request.parallel_tool_calls is not None:
        body["parallel_tool_calls"] = request.parallel_tool_calls


def _tool(tool: Tool) -> Document:
    function: Document = {"name": tool.name, "parameters": dict(tool.parameters)}
    if tool.description:
        function["description"] = tool.description
    if tool.strict is not None:
        function["strict"] = tool.strict
    return {"type": "function", "function": function}


def _tool_choice(choice: str) -> Json:
    if choice in ("auto", "none", "required"):
        return choice
    return {"type": "function", "function": {"name": choice}}


def _response_format(schema: OutputSchema | str) -> Document:
    if isinstance(schema, str):
        return {"type": "json_object"}
    named: Document = {"name": schema.name, "schema": dict(schema.schema), "strict": schema.strict}
    return {"type": "json_schema", "json_schema": named}
