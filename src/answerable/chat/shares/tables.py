"""Links to conversations."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import DateTime, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from answerable.kit.db import Base, TenantRow, created_at_column, id_column, reference


class ShareRow(TenantRow, Base):
    """`message_id` ends the path that is shown, so that nothing said later is, and `title` is that of
    then. Only the token's hash is kept."""

    __tablename__ = "chat_shares"

    id: Mapped[str] = id_column("link")
    owner_id: Mapped[str] = reference("usr", "users.id")
    session_id: Mapped[str] = reference("chat", "chat_sessions.id")
    message_id: Mapped[str] = reference("msg", "chat_messages.id")
    title: Mapped[str | None]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    prefix: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = created_at_column()
