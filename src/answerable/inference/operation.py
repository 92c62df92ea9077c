"""What a caller may ask of a model, and who calls."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Operation(StrEnum):
    """One protocol that clients speak to the gateway; the value is what usage rows are grouped by."""

    CHAT = "chat.completions"
    RESPONSES = "responses"
    MESSAGES = "messages"
    COUNT_TOKENS = "messages.count_tokens"
    EMBEDDINGS = "embeddings"
    SPEECH = "audio.speech"

    @property
    def path(self) -> str:
        """The path below the server's address, the same for clients and for compatible upstreams."""
        return _PATHS[self]


_PATHS = {
    Operation.CHAT: "/v1/chat/completions",
    Operation.RESPONSES: "/v1/responses",
    Operation.MESSAGES: "/v1/messages",
    Operation.COUNT_TOKENS: "/v1/messages/count_tokens",
    Operation.EMBEDDINGS: "/v1/embeddings",
    Operation.SPEECH: "/v1/audio/speech",
}


class Caller(Struct, frozen=True, gc=False):
    """Whom a call is counted for: a workspace, and the person or key within it.

    `route` is the endpoint or feature that makes the call ("/v1/chat/completions", "ask", …).
    """

    workspace_id: str
    user_id: str | None = None
    key_id: str | None = None
    route: str = ""
