"""Whole answers of an OpenAI-compatible provider."""

from __future__ import annotations

import base64
import binascii
import struct

import msgspec
from msgspec import Struct

from answerable.inference.chat import ChatAnswer, FinishReason, TokenCount, ToolCall
from answerable.inference.providers import failing
from answerable.inference.providers.openai import wire


class Vector(Struct):
    """One vector; base64 is little-endian 32-bit floats."""

    embedding: list[float] | str
    index: int | None = None


class Embeddings(Struct):
    data: list[Vector]
    usage: wire.Usage | None = None


_embeddings = msgspec.json.Decoder(Embeddings, strict=False)


def chat_answer(body: bytes) -> ChatAnswer:
    """The first choice of a completion. Raises UpstreamFailure for anything else."""
    try:
        completion = wire.completion.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise failing.garbage(f"The provider's answer is not a completion: {error}", body) from error
    if bytes(completion.error) != b"null" and not completion.choices:
        raise failing.failure(None, {}, body)
    choice = next((choice for choice in completion.choices or () if choice.message is not None), None)
    if choice is None or choice.message is None:
        raise failing.garbage("The provider's completion has no choice.", body)
    message = choice.message
    text, thoughts = wire.text_of(message.content)
    calls = tuple(_call(number, call) for number, call in enumerate(message.tool_calls or ()))
    logprobs = wire.token_logprobs(choice.logprobs)
    usage = completion.usage or choice.usage
    return ChatAnswer(
        model=completion.model or "",
        text=text,
        refusal=message.refusal,
        reasoning=message.reasoning_content or message.reasoning or thoughts,
        tool_calls=calls,
        finish_reason=_finish(choice.finish_reason, calls),
        tokens=(wire.tokens(usage) if usage else None) or TokenCount(estimated=True),
        logprob=sum(entry.logprob for entry in logprobs) / len(logprobs) if logprobs else None,
        token_logprobs=logprobs,
    )


def embedding_answer(body: bytes) -> tuple[list[list[float]], TokenCount]:
    """Vectors in the order of their indexes. Raises UpstreamFailure for anything else."""
    try:
        answer = _embeddings.decode(body)
        ordered = sorted(
            enumerate(answer.data), key=lambda pair: pair[1].index if pair[1].index is not None else pair[0]
        )
        vectors = [_vector(vector.embedding) for _, vector in ordered]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, binascii.Error, struct.error) as error:
        raise failing.garbage(f"The provider's answer holds no vectors: {error}", body) from error
    counted = wire.tokens(answer.usage, writes=False) if answer.usage else None
    return vectors, counted or TokenCount(estimated=True)


def _vector(value: list[float] | str) -> list[float]:
    if isinstance(value, list):
        return value
    data = base64.b64decode(value, validate=True)
    return list(struct.unpack(f"<{len(data) // 4}f", data))


def _call(number: int, call: wire.WireToolCall) -> ToolCall:
    function = call.function or wire.Function()
    google = call.extra_content.google if call.extra_content else None
    return ToolCall(
        id=call.id or f"call_{number}",
        name=function.name or "",
        arguments=function.arguments or "{}",
        signature=google.thought_signature if google else None,
    )


def _finish(word: str | None, calls: tuple[ToolCall, ...]) -> FinishReason:
    return wire.finish_reason(word or "stop", called_tools=bool(calls))
