"""Dashboards and the links that share them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, LargeBinary, Text, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from answerable.kit.db import Base, TenantRow, created_at_column, id_column, reference
from answerable.kit.db.columns import PrefixedId

# Any: what JSON carries; the schemas validate it into Tile, DashboardFilter and Refresh.
_Json = dict[str, Any]


class DashboardRow(TenantRow, Base):
    """Tiles on a grid with filters over them."""

    __tablename__ = "dashboards"

    id: Mapped[str] = id_column("dash")
    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    tiles: Mapped[list[_Json]] = mapped_column(JSONB)
    filters: Mapped[list[_Json]] = mapped_column(JSONB)
    refresh: Mapped[_Json] = mapped_column(JSONB)
    refreshed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_by: Mapped[str | None] = mapped_column(PrefixedId("usr"))
    created_at: Mapped[datetime] = created_at_column()
    updated_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), onupdate=func.now()
    )


class DashboardShareRow(TenantRow, Base):
    """A link that shows one dashboard. `token_hash` is the SHA-256 of its token."""

    __tablename__ = "dashboard_shares"

    id: Mapped[str] = id_column("shr")
    dashboard_id: Mapped[str] = reference("dash", "dashboards.id")
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    created_by: Mapped[str | None] = mapped_column(PrefixedId("usr"))
    created_at: Mapped[datetime] = created_at_column()

    __table_args__ = (UniqueConstraint("token_hash"),)
