"""What HTTP carries of feedback and proposals."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from answerable.chat.feedback.tables import FeedbackRow, ProposalRow
from answerable.kit.paging import PageRequest


class Synonym(BaseModel):
    """A word of people for something in the semantic model: a dataset, or one of its fields or metrics."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["synonym"]
    word: Annotated[str, Field(min_length=1, max_length=80, pattern=r"^\S(?:.*\S)?$")]
    dataset: Annotated[str, Field(max_length=200)]
    field: Annotated[str, Field(max_length=200)] | None = None
    metric: Annotated[str, Field(max_length=200)] | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> Synonym:
        if self.field is not None and self.metric is not None:
            raise ValueError("name a field or a metric, not both")
        return self


class FeedbackIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    answer_id: str
    rating: Literal["up", "down"]
    comment: Annotated[str, Field(max_length=4_000)] | None = None
    correction: Synonym | None = Field(
        None, description="What is wrong in the semantic model; it becomes a proposal for an editor."
    )


class FeedbackView(BaseModel):
    id: str
    answer_id: str
    rating: Literal["up", "down"]
    comment: str | None
    proposal_id: str | None
    updated_at: datetime

    @classmethod
    def of(cls, row: FeedbackRow, answer_id: str, proposal_id: str | None) -> FeedbackView:
        """Feedback as its giver sees it."""
        return cls.model_validate(
            {
                "id": row.id,
                "answer_id": answer_id,
                "rating": row.rating,
                "comment": row.comment,
                "proposal_id": proposal_id,
                "updated_at": row.updated_at,
            }
        )


class ProposalStatus(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class ProposalsRequest(PageRequest):
    status: Annotated[ProposalStatus | None, Query(description="Only those with this status.")] = None


class ProposalView(BaseModel):
    """A correction; `question` is what was asked when it was made."""

    id: str
    status: ProposalStatus
    question: str
    comment: str | None
    change: Synonym
    proposed_by: str | None
    decided_by: str | None
    created_at: datetime
    decided_at: datetime | None

    @classmethod
    def of(cls, row: ProposalRow) -> ProposalView:
        """A proposal as it is shown."""
        return cls(
            id=row.id,
            status=ProposalStatus(row.status),
            question=row.question,
            comment=row.comment,
            change=Synonym.model_validate(row.change),
            proposed_by=row.proposed_by,
            decided_by=row.decided_by,
            created_at=row.created_at,
            decided_at=row.decided_at,
        )
