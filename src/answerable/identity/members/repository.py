"""The SQL of memberships.

A session sees, beside the members of its workspace, the memberships of its own person elsewhere: each
query here names the workspace or the person that it means.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from answerable.identity.members.schemas import MembersRequest
from answerable.identity.tables import ApiKeyRow, InvitationRow, MembershipRow, UserRow, WorkspaceRow
from answerable.kit.db import Session
from answerable.kit.paging import PageRequest, after_cursor
from answerable.kit.principal import Role


async def add(session: Session, workspace_id: str, user_id: str, role: Role) -> MembershipRow | None:
    """Add a member to the session's workspace; None when they are one."""
    statement = (
        insert(MembershipRow)
        .values(workspace_id=workspace_id, user_id=user_id, role=role.value)
        .on_conflict_do_nothing()
        .returning(MembershipRow)
    )
    return (await session.scalars(statement)).one_or_none()


async def find(session: Session, user_id: str) -> MembershipRow | None:
    """A member of the session's workspace."""
    statement = select(MembershipRow).where(
        MembershipRow.workspace_id == session.workspace_id, MembershipRow.user_id == user_id
    )
    return (await session.scalars(statement)).one_or_none()


async def is_active(session: Session, user_id: str) -> bool:
    """Whether the person is a member of the session's workspace and not disabled."""
    statement = (
        select(MembershipRow.user_id)
        .join(UserRow, UserRow.id == MembershipRow.user_id)
        .where(
            MembershipRow.workspace_id == session.workspace_id,
            MembershipRow.user_id == user_id,
            UserRow.disabled_at.is_(None),
        )
    )
    return await session.scalar(statement) is not None


async def page_of_workspace(
    session: Session, page: MembersRequest
) -> Sequence[tuple[MembershipRow, UserRow]]:
    """The members that are looked for of the session's workspace, the latest first. One statement: somebody
    may go meanwhile."""
    statement = (
        select(MembershipRow, UserRow)
        .join(UserRow, UserRow.id == MembershipRow.user_id)
        .where(MembershipRow.workspace_id == session.workspace_id)
    )
    if page.q:
        statement = statement.where(
            or_(
                UserRow.name.icontains(page.q, autoescape=True),
                UserRow.email.icontains(page.q, autoescape=True),
            )
        )
    if page.user_id:
        statement = statement.where(MembershipRow.user_id.in_(page.user_id))
    statement = after_cursor(statement, page, MembershipRow.created_at, MembershipRow.user_id)
    return [(membership, user) for membership, user in await session.execute(statement)]


async def page_of_person(
    session: Session, user_id: str, page: PageRequest, *, workspace_id: str | None
) -> Sequence[tuple[MembershipRow, WorkspaceRow]]:
    """The memberships of the session's person with their workspaces, the latest first; of one workspace
    if it is named. One statement: a workspace may be removed meanwhile."""
    statement = (
        select(MembershipRow, WorkspaceRow)
        .join(WorkspaceRow, WorkspaceRow.id == MembershipRow.workspace_id)
        .where(MembershipRow.user_id == user_id)
    )
    if workspace_id is not None:
        statement = statement.where(MembershipRow.workspace_id == workspace_id)
    statement = after_cursor(statement, page, MembershipRow.created_at, MembershipRow.workspace_id)
    return [(membership, workspace) for membership, workspace in await session.execute(statement)]


async def memberships_of(
    session: Session, user_id: str, *, workspace_id: str | None
) -> Sequence[tuple[MembershipRow, WorkspaceRow]]:
    """All memberships of the session's person with their workspaces, the first joined first."""
    statement = (
        select(MembershipRow, WorkspaceRow)
        .join(WorkspaceRow, WorkspaceRow.id == MembershipRow.workspace_id)
        .where(MembershipRow.user_id == user_id)
        .order_by(MembershipRow.created_at, MembershipRow.workspace_id)
    )
    if workspace_id is not None:
        statement = statement.where(MembershipRow.workspace_id == workspace_id)
    return [(membership, workspace) for membership, workspace in await session.execute(statement)]


async def count_owners(session: Session) -> int:
    """How many owners the session's workspace has."""
    statement = (
        select(func.count())
        .select_from(MembershipRow)
        .where(MembershipRow.workspace_id == session.workspace_id, MembershipRow.role == Role.OWNER.value)
    )
    return await session.scalar(statement) or 0


async def set_role(session: Session, user_id: str, role: Role) -> None:
    """Change the role of a member of the session's workspace."""
    await session.execute(
        update(MembershipRow)
        .where(MembershipRow.workspace_id == session.workspace_id, MembershipRow.user_id == user_id)
        .values(role=role.value)
    )


async def set_attributes(session: Session, user_id: str, attributes: dict[str, list[str]]) -> None:
    """Change the attributes of a member of the session's workspace."""
    await session.execute(
        update(MembershipRow)
        .where(MembershipRow.workspace_id == session.workspace_id, MembershipRow.user_id == user_id)
        .values(attributes=attributes)
    )


async def remove(session: Session, user_id: str, now: datetime) -> None:
    """Remove a member of the session's workspace, their API keys there and the invitations that they
    gave: coming back must revive none of them."""
    await session.execute(
        delete(MembershipRow).where(
            MembershipRow.workspace_id == session.workspace_id, MembershipRow.user_id == user_id
        )
    )
    await session.execute(
        update(ApiKeyRow)
        .where(
            ApiKeyRow.workspace_id == session.workspace_id,
            ApiKeyRow.user_id == user_id,
            ApiKeyRow.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )
    await withdraw_invitations(session, user_id, list(Role))


async def withdraw_invitations(session: Session, user_id: str, roles: Sequence[Role]) -> None:
    """Remove the open invitations to these roles that a member of the session's workspace gave."""
    await session.execute(
        delete(InvitationRow).where(
            InvitationRow.workspace_id == session.workspace_id,
            InvitationRow.invited_by == user_id,
            InvitationRow.role.in_([role.value for role in roles]),
            InvitationRow.accepted_at.is_(None),
        )
    )
