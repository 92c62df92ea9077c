"""The SQL of invitations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update

from answerable.identity.tables import InvitationRow, MembershipRow, UserRow
from answerable.kit.db import Session
from answerable.kit.paging import PageRequest, after_cursor
from answerable.kit.principal import Role


async def replace(
    session: Session, *, email: str, role: Role, token_hash: bytes, expires_at: datetime
) -> InvitationRow:
    """Add an invitation to the session's workspace in place of an open one for the same address."""
    await session.execute(
        delete(InvitationRow).where(
            InvitationRow.workspace_id == session.workspace_id,
            InvitationRow.email == email,
            InvitationRow.accepted_at.is_(None),
        )
    )
    row = InvitationRow(
        workspace_id=session.workspace_id,
        email=email,
        role=role.value,
        token_hash=token_hash,
        invited_by=session.principal.user_id,
        expires_at=expires_at,
    )
    session.add(row)
    await session.flush()
    await session.refresh(row)
    return row


async def is_member(session: Session, email: str) -> bool:
    """Whether a member of the session's workspace has the address."""
    statement = (
        select(MembershipRow.user_id)
        .join(UserRow, UserRow.id == MembershipRow.user_id)
        .where(MembershipRow.workspace_id == session.workspace_id, UserRow.email == email)
    )
    return (await session.execute(statement)).first() is not None


async def page_of_open(session: Session, page: PageRequest, now: datetime) -> Sequence[InvitationRow]:
    """The invitations to the session's workspace that can still be accepted, newest first."""
    statement = select(InvitationRow).where(
        InvitationRow.workspace_id == session.workspace_id,
        InvitationRow.accepted_at.is_(None),
        InvitationRow.expires_at > now,
    )
    statement = after_cursor(statement, page, InvitationRow.created_at, InvitationRow.id)
    return (await session.scalars(statement)).all()


async def remove(session: Session, invitation_id: str) -> bool:
    """Remove an open invitation; False when there is none of that id."""
    statement = (
        delete(InvitationRow)
        .where(
            InvitationRow.workspace_id == session.workspace_id,
            InvitationRow.id == invitation_id,
            InvitationRow.accepted_at.is_(None),
        )
        .returning(InvitationRow.id)
    )
    return (await session.execute(statement)).first() is not None


async def find_presented(session: Session, token_hash: bytes) -> InvitationRow | None:
    """The invitation of the token that the session's principal presented."""
    statement = select(InvitationRow).where(InvitationRow.token_hash == token_hash)
    return (await session.scalars(statement)).one_or_none()


async def use(session: Session, invitation_id: str, now: datetime) -> bool:
    """Mark an invitation to the session's workspace as accepted; False when it is no longer open."""
    statement = (
        update(InvitationRow)
        .where(
            InvitationRow.id == invitation_id,
            InvitationRow.accepted_at.is_(None),
            InvitationRow.expires_at > now,
        )
        .values(accepted_at=now)
        .returning(InvitationRow.id)
    )
    return (await session.execute(statement)).first() is not None
