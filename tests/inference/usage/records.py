"""Records of calls for tests."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import msgspec

from answerable.inference.chat import TokenCount
from answerable.inference.operation import Operation
from answerable.inference.usage.record import Outcome, UsageRecord
from answerable.kit import ids


def a_call(workspace_id: str, **changes: object) -> UsageRecord:
    """A call that was answered, with what the test wants to be different."""
    record = UsageRecord(
        id=ids.new_id("call"),
        workspace_id=workspace_id,
        user_id=None,
        key_id=None,
        operation=Operation.CHAT,
        route="/v1/chat/completions",
        requested_model="small",
        provider="acme",
        model="acme-small",
        stage=None,
        outcome=Outcome.ANSWERED,
        tokens=TokenCount(100, 20, cached_input=40, reasoning=5),
        cost_usd=Decimal("0.01"),
        price_version="test",
        attempts=1,
        started_at=datetime(2026, 6, 15, 12, 0, tzinfo=UTC),
        latency_ms=12.5,
        first_token_ms=3.5,
        trace_id="0af7651916cd43dd8448eb211c80319c",
    )
    return msgspec.structs.replace(record, **changes)
