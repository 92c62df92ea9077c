"""What each protocol must be able to do for its answers to be kept."""

from __future__ import annotations

from typing import Protocol

from answerable.inference.cache.canonical import Document
from answerable.inference.cache.protocols.anthropic_messages import KeptMessages
from answerable.inference.cache.protocols.openai_chat import KeptChat
from answerable.inference.cache.protocols.openai_responses import KeptResponses
from answerable.inference.operation import Operation


class KeptProtocol(Protocol):
    """One protocol of chat, as answers are kept in it."""

    def keepable(self, document: Document) -> bool:
        """Whether an answer is whole and means the same an hour later: words that the model ended by
        itself. Cut, filtered and refused answers are not, and neither is a wish to call a tool."""
        ...

    def frames(self, document: Document, *, include_usage: bool) -> bytes:
        """The answer as a stream of few events. ValueError for a document that is no answer."""
        ...

    def collect(self, stream: bytes) -> Document | None:
        """The answer that a whole stream carries; None for one that is not whole."""
        ...


_PROTOCOLS: dict[Operation, KeptProtocol] = {
    Operation.CHAT: KeptChat(),
    Operation.RESPONSES: KeptResponses(),
    Operation.MESSAGES: KeptMessages(),
}


def protocol_of(operation: Operation) -> KeptProtocol | None:
    """The protocol of a chat operation; None for embeddings and speech, which have no events."""
    return _PROTOCOLS.get(operation)
