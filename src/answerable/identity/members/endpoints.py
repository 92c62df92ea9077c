"""HTTP of members."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from answerable.identity.access import RequestContext, Scope, requires
from answerable.identity.members import service
from answerable.identity.members.schemas import MemberChange, MemberIn, MemberOut, MembersRequest
from answerable.kit.http import Router
from answerable.kit.paging import Page

router = Router(prefix="/workspaces/{workspace_id}", tags=["members"])


@router.get("/members")
async def list_members(
    page: Annotated[MembersRequest, Query()],
    context: Annotated[RequestContext, requires(Scope.MEMBERS_READ)],
) -> Page[MemberOut]:
    """Who is in the workspace, in which role; all, or those that are looked for."""
    return await service.page_of_members(context, page)


@router.post("/members", status_code=201)
async def add_member(
    wanted: MemberIn, context: Annotated[RequestContext, requires(Scope.MEMBERS_WRITE)]
) -> MemberOut:
    """Add somebody who has an account. Only the server's owner can; others invite."""
    return MemberOut.of(*await service.add(context, wanted.email, wanted.role))


@router.patch("/members/{user_id}")
async def change_member(
    user_id: str, change: MemberChange, context: Annotated[RequestContext, requires(Scope.MEMBERS_WRITE)]
) -> MemberOut:
    """Give a member another role, up to the caller's own, or other attributes."""
    return MemberOut.of(*await service.change(context, user_id, change))


@router.delete("/members/{user_id}", status_code=204)
async def remove_member(
    user_id: str, context: Annotated[RequestContext, requires(Scope.MEMBERS_WRITE)]
) -> None:
    """Remove a member; their next request, API keys and open streams there fail."""
    await service.remove(context, user_id)


@router.post("/leave", status_code=204)
async def leave_workspace(context: Annotated[RequestContext, requires(Scope.WORKSPACE_READ)]) -> None:
    """Leave the workspace."""
    await service.leave(context)
