"""What a provider's adapter does: turn calls into requests of its protocol and answers back.

Adapters hold no connection and keep no state; the gateway sends what they build. They are found by
the plugin hook `answerable_providers`; the built-in ones (`openai`, `anthropic`, `gemini`) use it too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from answerable.inference.chat import ChatAnswer, ChatEvent, ChatRequest, TokenCount
from answerable.inference.failures import UpstreamFailure
from answerable.inference.models.plan import Target
from answerable.inference.operation import Operation
from answerable.inference.speech import Speech, SpeechRequest


class UpstreamRequest(Struct, frozen=True, gc=False):
    """One HTTP request to a provider; header names are lower case."""

    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    method: str = "POST"


class EventReader(Protocol):
    """Reads one streamed answer, fed with bytes as they come, in pieces of any size."""

    def feed(self, data: bytes) -> Iterable[ChatEvent]:
        """The events that are complete now. Raises UpstreamFailure for an error event or garbage, after the
        events before it."""
        ...

    def close(self) -> Iterable[ChatEvent]:
        """Call at the end of the body. Raises UpstreamFailure(CUT) when the answer was not complete."""
        ...


class Adapter(Protocol):
    """One provider protocol."""

    kind: str
    passed_headers: frozenset[str]
    """Request headers, lower case, that a relayed call hands on from the client as they are."""

    def relays(self, target: Target, operation: Operation) -> bool:
        """Whether the target speaks the client's own protocol, so that bytes can pass as they are."""
        ...

    def relay_request(
        self, target: Target, operation: Operation, body: bytes, *, stream: bool
    ) -> UpstreamRequest:
        """The client's own body with the model's upstream name in it; a streamed call asks for usage."""
        ...

    def relayed_tokens(self, operation: Operation, data: bytes) -> TokenCount | None:
        """The usage that a whole body, or the data of one event, carries; None when it has none.

        A protocol may spread its figures over several frames; the largest of each kind is the call's.
        """
        ...

    def chat_request(self, target: Target, request: ChatRequest) -> UpstreamRequest:
        """A chat call in this protocol. Raises InvalidInput for what the protocol cannot express."""
        ...

    def chat_answer(self, body: bytes) -> ChatAnswer:
        """A whole answer. Raises UpstreamFailure(PROTOCOL) for anything else."""
        ...

    def chat_events(self) -> EventReader:
        """A reader for one streamed answer."""
        ...

    def embedding_request(
        self, target: Target, texts: Sequence[str], dimensions: int | None
    ) -> UpstreamRequest:
        """A request for the vectors of texts."""
        ...

    def embedding_answer(self, body: bytes) -> tuple[list[list[float]], TokenCount]:
        """Vectors in the order of the texts, shape (texts, dimensions)."""
        ...

    def speech_request(self, target: Target, request: SpeechRequest) -> UpstreamRequest:
        """A request for spoken words. Raises InvalidInput where the provider has no such thing."""
        ...

    def speech_answer(self, media_type: str, body: bytes) -> Speech:
        """The sound that a whole answer carries; `media_type` is the answer's content type."""
        ...

    def failure(self, status: int, headers: Mapping[str, str], body: bytes) -> UpstreamFailure:
        """What an error answer means; `headers` has lower-case names."""
        ...
