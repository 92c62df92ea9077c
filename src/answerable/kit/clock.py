"""Time as a dependency, so that tests can move it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class SystemClock:
    def now(self) -> datetime:
        """The machine's time in UTC."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until it is moved; offered to users' tests as well."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment.astimezone(UTC)

    def now(self) -> datetime:
        """The moment it was set to."""
        return self._moment

    def advance(self, by: timedelta) -> None:
        """Move the clock forward (or back, with a negative step)."""
        self._moment += by
