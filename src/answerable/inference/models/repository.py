"""The SQL of everything that one workspace has configured."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, text

from answerable.inference.models.tables import ModelAliasRow, ProviderModelRow, ProviderRow
from answerable.kit.db import Session


async def hold_names(session: Session) -> None:
    """Let one transaction at a time change names in the workspace: they are unique over two tables."""
    key = f"models:{session.workspace_id}"
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})


async def providers(session: Session) -> Sequence[ProviderRow]:
    """The workspace's providers, in the order that they were made in."""
    return (await session.scalars(select(ProviderRow).order_by(ProviderRow.created_at, ProviderRow.id))).all()


async def models(session: Session, provider_ids: Sequence[str] | None = None) -> Sequence[ProviderModelRow]:
    """The workspace's models, or some providers', in the order of their lists."""
    statement = select(ProviderModelRow).order_by(ProviderModelRow.provider_id, ProviderModelRow.position)
    if provider_ids is not None:
        statement = statement.where(ProviderModelRow.provider_id.in_(provider_ids))
    return (await session.scalars(statement)).all()


async def aliases(session: Session) -> Sequence[ModelAliasRow]:
    """The workspace's aliases by name."""
    return (await session.scalars(select(ModelAliasRow).order_by(ModelAliasRow.name))).all()
