"""Metrics of `/v1/*` requests: the same series as every other request's, with their labels resolved once."""

from __future__ import annotations

from functools import lru_cache

from prometheus_client import Counter, Histogram

from answerable.telemetry import metrics

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def begun() -> None:
    """A request came."""
    metrics.IN_FLIGHT.inc()


def ended(method: str, route: str, status: int, seconds: float) -> None:
    """A request ended; `route` is a path of ours, never one that a client made up."""
    metrics.IN_FLIGHT.dec()
    count, latency = _series(method if method in _METHODS else "other", route, status)
    count.inc()
    latency.observe(seconds)


@lru_cache(maxsize=512)
def _series(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    return metrics.REQUESTS.labels(method, route, str(status)), metrics.LATENCY.labels(method, route)
