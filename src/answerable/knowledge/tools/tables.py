"""Tools, their versions, and which ones a workspace uses by default."""

from __future__ import annotations

from datetime import datetime

from pydantic import JsonValue
from sqlalchemy import DateTime, Integer, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from answerable.kit.db import Base, TenantRow, created_at_column, id_column, reference
from answerable.kit.db.columns import PrefixedId


class ToolRow(TenantRow, Base):
    """A tool; `version` is the number of the one that holds. Name and kind stay as they are made, because
    callers rely on them."""

    __tablename__ = "tools"

    id: Mapped[str] = id_column("tool")
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_by: Mapped[str | None] = mapped_column(PrefixedId("usr"))
    created_at: Mapped[datetime] = created_at_column()
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class ToolVersionRow(TenantRow, Base):
    """One version, which the app may add and never change. `restored_from` is the version that a rollback
    made this one a copy of."""

    __tablename__ = "tool_versions"

    id: Mapped[str] = id_column("tver")
    tool_id: Mapped[str] = reference("tool", "tools.id", index=False)
    number: Mapped[int] = mapped_column(Integer)
    description: Mapped[str] = mapped_column(Text)
    configuration: Mapped[dict[str, JsonValue]] = mapped_column(JSONB)
    restored_from: Mapped[int | None] = mapped_column(Integer)
    created_by: Mapped[str | None] = mapped_column(PrefixedId("usr"))
    created_at: Mapped[datetime] = created_at_column()


class ToolDefaultsRow(TenantRow, Base):
    """Which tool searches and questions go by that name none."""

    __tablename__ = "tool_defaults"

    workspace_id: Mapped[str] = reference("ws", "workspaces.id", index=False, primary_key=True)
    search_tool_id: Mapped[str | None] = reference("tool", "tools.id", index=False, ondelete="SET NULL")
    ask_tool_id: Mapped[str | None] = reference("tool", "tools.id", index=False, ondelete="SET NULL")
