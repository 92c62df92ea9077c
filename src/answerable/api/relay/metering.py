"""Metrics of `/v1/*` requests: the same series as every other request's, written a few times a second."""

from __future__ import annotations

import asyncio

from prometheus_client import Counter, Histogram

from answerable.telemetry import metrics
from answerable.telemetry.tally import Tally

_WRITE_SECONDS = 0.25
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

Series = tuple[str, str, int]


class RequestMeter:
    """Counts requests of one process."""

    def __init__(self) -> None:
        self._tally = Tally()
        self._known: dict[Series, tuple[Counter, Histogram]] = {}
        self._begun = 0
        self._timer: asyncio.TimerHandle | None = None

    def begun(self) -> None:
        """A request came."""
        self._begun += 1
        self._write_soon()

    def ended(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request ended; `route` is a path of ours, never one that a client made up."""
        self._begun -= 1
        self._write_soon()
        series = (method if method in _METHODS else "other", route, status)
        known = self._known.get(series)
        if known is None:
            method, route, status = series
            known = (
                metrics.REQUESTS.labels(method, route, str(status)),
                metrics.LATENCY.labels(method, route),
            )
            self._known[series] = known
        requests, latency = known
        self._tally.count(requests)
        self._tally.observe(latency, seconds)

    def write(self) -> None:
        """Hand what was counted to the metrics of all processes."""
        self._timer = None
        metrics.IN_FLIGHT.inc(self._begun)
        self._begun = 0
        self._tally.write()

    def _write_soon(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_WRITE_SECONDS, self.write)
