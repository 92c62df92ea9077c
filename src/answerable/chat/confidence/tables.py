"""Curves that confidence is recalibrated by, and the switch."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from answerable.kit.db import Base, TenantRow, created_at_column, id_column


class ConfidenceCurveRow(TenantRow, Base):
    """One version of a route's curve, with what it was fitted to. The newest holds."""

    __tablename__ = "confidence_curves"

    id: Mapped[str] = id_column("cal")
    route: Mapped[str] = mapped_column(Text)
    version: Mapped[int]
    slope: Mapped[float]
    shift: Mapped[float]
    outcomes: Mapped[int]
    # Any: what JSON carries; the schemas validate it.
    reliability: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = created_at_column()

    __table_args__ = (UniqueConstraint("workspace_id", "route", "version"),)


class ConfidenceSettingRow(TenantRow, Base):
    """Whether a workspace's confidence is recalibrated; without a row it is."""

    __tablename__ = "confidence_settings"

    id: Mapped[str] = id_column("cals")
    recalibrated: Mapped[bool]
