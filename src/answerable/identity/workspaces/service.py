"""The rules of workspaces."""

from __future__ import annotations

from answerable.identity.access import RequestContext
from answerable.identity.members import repository as members
from answerable.identity.tables import WorkspaceRow
from answerable.identity.workspaces import repository
from answerable.identity.workspaces.schemas import MembershipOut, WorkspaceOut
from answerable.jobs import run_soon
from answerable.kit import ids
from answerable.kit.db import Session
from answerable.kit.errors import NotFound
from answerable.kit.paging import Page, PageRequest, make_page
from answerable.kit.principal import Principal, Role

REMOVE_FILES = "workspaces.remove_files"


async def create(session: Session, user_id: str, name: str) -> WorkspaceRow:
    """A fresh workspace that the person owns. The session goes on inside it."""
    workspace_id = ids.new_id("ws")
    await session.act_as(Principal(workspace_id=workspace_id, user_id=user_id, role=Role.OWNER))
    workspace = await repository.add(session, workspace_id, name)
    await members.add(session, workspace_id, user_id, Role.OWNER)
    return workspace


async def create_another(context: RequestContext, name: str) -> WorkspaceRow:
    """A fresh workspace that the caller owns."""
    workspace = await create(context.session, context.principal.user_id or "", name)
    await context.session.act_as(context.principal)
    return workspace


async def page_of_own(context: RequestContext, page: PageRequest) -> Page[MembershipOut]:
    """The workspaces that the caller is in, the latest joined first; an API key's own alone."""
    principal = context.principal
    only = principal.workspace_id if principal.key_id is not None else None
    rows = await members.page_of_person(context.session, principal.user_id or "", page, workspace_id=only)
    return make_page(
        rows,
        page,
        lambda found: MembershipOut(workspace=WorkspaceOut.of(found[1]), role=Role(found[0].role)),
        lambda found: (found[0].created_at, found[0].workspace_id),
    )


async def present(context: RequestContext) -> WorkspaceRow:
    """The workspace of the request."""
    workspace = await repository.find(context.session, context.session.workspace_id)
    if workspace is None:
        raise NotFound
    return workspace


async def rename(context: RequestContext, name: str) -> WorkspaceRow:
    """The workspace of the request, under a new name."""
    await repository.rename(context.session, context.session.workspace_id, name)
    return await present(context)


async def remove(context: RequestContext) -> None:
    """Remove the workspace of the request, with everything in it. Its files go once that has committed."""
    await repository.remove(context.session, context.session.workspace_id)
    await run_soon(context.session, REMOVE_FILES)
