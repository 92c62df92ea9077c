"""Synonyms that were proposed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import DateTime, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from answerable.kit.db import Base, TenantRow, created_at_column, id_column, reference


class ProposalRow(TenantRow, Base):
    """A synonym that waits for an editor. `status` is open, accepted or rejected; `applied` says that
    accepting it changed the semantic model."""

    __tablename__ = "chat_proposals"

    id: Mapped[str] = id_column("prop")
    kind: Mapped[str]
    question: Mapped[str] = mapped_column(Text)
    comment: Mapped[str | None] = mapped_column(Text)
    change: Mapped[dict[str, object]] = mapped_column(JSONB)
    status: Mapped[str] = mapped_column(default="open")
    applied: Mapped[bool] = mapped_column(default=False)
    proposed_by: Mapped[str | None] = reference("usr", "users.id", ondelete="SET NULL")
    decided_by: Mapped[str | None] = reference("usr", "users.id", ondelete="SET NULL")
    created_at: Mapped[datetime] = created_at_column()
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
