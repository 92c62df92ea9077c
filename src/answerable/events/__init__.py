"""The event log of a workspace, and its live stream."""

from answerable.events.service import publish
from answerable.events.wall import EventWall

__all__ = ["EventWall", "publish"]
