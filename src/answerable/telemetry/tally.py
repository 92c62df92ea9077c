"""Counts and times of one process, written to the shared metrics a few times a second.

The client library writes each value to a file at once: several microseconds, on every call's way.
"""

from __future__ import annotations

import asyncio
import atexit
from bisect import bisect_left
from collections import Counter as Counts
from collections import defaultdict
from collections.abc import Sequence

from prometheus_client import Counter, Histogram

_WRITE_SECONDS = 0.25


class Tally:
    """Gathers for metrics whose labels are set. For one thread; outside an event loop it writes at once."""

    def __init__(self) -> None:
        self._counts: Counts[Counter] = Counts()
        self._times: defaultdict[Histogram, list[float]] = defaultdict(list)
        self._waiting = False

    def count(self, counter: Counter) -> None:
        """One more."""
        self._counts[counter] += 1
        if not self._waiting:
            self._write_soon()

    def observe(self, histogram: Histogram, seconds: float) -> None:
        """One more duration."""
        self._times[histogram].append(seconds)
        if not self._waiting:
            self._write_soon()

    def write(self) -> None:
        """Hand over what was gathered."""
        self._waiting = False
        counts, self._counts = self._counts, Counts()
        times, self._times = self._times, defaultdict(list)
        for counter, number in counts.items():
            counter.inc(number)
        for histogram, seconds in times.items():
            _observe_all(histogram, seconds)

    def _write_soon(self) -> None:
        try:
            asyncio.get_running_loop().call_later(_WRITE_SECONDS, self.write)
        except RuntimeError:
            self.write()
        else:
            self._waiting = True


def _observe_all(histogram: Histogram, values: Sequence[float]) -> None:
    """As `observe` for each, with one write a bucket; a value belongs to the first bound it does not pass."""
    histogram._sum.inc(sum(values))
    for place, number in Counts(bisect_left(histogram._upper_bounds, value) for value in values).items():
        histogram._buckets[place].inc(number)


tally = Tally()
"""This process's. What is gathered at its end is written."""

atexit.register(tally.write)
