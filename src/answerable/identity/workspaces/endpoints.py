"""HTTP of workspaces."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from answerable.identity.access import RequestContext, Scope, authenticated, person, requires
from answerable.identity.workspaces import service
from answerable.identity.workspaces.schemas import MembershipOut, WorkspaceIn, WorkspaceOut
from answerable.kit.http import Router
from answerable.kit.paging import Page, PageRequest

router = Router(prefix="/workspaces", tags=["workspaces"])


@router.post("", status_code=201)
async def create_workspace(wanted: WorkspaceIn, context: Annotated[RequestContext, person()]) -> WorkspaceOut:
    """Create a workspace. Its creator owns it."""
    return WorkspaceOut.of(await service.create_another(context, wanted.name))


@router.get("")
async def list_workspaces(
    page: Annotated[PageRequest, Query()], context: Annotated[RequestContext, authenticated()]
) -> Page[MembershipOut]:
    """The workspaces that the caller is in, with the role there."""
    return await service.page_of_own(context, page)


@router.get("/{workspace_id}")
async def read_workspace(
    context: Annotated[RequestContext, requires(Scope.WORKSPACE_READ)],
) -> WorkspaceOut:
    """One workspace."""
    return WorkspaceOut.of(await service.present(context))


@router.patch("/{workspace_id}")
async def rename_workspace(
    wanted: WorkspaceIn, context: Annotated[RequestContext, requires(Scope.WORKSPACE_WRITE)]
) -> WorkspaceOut:
    """Rename a workspace."""
    return WorkspaceOut.of(await service.rename(context, wanted.name))


@router.delete("/{workspace_id}", status_code=204)
async def delete_workspace(
    context: Annotated[RequestContext, requires(Scope.WORKSPACE_WRITE)],
) -> None:
    """Delete a workspace with everything in it: members, keys, documents, tables, files."""
    await service.remove(context)
