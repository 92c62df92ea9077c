"""The adapter for Anthropic and servers that speak its protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from urllib.parse import urlsplit, urlunsplit

import msgspec

from answerable.inference.chat import ChatAnswer, ChatRequest, TokenCount
from answerable.inference.errors import Inexpressible
from answerable.inference.failures import UpstreamFailure
from answerable.inference.models.plan import Target
from answerable.inference.operation import Operation
from answerable.inference.providers import failing
from answerable.inference.providers.adapter import UpstreamRequest
from answerable.inference.providers.anthropic import answering, wire
from answerable.inference.providers.anthropic.asking import chat_body
from answerable.inference.providers.anthropic.streaming import EventStream
from answerable.inference.providers.rewriting import with_model
from answerable.inference.speech import Speech, SpeechRequest

VERSION = "2023-06-01"
_PATHS = {Operation.MESSAGES: "messages", Operation.COUNT_TOKENS: "messages/count_tokens"}


class _Counted(msgspec.Struct):
    """Where usage stands: in a message, in the message that a stream starts with, in its last delta."""

    type: str | None = None
    usage: wire.Usage | None = None
    message: wire.StartedMessage | None = None


_counted = msgspec.json.Decoder(_Counted, strict=False)


class AnthropicAdapter:
    """Chat over the Anthropic protocol; it has no embeddings and no speech."""

    kind = "anthropic"
    passed_headers = frozenset({"anthropic-beta", "anthropic-version"})

    def relays(self, target: Target, operation: Operation) -> bool:
        """Whether bytes can pass: messages, and counting their tokens."""
        del target
        return operation in _PATHS

    def relay_request(
        self, target: Target, operation: Operation, body: bytes, *, stream: bool
    ) -> UpstreamRequest:
        """The client's own body with the model's upstream name in it; streams always tell usage."""
        del stream
        return _request(target, with_model(body, target.upstream_model), _PATHS[operation])

    def relayed_tokens(self, operation: Operation, data: bytes) -> TokenCount | None:
        """The usage that a whole body or the data of one event carries; None when it has none."""
        del operation
        if b'"usage"' not in data:
            return None
        try:
            document = _counted.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        if document.type == "message":
            return wire.tokens(document.usage, whole=True)
        return wire.tokens(document.usage or (document.message.usage if document.message else None))

    def chat_request(self, target: Target, request: ChatRequest) -> UpstreamRequest:
        """A chat call in this protocol. Raises Inexpressible for what it has no words for."""
        return _request(target, chat_body(target, request))

    def chat_answer(self, body: bytes) -> ChatAnswer:
        """A whole answer. Raises UpstreamFailure(PROTOCOL) for anything else."""
        return answering.chat_answer(body)

    def chat_events(self) -> EventStream:
        """A reader for one streamed answer."""
        return EventStream()

    def embedding_request(
        self, target: Target, texts: Sequence[str], dimensions: int | None
    ) -> UpstreamRequest:
        """Raises Inexpressible: the protocol has no embeddings."""
        del target, texts, dimensions
        raise Inexpressible("model", "Anthropic's protocol has no embeddings.")

    def embedding_answer(self, body: bytes) -> tuple[list[list[float]], TokenCount]:
        """Raises UpstreamFailure: nothing can have been asked."""
        raise failing.garbage("Anthropic's protocol has no embeddings.", body)

    def speech_request(self, target: Target, request: SpeechRequest) -> UpstreamRequest:
        """Raises Inexpressible: the protocol has no speech."""
        del target, request
        raise Inexpressible("model", "Anthropic's protocol has no speech.")

    def speech_answer(self, media_type: str, body: bytes) -> Speech:
        """Raises UpstreamFailure: nothing can have been asked."""
        del media_type
        raise failing.garbage("Anthropic's protocol has no speech.", body)

    def failure(self, status: int, headers: Mapping[str, str], body: bytes) -> UpstreamFailure:
        """What an error answer means."""
        return failing.failure(status, headers, body)


def _request(target: Target, body: bytes, path: str = "messages") -> UpstreamRequest:
    return UpstreamRequest(_url(target.base_url, path), _headers(target.api_key, target.headers), body)


@lru_cache(maxsize=1_024)
def _url(base_url: str, path: str) -> str:
    parts = urlsplit(base_url)
    root = parts.path.rstrip("/") or "/v1"
    return urlunsplit((parts.scheme, parts.netloc, f"{root}/{path}", parts.query, ""))


@lru_cache(maxsize=1_024)
def _headers(api_key: str | None, extra: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    own = {"content-type": "application/json", "anthropic-version": VERSION}
    if api_key:
        own["x-api-key"] = api_key
    own.update((name.lower(), value) for name, value in extra)
    return tuple(own.items())
