"""The responses dialect."""

from __future__ import annotations

from datetime import datetime

from answerable.inference.chat import ChatAnswer, ChatRequest
from answerable.inference.dialects.openai_errors import error_body
from answerable.inference.dialects.openai_responses import writing
from answerable.inference.dialects.openai_responses.body import read
from answerable.inference.operation import Operation


class OpenAIResponses:
    """`POST /v1/responses`."""

    operation = Operation.RESPONSES

    def read(self, body: bytes) -> ChatRequest:
        """The call that a client's body makes."""
        return read(body)

    def answer(self, answer: ChatAnswer, *, request: ChatRequest, call_id: str, created: datetime) -> bytes:
        """A whole answer as a response."""
        return writing.response(answer, request=request, call_id=call_id, created=created)

    def writer(self, request: ChatRequest, call_id: str, created: datetime) -> writing.EventWriter:
        """A writer of events."""
        return writing.EventWriter(request, call_id, created)

    def error(self, status: int, code: str, message: str, field: str | None = None) -> bytes:
        """An error document."""
        return error_body(status, code, message, field)
