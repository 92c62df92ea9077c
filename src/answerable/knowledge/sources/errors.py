"""What is wrong with a source, or with what is asked of it."""

from __future__ import annotations

from answerable.kit.errors import AnswerableError, Conflict, InvalidInput, Unavailable
from answerable.kit.outbound import FailedStage, OutboundFailure
from answerable.plugins.connectors import ConnectorFailure


class UnknownConnector(InvalidInput):
    """No connector of that kind is here."""

    code = "unknown_connector"


class SourceUnreadable(InvalidInput):
    """The place refuses, and trying again would not help. `code` is the connector's."""

    title = "The source cannot be read"


class SourceUnreachable(Unavailable):
    """The place does not answer now. `code` is the connector's."""

    title = "The source cannot be reached"


class SourceBusy(Conflict):
    code, title = "source_busy", "The source is not in a state for that"


class NameTaken(Conflict):
    code, title = "source_name_taken", "A source of that name exists"


def as_error(failure: ConnectorFailure) -> AnswerableError:
    """What a caller is told, and whether a job tries again: errors below 500 are final."""
    kind = SourceUnreachable if failure.retryable else SourceUnreadable
    error = kind(failure.detail)
    error.code = failure.code
    return error


def outbound_problem(failure: OutboundFailure) -> ConnectorFailure:
    """A request that got no answer, as the connector's failure; an address that is not allowed stays so."""
    retryable = failure.stage is not FailedStage.ADDRESS
    return ConnectorFailure(f"outbound_{failure.stage.value}", failure.detail, retryable=retryable)
