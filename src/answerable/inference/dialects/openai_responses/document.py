"""The response document: what a whole answer is, and what a stream's first and last events carry."""

from __future__ import annotations

from datetime import datetime

from answerable.inference.chat import (
    ChatRequest,
    FinishReason,
    Json,
    OutputSchema,
    TokenCount,
    TokenLogprob,
)
from answerable.inference.dialects.openai_chat.writing import token_document

Document = dict[str, Json]

_INCOMPLETE = {FinishReason.LENGTH: "max_output_tokens", FinishReason.CONTENT_FILTER: "content_filter"}


def response(
    request: ChatRequest,
    call_id: str,
    created: datetime,
    output: list[Json],
    *,
    reason: FinishReason | None = None,
    tokens: TokenCount | None = None,
) -> Document:
    """A response; `reason` is None while it is being written."""
    status = "in_progress"
    if reason is not None:
        status = "incomplete" if reason in _INCOMPLETE else "completed"
    return {
        "id": response_id(call_id),
        "object": "response",
        "created_at": int(created.timestamp()),
        "status": status,
        "background": False,
        "error": None,
        "incomplete_details": {"reason": _INCOMPLETE[reason]} if reason in _INCOMPLETE else None,
        "instructions": None,
        "max_output_tokens": request.max_output_tokens,
        "metadata": {},
        "model": request.model,
        "output": output,
        "parallel_tool_calls": request.parallel_tool_calls is not False,
        "previous_response_id": None,
        "reasoning": {"effort": request.reasoning_effort, "summary": None},
        "store": False,
        "temperature": request.temperature,
        "text": {"format": _format(request.output_schema)},
        "tool_choice": _tool_choice(request.tool_choice),
        "tools": [
            {
                "type": "function",
                "name": tool.name,
                "description": tool.description or None,
                "parameters": dict(tool.parameters),
                "strict": tool.strict,
            }
            for tool in request.tools
        ],
        "top_logprobs": request.logprobs,
        "top_p": request.top_p,
        "truncation": "disabled",
        "usage": None if tokens is None else usage(tokens),
        "user": None,
    }


def response_id(call_id: str) -> str:
    """The call's id with the prefix that clients know responses by."""
    return f"resp_{call_id.rpartition('_')[2]}"


def item_id(prefix: str, call_id: str, number: int) -> str:
    """An item's id, unique within all responses."""
    return f"{prefix}_{call_id.rpartition('_')[2]}_{number}"


def message_item(item: str, content: list[Json], *, status: str = "completed") -> Document:
    """A message of the assistant."""
    return {"id": item, "type": "message", "status": status, "role": "assistant", "content": content}


def text_part(text: str, tokens: tuple[TokenLogprob, ...] = ()) -> Document:
    """Words of a message."""
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": logprobs(tokens)}


def refusal_part(text: str) -> Document:
    """Words of a refusal."""
    return {"type": "refusal", "refusal": text}


def reasoning_item(item: str, text: str) -> Document:
    """What a reasoning model shows of its thoughts."""
    summary: list[Json] = [{"type": "summary_text", "text": text}] if text else []
    return {"id": item, "type": "reasoning", "summary": summary}


def call_item(item: str, *, call_id: str, name: str, arguments: str, status: str = "completed") -> Document:
    """A tool call."""
    return {
        "id": item,
        "type": "function_call",
        "status": status,
        "call_id": call_id,
        "name": name,
        "arguments": arguments,
    }


def logprobs(tokens: tuple[TokenLogprob, ...]) -> list[Json]:
    """Tokens with their log probabilities."""
    return [token_document(entry) for entry in tokens]


def usage(tokens: TokenCount) -> Document:
    """Token counts in the words of responses."""
    return {
        "input_tokens": tokens.input,
        "input_tokens_details": {
            "cached_tokens": tokens.cached_input,
            "cache_write_tokens": tokens.cache_write,
        },
        "output_tokens": tokens.output,
        "output_tokens_details": {"reasoning_tokens": tokens.reasoning},
        "total_tokens": tokens.input + tokens.output,
    }


def _format(schema: OutputSchema | str | None) -> Document:
    if schema is None:
        return {"type": "text"}
    if isinstance(schema, str):
        return {"type": "json_object"}
    named: Document = {"name": schema.name, "schema": dict(schema.schema), "strict": schema.strict}
    return {"type": "json_schema", **named}


def _tool_choice(choice: str | None) -> Json:
    if choice in (None, "auto", "none", "required"):
        return choice or "auto"
    return {"type": "function", "name": choice}
