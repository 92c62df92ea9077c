"""A failure within a stream that is relayed: the client's own error event."""

from __future__ import annotations

from answerable.inference.dialects.openai_errors import responses_error_event
from answerable.inference.dialects.registry import error_for
from answerable.inference.dialects.telling import complaint
from answerable.inference.failures import UpstreamFailure
from answerable.inference.operation import Operation
from answerable.kit.errors import AnswerableError


def error_event(operation: Operation, failure: UpstreamFailure | AnswerableError) -> bytes:
    """The event that ends a broken stream of that protocol; clients raise an error for it."""
    told = complaint(failure)
    if operation is Operation.RESPONSES:
        return responses_error_event(told, 0)
    body = error_for(operation, told.status, told.code, told.message, told.field)
    if operation is Operation.MESSAGES:
        return b"event: error\ndata: %b\n\n" % body
    return b"data: %b\n\n" % body
