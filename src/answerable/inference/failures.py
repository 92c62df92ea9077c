"""What can go wrong with a call to a provider, and what each kind of failure allows next."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from answerable.inference.chat import TokenCount


class FailureKind(StrEnum):
    """Why an attempt gave no answer."""

    CONNECT = "connect"  # no connection, name not resolved, TLS refused
    FIRST_BYTE_TIMEOUT = "first_byte_timeout"
    IDLE_TIMEOUT = "idle_timeout"  # too long between two bytes
    TOTAL_TIMEOUT = "total_timeout"
    CUT = "cut"  # the stream ended before its end
    PROTOCOL = "protocol"  # what came is not what the provider's protocol allows
    RATE_LIMITED = "rate_limited"
    OVERLOADED = "overloaded"  # 5xx and the providers' own overload statuses
    CREDENTIALS = "credentials"  # the provider refuses our key
    CONTEXT_OVERFLOW = "context_overflow"  # the prompt does not fit this model
    REFUSED_CONTENT = "refused_content"  # the provider's content filter
    UNKNOWN_MODEL = "unknown_model"
    INVALID_REQUEST = "invalid_request"  # the caller's mistake: no other provider would take it


_TRANSIENT = frozenset(
    {
        FailureKind.CONNECT,
        FailureKind.FIRST_BYTE_TIMEOUT,
        FailureKind.IDLE_TIMEOUT,
        FailureKind.CUT,
        FailureKind.PROTOCOL,
        FailureKind.RATE_LIMITED,
        FailureKind.OVERLOADED,
    }
)


class UpstreamFailure(Exception):
    """One failed attempt.

    `status` is the provider's HTTP status, `retry_after` its wish in seconds, `body` its error
    document in its own protocol (at most 64 kB), for callers who speak the same one. `tokens` are what it
    had read and written before it broke, where anything came: it counts them all the same.
    """

    tokens: TokenCount | None = None

    def __init__(
        self,
        kind: FailureKind,
        detail: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        body: bytes = b"",
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.status = status
        self.retry_after = retry_after
        self.body = body

    @property
    def transient(self) -> bool:
        """Whether the same target may answer if asked again."""
        return self.kind in _TRANSIENT
