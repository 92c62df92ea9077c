"""Alerts, and how their states changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from answerable.kit.db import Base, TenantRow, created_at_column, id_column, reference
from answerable.kit.db.columns import PrefixedId

# Any: what JSON carries; the schemas validate it into Rule, Check and ReadingView.
_Json = dict[str, Any]


class AlertRow(TenantRow, Base):
    """A rule over an insight. `run_as` is the person as whom it is evaluated, `sight` what bound the rows
    that they saw when it last was; `standing` is the last state that was known, which hysteresis goes by."""

    __tablename__ = "alerts"

    id: Mapped[str] = id_column("alr")
    insight_id: Mapped[str] = reference("ins", "insights.id")
    name: Mapped[str] = mapped_column(Text)
    rule: Mapped[_Json] = mapped_column(JSONB)
    check: Mapped[_Json] = mapped_column(JSONB)
    run_as: Mapped[str | None] = mapped_column(PrefixedId("usr"))
    muted_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    state: Mapped[str] = mapped_column(Text, server_default="unknown")
    standing: Mapped[str] = mapped_column(Text, server_default="ok")
    reading: Mapped[_Json] = mapped_column(JSONB, server_default="{}")
    sight: Mapped[str | None] = mapped_column(Text)
    since: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    evaluated_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_by: Mapped[str | None] = mapped_column(PrefixedId("usr"))
    created_at: Mapped[datetime] = created_at_column()
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class AlertChangeRow(TenantRow, Base):
    """A change of an alert's state, with what was read."""

    __tablename__ = "alert_changes"

    id: Mapped[str] = id_column("alc")
    alert_id: Mapped[str] = reference("alr", "alerts.id")
    before: Mapped[str] = mapped_column(Text)
    after: Mapped[str] = mapped_column(Text)
    reading: Mapped[_Json] = mapped_column(JSONB)
    sight: Mapped[str | None] = mapped_column(Text)
    muted: Mapped[bool]
    created_at: Mapped[datetime] = created_at_column()
