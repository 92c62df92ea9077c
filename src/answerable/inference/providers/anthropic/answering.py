"""Whole answers of Anthropic."""

from __future__ import annotations

import msgspec

from answerable.inference.chat import ChatAnswer, TokenCount, ToolCall
from answerable.inference.providers import failing
from answerable.inference.providers.anthropic import wire


def chat_answer(body: bytes) -> ChatAnswer:
    """A message. Raises UpstreamFailure for anything else."""
    try:
        message = wire.message.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        if b'"error"' in body[:200]:
            raise failing.failure(None, {}, body) from error
        raise failing.garbage(f"The provider's answer is no message: {error}", body) from error
    words, thoughts = [], []
    calls: list[ToolCall] = []
    for block in message.content:
        if block.type == "text":
            words.append(block.text or "")
        elif block.type == "thinking":
            thoughts.append(block.thinking or "")
        elif block.type == "tool_use" and block.name == wire.OUTPUT_TOOL:
            words = [bytes(block.input).decode()]
        elif block.type == "tool_use":
            calls.append(ToolCall(block.id or f"call_{len(calls)}", block.name or "", _arguments(block)))
    return ChatAnswer(
        model=message.model or "",
        text="".join(words),
        reasoning="".join(thoughts),
        tool_calls=tuple(calls),
        finish_reason=wire.finish_reason(message.stop_reason, called_tools=bool(calls)),
        tokens=wire.tokens(message.usage, whole=True) or TokenCount(estimated=True),
    )


def _arguments(block: wire.Block) -> str:
    return bytes(block.input).decode()
