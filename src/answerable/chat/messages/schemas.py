"""What HTTP carries of messages."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from answerable.chat.asking.abstaining import Reason
from answerable.chat.asking.answer import (
    Answer,
    CarriedOver,
    IntentReport,
    NearPassage,
    Route,
    Status,
    Usage,
)
from answerable.chat.asking.schemas import Reading, WrittenQuestion
from answerable.chat.asking.warnings import Warning
from answerable.chat.messages.parts import Part
from answerable.chat.messages.repository import Hit
from answerable.kit.paging import PageRequest


class MessageStatus(StrEnum):
    """running: the answer is on its way · complete · failed · cancelled: an error part says why."""

    RUNNING = "running"
    COMPLETE = "complete"
    FAILED = "failed"
    CANCELLED = "cancelled"


class MessageIn(Reading):
    """The next question of a session."""

    content: WrittenQuestion
    stream: bool = Field(True, description="Answer as server-sent events.")
    parent_id: str | None = Field(
        None,
        description="The message to go on from. Left out: the end of the path that is shown. "
        "Null: a new beginning.",
    )
    files: Annotated[list[str], Field(max_length=50)] = Field(
        default_factory=list,
        description="Documents and datasets of the conversation that the message shows, by their ids.",
    )
    option: Annotated[int, Field(ge=0, le=20)] | None = Field(
        None, description="The place, from 0, of the reading chosen from those that the answer before offers."
    )


class AnswerReport(BaseModel):
    """What is known of an answer besides what its parts show."""

    id: str
    as_of: datetime
    status: Status
    route: Route
    intent: IntentReport
    confidence: float
    stage: str
    carried_over: CarriedOver | None = None
    reasons: list[Reason] = []
    suggestions: list[str]
    nearest: list[NearPassage]
    warnings: list[Warning]
    usage: Usage
    trace_id: str

    @classmethod
    def of(cls, answer: Answer) -> AnswerReport:
        """The report on an answer."""
        return cls.model_validate(answer.model_dump(include=set(cls.model_fields)))


class MessageView(BaseModel):
    """One message. `siblings` are the versions of it, itself included, oldest first: other answers to the
    same question, or other questions at the same place."""

    id: str
    session_id: str
    parent_id: str | None
    siblings: list[str]
    role: Literal["user", "assistant"]
    status: MessageStatus
    parts: list[Part]
    run_id: str | None
    answer: AnswerReport | None
    created_at: datetime


class MessageEdit(Reading):
    """The question in other words; the first version stays beside it."""

    content: WrittenQuestion
    stream: bool = Field(True, description="Answer as server-sent events.")


class Exchange(BaseModel):
    """A question that was sent and its answer, as they are kept."""

    message: MessageView
    reply: MessageView


class Again(BaseModel):
    model_config = ConfigDict(extra="forbid")

    stream: bool = Field(True, description="Answer as server-sent events.")


class MessageSearch(PageRequest):
    q: Annotated[str, Query(min_length=1, max_length=200, description="Words, or beginnings of words.")]
    found_in: Annotated[
        Literal["message", "title"] | None, Query(description="Look into messages alone, or titles alone.")
    ] = None
    session_id: Annotated[
        list[str],
        Query(
            max_length=200,
            description="Look into these conversations alone, and find the newest message of each.",
        ),
    ] = Field(default_factory=list)


class MessageHit(BaseModel):
    """A message that has the words; `snippet` is the place in its text. Where only the conversation's title
    has them, `found_in` says so, and the message is the one that its path ends with."""

    session_id: str
    title: str | None
    message_id: str
    role: Literal["user", "assistant"]
    snippet: str
    found_in: Literal["message", "title"]
    created_at: datetime

    @classmethod
    def of(cls, hit: Hit) -> MessageHit:
        """A hit as it is shown."""
        return cls.model_validate(asdict(hit))


class MessageTree(BaseModel):
    items: list[MessageView]


class MessagesRequest(BaseModel):
    limit: Annotated[int, Query(ge=1, le=200, description="How many items, 1 to 200.")] = 50
    cursor: Annotated[
        str | None, Query(max_length=200, description="`next_cursor` of the page before, for older ones.")
    ] = None
