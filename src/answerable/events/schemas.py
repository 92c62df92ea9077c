"""What HTTP carries of events."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, JsonValue

from answerable.events.tables import EventRow
from answerable.kit.paging import PageRequest


class EventSubject(BaseModel):
    """What an event is about."""

    type: str
    id: str


class EventView(BaseModel):
    """Something that happened. `position` counts the workspace's events; `actor_id` is the person who did it,
    null for the system."""

    id: str
    position: int
    kind: str
    subject: EventSubject
    actor_id: str | None
    data: dict[str, JsonValue]
    created_at: datetime

    @classmethod
    def of(cls, row: EventRow) -> EventView:
        """The view of an event."""
        return cls(
            id=row.id,
            position=row.position,
            kind=row.kind,
            subject=EventSubject(type=row.subject_type, id=row.subject_id),
            actor_id=row.actor_id,
            data=row.data,
            created_at=row.created_at,
        )


class EventsRequest(PageRequest):
    """A page of events; with `kind`, those of one kind."""

    kind: Annotated[str | None, Query(max_length=60)] = None
