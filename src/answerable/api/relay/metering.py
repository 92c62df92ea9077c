"""Metrics of `/v1/*` requests: the same series as every other request's, written a few times a second.

The client library writes each value to a shared file at once, several microseconds a request.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict

from answerable.telemetry import metrics

_WRITE_SECONDS = 0.25
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

Series = tuple[str, str, int]


class RequestMeter:
    """Counts requests of one process."""

    def __init__(self) -> None:
        self._ended: defaultdict[Series, list[float]] = defaultdict(list)
        self._begun = 0
        self._timer: asyncio.TimerHandle | None = None

    def begun(self) -> None:
        """A request came."""
        self._begun += 1
        self._write_soon()

    def ended(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request ended; `route` is a path of ours, never one that a client made up."""
        self._ended[method if method in _METHODS else "other", route, status].append(seconds)
        self._begun -= 1
        self._write_soon()

    def write(self) -> None:
        """Hand what was counted to the metrics of all processes."""
        self._timer = None
        metrics.IN_FLIGHT.inc(self._begun)
        self._begun = 0
        for (method, route, status), times in self._ended.items():
            metrics.REQUESTS.labels(method, route, str(status)).inc(len(times))
            latency = metrics.LATENCY.labels(method, route)
            for seconds in times:
                latency.observe(seconds)
        self._ended.clear()

    def _write_soon(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_WRITE_SECONDS, self.write)
