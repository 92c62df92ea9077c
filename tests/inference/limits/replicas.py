"""Replicas of the server as far as limits go: each with a log, connections and leases of its own."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import msgspec
import psycopg

from answerable.inference.chat import TokenCount
from answerable.inference.limits.admission import Admission, Estimate
from answerable.inference.limits.limits import Limits
from answerable.inference.operation import Caller
from answerable.inference.usage.log import UsageLog
from answerable.inference.usage.record import Outcome
from answerable.kit import ids
from answerable.kit.clock import FixedClock
from answerable.kit.db import Database
from answerable.kit.db.notifications import Notifications
from answerable.kit.settings import LimitSettings, UsageSettings
from tests.inference.usage.records import a_call

NOW = datetime(2026, 6, 15, 12, 0, 30, tzinfo=UTC)


@dataclass
class Replica:
    """One process's objects."""

    database: Database
    notifications: Notifications
    log: UsageLog
    limits: Limits
    clock: FixedClock

    async def admit(
        self, caller: Caller, cost: str = "0.01", *, tokens: int = 120, model: str = "small"
    ) -> Admission:
        """Ask for a call at the clock's time."""
        estimate = Estimate((model,), tokens, Decimal(cost))
        return await self.limits.admit(caller, estimate, self.clock.now())

    async def call(self, caller: Caller, cost: str = "0.01", *, actual: str | None = None) -> None:
        """A whole call: let through, noted, answered, settled. Raises LimitExceeded."""
        admission = await self.admit(caller, cost)
        came_to = Decimal(actual if actual is not None else cost)
        record = a_call(
            caller.workspace_id,
            key_id=caller.key_id,
            user_id=caller.user_id,
            cost_usd=Decimal(cost),
            started_at=self.clock.now(),
            outcome=Outcome.ANSWERED,
            tokens=TokenCount(100, 20),
        )
        self.log.opened(record)
        self.log.closed(msgspec.structs.replace(record, cost_usd=came_to))
        admission.settle(120, came_to)


@asynccontextmanager
async def replica(
    app_url: str, root: Path, *, now: datetime = NOW, alone: bool = False, **limits: float
) -> AsyncIterator[Replica]:
    """A running replica on a data folder; stops cleanly. `alone`: without anything in the background."""
    database = Database(app_url, pool_size=4, max_overflow=4)
    notifications = Notifications(app_url)
    clock = FixedClock(now)
    log = UsageLog(root, database, UsageSettings(flush_seconds=0.05, replay_seconds=0.1))
    settings = LimitSettings.model_validate({"idle_seconds": 0.5, "recall_seconds": 2, **limits})
    gate = Limits(database, clock, settings, notifications, log.replica, log.flush)
    if not alone:
        notifications.start()
        log.start()
        gate.start()
    try:
        yield Replica(database, notifications, log, gate, clock)
    finally:
        await gate.close()
        await log.close()
        await notifications.close()
        await database.close()


class Books:
    """The database's view, as its owner."""

    def __init__(self, admin_url: str) -> None:
        self._url = admin_url

    def execute(self, statement: str, *parameters: object) -> list[tuple[object, ...]]:
        """Run a statement."""
        with psycopg.connect(self._url, autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), parameters)
            return cursor.fetchall() if cursor.description else []

    def workspace(self) -> str:
        """A fresh workspace's id."""
        workspace_id = ids.new_id("ws")
        self.execute("INSERT INTO workspaces (id, name) VALUES (%s, 'Test')", ids.decode("ws", workspace_id))
        return workspace_id

    def limit(self, workspace_id: str, measure: str, amount: str, **columns: object) -> uuid.UUID:
        """A limit on the workspace, by the month unless `period` says otherwise."""
        limit_id = ids.uuid7()
        period = None if measure == "concurrent" else columns.pop("period", "month")
        values = {
            "id": limit_id,
            "workspace_id": ids.decode("ws", workspace_id),
            "measure": measure,
            "amount": amount,
            "period": period,
            "mode": "hard",
            **columns,
        }
        names, marks = ", ".join(values), ", ".join(["%s"] * len(values))
        self.execute(f"INSERT INTO limits ({names}) VALUES ({marks})", *values.values())
        return limit_id

    def spent(self, limit_id: uuid.UUID) -> Decimal:
        """What a limit's counters say, all windows together."""
        [(spent,)] = self.execute(
            "SELECT coalesce(sum(spent), 0) FROM limit_counters WHERE limit_id = %s", limit_id
        )
        assert isinstance(spent, Decimal)
        return spent

    def leased(self, limit_id: uuid.UUID) -> Decimal:
        """What all processes together hold of a limit."""
        [(leased,)] = self.execute(
            "SELECT coalesce(sum(greatest(amount, 0)), 0) FROM limit_leases WHERE limit_id = %s", limit_id
        )
        assert isinstance(leased, Decimal)
        return leased

    def cost(self, workspace_id: str) -> Decimal:
        """The sum over the usage rows of a workspace."""
        [(cost,)] = self.execute(
            "SELECT coalesce(sum(cost_usd), 0) FROM usage_records WHERE workspace_id = %s",
            ids.decode("ws", workspace_id),
        )
        assert isinstance(cost, Decimal)
        return cost
