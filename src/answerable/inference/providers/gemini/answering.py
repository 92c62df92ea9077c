"""Whole answers of Gemini."""

from __future__ import annotations

import base64
import binascii
import re
import struct

import msgspec

from answerable.inference.chat import ChatAnswer, TokenCount, ToolCall
from answerable.inference.failures import FailureKind, UpstreamFailure
from answerable.inference.providers import failing
from answerable.inference.providers.gemini import wire
from answerable.inference.speech import Speech

_RATE = re.compile(r"rate=(\d{4,6})")


def decode(body: bytes) -> wire.Answer:
    """An answer or an event. Raises UpstreamFailure for an error, a refused prompt or garbage."""
    try:
        answer = wire.answer.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        if b'"error"' in body[:200]:
            raise failing.failure(None, {}, body) from error
        raise failing.garbage(f"The provider's answer cannot be read: {error}", body) from error
    if bytes(answer.error) != b"null":
        raise failing.failure(None, {}, body)
    feedback = answer.prompt_feedback
    if feedback is not None and feedback.block_reason:
        detail = feedback.block_reason_message or f"The provider refuses the prompt: {feedback.block_reason}."
        raise UpstreamFailure(
            FailureKind.REFUSED_CONTENT, detail, status=200, body=body[: failing.KEPT_BYTES]
        )
    for candidate in answer.candidates or ():
        if candidate.finish_reason in wire.BROKEN:
            raise failing.garbage(
                candidate.finish_message or f"The model gave {candidate.finish_reason}.", body
            )
    return answer


def chat_answer(body: bytes) -> ChatAnswer:
    """The first candidate. Raises UpstreamFailure for anything else."""
    answer = decode(body)
    if not answer.candidates:
        raise failing.garbage("The provider's answer has no candidate.", body)
    candidate = answer.candidates[0]
    parts = (candidate.content.parts if candidate.content else None) or []
    calls: tuple[ToolCall, ...] = tuple(call for part in parts if (call := wire.tool_call(part)) is not None)
    logprobs = wire.token_logprobs(candidate.logprobs_result)
    return ChatAnswer(
        model=answer.model_version or "",
        text="".join(part.text or "" for part in parts if not part.thought),
        reasoning="".join(part.text or "" for part in parts if part.thought),
        tool_calls=calls,
        finish_reason=wire.finish_reason(candidate.finish_reason or "STOP", called_tools=bool(calls)),
        tokens=wire.tokens(answer.usage_metadata, wrote=any(part.is_answer for part in parts))
        or TokenCount(estimated=True),
        logprob=sum(entry.logprob for entry in logprobs) / len(logprobs) if logprobs else None,
        token_logprobs=logprobs,
    )


def embedding_answer(body: bytes) -> tuple[list[list[float]], TokenCount]:
    """Vectors in the order of the texts; the protocol counts no tokens."""
    try:
        answer = wire.embeddings.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise failing.garbage(f"The provider's answer holds no vectors: {error}", body) from error
    return [vector.values for vector in answer.embeddings], TokenCount(estimated=True)


def speech_answer(body: bytes) -> Speech:
    """Sound as a WAV file; the protocol gives bare 16-bit samples of one channel."""
    answer = decode(body)
    candidate = (answer.candidates or [wire.Candidate()])[0]
    for part in (candidate.content.parts if candidate.content else None) or ():
        blob = part.inline_data
        if blob is None:
            continue
        try:
            samples = base64.b64decode(blob.data, validate=True)
        except binascii.Error as error:
            raise failing.garbage("The provider's sound is no base64.", body) from error
        rate = _RATE.search(blob.mime_type or "")
        data = _wav(samples, int(rate.group(1)) if rate else 24_000)
        return Speech(
            data=data, media_type="audio/wav", tokens=wire.tokens(answer.usage_metadata, wrote=True)
        )
    raise failing.garbage("The provider's answer holds no sound.", body)


def _wav(samples: bytes, rate: int) -> bytes:
    """A RIFF file of 16-bit samples, one channel."""
    header = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF", 36 + len(samples), b"WAVE", b"fmt ", 16, 1, 1, rate, rate * 2, 2, 16, b"data", len(samples),
    )  # fmt: skip
    return header + samples
