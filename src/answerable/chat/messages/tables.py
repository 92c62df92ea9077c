"""What was said in sessions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import DateTime
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from answerable.kit.db import Base, TenantRow, id_column, reference


class MessageRow(TenantRow, Base):
    """`parent_id` is what the message follows, null for a first question; `depth` counts from 0 there.

    An assistant's message has a `run_id`, whose answer it shows, and no parts. Without either, the run went
    with a source that its answer cited. Other messages have parts of their own."""

    __tablename__ = "chat_messages"

    id: Mapped[str] = id_column("msg")
    owner_id: Mapped[str] = reference("usr", "users.id")
    session_id: Mapped[str] = reference("chat", "chat_sessions.id")
    parent_id: Mapped[str | None] = reference("msg", "chat_messages.id")
    depth: Mapped[int]
    role: Mapped[str]
    run_id: Mapped[str | None] = reference("run", "runs.id", ondelete="SET NULL")
    parts: Mapped[list[dict[str, object]] | None] = mapped_column(JSONB(none_as_null=True))
    words: Mapped[str | None] = mapped_column(TSVECTOR, deferred=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
