"""Processor time for reading marks. Readers of marks are linear for honest files, but not for every
file: some search to the end of the text again and again. What is left of the time tells them to stop
while there is enough for reading the text plainly."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable

_BASE_SECONDS = 2.0
_SECONDS_PER_CHARACTER = 30e-6  # several times what dense honest marks take
_SHARE_OF_LIMIT = 0.5  # of the child's processor time; the rest is for the plain reading and the answer


class OutOfTime(Exception):
    """The marks take longer than their number explains."""


class Budget:
    """Time that grows with the text that is read. `spent` gives the processor seconds so far."""

    def __init__(
        self, *, base: float = _BASE_SECONDS, spent: Callable[[], float] = time.process_time
    ) -> None:
        self._spent = spent
        self._end = spent() + base
        limit, _ = resource.getrlimit(resource.RLIMIT_CPU)
        left = limit - spent()
        self._cap = float("inf") if limit == resource.RLIM_INFINITY else spent() + left * _SHARE_OF_LIMIT

    def allow(self, characters: int) -> None:
        """Add the time for as many characters of marked text."""
        self._end += characters * _SECONDS_PER_CHARACTER

    def check(self) -> None:
        """Raises OutOfTime once the time is spent."""
        if self._spent() > min(self._end, self._cap):
            raise OutOfTime
