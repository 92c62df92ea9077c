"""The chat completions dialect."""

from __future__ import annotations

from datetime import datetime

from answerable.inference.chat import ChatAnswer, ChatRequest
from answerable.inference.dialects.openai_chat import writing
from answerable.inference.dialects.openai_chat.body import read
from answerable.inference.dialects.openai_errors import error_body
from answerable.inference.operation import Operation


class OpenAIChat:
    """`POST /v1/chat/completions`."""

    operation = Operation.CHAT

    def read(self, body: bytes) -> ChatRequest:
        """The call that a client's body makes."""
        return read(body)

    def answer(self, answer: ChatAnswer, *, request: ChatRequest, call_id: str, created: datetime) -> bytes:
        """A whole answer as a chat completion."""
        return writing.completion(answer, request=request, call_id=call_id, created=created)

    def writer(self, request: ChatRequest, call_id: str, created: datetime) -> writing.ChunkWriter:
        """A writer of chunks."""
        return writing.ChunkWriter(request, call_id, created)

    def error(self, status: int, code: str, message: str, field: str | None = None) -> bytes:
        """An error document."""
        return error_body(status, code, message, field)
