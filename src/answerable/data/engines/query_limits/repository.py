"""All SQL of query limits."""

from __future__ import annotations

from sqlalchemy import BigInteger, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from answerable.data.engines.query_limits.bounds import NO_LIMITS, QueryLimits
from answerable.kit.db import Base, Session, TenantRow, reference


class QueryLimitsRow(TenantRow, Base):
    """A workspace without a row has the server's limits."""

    __tablename__ = "query_limits"

    workspace_id: Mapped[str] = reference("ws", "workspaces.id", index=False, primary_key=True)
    max_scan_rows: Mapped[int | None] = mapped_column(BigInteger)
    max_scan_bytes: Mapped[int | None] = mapped_column(BigInteger)
    timeout_seconds: Mapped[float | None]


async def limits(session: Session) -> QueryLimits:
    """The limits of the session's workspace."""
    row = QueryLimitsRow
    found = await session.execute(select(row.max_scan_rows, row.max_scan_bytes, row.timeout_seconds))
    values = found.one_or_none()
    return NO_LIMITS if values is None else QueryLimits(*values)


async def set_limits(session: Session, wanted: QueryLimits) -> None:
    """Change them."""
    if wanted == NO_LIMITS:
        await session.execute(
            delete(QueryLimitsRow).where(QueryLimitsRow.workspace_id == session.workspace_id)
        )
        return
    values = {
        "max_scan_rows": wanted.max_scan_rows,
        "max_scan_bytes": wanted.max_scan_bytes,
        "timeout_seconds": wanted.timeout_seconds,
    }
    row = insert(QueryLimitsRow).values(workspace_id=session.workspace_id, **values)
    await session.execute(
        row.on_conflict_do_update(index_elements=[QueryLimitsRow.workspace_id], set_=values)
    )
