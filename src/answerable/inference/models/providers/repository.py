"""The SQL of providers and their models."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, func, select

from answerable.inference.models.tables import ProviderModelRow, ProviderRow
from answerable.kit.db import Session
from answerable.kit.paging import PageRequest, after_cursor


async def add(session: Session, row: ProviderRow) -> None:
    """Add a provider."""
    session.add(row)
    await session.flush()
    await session.refresh(row)


async def get(session: Session, provider_id: str) -> ProviderRow | None:
    """One provider."""
    return await session.get(ProviderRow, provider_id)


async def by_name(session: Session, name: str) -> ProviderRow | None:
    """The provider of that name."""
    return await session.scalar(select(ProviderRow).where(ProviderRow.name == name))


async def page(session: Session, request: PageRequest) -> Sequence[ProviderRow]:
    """Providers, newest first, one more than the page holds."""
    statement = after_cursor(select(ProviderRow), request, ProviderRow.created_at, ProviderRow.id)
    return (await session.scalars(statement)).all()


async def count(session: Session) -> tuple[int, int]:
    """How many providers and models the workspace has."""
    providers = select(func.count()).select_from(ProviderRow).scalar_subquery()
    models = select(func.count()).select_from(ProviderModelRow).scalar_subquery()
    row = (await session.execute(select(providers, models))).one()
    return row[0], row[1]


async def replace_models(session: Session, provider_id: str, rows: Sequence[ProviderModelRow]) -> None:
    """Put a provider's list of models in the place of its present one."""
    await session.execute(delete(ProviderModelRow).where(ProviderModelRow.provider_id == provider_id))
    session.add_all(rows)
    await session.flush()


async def remove(session: Session, provider_id: str) -> bool:
    """Delete a provider with its models; False when there is none."""
    statement = delete(ProviderRow).where(ProviderRow.id == provider_id).returning(ProviderRow.id)
    return (await session.execute(statement)).first() is not None
