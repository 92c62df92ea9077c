"""What HTTP carries of notes on documents."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from answerable.knowledge.notes.tables import DocumentNoteRow

NoteText = Annotated[str, Field(min_length=1, max_length=2_000, pattern=r"\S")]


class NewNote(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: NoteText
    comment: Annotated[str, Field(max_length=4_000)] | None = None


class NoteView(BaseModel):
    """A note: open, it waits for an editor; accepted, it stands beside the document's quotes."""

    id: str
    document_id: str
    text: str
    comment: str | None
    status: Literal["open", "accepted", "rejected"]
    proposed_by: str | None
    decided_by: str | None
    created_at: datetime
    decided_at: datetime | None

    @classmethod
    def of(cls, row: DocumentNoteRow) -> NoteView:
        """The view of a row."""
        return cls.model_validate({name: getattr(row, name) for name in cls.model_fields})
