"""Conversations of members."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import DateTime, Text, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from answerable.kit.db import Base, TenantRow, created_at_column, id_column, reference
from answerable.kit.db.columns import PrefixedId


class ChatSessionRow(TenantRow, Base):
    """`title` is null until the first question; `active_message_id` is the end of the path that is shown,
    null while there is no message."""

    __tablename__ = "chat_sessions"

    id: Mapped[str] = id_column("chat")
    owner_id: Mapped[str] = reference("usr", "users.id")
    title: Mapped[str | None] = mapped_column(Text)
    channel: Mapped[str]
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text))
    pinned: Mapped[bool] = mapped_column(default=False)
    archived: Mapped[bool] = mapped_column(default=False)
    active_message_id: Mapped[str | None] = mapped_column(PrefixedId("msg"))
    created_at: Mapped[datetime] = created_at_column()
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
