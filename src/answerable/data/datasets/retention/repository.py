"""All SQL of retention. The policies lie outside the tenant wall: ids and numbers alone, for the job that
serves all workspaces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from answerable.kit.db import Base, Session
from answerable.kit.db.columns import PrefixedId


class RetentionRow(Base):
    """A workspace without a row keeps what the server is set to keep."""

    __tablename__ = "dataset_retention"

    tenant: Mapped[str] = mapped_column(
        PrefixedId("ws"), ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True
    )
    keep_versions: Mapped[int | None]
    keep_days: Mapped[int | None]


@dataclass(frozen=True, slots=True)
class Policy:
    """Which versions a workspace keeps; None: as the server is set."""

    keep_versions: int | None = None
    keep_days: int | None = None


async def policy(session: Session) -> Policy:
    """The policy of the session's workspace."""
    row = await session.get(RetentionRow, session.workspace_id)
    return Policy() if row is None else Policy(row.keep_versions, row.keep_days)


async def set_policy(session: Session, wanted: Policy) -> None:
    """Change it."""
    if wanted == Policy():
        await session.execute(delete(RetentionRow).where(RetentionRow.tenant == session.workspace_id))
        return
    values = {"keep_versions": wanted.keep_versions, "keep_days": wanted.keep_days}
    row = insert(RetentionRow).values(tenant=session.workspace_id, **values)
    await session.execute(row.on_conflict_do_update(index_elements=[RetentionRow.tenant], set_=values))


async def workspaces(session: Session) -> Sequence[str]:
    """The workspaces that have a policy."""
    return (await session.scalars(select(RetentionRow.tenant).order_by(RetentionRow.tenant))).all()
