"""The outermost layer: ids, one log line, metrics, and the answer to what nobody expected."""

from __future__ import annotations

import re
import secrets
import time

import structlog
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from answerable.api.problems import problem
from answerable.telemetry import metrics, tracing

log = structlog.get_logger("answerable.http")

_REQUEST_ID = re.compile(rb"^[A-Za-z0-9._-]{1,64}$")
_TRACEPARENT = re.compile(rb"^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$")


class Observation:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request. The ids are answered as `X-Request-ID` and kept in `scope["state"]`."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        with tracing.server_span(scope["method"], headers) as span:
            status = await self._observed(scope, receive, send, headers)
            tracing.describe_request(span, scope["method"], _route(scope), status)

    async def _observed(self, scope: Scope, receive: Receive, send: Send, headers: dict[bytes, bytes]) -> int:
        request_id, trace_id = _ids(headers)
        scope.setdefault("state", {}).update(request_id=request_id, trace_id=trace_id)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id, trace_id=trace_id)
        started = time.perf_counter()
        status = 0

        async def observed_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        metrics.IN_FLIGHT.inc()
        try:
            await self.app(scope, receive, observed_send)
        except Exception as error:
            # One of the edges that must survive anything: the caller learns an id, the log the rest.
            log.exception("request.crashed", error_type=type(error).__name__)
            if status:  # the response has begun: the connection is cut, so that nobody takes it for whole
                raise
            await _crashed(trace_id)(scope, receive, observed_send)
        finally:
            metrics.IN_FLIGHT.dec()
            _record(scope, status, time.perf_counter() - started)
        return status


def _crashed(trace_id: str) -> ASGIApp:
    return problem(
        500,
        code="internal_error",
        title="Something went wrong",
        detail="The server could not answer. Try again; if it stays, give the operator the trace id.",
        trace_id=trace_id,
    )


def _ids(headers: dict[bytes, bytes]) -> tuple[str, str]:
    """The request id (the caller's, when sane) and the trace id: the recorded trace's, else the caller's."""
    given = headers.get(b"x-request-id", b"")
    request_id = given.decode() if _REQUEST_ID.match(given) else secrets.token_hex(8)
    if (recorded := tracing.current_trace_id()) is not None:
        return request_id, recorded
    trace = _TRACEPARENT.match(headers.get(b"traceparent", b""))
    return request_id, trace.group(1).decode() if trace else secrets.token_hex(16)


def _route(scope: Scope) -> str:
    """The route's pattern, never the address: ids would make a series each."""
    # FastAPI keeps a router's prefix beside the route, which is the same wherever it is included.
    included = scope.get("fastapi", {}).get("effective_route_context")
    route = scope.get("route")
    if included is not None and included.original_route is route:
        return str(included.path)
    return getattr(route, "path", "none") if isinstance(route, BaseRoute) else "none"


def _record(scope: Scope, status: int, seconds: float) -> None:
    name = _route(scope)
    method = scope["method"] if scope["method"] in _METHODS else "other"
    metrics.REQUESTS.labels(method, name, str(status)).inc()
    metrics.LATENCY.labels(method, name).observe(seconds)
    log.info("request", method=method, path=scope["path"], status=status, ms=round(seconds * 1000, 2))


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
