"""The tables of limits. How their rows change is written in migration 0011."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import DateTime, ForeignKey, Numeric, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from answerable.inference.limits.limit import Limit, Measure, Mode, Period
from answerable.kit.db import Base, TenantRow, created_at_column, id_column, reference
from answerable.kit.db.columns import PrefixedId

LIMIT = "lim"
"""The prefix of a limit's public id."""


class LimitRow(TenantRow, Base):
    """A budget or limit as it was configured."""

    __tablename__ = "limits"

    id: Mapped[str] = id_column(LIMIT)
    key_id: Mapped[str | None] = reference("key", "api_keys.id")
    user_id: Mapped[str | None] = reference("usr", "users.id")
    model: Mapped[str | None]
    measure: Mapped[str]
    period: Mapped[str | None]
    amount: Mapped[Decimal] = mapped_column(Numeric)
    mode: Mapped[str]
    created_at: Mapped[datetime] = created_at_column()
    updated_at: Mapped[datetime] = created_at_column()

    def view(self) -> Limit:
        """The limit in the words of the rules."""
        return Limit(
            id=self.id,
            workspace_id=self.workspace_id,
            measure=Measure(self.measure),
            period=Period(self.period) if self.period else None,
            amount=self.amount,
            mode=Mode(self.mode),
            key_id=self.key_id,
            user_id=self.user_id,
            model=self.model,
        )


class LimitCounterRow(TenantRow, Base):
    """What a limit's calls came to in one window: the sum of the usage rows that it binds."""

    __tablename__ = "limit_counters"

    limit_id: Mapped[str] = mapped_column(
        PrefixedId(LIMIT), ForeignKey("limits.id", ondelete="CASCADE"), primary_key=True
    )
    window_start: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    spent: Mapped[Decimal] = mapped_column(Numeric)


class LimitLeaseRow(TenantRow, Base):
    """A process's share of a limit in one window: for calls under way, and for its next ones."""

    __tablename__ = "limit_leases"

    limit_id: Mapped[str] = mapped_column(PrefixedId(LIMIT), primary_key=True)
    window_start: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    replica: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True)
    amount: Mapped[Decimal] = mapped_column(Numeric)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
