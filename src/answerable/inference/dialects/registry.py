"""Which dialect a path speaks."""

from __future__ import annotations

from answerable.inference.dialects.anthropic_messages import AnthropicMessages
from answerable.inference.dialects.dialect import Dialect
from answerable.inference.dialects.openai_chat import OpenAIChat
from answerable.inference.dialects.openai_errors import error_body
from answerable.inference.dialects.openai_responses import OpenAIResponses
from answerable.inference.operation import Operation

_ALL: tuple[Dialect, ...] = (OpenAIChat(), OpenAIResponses(), AnthropicMessages())
_DIALECTS = {dialect.operation: dialect for dialect in _ALL}
_ERRORS = {**_DIALECTS, Operation.COUNT_TOKENS: _DIALECTS[Operation.MESSAGES]}


def dialect_for(operation: Operation) -> Dialect:
    """The dialect of a chat operation. KeyError for embeddings and speech, which are no chats."""
    return _DIALECTS[operation]


def error_for(operation: Operation, status: int, code: str, message: str, field: str | None = None) -> bytes:
    """An error document in the words of any operation, chat or not."""
    dialect = _ERRORS.get(operation)
    return (dialect.error if dialect else error_body)(status, code, message, field)
