"""The SQL of aliases."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, func, select

from answerable.inference.models.tables import ModelAliasRow
from answerable.kit.db import Session
from answerable.kit.paging import PageRequest, after_cursor


async def add(session: Session, row: ModelAliasRow) -> None:
    """Add an alias."""
    session.add(row)
    await session.flush()
    await session.refresh(row)


async def get(session: Session, alias_id: str) -> ModelAliasRow | None:
    """One alias."""
    return await session.get(ModelAliasRow, alias_id)


async def page(session: Session, request: PageRequest) -> Sequence[ModelAliasRow]:
    """Aliases, newest first, one more than the page holds."""
    statement = after_cursor(select(ModelAliasRow), request, ModelAliasRow.created_at, ModelAliasRow.id)
    return (await session.scalars(statement)).all()


async def count(session: Session) -> int:
    """How many aliases the workspace has."""
    return await session.scalar(select(func.count()).select_from(ModelAliasRow)) or 0


async def remove(session: Session, alias_id: str) -> bool:
    """Delete an alias; False when there is none."""
    statement = delete(ModelAliasRow).where(ModelAliasRow.id == alias_id).returning(ModelAliasRow.id)
    return (await session.execute(statement)).first() is not None
