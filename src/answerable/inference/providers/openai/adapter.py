"""The adapter for OpenAI and everything that speaks its protocol."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import msgspec

from answerable.inference.chat import ChatAnswer, ChatRequest, TokenCount
from answerable.inference.failures import UpstreamFailure
from answerable.inference.models.plan import Capability, Target
from answerable.inference.operation import Operation
from answerable.inference.providers import failing
from answerable.inference.providers.adapter import UpstreamRequest
from answerable.inference.providers.openai import address, answering, wire
from answerable.inference.providers.openai.asking import chat_body
from answerable.inference.providers.openai.streaming import ChunkReader
from answerable.inference.providers.rewriting import with_model
from answerable.inference.speech import Speech, SpeechRequest

_RELAYED = frozenset({Operation.CHAT, Operation.EMBEDDINGS, Operation.SPEECH})
_HAS_USAGE = re.compile(rb'"usage"\s*:\s*\{')


class _Counted(msgspec.Struct):
    """Where usage may stand: at the top, in Groq's corner, in the last choice, in a responses event."""

    usage: wire.Usage | None = None
    x_groq: wire.XGroq | None = None
    choices: list[wire.Choice] | None = None
    response: _Counted | None = None


_counted = msgspec.json.Decoder(_Counted, strict=False)


class OpenAIAdapter:
    """Chat, responses, embeddings and speech over the OpenAI protocol."""

    kind = "openai"
    passed_headers = frozenset({"openai-beta"})

    def relays(self, target: Target, operation: Operation) -> bool:
        """Whether bytes can pass; responses only where the server itself has them."""
        if operation is Operation.RESPONSES:
            return Capability.RESPONSES in target.capabilities
        return operation in _RELAYED

    def relay_request(
        self, target: Target, operation: Operation, body: bytes, *, stream: bool
    ) -> UpstreamRequest:
        """The client's own body with the model's upstream name in it; a streamed chat asks for usage."""
        ask_usage = stream and operation is Operation.CHAT
        return address.request(
            target, operation, with_model(body, target.upstream_model, ask_usage=ask_usage)
        )

    def relayed_tokens(self, operation: Operation, data: bytes) -> TokenCount | None:
        """The usage that a whole body or the data of one event carries; None when it has none."""
        if operation is Operation.SPEECH or not _HAS_USAGE.search(data):
            return None
        try:
            document = _counted.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        usage = document.usage or (document.response.usage if document.response else None)
        if usage is None and document.x_groq is not None:
            usage = document.x_groq.usage
        if usage is None:
            usage = next((choice.usage for choice in document.choices or () if choice.usage), None)
        writes = operation is not Operation.EMBEDDINGS
        return wire.tokens(usage, writes=writes) if usage is not None else None

    def chat_request(self, target: Target, request: ChatRequest) -> UpstreamRequest:
        """A chat call in this protocol."""
        return address.request(target, Operation.CHAT, chat_body(target, request))

    def chat_answer(self, body: bytes) -> ChatAnswer:
        """A whole answer. Raises UpstreamFailure(PROTOCOL) for anything else."""
        return answering.chat_answer(body)

    def chat_events(self) -> ChunkReader:
        """A reader for one streamed answer."""
        return ChunkReader()

    def embedding_request(
        self, target: Target, texts: Sequence[str], dimensions: int | None
    ) -> UpstreamRequest:
        """A request for the vectors of texts."""
        body: dict[str, object] = {"model": target.upstream_model, "input": list(texts)}
        if dimensions is not None:
            body["dimensions"] = dimensions
        return address.request(target, Operation.EMBEDDINGS, msgspec.json.encode(body))

    def embedding_answer(self, body: bytes) -> tuple[list[list[float]], TokenCount]:
        """Vectors in the order of the texts, shape (texts, dimensions)."""
        return answering.embedding_answer(body)

    def speech_request(self, target: Target, request: SpeechRequest) -> UpstreamRequest:
        """A request for spoken words."""
        body: dict[str, object] = {
            "model": target.upstream_model,
            "input": request.text,
            "voice": request.voice,
            "response_format": request.format,
        }
        if request.speed is not None:
            body["speed"] = request.speed
        if request.instructions is not None:
            body["instructions"] = request.instructions
        return address.request(target, Operation.SPEECH, msgspec.json.encode(body))

    def speech_answer(self, media_type: str, body: bytes) -> Speech:
        """The sound as it came."""
        if media_type.startswith(("application/json", "text/")):
            raise failing.failure(None, {}, body)
        return Speech(data=body, media_type=media_type or "application/octet-stream")

    def failure(self, status: int, headers: Mapping[str, str], body: bytes) -> UpstreamFailure:
        """What an error answer means."""
        return failing.failure(status, headers, body)
