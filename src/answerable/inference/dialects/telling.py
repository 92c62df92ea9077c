"""How a failure is told to a client: the status, the code and the sentence, whatever it speaks."""

from __future__ import annotations

import math
from typing import NamedTuple

from answerable.inference.failures import FailureKind, UpstreamFailure
from answerable.inference.limits.errors import LimitExceeded
from answerable.kit.errors import AnswerableError


class Complaint(NamedTuple):
    """An error for a client. `field` is the JSON path of the field that is to blame."""

    status: int
    code: str
    message: str
    field: str | None = None
    headers: tuple[tuple[bytes, bytes], ...] = ()


# A provider that refuses our key is the operator's affair: 401 would tell clients to change theirs.
_TOLD = {
    FailureKind.CONNECT: (502, "upstream_unreachable"),
    FailureKind.FIRST_BYTE_TIMEOUT: (504, "upstream_timeout"),
    FailureKind.IDLE_TIMEOUT: (504, "upstream_timeout"),
    FailureKind.TOTAL_TIMEOUT: (504, "upstream_timeout"),
    FailureKind.CUT: (502, "upstream_cut"),
    FailureKind.PROTOCOL: (502, "upstream_protocol"),
    FailureKind.RATE_LIMITED: (429, "rate_limit_exceeded"),
    FailureKind.OVERLOADED: (503, "upstream_overloaded"),
    FailureKind.CREDENTIALS: (502, "upstream_credentials"),
    FailureKind.CONTEXT_OVERFLOW: (400, "context_length_exceeded"),
    FailureKind.REFUSED_CONTENT: (400, "content_filter"),
    FailureKind.UNKNOWN_MODEL: (404, "model_not_found"),
    FailureKind.INVALID_REQUEST: (400, "invalid_request"),
}
# What providers write about our key or account is not for every client's eyes.
_OWN_WORDS = {
    FailureKind.CREDENTIALS: "The provider does not accept the configured key or account. Tell the operator.",
}


def complaint(error: UpstreamFailure | AnswerableError) -> Complaint:
    """What a client is told of a failure. Total: every failure has a status and a code."""
    if isinstance(error, UpstreamFailure):
        status, code = _TOLD[error.kind]
        if error.kind is FailureKind.INVALID_REQUEST and error.status in (413, 415, 422):
            status = error.status
        wait: tuple[tuple[bytes, bytes], ...] = ()
        if error.retry_after is not None and status in (429, 503):
            wait = ((b"retry-after", str(max(1, math.ceil(error.retry_after))).encode()),)
        return Complaint(status, code, _OWN_WORDS.get(error.kind, error.detail), None, wait)
    field = error.errors[0].field if error.errors else None
    headers = tuple((name.lower().encode(), value.encode()) for name, value in error.headers.items())
    code = error.kind if isinstance(error, LimitExceeded) else error.code
    return Complaint(error.status, code, error.detail, field, headers)
