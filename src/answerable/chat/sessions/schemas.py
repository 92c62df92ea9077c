"""What HTTP carries of sessions."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from answerable.chat.sessions.tables import ChatSessionRow
from answerable.kit.paging import PageRequest

LONGEST_TITLE = 200


def _one_line(text: str) -> str:
    """Blanks of all kinds become one space, control characters go; something must remain."""
    kept = " ".join(
        "".join(letter for letter in text if letter.isspace() or unicodedata.category(letter) != "Cc").split()
    )
    if not kept:
        raise ValueError("must not be empty")
    return kept


def _distinct(tags: list[str]) -> list[str]:
    return list(dict.fromkeys(tags))


Title = Annotated[str, Field(max_length=LONGEST_TITLE), AfterValidator(_one_line)]
Tag = Annotated[str, Field(max_length=50), AfterValidator(_one_line)]
Tags = Annotated[list[Tag], Field(max_length=20), AfterValidator(_distinct)]


class SessionIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: Title | None = Field(None, description="Made from the first question when left out.")
    tags: Tags = []
    channel: Annotated[str, Field(max_length=40), AfterValidator(_one_line)] = Field(
        "api", description="Where the conversation is held, as the client calls it."
    )


class SessionPatch(BaseModel):
    """What is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    title: Title | None = None
    tags: Tags | None = None
    pinned: bool | None = None
    archived: bool | None = None
    active_message_id: str | None = Field(
        None, description="Show the path through this message, to the newest message below it."
    )


class SessionsRequest(PageRequest):
    q: Annotated[
        str | None,
        Query(max_length=200, description="Only those whose title, or one message, has all these words."),
    ] = None
    archived: Annotated[bool | None, Query(description="Only archived ones, or only those that are not.")] = (
        None
    )
    pinned: Annotated[bool | None, Query(description="Only pinned ones, or only those that are not.")] = None
    tag: Annotated[str | None, Query(max_length=50, description="Only those with this tag.")] = None


class RunningRun(BaseModel):
    """A run under way: follow it at `/runs/{run_id}/events`; its answer becomes the message."""

    run_id: str
    message_id: str


class SessionView(BaseModel):
    id: str
    title: str | None
    channel: str
    tags: list[str]
    pinned: bool
    archived: bool
    active_message_id: str | None
    running: list[RunningRun]
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: ChatSessionRow, running: list[RunningRun]) -> SessionView:
        """The session with the runs that are under way in it."""
        return cls(
            id=row.id,
            title=row.title,
            channel=row.channel,
            tags=row.tags,
            pinned=row.pinned,
            archived=row.archived,
            active_message_id=row.active_message_id,
            running=running,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )
