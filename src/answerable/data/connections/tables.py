"""Connections of a workspace."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, LargeBinary, Text, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from answerable.kit.db import Base, TenantRow, created_at_column, id_column
from answerable.kit.db.columns import PrefixedId

# Any: what JSON carries; the service validates it into ConnectionConfig and ServerFacts.
_Json = dict[str, Any]


class ConnectionRow(TenantRow, Base):
    """A database that is read where it is. `sealed` is the password, which is never shown; `facts` is what
    the last test found."""

    __tablename__ = "connections"

    id: Mapped[str] = id_column("con")
    name: Mapped[str] = mapped_column(Text)
    config: Mapped[_Json] = mapped_column(JSONB)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    facts: Mapped[_Json] = mapped_column(JSONB)
    tested_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    created_by: Mapped[str | None] = mapped_column(PrefixedId("usr"))
    created_at: Mapped[datetime] = created_at_column()
    updated_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), onupdate=func.now()
    )

    __table_args__ = (UniqueConstraint("workspace_id", "name"),)
