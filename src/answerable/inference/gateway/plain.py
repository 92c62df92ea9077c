"""Embeddings and speech for providers that do not speak OpenAI's protocol for them."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec
import numpy as np
from msgspec import Struct

from answerable.inference.chat import TokenCount
from answerable.inference.dialects.head import unreadable
from answerable.inference.errors import UnreadableCall
from answerable.inference.models.plan import Target
from answerable.inference.operation import Operation
from answerable.inference.providers.adapter import Adapter, UpstreamRequest
from answerable.inference.speech import SpeechRequest

# content type and body of the provider's answer → content type, body and tokens for the client
Answer = Callable[[str, bytes], tuple[str, bytes, TokenCount | None]]


@dataclass(frozen=True, slots=True)
class PlainCall:
    """A request for the provider, and how its answer is written for the client."""

    request: UpstreamRequest
    answer: Answer


class _EmbeddingBody(Struct):
    model: str
    input: str | list[str]
    dimensions: int | None = None
    encoding_format: Literal["float", "base64"] | None = None


class _SpeechBody(Struct):
    model: str
    input: str
    voice: str = "alloy"
    response_format: str | None = None
    speed: float | None = None
    instructions: str | None = None


_embeddings = msgspec.json.Decoder(_EmbeddingBody)
_speech = msgspec.json.Decoder(_SpeechBody)


def translated_plain(operation: Operation, target: Target, adapter: Adapter, body: bytes) -> PlainCall:
    """A client's embeddings or speech call for that target. Raises UnreadableCall for a wrong body."""
    try:
        if operation is Operation.EMBEDDINGS:
            return _embedding(target, adapter, _embeddings.decode(body))
        return _spoken(target, adapter, _speech.decode(body))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise unreadable(error) from error


def _embedding(target: Target, adapter: Adapter, asked: _EmbeddingBody) -> PlainCall:
    texts = [asked.input] if isinstance(asked.input, str) else asked.input
    if not texts:
        raise UnreadableCall("input: send one text or more.", "input")

    def answer(content_type: str, body: bytes) -> tuple[str, bytes, TokenCount | None]:
        del content_type
        vectors, tokens = adapter.embedding_answer(body)
        data = [
            {"object": "embedding", "index": index, "embedding": _written(vector, asked.encoding_format)}
            for index, vector in enumerate(vectors)
        ]
        usage = {"prompt_tokens": tokens.input, "total_tokens": tokens.input}
        document = {"object": "list", "data": data, "model": asked.model, "usage": usage}
        return "application/json", msgspec.json.encode(document), None if tokens.estimated else tokens

    return PlainCall(adapter.embedding_request(target, texts, asked.dimensions), answer)


def _spoken(target: Target, adapter: Adapter, asked: _SpeechBody) -> PlainCall:
    request = SpeechRequest(
        model=asked.model,
        text=asked.input,
        voice=asked.voice,
        format=asked.response_format or "mp3",
        speed=asked.speed,
        instructions=asked.instructions,
    )

    def answer(content_type: str, body: bytes) -> tuple[str, bytes, TokenCount | None]:
        speech = adapter.speech_answer(content_type, body)
        return speech.media_type, speech.data, speech.tokens

    return PlainCall(adapter.speech_request(target, request), answer)


def _written(vector: Sequence[float], style: str | None) -> object:
    """Numbers, or their little-endian 32-bit floats in base64, as OpenAI's clients ask by default."""
    if style != "base64":
        return vector
    return base64.b64encode(np.asarray(vector, dtype="<f4").tobytes()).decode()
