"""All routes of events."""

from answerable.events.endpoints import router

__all__ = ["router"]
