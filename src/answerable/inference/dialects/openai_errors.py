"""Errors as OpenAI writes them, in every one of its protocols."""

from __future__ import annotations

import msgspec

from answerable.inference.dialects.telling import Complaint

_QUOTA = "insufficient_quota"
_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: _QUOTA,
    403: "permission_error",
    404: "not_found_error",
    409: "conflict_error",
    413: "invalid_request_error",
    422: "invalid_request_error",
    429: "rate_limit_error",
}


def error_body(status: int, code: str, message: str, field: str | None = None) -> bytes:
    """The JSON document `{"error": {message, type, param, code}}`."""
    return msgspec.json.encode({"error": _error(status, code, message, field)})


def responses_error_event(told: Complaint, number: int) -> bytes:
    """The event that ends a broken stream of responses.

    The protocol's reference has the fields at the top; OpenAI's client raises only for `error`.
    """
    error = _error(told.status, told.code, told.message, told.field)
    document = {
        "type": "error",
        "sequence_number": number,
        "code": told.code,
        "message": told.message,
        "param": told.field,
        "error": error,
    }
    return b"event: error\ndata: %b\n\n" % msgspec.json.encode(document)


def _error(status: int, code: str, message: str, field: str | None) -> dict[str, str | None]:
    kind = _TYPES.get(status, "invalid_request_error" if status < 500 else "server_error")
    if code == _QUOTA:
        kind = _QUOTA  # the one error that OpenAI names alike in both places
    return {"message": message, "type": kind, "param": field, "code": code}
