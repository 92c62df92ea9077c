"""The SQL of limits as people configure them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Values, and_, case, column, delete, func, or_, select, text, update, values
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql import Select
from sqlalchemy.types import DateTime

from answerable.identity.tables import ApiKeyRow, MembershipRow
from answerable.inference.limits.limit import Limit, Measure, Window
from answerable.inference.limits.schemas import State
from answerable.inference.limits.tables import LIMIT, LimitCounterRow, LimitLeaseRow, LimitRow
from answerable.inference.usage.record import Outcome
from answerable.inference.usage.tables import UsageRow
from answerable.kit.db import Session
from answerable.kit.db.columns import PrefixedId
from answerable.kit.paging import PageRequest, after_cursor

# The counterpart of the shared lock in `record_usage`: no batch is written between a limit's row and the
# sum of what was spent before it.
_ALONE = text(
    "SELECT pg_advisory_xact_lock(hashtextextended(current_setting('answerable.workspace_id'), 11))"
)


async def add(session: Session, row: LimitRow, window: Window) -> LimitRow | None:
    """Add a limit with what its window has come to already; None when there is the same one."""
    await session.execute(_ALONE)
    statement = (
        insert(LimitRow)
        .values(
            id=row.id,
            workspace_id=session.workspace_id,
            key_id=row.key_id,
            user_id=row.user_id,
            model=row.model,
            measure=row.measure,
            period=row.period,
            amount=row.amount,
            mode=row.mode,
        )
        .on_conflict_do_nothing()
        .returning(LimitRow)
    )
    kept = (await session.scalars(statement)).one_or_none()
    if kept is not None and kept.measure != Measure.CONCURRENT:
        spent = await session.scalar(_spent(session.workspace_id, kept.view(), window))
        await session.execute(
            insert(LimitCounterRow).values(
                limit_id=kept.id,
                window_start=window.start,
                workspace_id=session.workspace_id,
                spent=spent or 0,
            )
        )
    return kept


async def find(session: Session, limit_id: str, measures: Iterable[Measure]) -> LimitRow | None:
    """A limit of the session's workspace that counts one of these."""
    statement = select(LimitRow).where(LimitRow.id == limit_id, LimitRow.measure.in_(tuple(measures)))
    return (await session.scalars(statement)).one_or_none()


async def page_of(session: Session, page: PageRequest, measures: Iterable[Measure]) -> Sequence[LimitRow]:
    """The limits of the session's workspace that count one of these, newest first."""
    statement = select(LimitRow).where(LimitRow.measure.in_(tuple(measures)))
    return (await session.scalars(after_cursor(statement, page, LimitRow.created_at, LimitRow.id))).all()


async def of_keys(session: Session, key_ids: Sequence[str]) -> Sequence[LimitRow]:
    """What binds these keys of the session's workspace alone, in the order in which it was made."""
    statement = select(LimitRow).where(LimitRow.key_id.in_(key_ids)).order_by(LimitRow.id)
    return (await session.scalars(statement)).all()


async def states(session: Session, windows: Mapping[str, Window]) -> dict[str, State]:
    """Where limits stand, each in its window: two statements, however many there are."""
    if not windows:
        return {}
    wanted = _places(windows)
    spent = await session.execute(
        select(LimitCounterRow.limit_id, LimitCounterRow.spent).join(
            wanted,
            (LimitCounterRow.limit_id == wanted.c.limit_id)
            & (LimitCounterRow.window_start == wanted.c.window_start),
        )
    )
    reserved = await session.execute(
        select(LimitLeaseRow.limit_id, func.sum(func.greatest(LimitLeaseRow.amount, 0)))
        .join(
            wanted,
            (LimitLeaseRow.limit_id == wanted.c.limit_id)
            & (LimitLeaseRow.window_start == wanted.c.window_start),
        )
        .where(LimitLeaseRow.expires_at > func.clock_timestamp())
        .group_by(LimitLeaseRow.limit_id)
    )
    held: dict[str, Decimal] = {limit_id: amount for limit_id, amount in reserved}
    used: dict[str, Decimal] = {limit_id: amount for limit_id, amount in spent}
    nothing = Decimal(0)
    return {
        limit_id: State(spent=used.get(limit_id, nothing), reserved=held.get(limit_id, nothing))
        for limit_id in windows
    }


async def change(session: Session, row: LimitRow, *, amount: Decimal, mode: str, now: datetime) -> None:
    """Set what can be changed of a limit. sqlalchemy.exc.IntegrityError when there is the same one."""
    statement = update(LimitRow).where(LimitRow.id == row.id).values(amount=amount, mode=mode, updated_at=now)
    await session.execute(statement)
    await session.refresh(row)


async def remove(session: Session, limit_id: str, measures: Iterable[Measure]) -> bool:
    """Delete a limit with its counters; False when there is none."""
    await session.execute(_ALONE)
    statement = (
        delete(LimitRow)
        .where(LimitRow.id == limit_id, LimitRow.measure.in_(tuple(measures)))
        .returning(LimitRow.id)
    )
    return (await session.execute(statement)).first() is not None


async def twin_exists(session: Session, row: LimitRow, mode: str) -> bool:
    """Whether another limit is the same but for its amount, were this one of that mode."""
    statement = select(LimitRow.id).where(
        LimitRow.id != row.id,
        LimitRow.measure == row.measure,
        LimitRow.period.is_not_distinct_from(row.period),
        LimitRow.key_id.is_not_distinct_from(row.key_id),
        LimitRow.user_id.is_not_distinct_from(row.user_id),
        LimitRow.model.is_not_distinct_from(row.model),
        LimitRow.mode == mode,
    )
    return (await session.execute(statement)).first() is not None


async def key_exists(session: Session, key_id: str) -> bool:
    """Whether the workspace has that API key, not revoked."""
    statement = select(ApiKeyRow.id).where(
        ApiKeyRow.workspace_id == session.workspace_id, ApiKeyRow.id == key_id, ApiKeyRow.revoked_at.is_(None)
    )
    return (await session.execute(statement)).first() is not None


async def member_exists(session: Session, user_id: str) -> bool:
    """Whether that person is a member of the workspace."""
    statement = select(MembershipRow.user_id).where(
        MembershipRow.workspace_id == session.workspace_id, MembershipRow.user_id == user_id
    )
    return (await session.execute(statement)).first() is not None


def _places(windows: Mapping[str, Window]) -> Values:
    columns = column("limit_id", PrefixedId(LIMIT)), column("window_start", DateTime(timezone=True))
    return values(*columns, name="wanted").data([(key, window.start) for key, window in windows.items()])


def _spent(workspace_id: str, limit: Limit, window: Window) -> Select[tuple[Decimal]]:
    """What the usage rows say that `record_usage` would have counted."""
    amounts = {
        Measure.COST_USD: UsageRow.cost_usd,
        Measure.TOKENS: UsageRow.input_tokens + UsageRow.output_tokens,
        Measure.REQUESTS: case((UsageRow.parent_id.is_(None), 1), else_=0),
    }
    statement = select(func.coalesce(func.sum(amounts[limit.measure]), 0)).where(
        UsageRow.workspace_id == workspace_id,
        UsageRow.started_at >= window.start,
        UsageRow.started_at < window.end,
        UsageRow.outcome != Outcome.REFUSED.value,
    )
    for bound, value in (
        (UsageRow.key_id, limit.key_id),
        (UsageRow.user_id, limit.user_id),
    ):
        if value is not None:
            statement = statement.where(bound == value)
    if limit.model is not None:
        sent_to = or_(UsageRow.model == limit.model, UsageRow.provider + "/" + UsageRow.model == limit.model)
        statement = statement.where(
            or_(UsageRow.requested_model == limit.model, and_(UsageRow.cache.is_(None), sent_to))
        )
    return statement
