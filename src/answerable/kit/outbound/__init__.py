"""HTTP to other servers: pooled connections, bounded times, and a guard on where they may lead."""

from answerable.kit.outbound.client import Outbound, OutboundRequest, OutboundTimes
from answerable.kit.outbound.failure import FailedStage, OutboundFailure
from answerable.kit.outbound.response import OutboundResponse

__all__ = [
    "FailedStage",
    "Outbound",
    "OutboundFailure",
    "OutboundRequest",
    "OutboundResponse",
    "OutboundTimes",
]
