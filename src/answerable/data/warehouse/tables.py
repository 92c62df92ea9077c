"""What the system's own database knows of the warehouse: for which workspaces it has made a schema there.

It lies outside the tenant wall and outlives its workspace, whose schema has to go; what other systems keep in
the same warehouse is never looked at.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from answerable.kit.db import Base, Session
from answerable.kit.db.columns import PrefixedId


class WarehouseSchemaRow(Base):
    __tablename__ = "warehouse_schemas"

    tenant: Mapped[str] = mapped_column(PrefixedId("ws"), primary_key=True)


async def note_schema(session: Session) -> None:
    """Remember the schema of the session's workspace, before it is made."""
    await session.execute(
        insert(WarehouseSchemaRow).values(tenant=session.workspace_id).on_conflict_do_nothing()
    )


async def workspaces_with_schemas(session: Session) -> Sequence[str]:
    """The workspaces that a schema was made for, those that are gone too."""
    statement = select(WarehouseSchemaRow.tenant).order_by(WarehouseSchemaRow.tenant)
    return (await session.scalars(statement)).all()


async def forget_schema(session: Session, workspace_id: str) -> None:
    """Its schema is gone."""
    await session.execute(delete(WarehouseSchemaRow).where(WarehouseSchemaRow.tenant == workspace_id))
