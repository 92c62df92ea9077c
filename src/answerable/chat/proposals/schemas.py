"""What HTTP carries of proposals."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from answerable.chat.proposals.tables import ProposalRow
from answerable.data.semantics.query import SemanticQuery
from answerable.data.verified.tables import VerifiedQuestionRow
from answerable.kit.paging import PageRequest
from answerable.knowledge.notes.tables import DocumentNoteRow


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


class VerifiedReading(BaseModel):
    """That `query`, in words `meaning`, is what a question means; a verified question of this id."""

    kind: Literal["verified_question"]
    query: SemanticQuery
    meaning: str
    problem: str | None


class DocumentNote(BaseModel):
    """A text to be shown with a document's quotes."""

    kind: Literal["note"]
    document_id: str
    title: str
    text: str


class ProposalStatus(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class ProposalsRequest(PageRequest):
    status: Annotated[ProposalStatus | None, Query(description="Only those with this status.")] = None


class ProposalView(BaseModel):
    """Something that waits for an editor, or was decided; `question` is what was asked when it was made."""

    id: str
    status: ProposalStatus
    question: str | None
    comment: str | None
    change: Annotated[Synonym | VerifiedReading | DocumentNote, Field(discriminator="kind")]
    proposed_by: str | None
    decided_by: str | None
    created_at: datetime
    decided_at: datetime | None

    @classmethod
    def of_synonym(cls, row: ProposalRow) -> ProposalView:
        """A proposed synonym as it is shown."""
        return _view(row, row.status, Synonym.model_validate(row.change))

    @classmethod
    def of_verified(cls, row: VerifiedQuestionRow) -> ProposalView:
        """A verified question as it is shown among the proposals."""
        reading = VerifiedReading(
            kind="verified_question",
            query=SemanticQuery.model_validate(row.query),
            meaning=row.meaning,
            problem=row.problem,
        )
        return _view(row, "open" if row.status == "proposed" else row.status, reading)

    @classmethod
    def of_note(cls, row: DocumentNoteRow, title: str) -> ProposalView:
        """A note on a document of this title as it is shown among the proposals."""
        note = DocumentNote(kind="note", document_id=row.document_id, title=title, text=row.text)
        return _view(row, row.status, note)


def _view(
    row: ProposalRow | VerifiedQuestionRow | DocumentNoteRow,
    status: str,
    change: Synonym | VerifiedReading | DocumentNote,
) -> ProposalView:
    return ProposalView(
        id=row.id,
        status=ProposalStatus(status),
        question=row.question,
        comment=row.comment,
        change=change,
        proposed_by=row.proposed_by,
        decided_by=row.decided_by,
        created_at=row.created_at,
        decided_at=row.decided_at,
    )
