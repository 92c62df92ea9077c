"""Whether the one who called is still there."""

from __future__ import annotations

from typing import Protocol

from answerable.inference.usage.record import Outcome


class CallerLeft(Exception):
    """The client has gone, and nothing more is asked on its behalf."""


class Presence(Protocol):
    """Whether the client is still there, and why a call that is cancelled ends."""

    def left(self) -> bool:
        """Whether the client has gone away."""
        ...

    def reason(self) -> Outcome:
        """How a call ends whose task is cancelled now."""
        ...


class AlwaysThere:
    """The system's own calls: who cancels their task wishes them to end."""

    def left(self) -> bool:
        """Never."""
        return False

    def reason(self) -> Outcome:
        """Always the same."""
        return Outcome.CANCELLED


ALWAYS_THERE = AlwaysThere()
