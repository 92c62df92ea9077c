"""Notes on documents."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import DateTime, Text
from sqlalchemy.orm import Mapped, mapped_column

from answerable.kit.db import Base, TenantRow, created_at_column, id_column, reference


class DocumentNoteRow(TenantRow, Base):
    """A text that somebody wants shown with a document's quotes. `status` is open, accepted or rejected;
    `question` is what was asked when it was written. It goes with its document."""

    __tablename__ = "document_notes"

    id: Mapped[str] = id_column("note")
    document_id: Mapped[str] = reference("doc", "documents.id")
    text: Mapped[str] = mapped_column(Text)
    question: Mapped[str | None] = mapped_column(Text)
    comment: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, default="open")
    proposed_by: Mapped[str | None] = reference("usr", "users.id", ondelete="SET NULL")
    decided_by: Mapped[str | None] = reference("usr", "users.id", ondelete="SET NULL")
    created_at: Mapped[datetime] = created_at_column()
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
