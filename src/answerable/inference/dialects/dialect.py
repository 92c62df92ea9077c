"""What every protocol that clients speak can do."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from answerable.inference.chat import ChatAnswer, ChatEvent, ChatRequest
from answerable.inference.failures import UpstreamFailure
from answerable.inference.operation import Operation
from answerable.kit.errors import AnswerableError


class FrameWriter(Protocol):
    """Writes one streamed answer. Each method returns the bytes to send now; they may be empty."""

    def frames(self, event: ChatEvent) -> bytes:
        """The frames of one event; the first call also gives what stands at the stream's beginning."""
        ...

    def end(self) -> bytes:
        """The frames that end a whole answer."""
        ...

    def failure(self, error: UpstreamFailure | AnswerableError) -> bytes:
        """The frames that end a broken answer: this protocol's own error event."""
        ...


class Dialect(Protocol):
    """One protocol of chat that clients speak."""

    operation: Operation

    def read(self, body: bytes) -> ChatRequest:
        """The call that a client's body makes.

        Raises UnreadableCall for a body that the protocol does not allow, and Inexpressible for a
        field that the gateway's own words do not have; both name the field.
        """
        ...

    def answer(self, answer: ChatAnswer, *, request: ChatRequest, call_id: str, created: datetime) -> bytes:
        """A whole answer as this protocol's JSON document."""
        ...

    def writer(self, request: ChatRequest, call_id: str, created: datetime) -> FrameWriter:
        """A writer for one streamed answer."""
        ...

    def error(self, status: int, code: str, message: str, field: str | None = None) -> bytes:
        """An error as this protocol's JSON document."""
        ...
