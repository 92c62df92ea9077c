"""The rules of invitations: for one address, good once, for a while."""

from __future__ import annotations

from datetime import timedelta

from answerable.identity.access import RequestContext
from answerable.identity.errors import InvitationRefused
from answerable.identity.invitations import repository
from answerable.identity.invitations.schemas import InvitationMade, InvitationOut
from answerable.identity.members import repository as members
from answerable.identity.members.service import check_reach, may_give
from answerable.identity.secrets_format import SecretKind, new_secret, secret_hash, well_formed
from answerable.identity.tables import UserRow, WorkspaceRow
from answerable.identity.users import repository as users
from answerable.identity.workspaces import repository as workspaces
from answerable.identity.workspaces.schemas import MembershipOut, WorkspaceOut
from answerable.kit.db import Session
from answerable.kit.errors import Conflict, Forbidden, NotFound
from answerable.kit.paging import Page, PageRequest, make_page
from answerable.kit.principal import Principal, Role
from answerable.kit.runtime import Runtime


async def invite(context: RequestContext, email: str, role: Role) -> InvitationMade:
    """Invite an address, in place of an earlier invitation of it. Raises RoleTooHigh, Conflict."""
    check_reach(context.principal, role)
    if await repository.is_member(context.session, email):
        raise Conflict(
            "This person is a member already. Change their role instead.", reason="already_a_member"
        )
    token = new_secret(SecretKind.INVITATION)
    seconds = context.runtime.settings.auth.invitation_seconds
    row = await repository.replace(
        context.session,
        email=email,
        role=role,
        token_hash=secret_hash(token),
        expires_at=context.runtime.clock.now() + timedelta(seconds=seconds),
    )
    return InvitationMade(**InvitationOut.of(row).model_dump(), token=token)


async def page_of_invitations(context: RequestContext, page: PageRequest) -> Page[InvitationOut]:
    """The open invitations to the request's workspace."""
    rows = await repository.page_of_open(context.session, page, context.runtime.clock.now())
    return make_page(rows, page, InvitationOut.of, lambda row: (row.created_at, row.id))


async def withdraw(context: RequestContext, invitation_id: str) -> None:
    """Take an open invitation back. Raises NotFound."""
    if not await repository.remove(context.session, invitation_id):
        raise NotFound


async def accept(runtime: Runtime, session: Session, user: UserRow, token: str) -> tuple[WorkspaceRow, Role]:
    """Make the session's person a member where the token invites them, while its giver may still give
    the role. The session goes on there.

    Raises InvitationRefused, Forbidden for another address's invitation, Conflict for a member.
    """
    if not well_formed(SecretKind.INVITATION, token):
        raise InvitationRefused
    digest, now = secret_hash(token), runtime.clock.now()
    await session.act_as(Principal(user_id=user.id, key_hash=digest))
    invitation = await repository.find_presented(session, digest)
    if invitation is None or invitation.accepted_at is not None or invitation.expires_at <= now:
        raise InvitationRefused
    if invitation.email != user.email:
        raise Forbidden(
            "This invitation is for another e-mail address. Sign in with that one.",
            reason="another_invitation",
        )
    role, workspace_id = Role(invitation.role), invitation.workspace_id
    await session.act_as(Principal(workspace_id=workspace_id, user_id=user.id, role=role))
    if not await repository.use(session, invitation.id, now):
        raise InvitationRefused
    # Using it waits for a demotion that withdraws it; this sees one that began before it was given.
    giver = await members.find(session, invitation.invited_by) if invitation.invited_by else None
    if giver is None or not may_give(Role(giver.role), role):
        raise InvitationRefused
    if await members.add(session, workspace_id, user.id, role) is None:
        raise Conflict("You are a member of this workspace already.", reason="you_are_a_member")
    workspace = await workspaces.find(session, workspace_id)
    if workspace is None:
        raise InvitationRefused
    return workspace, role


async def accept_as_caller(context: RequestContext, token: str) -> MembershipOut:
    """The caller accepts. Raises what `accept` raises."""
    user = await users.find(context.session, context.principal.user_id or "")
    if user is None:
        raise NotFound
    workspace, role = await accept(context.runtime, context.session, user, token)
    await context.session.act_as(context.principal)
    return MembershipOut(workspace=WorkspaceOut.of(workspace), role=role)
