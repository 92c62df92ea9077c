"""A chat call as a Gemini generateContent body."""

from __future__ import annotations

import mimetypes
import re

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
    ToolResult,
)
from answerable.inference.errors import Inexpressible
from answerable.inference.models.plan import Target
from answerable.inference.providers.arguments import call_arguments

Document = dict[str, Json]

# Gemini 3 and later refuse a tool call of theirs without the signature that came with it; this is
# Google's documented word for calls that another model made.
_FOREIGN_CALL = "skip_thought_signature_validator"
_CHECKS_SIGNATURES = re.compile(r"gemini-(?:[3-9]|\d{2,})")
_LEVELS = _CHECKS_SIGNATURES  # the same generations know levels of thinking instead of budgets
_BUDGETS = {"none": 0, "minimal": 512, "low": 1_024, "medium": 8_192, "high": 24_576, "xhigh": 24_576}

_CONFIG = {
    "temperature": "temperature",
    "top_p": "topP",
    "top_k": "topK",
    "max_output_tokens": "maxOutputTokens",
    "seed": "seed",
    "presence_penalty": "presencePenalty",
    "frequency_penalty": "frequencyPenalty",
}


def chat_body(target: Target, request: ChatRequest) -> bytes:
    """The JSON body. Raises Inexpressible for what the protocol has no words for."""
    if (
        request.parallel_tool_calls is False
        and request.tools
        and request.tool_choice in (None, "auto", "required")
    ):
        raise Inexpressible("parallel_tool_calls", "Gemini's protocol cannot hold a model to one call.")
    body: Document = {"contents": _contents(request.messages, target.upstream_model)}
    system = "\n\n".join(message.text for message in request.messages if message.role == "system")
    if system:
        body["systemInstruction"] = {"parts": [{"text": system}]}
    if request.tools:
        body["tools"] = [{"functionDeclarations": [_tool(tool) for tool in request.tools]}]
        if request.tool_choice is not None:
            body["toolConfig"] = {"functionCallingConfig": _tool_choice(request.tool_choice)}
    config = _config(target, request)
    if config:
        body["generationConfig"] = config
    return msgspec.json.encode(body)


def _config(target: Target, request: ChatRequest) -> Document:
    config: Document = {}
    for name, wire_name in _CONFIG.items():
        value = getattr(request, name)
        if value is not None:
            config[wire_name] = value
    if request.stop:
        config["stopSequences"] = list(request.stop)
    if request.logprobs is not None:
        config["responseLogprobs"] = True
        if request.logprobs:
            config["logprobs"] = request.logprobs
    if request.output_schema is not None:
        config["responseMimeType"] = "application/json"
        if isinstance(request.output_schema, OutputSchema):
            config["responseJsonSchema"] = dict(request.output_schema.schema)
    if request.reasoning_effort is not None:
        config["thinkingConfig"] = _thinking(target.upstream_model, request.reasoning_effort)
    return config


def _thinking(model: str, effort: str) -> Document:
    if effort not in _BUDGETS:
        known = ", ".join(_BUDGETS)
        raise Inexpressible("reasoning_effort", f"Gemini's protocol knows {known}.")
    if _LEVELS.search(model) and effort != "none":
        return {"thinkingLevel": effort.upper()}
    return {"thinkingBudget": _BUDGETS[effort]}


def _contents(messages: tuple[Message, ...], model: str) -> list[Json]:
    turns: list[tuple[str, list[Json]]] = []
    names: dict[str, str] = {}
    for number, message in enumerate(messages):
        if message.role == "system":
            continue
        role = "model" if message.role == "assistant" else "user"
        unsigned = _CHECKS_SIGNATURES.search(model) is not None
        parts: list[Json] = []
        for part in message.parts:
            if isinstance(part, Text) and not part.text:
                continue
            document = _part(part, number, names)
            if isinstance(part, ToolCall):
                names[part.id] = part.name
                if unsigned and "thoughtSignature" not in document:
                    document["thoughtSignature"] = _FOREIGN_CALL
                unsigned = False  # of calls made at once, only the first is signed
            parts.append(document)
        if turns and turns[-1][0] == role:
            turns[-1][1].extend(parts)
        elif parts:
            turns.append((role, parts))
    return [{"role": role, "parts": parts} for role, parts in turns]


def _part(part: Part, message: int, names: dict[str, str]) -> Document:
    if isinstance(part, Text):
        return {"text": part.text}
    if isinstance(part, Image):
        return _picture(part)
    if isinstance(part, ToolCall):
        call: Document = {"id": part.id, "name": part.name, "args": call_arguments(part, message)}
        return {"functionCall": call, **({"thoughtSignature": part.signature} if part.signature else {})}
    if part.call_id not in names:
        raise Inexpressible(f"messages[{message}].tool_call_id", "no earlier message makes this tool call.")
    result: Document = {"id": part.call_id, "name": names[part.call_id], "response": _response(part)}
    return {"functionResponse": result}


def _response(result: ToolResult) -> Document:
    """The protocol takes objects only: a text becomes the `result` (or `error`) of one."""
    if result.is_error:
        return {"error": result.text}
    try:
        return msgspec.json.decode(result.text, type=dict[str, Json])
    except (msgspec.DecodeError, RecursionError):
        return {"result": result.text}


def _picture(image: Image) -> Document:
    if image.url is not None:
        guessed, _ = mimetypes.guess_type(image.url.partition("?")[0])
        return {"fileData": {"fileUri": image.url, "mimeType": image.media_type or guessed or "image/jpeg"}}
    return {"inlineData": {"mimeType": image.media_type or "image/png", "data": image.data or ""}}


def _tool(tool: Tool) -> Document:
    document: Document = {"name": tool.name, "parametersJsonSchema": dict(tool.parameters)}
    if tool.description:
        document["description"] = tool.description
    return document


def _tool_choice(choice: str) -> Document:
    known = {"auto": "AUTO", "none": "NONE", "required": "ANY"}.get(choice)
    if known:
        return {"mode": known}
    return {"mode": "ANY", "allowedFunctionNames": [choice]}
