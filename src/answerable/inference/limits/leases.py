"""The SQL of leases: shares of limits that processes take, renew and give back.

Each function is a transaction of its own: they are called between requests, not in one.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import TextClause, select, text

from answerable.inference.limits.bucket import Bucket, Grant
from answerable.inference.limits.limit import Limit, Period
from answerable.inference.limits.tables import LIMIT, LimitRow
from answerable.kit import ids
from answerable.kit.db import Database, Session
from answerable.kit.db.notifications import CHANNEL
from answerable.kit.principal import Principal

RETURNED = "limit_returned"
"""The topic of notifications that a process gave something back."""
RECALL = "limit_recall"
"""The topic of notifications that a process needs what others hold unused (migration 0011)."""

_KEEP_MINUTES = timedelta(days=1)

_LEASE = text(
    "SELECT granted, forgiven, unclaimed, waiting, tight FROM lease_limit("
    ":limit_id, :starts, :replica, :needed, :wanted, :block, :began, :seconds)"
)
_RETURN = text(
    "UPDATE limit_leases SET amount = amount - :amount, recalled = false "
    "WHERE limit_id = :limit_id AND window_start = :starts AND replica = :replica"
)
# Rows are locked in the order in which `record_usage` takes them, or the two could wait for each other.
_RENEW = text(
    """
    WITH mine AS MATERIALIZED (
        SELECT limit_id, window_start FROM limit_leases
        WHERE replica = :replica AND expires_at > clock_timestamp()
        ORDER BY limit_id, window_start FOR UPDATE)
    UPDATE limit_leases s SET expires_at = clock_timestamp() + make_interval(secs => :seconds) FROM mine
    WHERE s.replica = :replica AND s.limit_id = mine.limit_id AND s.window_start = mine.window_start
    RETURNING s.limit_id, s.window_start, s.recalled
    """
)
_FORGET = text("DELETE FROM limit_leases WHERE replica = :replica")
_DROP = text(
    "DELETE FROM limit_leases WHERE limit_id = :limit_id AND window_start = :starts AND replica = :replica "
    "RETURNING amount"
)
_DROP_MINUTES = text("DELETE FROM limit_counters WHERE limit_id = :limit_id AND window_start < :before")
_TELL = text("SELECT pg_notify(:channel, :payload)")


@dataclass(frozen=True, slots=True)
class Renewed:
    """A lease that this process still has; `recalled` when others need what is unused of it."""

    limit_id: str
    window_start: datetime
    recalled: bool


async def limits_of(database: Database, workspace_id: str) -> list[Limit]:
    """The limits of a workspace, always in the same order."""
    async with database.begin(Principal.system(workspace_id)) as session:
        return [row.view() for row in await session.scalars(select(LimitRow).order_by(LimitRow.id))]


async def lease(
    database: Database,
    bucket: Bucket,
    replica: uuid.UUID,
    amounts: tuple[Decimal, Decimal, Decimal],
    seconds: float,
) -> Grant | None:
    """Ask for more of a limit: needed at least, wanted, and handy beyond. None: the limit is gone."""
    needed, wanted, block = amounts
    parameters = {
        "needed": needed,
        "wanted": wanted,
        "block": block,
        "began": bucket.began,
        "seconds": seconds,
    }
    async with database.begin(Principal.system(bucket.limit.workspace_id)) as session:
        row = (await session.execute(_LEASE, _place(bucket, replica) | parameters)).one()
    return None if row.granted is None else Grant(*row)


async def give_back(
    database: Database, replica: uuid.UUID, returns: Sequence[tuple[Bucket, Decimal]]
) -> None:
    """Give back shares of limits of one workspace, which also answers a recall, and tell who waits."""
    workspace_id = returns[0][0].limit.workspace_id
    async with database.begin(Principal.system(workspace_id)) as session:
        for bucket, amount in sorted(returns, key=lambda one: (one[0].limit.id, one[0].window.start)):
            await session.execute(_RETURN, _place(bucket, replica) | {"amount": amount})
        await _tell_who_waits(session)


async def drop(database: Database, replica: uuid.UUID, bucket: Bucket) -> None:
    """Remove a lease whose calls are all settled, tell who waits, and remove a minute limit's counters of
    days ago."""
    async with database.begin(Principal.system(bucket.limit.workspace_id)) as session:
        place = _place(bucket, replica)
        dropped = (await session.execute(_DROP, place)).scalar_one_or_none()
        if dropped is not None and dropped > 0:
            await _tell_who_waits(session)
        if bucket.limit.period is Period.MINUTE:
            before = bucket.window.start - _KEEP_MINUTES
            await session.execute(_DROP_MINUTES, {"limit_id": place["limit_id"], "before": before})


async def renew(database: Database, replica: uuid.UUID, seconds: float) -> list[Renewed]:
    """Extend every lease of a process that has not run out; returns these."""
    async with database.begin(Principal.anonymous()) as session:
        await session.execute(_as_replica(replica))
        rows = await session.execute(_RENEW, {"replica": replica, "seconds": seconds})
        return [Renewed(ids.encode(LIMIT, row.limit_id), row.window_start, row.recalled) for row in rows]


async def forget_replica(database: Database, replica: uuid.UUID) -> None:
    """Give back every lease of a process that ended and whose calls are all settled."""
    async with database.begin(Principal.anonymous()) as session:
        await session.execute(_as_replica(replica))
        await session.execute(_FORGET, {"replica": replica})


async def _tell_who_waits(session: Session) -> None:
    payload = f"{RETURNED} {ids.decode('ws', session.workspace_id)}"
    await session.execute(_TELL, {"channel": CHANNEL, "payload": payload})


def _as_replica(replica: uuid.UUID) -> TextClause:
    # SET takes no parameters; a UUID is written in hexadecimal digits and hyphens alone.
    return text(f"SET LOCAL answerable.replica = '{replica}'")


def _place(bucket: Bucket, replica: uuid.UUID) -> dict[str, object]:
    return {
        "limit_id": ids.decode(LIMIT, bucket.limit.id),
        "starts": bucket.window.start,
        "replica": replica,
    }
