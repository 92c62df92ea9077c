"""`/tools`: named settings of search and answering."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header, Query, Response

from answerable.identity.access import RequestContext, Scope, requires
from answerable.kit.http import Router
from answerable.kit.paging import Page, PageRequest, make_page
from answerable.knowledge.tools import service
from answerable.knowledge.tools.configuration import ToolConfiguration, ToolKind
from answerable.knowledge.tools.schemas import (
    DefaultsIn,
    DefaultsView,
    RollbackIn,
    ToolChange,
    ToolIn,
    ToolView,
    TrialIn,
    TrialView,
    VersionView,
)
from answerable.knowledge.tools.trial import try_out

router = Router(tags=["tools"])

Reader = Annotated[RequestContext, requires(Scope.DOCUMENTS_READ)]
Editor = Annotated[RequestContext, requires(Scope.TOOLS_WRITE)]


@router.post("/tools", status_code=201)
async def create_tool(wanted: ToolIn, context: Editor) -> ToolView:
    """Make a retrieval tool or a RAG tool."""
    return ToolView.of(await service.create(context.session, wanted.new()))


@router.get("/tools")
async def list_tools(context: Reader, page: Annotated[PageRequest, Query()]) -> Page[ToolView]:
    """The workspace's tools, newest first."""
    found = await service.list_tools(context.session, page)
    return make_page(found, page, ToolView.of, lambda each: (each.tool.created_at, each.tool.id))


@router.get("/tools/defaults")
async def read_defaults(context: Reader) -> DefaultsView:
    """The tools that searches and questions go by that name none."""
    return DefaultsView.of(await service.defaults(context.session))


@router.put("/tools/defaults")
async def set_defaults(wanted: DefaultsIn, context: Editor) -> DefaultsView:
    """Choose them; null for none."""
    return DefaultsView.of(await service.set_defaults(context.session, wanted.search, wanted.ask))


@router.get("/tools/{tool_id}")
async def read_tool(tool_id: str, context: Reader) -> ToolView:
    """One tool."""
    return ToolView.of(await service.read(context.session, tool_id))


@router.put("/tools/{tool_id}")
async def change_tool(
    tool_id: str, wanted: ToolChange, context: Editor, if_match: Annotated[str | None, Header()] = None
) -> ToolView:
    """Give a tool its next version. With `If-Match: <version>` only if that one still holds (412)."""
    expected = if_match.strip().strip('"') if if_match not in (None, "*") else None
    state = await service.change(
        context.session, tool_id, wanted.description, wanted.configuration, if_match=expected
    )
    return ToolView.of(state)


@router.delete("/tools/{tool_id}", status_code=204)
async def delete_tool(tool_id: str, context: Editor) -> Response:
    """Delete a tool with its versions."""
    await service.remove(context.session, tool_id)
    return Response(status_code=204)


@router.get("/tools/{tool_id}/versions")
async def list_versions(
    tool_id: str, context: Reader, page: Annotated[PageRequest, Query()]
) -> Page[VersionView]:
    """A tool's versions, newest first. They never change."""
    found = await service.list_versions(context.session, tool_id, page)
    return make_page(found, page, VersionView.of, lambda row: (row.created_at, row.id))


@router.post("/tools/{tool_id}/rollback")
async def roll_back(tool_id: str, wanted: RollbackIn, context: Editor) -> ToolView:
    """Give a tool a new version that sets what an old one did."""
    return ToolView.of(await service.roll_back(context.session, tool_id, wanted.version))


@router.post("/tools/{tool_id}/test")
async def test_tool(tool_id: str, wanted: TrialIn, context: Reader) -> TrialView:
    """What a tool does with a question: every passage's score in every stage, and for a RAG tool what is
    quoted and how sure that is. No model is asked."""
    state = await service.read(context.session, tool_id)
    if wanted.version is not None:
        state = await service.read_version(context.session, tool_id, wanted.version)
    configuration = wanted.configuration or ToolConfiguration.model_validate(state.version.configuration)
    version = None if wanted.configuration is not None else state.version.number
    kind = ToolKind(state.tool.kind)
    service.check(kind, configuration)
    trial = await try_out(context.session, context.runtime, kind, configuration, wanted.query)
    return TrialView.of(trial, configuration, version)
