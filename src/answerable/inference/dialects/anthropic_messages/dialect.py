"""The messages dialect."""

from __future__ import annotations

from datetime import datetime

from answerable.inference.chat import ChatAnswer, ChatRequest
from answerable.inference.dialects.anthropic_messages import writing
from answerable.inference.dialects.anthropic_messages.body import read
from answerable.inference.operation import Operation


class AnthropicMessages:
    """`POST /v1/messages`."""

    operation = Operation.MESSAGES

    def read(self, body: bytes) -> ChatRequest:
        """The call that a client's body makes."""
        return read(body)

    def answer(self, answer: ChatAnswer, *, request: ChatRequest, call_id: str, created: datetime) -> bytes:
        """A whole answer as a message."""
        return writing.message(answer, request=request, call_id=call_id, created=created)

    def writer(self, request: ChatRequest, call_id: str, created: datetime) -> writing.EventWriter:
        """A writer of events."""
        return writing.EventWriter(request, call_id, created)

    def error(self, status: int, code: str, message: str, field: str | None = None) -> bytes:
        """An error document."""
        return writing.error_body(status, code, message, field)
