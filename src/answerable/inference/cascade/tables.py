"""The `cascade_legs` table: what became of each stage that a cascade asked."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import DateTime, Numeric
from sqlalchemy.orm import Mapped, mapped_column

from answerable.inference.usage.tables import CALL
from answerable.kit.db import Base, TenantRow
from answerable.kit.db.columns import PrefixedId


class CascadeLegRow(TenantRow, Base):
    """One stage of one call. `agreed` says whether it had said what the stage that was taken said; null
    where that cannot be told. `last_stage_cost_usd` stands in the row that was taken."""

    __tablename__ = "cascade_legs"

    id: Mapped[str] = mapped_column(PrefixedId(CALL), primary_key=True)
    call_id: Mapped[str] = mapped_column(PrefixedId(CALL))
    alias: Mapped[str]
    position: Mapped[int]
    stage: Mapped[str]
    taken: Mapped[bool]
    failed_check: Mapped[str | None]
    confidence: Mapped[float | None]
    agreed: Mapped[bool | None]
    cost_usd: Mapped[Decimal] = mapped_column(Numeric)
    last_stage_cost_usd: Mapped[Decimal | None] = mapped_column(Numeric)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
