"""What HTTP carries of verified questions."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from fastapi import Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from answerable.data.semantics.query import SemanticQuery
from answerable.data.verified.tables import VerifiedQuestionChangeRow, VerifiedQuestionRow
from answerable.kit.paging import PageRequest

Words = Annotated[str, Field(min_length=1, max_length=600, pattern=r"\S")]
Comment = Annotated[str, Field(max_length=4_000)]


class VerifiedStatus(StrEnum):
    """proposed: waits for an editor · accepted: answers · stale: accepted, and its query no longer fits the
    semantic model, so that it does not answer · rejected: decided against."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    STALE = "stale"
    REJECTED = "rejected"


class NewVerifiedQuestion(BaseModel):
    """A question with the semantic query that answers it: that of an answer, with its `as_of`, or that of an
    insight by its id."""

    model_config = ConfigDict(extra="forbid")

    question: Words | None = None
    query: SemanticQuery | None = None
    insight_id: str | None = None
    as_of: AwareDatetime | None = None
    comment: Comment | None = None

    @model_validator(mode="after")
    def _one_source(self) -> NewVerifiedQuestion:
        if (self.query is None) == (self.insight_id is None):
            raise ValueError("give either query or insight_id")
        if self.insight_id is None and self.question is None:
            raise ValueError("give the question that the query answers")
        return self


class VerifiedQuestionChange(BaseModel):
    """What to change; what is left out stays. With a new query `as_of` is its now, else the present."""

    model_config = ConfigDict(extra="forbid")

    question: Words | None = None
    query: SemanticQuery | None = None
    as_of: AwareDatetime | None = None


class VerifiedQuestionsRequest(PageRequest):
    status: Annotated[VerifiedStatus | None, Query(description="Only those with this status.")] = None


class VerifiedQuestionView(BaseModel):
    """A verified question. `query`, in words `meaning`, was confirmed on `model_revision` and
    `data_versions`, its periods counted from `as_of`. `problem` says why a stale one does not fit."""

    id: str
    status: VerifiedStatus
    question: str
    query: SemanticQuery
    meaning: str
    as_of: datetime
    model_revision: str
    data_versions: dict[str, int]
    dataset_ids: list[str]
    comment: str | None
    problem: str | None
    proposed_by: str | None
    decided_by: str | None
    created_at: datetime
    decided_at: datetime | None

    @classmethod
    def of(cls, row: VerifiedQuestionRow) -> VerifiedQuestionView:
        """The view of a row."""
        stale = row.status == "accepted" and row.problem is not None
        shown = {name: getattr(row, name) for name in cls.model_fields}
        return cls.model_validate(shown | {"status": "stale" if stale else row.status})


class VerifiedQuestionEvent(BaseModel):
    """One thing that was done to a verified question."""

    id: str
    action: str
    changed_by: str | None
    created_at: datetime

    @classmethod
    def of(cls, row: VerifiedQuestionChangeRow) -> VerifiedQuestionEvent:
        """The view of a row."""
        return cls.model_validate({name: getattr(row, name) for name in cls.model_fields})
