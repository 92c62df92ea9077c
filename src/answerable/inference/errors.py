"""What a caller is told when a call cannot be read, or not be said in the provider's protocol."""

from __future__ import annotations

from answerable.kit.errors import FieldError, InvalidInput, MalformedRequest


class UnreadableCall(MalformedRequest):
    """The body is not what its protocol allows; `field` is the JSON path of the first mistake."""

    code = "invalid_request"

    def __init__(self, detail: str, field: str | None = None):
        super().__init__(detail, errors=[FieldError(field, detail)] if field else ())
        self.field = field


class Inexpressible(InvalidInput):
    """The body is well-formed, and asks for something that the chosen model's protocol has no words for."""

    code, status = "unsupported_field", 400

    def __init__(self, field: str, reason: str):
        detail = f"{field}: {reason}"
        super().__init__(detail, errors=[FieldError(field, reason)])
        self.field = field
