"""What HTTP carries of feedback."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from answerable.chat.feedback.tables import FeedbackRow
from answerable.chat.proposals.schemas import Synonym
from answerable.data.semantics.query import SemanticQuery
from answerable.data.verified.schemas import Words
from answerable.knowledge.notes.schemas import NoteText


class MeantQuery(BaseModel):
    """What the question means: `query`, or the answer's own where it is left out. `question` takes the place
    of the words that were asked, which say too little where they went on from the turn before."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["verified_question"]
    question: Words | None = None
    query: SemanticQuery | None = None


class Remark(BaseModel):
    """A text to be shown with the quotes of a document that the answer names."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["note"]
    document_id: str
    text: NoteText


Correction = Annotated[Synonym | MeantQuery | Remark, Field(discriminator="kind")]


class FeedbackIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    answer_id: str
    rating: Literal["up", "down"]
    comment: Annotated[str, Field(max_length=4_000)] | None = None
    confirm: bool | None = Field(
        None, description="With `up`: that the question means the answer's query, for an editor to accept."
    )
    correction: Correction | None = Field(
        None, description="What would have been right; it becomes a proposal for an editor."
    )

    @model_validator(mode="after")
    def _confirmed_or_corrected(self) -> FeedbackIn:
        if self.confirm and (self.rating != "up" or self.correction is not None):
            raise ValueError("confirm goes with the rating 'up' and without a correction")
        return self


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
