"""What is kept of every call through the gateway: exactly one record each, however it ended."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from answerable.inference.chat import TokenCount
from answerable.inference.operation import Operation


class Outcome(StrEnum):
    """How a call ended."""

    ANSWERED = "answered"
    CACHED = "cached"  # answered from an earlier or a concurrent identical call
    FAILED = "failed"  # no target answered, or the stream broke
    REFUSED = "refused"  # by a limit or budget, before anything was sent
    CANCELLED = "cancelled"  # stopped on the caller's wish
    ABANDONED = "abandoned"  # the client left; tokens are the drained or estimated ones
    INTERRUPTED = "interrupted"  # the process died; tokens are the estimate of what was sent


class CacheHit(StrEnum):
    """Which cache answered."""

    EXACT = "exact"
    JOINED = "joined"
    SEMANTIC = "semantic"


class UsageRecord(Struct, frozen=True, kw_only=True):
    """One call. Money is in US dollars; `price_version` names the price list that gave it."""

    id: str
    workspace_id: str
    user_id: str | None
    key_id: str | None
    operation: Operation
    route: str
    requested_model: str
    provider: str | None
    model: str | None
    stage: str | None
    outcome: Outcome
    error_code: str | None = None
    tokens: TokenCount = TokenCount()
    cost_usd: Decimal = Decimal(0)
    price_version: str = ""
    cache: CacheHit | None = None
    attempts: int = 0
    streamed: bool = False
    started_at: datetime
    latency_ms: float = 0.0
    first_token_ms: float | None = None
    trace_id: str | None = None
    parent_id: str | None = None  # the call that this one is a leg of: a cascade or a fallback
