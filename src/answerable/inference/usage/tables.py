"""The `usage_records` table: one row a call, written by the function `record_usage` alone."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import DateTime, Numeric
from sqlalchemy.orm import Mapped, mapped_column

from answerable.kit.db import Base, TenantRow
from answerable.kit.db.columns import PrefixedId

CALL = "call"
"""The prefix of a call's public id."""


class UsageRow(TenantRow, Base):
    """A call. People and keys are named without a foreign key: what they spent outlives them."""

    __tablename__ = "usage_records"

    id: Mapped[str] = mapped_column(PrefixedId(CALL), primary_key=True)
    user_id: Mapped[str | None] = mapped_column(PrefixedId("usr"))
    key_id: Mapped[str | None] = mapped_column(PrefixedId("key"))
    operation: Mapped[str]
    route: Mapped[str]
    requested_model: Mapped[str]
    provider: Mapped[str | None]
    model: Mapped[str | None]
    stage: Mapped[str | None]
    outcome: Mapped[str]
    error_code: Mapped[str | None]
    input_tokens: Mapped[int]
    output_tokens: Mapped[int]
    cached_input_tokens: Mapped[int]
    cache_write_tokens: Mapped[int]
    reasoning_tokens: Mapped[int]
    estimated: Mapped[bool]
    cost_usd: Mapped[Decimal] = mapped_column(Numeric)
    price_version: Mapped[str]
    cache: Mapped[str | None]
    attempts: Mapped[int]
    streamed: Mapped[bool]
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    latency_ms: Mapped[float]
    first_token_ms: Mapped[float | None]
    trace_id: Mapped[str | None]
    parent_id: Mapped[str | None] = mapped_column(PrefixedId(CALL))
