"""The rules of membership: nobody reaches above their own role, and a workspace keeps an owner."""

from __future__ import annotations

from dataclasses import dataclass

from answerable.identity.access import RequestContext
from answerable.identity.errors import LastOwner, RoleTooHigh
from answerable.identity.members import repository
from answerable.identity.members.schemas import MemberChange, MemberOut, MembersRequest
from answerable.identity.scopes import ROLE_SCOPES, Scope
from answerable.identity.tables import MembershipRow, UserRow
from answerable.identity.users import repository as users
from answerable.identity.workspaces import repository as workspaces
from answerable.kit.db import Session
from answerable.kit.errors import Conflict, FieldError, InvalidInput, NotFound
from answerable.kit.paging import Page, make_page
from answerable.kit.principal import Principal, Role

_RANK = {role: rank for rank, role in enumerate((Role.VIEWER, Role.EDITOR, Role.ADMIN, Role.OWNER))}


@dataclass(frozen=True, slots=True)
class Standing:
    """A member's role, and the attributes that data policies go by."""

    role: Role
    attributes: dict[str, list[str]]


def check_reach(principal: Principal, role: Role) -> None:
    """Raises RoleTooHigh when the role is above the caller's own."""
    if principal.role is None or _RANK[role] > _RANK[principal.role]:
        raise RoleTooHigh


def may_give(giver: Role, role: Role) -> bool:
    """Whether members of one role may let others in with a role."""
    return Scope.MEMBERS_WRITE in ROLE_SCOPES[giver] and _RANK[role] <= _RANK[giver]


async def is_member(session: Session, user_id: str) -> bool:
    """Whether a person who is not disabled is a member of the session's workspace."""
    return await repository.is_active(session, user_id)


async def page_of_members(context: RequestContext, page: MembersRequest) -> Page[MemberOut]:
    """The members of the request's workspace, or those of them that are looked for."""
    rows = await repository.page_of_workspace(context.session, page)
    decides, me = Scope.MEMBERS_WRITE in context.principal.scopes, context.principal.user_id
    return make_page(
        rows,
        page,
        lambda found: MemberOut.of(*found, attributes=decides or found[1].id == me),
        lambda found: (found[0].created_at, found[0].user_id),
    )


async def add(context: RequestContext, email: str, role: Role) -> tuple[MembershipRow, UserRow]:
    """Add somebody who has an account, without asking them. Only the server's owner sees who has one;
    for others everybody is unknown, so that adding tells nothing. Raises InvalidInput, Conflict."""
    check_reach(context.principal, role)
    user = await users.find_visible_by_email(context.session, email)
    if user is None:
        raise InvalidInput(
            "Nobody with this e-mail address can be added directly. Send an invitation instead.",
            errors=[FieldError("email", "cannot be added directly")],
            reason="send_invitation",
        )
    membership = await repository.add(context.session, context.session.workspace_id, user.id, role)
    if membership is None:
        raise Conflict(
            "This person is a member already. Change their role instead.", reason="already_a_member"
        )
    return membership, user


async def read_standing(session: Session, user_id: str) -> Standing | None:
    """Where somebody stands in the session's workspace; None for whoever is no member of it."""
    membership = await repository.find(session, user_id)
    return None if membership is None else Standing(Role(membership.role), membership.attributes)


async def change(
    context: RequestContext, user_id: str, wanted: MemberChange
) -> tuple[MembershipRow, UserRow]:
    """Give a member another role, other attributes, or both; invitations of theirs that go beyond the role
    end.

    Raises NotFound, RoleTooHigh, LastOwner.
    """
    membership = await _locked(context, user_id)
    check_reach(context.principal, Role(membership.role))
    if wanted.role is not None:
        await _set_role(context, membership, wanted.role)
    if wanted.attributes is not None:
        await repository.set_attributes(context.session, user_id, wanted.attributes)
    await context.session.refresh(membership)
    user = await users.find(context.session, user_id)
    if user is None:
        raise NotFound
    return membership, user


async def _set_role(context: RequestContext, membership: MembershipRow, role: Role) -> None:
    check_reach(context.principal, role)
    if role is not Role.OWNER:
        await _check_owner_stays(context, membership)
    await repository.set_role(context.session, membership.user_id, role)
    beyond = [other for other in Role if not may_give(role, other)]
    await repository.withdraw_invitations(context.session, membership.user_id, beyond)


async def remove(context: RequestContext, user_id: str) -> None:
    """Remove a member; what they may do ends at once. Raises NotFound, RoleTooHigh, LastOwner."""
    membership = await _locked(context, user_id)
    check_reach(context.principal, Role(membership.role))
    await _check_owner_stays(context, membership)
    await repository.remove(context.session, user_id, context.runtime.clock.now())


async def leave(context: RequestContext) -> None:
    """The caller leaves the workspace. Raises LastOwner."""
    await remove(context, context.principal.user_id or "")


async def _locked(context: RequestContext, user_id: str) -> MembershipRow:
    # Two owners who demote each other at once would leave none: they take turns.
    await workspaces.lock(context.session, context.session.workspace_id)
    membership = await repository.find(context.session, user_id)
    if membership is None:
        raise NotFound
    return membership


async def _check_owner_stays(context: RequestContext, membership: MembershipRow) -> None:
    if membership.role == Role.OWNER and await repository.count_owners(context.session) == 1:
        raise LastOwner
