"""Business errors. Each carries a stable code, an HTTP status and a sentence that says what to do.

One handler in `api/` turns them into Problem Details (RFC 9457); nothing below an endpoint
knows about HTTP responses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field of the input, and the remedy. `code` and `arguments` say the same to
    programs, where there is a code."""

    field: str
    message: str
    code: str | None = None
    arguments: Mapping[str, str | int | float] | None = None

    def as_json(self) -> dict[str, object]:
        """A member of `errors` in Problem Details."""
        told: dict[str, object] = {"field": self.field, "message": self.message}
        if self.code is not None:
            told |= {"code": self.code, "arguments": dict(self.arguments or {})}
        return told


class AnswerableError(Exception):
    """The root of every error that a caller is told about. `reason` is a code for the detail, where the
    error's own code stands for several."""

    code: str = "error"
    status: int = 500
    title: str = "Something went wrong"

    def __init__(
        self,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        reason: str | None = None,
    ) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})


class InvalidInput(AnswerableError):
    code, status, title = "invalid_input", 422, "The input is not valid"


class MalformedRequest(AnswerableError):
    code, status, title = "malformed_request", 400, "The request cannot be read"


class Unauthenticated(AnswerableError):
    code, status, title = "unauthenticated", 401, "Sign in first"

    def __init__(self, detail: str = "Send a valid access token or API key as 'Authorization: Bearer …'."):
        super().__init__(detail, headers={"WWW-Authenticate": "Bearer"})


class Forbidden(AnswerableError):
    code, status, title = "forbidden", 403, "Not allowed"


class NotFound(AnswerableError):
    """One answer for what does not exist and for what belongs to another tenant."""

    code, status, title = "not_found", 404, "Not found"

    def __init__(self, detail: str = "Nothing is found here. Check the id, or list what exists."):
        super().__init__(detail)


class Conflict(AnswerableError):
    code, status, title = "conflict", 409, "Conflict with the present state"


class PreconditionFailed(AnswerableError):
    code, status, title = "precondition_failed", 412, "Changed since you read it"


class TooLarge(AnswerableError):
    code, status, title = "too_large", 413, "Too large"


class UnsupportedType(AnswerableError):
    code, status, title = "unsupported_type", 415, "Type not supported"


class TooManyRequests(AnswerableError):
    code, status, title = "too_many_requests", 429, "Too many requests"

    def __init__(self, detail: str, *, retry_after_seconds: int) -> None:
        super().__init__(detail, headers={"Retry-After": str(max(1, retry_after_seconds))})


class Unavailable(AnswerableError):
    code, status, title = "unavailable", 503, "Not available right now"


class StorageFull(AnswerableError):
    code, status, title = "storage_full", 507, "No space left"

    def __init__(
        self, detail: str = "The server's disk is full; nothing was kept. Free space, then send it again."
    ):
        super().__init__(detail)
