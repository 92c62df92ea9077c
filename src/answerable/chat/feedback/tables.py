"""Feedback."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import DateTime, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from answerable.kit.db import Base, TenantRow, created_at_column, id_column, reference


class FeedbackRow(TenantRow, Base):
    """What a person says of an answer: one row for each answer. `corrected` says that they
    gave another query for its question. It goes with the answer's run."""

    __tablename__ = "chat_feedback"

    id: Mapped[str] = id_column("fb")
    owner_id: Mapped[str] = reference("usr", "users.id")
    run_id: Mapped[str] = reference("run", "runs.id", unique=True)
    rating: Mapped[str]
    comment: Mapped[str | None] = mapped_column(Text)
    corrected: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = created_at_column()
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
