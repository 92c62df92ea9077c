"""The event log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from answerable.kit.db import Base, TenantRow, created_at_column, id_column
from answerable.kit.db.columns import PrefixedId


class EventRow(TenantRow, Base):
    """Something that happened. `position` counts the workspace's events; `actor_id` is the person who did it,
    null for the system. `seen_with` is for the rule that says who may see it, where its subject is gone; it
    is shown to nobody."""

    __tablename__ = "events"

    id: Mapped[str] = id_column("evt")
    position: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(Text)
    subject_type: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[str | None] = mapped_column(PrefixedId("usr"))
    # Any: what JSON carries; each kind has its own, in the reference.
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    seen_with: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    created_at: Mapped[datetime] = created_at_column()

    __table_args__ = (UniqueConstraint("workspace_id", "position"),)
