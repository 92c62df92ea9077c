"""What can go wrong between us and another server."""

from __future__ import annotations

from enum import StrEnum


class FailedStage(StrEnum):
    """How far a request came."""

    ADDRESS = "address"  # the address is not one that may be connected to
    CONNECT = "connect"  # name not resolved, connection or TLS refused, or too slow
    FIRST_BYTE = "first_byte"  # no byte of the answer in time
    IDLE = "idle"  # too long between two bytes of the answer
    TOTAL = "total"  # the whole took too long
    CUT = "cut"  # the connection ended before the answer did
    PROTOCOL = "protocol"  # what came is not HTTP/1.1, or beyond its bounds


class OutboundFailure(Exception):
    """A request that got no whole answer."""

    def __init__(self, stage: FailedStage, detail: str) -> None:
        super().__init__(detail)
        self.stage = stage
        self.detail = detail
