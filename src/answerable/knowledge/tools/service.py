"""Tools: made, changed, rolled back, and chosen as the workspace's defaults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from answerable.kit import ids
from answerable.kit.db import Session
from answerable.kit.errors import FieldError, InvalidInput, NotFound
from answerable.kit.paging import PageRequest
from answerable.knowledge.tools import repository
from answerable.knowledge.tools.configuration import RAG_ONLY, ToolConfiguration, ToolKind
from answerable.knowledge.tools.errors import (
    StaleTool,
    UnknownSource,
    UnknownTool,
    UnknownVersion,
    WrongToolKind,
)
from answerable.knowledge.tools.repository import Defaults, ToolState
from answerable.knowledge.tools.tables import ToolRow, ToolVersionRow

_LOOKS_LIKE_AN_ID = "tool_"


@dataclass(frozen=True, slots=True)
class NewTool:
    """What a person says of a tool."""

    name: str
    kind: ToolKind
    description: str
    configuration: ToolConfiguration


async def create(session: Session, new: NewTool) -> ToolState:
    """Make a tool with its version 1. InvalidInput, ToolNameTaken, UnknownSource."""
    if new.name.startswith(_LOOKS_LIKE_AN_ID):
        raise InvalidInput(
            f"A tool's name cannot begin with '{_LOOKS_LIKE_AN_ID}', as ids do. Choose another name.",
            errors=[FieldError("name", "looks like an id")],
        )
    check(new.kind, new.configuration)
    await _check_sources(session, new.configuration)
    tool = ToolRow(
        id=ids.new_id("tool"),
        workspace_id=session.workspace_id,
        name=new.name,
        kind=new.kind.value,
        version=1,
        created_by=session.principal.user_id,
    )
    await repository.add(session, tool)
    return await _add_version(session, tool, 1, new.description, new.configuration)


async def change(
    session: Session,
    tool_id: str,
    description: str,
    configuration: ToolConfiguration,
    *,
    if_match: str | None = None,
) -> ToolState:
    """Give the tool a new version. The same settings again leave it as it is.

    NotFound, InvalidInput, UnknownSource, StaleTool when `if_match` is not the present version.
    """
    tool = await _locked(session, tool_id)
    if if_match is not None and if_match != str(tool.version):
        raise StaleTool(
            f"The tool is at version {tool.version}, not {if_match}. Read it again, then change it."
        )
    check(ToolKind(tool.kind), configuration)
    await _check_sources(session, configuration)
    present = await _version(session, tool.id, tool.version)
    if (present.description, present.configuration) == (description, configuration.model_dump(mode="json")):
        return ToolState(tool, present)
    return await _add_version(session, tool, tool.version + 1, description, configuration)


async def roll_back(session: Session, tool_id: str, number: int) -> ToolState:
    """Give the tool a new version that is a copy of an old one. NotFound, UnknownVersion."""
    tool = await _locked(session, tool_id)
    old = await _version(session, tool.id, number)
    configuration = ToolConfiguration.model_validate(old.configuration)
    return await _add_version(
        session, tool, tool.version + 1, old.description, configuration, restored_from=number
    )


async def read(session: Session, tool_id: str) -> ToolState:
    """One tool with the version that holds. NotFound."""
    state = await repository.get(session, tool_id)
    if state is None:
        raise NotFound
    return state


async def read_version(session: Session, tool_id: str, number: int) -> ToolState:
    """One tool with a version of it. NotFound, UnknownVersion."""
    state = await read(session, tool_id)
    return ToolState(state.tool, await _version(session, tool_id, number))


async def list_tools(session: Session, request: PageRequest) -> Sequence[ToolState]:
    """Tools, newest first, one more than the page holds."""
    return await repository.page(session, request)


async def list_versions(session: Session, tool_id: str, request: PageRequest) -> Sequence[ToolVersionRow]:
    """A tool's versions, newest first, one more than the page holds. NotFound."""
    await read(session, tool_id)
    return await repository.versions(session, tool_id, request)


async def remove(session: Session, tool_id: str) -> None:
    """Delete a tool with its versions; a default that it was is none then. NotFound."""
    if not await repository.remove(session, tool_id):
        raise NotFound


async def defaults(session: Session) -> Defaults:
    """The ids of the tools that the workspace uses where none is named."""
    return await repository.defaults(session)


async def set_defaults(session: Session, search: str | None, ask: str | None) -> Defaults:
    """Use these tools, given by name or id, where none is named. UnknownTool, WrongToolKind."""
    wanted = Defaults(
        await _id_of(session, "search", search), await _id_of(session, "ask", ask, ToolKind.RAG)
    )
    await repository.set_defaults(session, wanted)
    return wanted


async def _check_sources(session: Session, configuration: ToolConfiguration) -> None:
    """The sources that a tool names must be there; of one that is deleted later nothing is found any more."""
    named = configuration.source_ids or []
    there = await repository.sources_there(session, named)
    fields = [f"configuration.source_ids.{place}" for place, each in enumerate(named) if each not in there]
    if fields:
        raise UnknownSource(fields)


async def _id_of(
    session: Session, field: str, name_or_id: str | None, kind: ToolKind | None = None
) -> str | None:
    if name_or_id is None:
        return None
    state = await repository.find(session, name_or_id)
    if state is None:
        raise UnknownTool(field)
    if kind is not None and state.tool.kind != kind:
        raise WrongToolKind(field)
    return state.tool.id


async def _locked(session: Session, tool_id: str) -> ToolRow:
    tool = await repository.lock(session, tool_id)
    if tool is None:
        raise NotFound
    return tool


async def _version(session: Session, tool_id: str, number: int) -> ToolVersionRow:
    version = await repository.version(session, tool_id, number)
    if version is None:
        raise UnknownVersion
    return version


async def _add_version(
    session: Session,
    tool: ToolRow,
    number: int,
    description: str,
    configuration: ToolConfiguration,
    *,
    restored_from: int | None = None,
) -> ToolState:
    version = ToolVersionRow(
        id=ids.new_id("tver"),
        workspace_id=session.workspace_id,
        tool_id=tool.id,
        number=number,
        description=description,
        configuration=configuration.model_dump(mode="json"),
        restored_from=restored_from,
        created_by=session.principal.user_id,
    )
    await repository.add_version(session, version)
    return await read(session, tool.id)


def check(kind: ToolKind, configuration: ToolConfiguration) -> None:
    """InvalidInput for settings that the kind does nothing with: a mistake that nobody would notice."""
    if kind is ToolKind.RAG:
        if configuration.prompt is not None and configuration.model is None:
            raise InvalidInput(
                "A prompt is for a model, and the tool has none. Give 'model' too, or leave 'prompt' out.",
                errors=[FieldError("configuration.prompt", "no model reads it")],
            )
        return
    plain = ToolConfiguration()
    given = [name for name in RAG_ONLY if getattr(configuration, name) != getattr(plain, name)]
    if given:
        raise InvalidInput(
            "A retrieval tool writes nothing. Leave these out, or make a tool of the kind 'rag'.",
            errors=[FieldError(f"configuration.{name}", "for RAG tools alone") for name in given],
        )
