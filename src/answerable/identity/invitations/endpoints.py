"""HTTP of invitations."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from answerable.identity.access import RequestContext, Scope, person, requires
from answerable.identity.invitations import service
from answerable.identity.invitations.schemas import (
    InvitationIn,
    InvitationMade,
    InvitationOut,
    InvitationToken,
)
from answerable.identity.workspaces.schemas import MembershipOut
from answerable.kit.http import Router
from answerable.kit.paging import Page, PageRequest

router = Router(tags=["members"])

_OF_WORKSPACE = "/workspaces/{workspace_id}/invitations"


@router.post(_OF_WORKSPACE, status_code=201)
async def invite(
    wanted: InvitationIn,
    context: Annotated[RequestContext, requires(Scope.MEMBERS_WRITE, answer_is_secret=True)],
) -> InvitationMade:
    """Invite an e-mail address. The token is shown this once: send it to whom it is for."""
    return await service.invite(context, wanted.email, wanted.role)


@router.get(_OF_WORKSPACE)
async def list_invitations(
    page: Annotated[PageRequest, Query()],
    context: Annotated[RequestContext, requires(Scope.MEMBERS_WRITE)],
) -> Page[InvitationOut]:
    """The invitations that can still be accepted."""
    return await service.page_of_invitations(context, page)


@router.delete(_OF_WORKSPACE + "/{invitation_id}", status_code=204)
async def withdraw_invitation(
    invitation_id: str, context: Annotated[RequestContext, requires(Scope.MEMBERS_WRITE)]
) -> None:
    """Take an invitation back."""
    await service.withdraw(context, invitation_id)


@router.post("/invitations/accept")
async def accept_invitation(
    accepted: InvitationToken, context: Annotated[RequestContext, person()]
) -> MembershipOut:
    """Join the workspace that a token invites the signed-in person to. It is good once."""
    return await service.accept_as_caller(context, accepted.token)
