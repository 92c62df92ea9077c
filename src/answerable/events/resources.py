"""The long-lived objects of events."""

from __future__ import annotations

from answerable.events.bell import Bell
from answerable.events.wall import EventWall
from answerable.kit.db.notifications import Notifications
from answerable.kit.runtime import Runtime


def provide_events(runtime: Runtime) -> None:
    """Register what streams wait on, and who may see what."""
    runtime.provide(Bell, lambda made: Bell(made.get(Notifications)))
    wall = EventWall()
    runtime.provide(EventWall, lambda _: wall)
