"""Requests to providers: the transport's failures in the gateway's words."""

from __future__ import annotations

from functools import lru_cache

from answerable.inference.failures import FailureKind, UpstreamFailure
from answerable.inference.models.plan import Target, Timeouts
from answerable.inference.providers.adapter import UpstreamRequest
from answerable.kit.outbound import (
    FailedStage,
    Outbound,
    OutboundFailure,
    OutboundRequest,
    OutboundResponse,
    OutboundTimes,
)
from answerable.telemetry.tracing import outgoing_headers, recording

_KINDS = {
    FailedStage.ADDRESS: FailureKind.CONNECT,
    FailedStage.CONNECT: FailureKind.CONNECT,
    FailedStage.FIRST_BYTE: FailureKind.FIRST_BYTE_TIMEOUT,
    FailedStage.IDLE: FailureKind.IDLE_TIMEOUT,
    FailedStage.TOTAL: FailureKind.TOTAL_TIMEOUT,
    FailedStage.CUT: FailureKind.CUT,
    FailedStage.PROTOCOL: FailureKind.PROTOCOL,
}


async def ask(
    outbound: Outbound, target: Target, request: UpstreamRequest, *, seconds: float | None
) -> OutboundResponse:
    """The answer of a target, from its first byte on. Raises UpstreamFailure."""
    try:
        return await outbound.send(
            OutboundRequest(
                request.url,
                (*request.headers, *outgoing_headers().items()) if recording() else request.headers,
                request.body,
                request.method,
                target.allow_private_address,
            ),
            _times(target.timeouts),
            seconds=seconds,
        )
    except OutboundFailure as failure:
        raise upstream_failure(failure) from failure


async def read_whole(response: OutboundResponse, limit: int) -> bytes:
    """A whole body. Raises UpstreamFailure."""
    try:
        return await response.read_whole(limit)
    except OutboundFailure as failure:
        raise upstream_failure(failure) from failure


def upstream_failure(failure: OutboundFailure) -> UpstreamFailure:
    """The transport's failure as one of a provider."""
    return UpstreamFailure(_KINDS[failure.stage], failure.detail)


@lru_cache(maxsize=1024)
def _times(timeouts: Timeouts) -> OutboundTimes:
    return OutboundTimes(timeouts.connect, timeouts.first_byte, timeouts.idle, timeouts.total)
