"""Insights and their results."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, Text, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from answerable.kit.db import Base, TenantRow, created_at_column, id_column, reference
from answerable.kit.db.columns import PrefixedId

# Any: what JSON carries; the service validates it into SemanticQuery.
_Json = dict[str, Any]


class InsightRow(TenantRow, Base):
    """A pinned question. `versions` (by dataset id) and `model_revision` are set when it is pinned to them;
    `dataset_ids` are the datasets that its query reads."""

    __tablename__ = "insights"

    id: Mapped[str] = id_column("ins")
    name: Mapped[str] = mapped_column(Text)
    question: Mapped[str | None] = mapped_column(Text)
    query: Mapped[_Json] = mapped_column(JSONB)
    chart: Mapped[str] = mapped_column(Text)
    version_policy: Mapped[str] = mapped_column(Text)
    versions: Mapped[dict[str, int]] = mapped_column(JSONB)
    model_revision: Mapped[str | None] = mapped_column(Text)
    dataset_ids: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_by: Mapped[str | None] = mapped_column(PrefixedId("usr"))
    created_at: Mapped[datetime] = created_at_column()
    updated_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), onupdate=func.now()
    )


class InsightResultRow(TenantRow, Base):
    """What an insight's query gave. `key` names all that it depends on: query, model and data versions."""

    __tablename__ = "insight_results"

    id: Mapped[str] = id_column("inr")
    insight_id: Mapped[str] = reference("ins", "insights.id", index=False)
    key: Mapped[str] = mapped_column(Text)
    result: Mapped[_Json] = mapped_column(JSONB)
    created_at: Mapped[datetime] = created_at_column()

    __table_args__ = (UniqueConstraint("insight_id", "key"),)
