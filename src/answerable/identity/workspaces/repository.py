"""The SQL of workspaces."""

from __future__ import annotations

from sqlalchemy import delete, select, update

from answerable.identity.tables import WorkspaceRow
from answerable.kit.db import Session


async def add(session: Session, workspace_id: str, name: str) -> WorkspaceRow:
    """Add the session's own workspace."""
    row = WorkspaceRow(id=workspace_id, name=name)
    session.add(row)
    await session.flush()
    await session.refresh(row)
    return row


async def find(session: Session, workspace_id: str) -> WorkspaceRow | None:
    """The workspace, if the session may see it."""
    return (await session.scalars(select(WorkspaceRow).where(WorkspaceRow.id == workspace_id))).one_or_none()


async def lock(session: Session, workspace_id: str) -> None:
    """Let changes of who owns the workspace take turns until the transaction ends."""
    await session.execute(
        select(WorkspaceRow.id).where(WorkspaceRow.id == workspace_id).with_for_update(key_share=True)
    )


async def rename(session: Session, workspace_id: str, name: str) -> None:
    """Give a workspace another name."""
    await session.execute(update(WorkspaceRow).where(WorkspaceRow.id == workspace_id).values(name=name))


async def remove(session: Session, workspace_id: str) -> None:
    """Remove a workspace with every row that belongs to it, in all slices."""
    await session.execute(delete(WorkspaceRow).where(WorkspaceRow.id == workspace_id))
