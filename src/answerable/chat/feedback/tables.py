"""Feedback, and proposals."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import DateTime, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from answerable.kit.db import Base, TenantRow, created_at_column, id_column, reference


class FeedbackRow(TenantRow, Base):
    """What a person says of an answer: one row for each answer. It goes with the answer's run."""

    __tablename__ = "chat_feedback"

    id: Mapped[str] = id_column("fb")
    owner_id: Mapped[str] = reference("usr", "users.id")
    run_id: Mapped[str] = reference("run", "runs.id", unique=True)
    rating: Mapped[str]
    comment: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = created_at_column()
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class ProposalRow(TenantRow, Base):
    """A correction that waits for an editor. `status` is open, accepted or rejected."""

    __tablename__ = "chat_proposals"

    id: Mapped[str] = id_column("prop")
    kind: Mapped[str]
    question: Mapped[str] = mapped_column(Text)
    comment: Mapped[str | None] = mapped_column(Text)
    change: Mapped[dict[str, object]] = mapped_column(JSONB)
    status: Mapped[str] = mapped_column(default="open")
    proposed_by: Mapped[str | None] = reference("usr", "users.id", ondelete="SET NULL")
    decided_by: Mapped[str | None] = reference("usr", "users.id", ondelete="SET NULL")
    created_at: Mapped[datetime] = created_at_column()
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
