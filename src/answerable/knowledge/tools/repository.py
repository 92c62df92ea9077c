"""All SQL of tools."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, and_, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from answerable.kit.db import Session
from answerable.kit.paging import PageRequest, after_cursor
from answerable.knowledge.sources.tables import SourceRow
from answerable.knowledge.tools.errors import ToolNameTaken
from answerable.knowledge.tools.tables import ToolDefaultsRow, ToolRow, ToolVersionRow


@dataclass(frozen=True, slots=True)
class ToolState:
    """A tool and one of its versions, by default the one that holds."""

    tool: ToolRow
    version: ToolVersionRow


@dataclass(frozen=True, slots=True)
class Defaults:
    """The ids of the tools that a workspace uses where none is named."""

    search: str | None = None
    ask: str | None = None


_HOLDS = and_(ToolVersionRow.tool_id == ToolRow.id, ToolVersionRow.number == ToolRow.version)


def _states() -> Select[ToolRow, ToolVersionRow]:
    return select(ToolRow, ToolVersionRow).join(ToolVersionRow, _HOLDS)


async def add(session: Session, tool: ToolRow) -> None:
    """Insert a tool. ToolNameTaken."""
    try:
        async with session.begin_nested():
            session.add(tool)
    except IntegrityError as error:
        raise ToolNameTaken(f"There is a tool called '{tool.name}' already. Choose another name.") from error
    await session.refresh(tool)


async def sources_there(session: Session, source_ids: Sequence[str]) -> set[str]:
    """Those of the ids that a source of the workspace has."""
    statement = select(SourceRow.id).where(SourceRow.id.in_(source_ids))
    return set((await session.scalars(statement)).all())


async def add_version(session: Session, version: ToolVersionRow) -> None:
    """Insert a version; the tool goes by it from now on."""
    session.add(version)
    await session.flush()
    await session.execute(
        update(ToolRow)
        .where(ToolRow.id == version.tool_id)
        .values(version=version.number, updated_at=func.now())
        .execution_options(synchronize_session=False)
    )
    await session.refresh(version)


async def lock(session: Session, tool_id: str) -> ToolRow | None:
    """A tool, held against other changes until the transaction ends."""
    statement = select(ToolRow).where(ToolRow.id == tool_id).with_for_update()
    return await session.scalar(statement.execution_options(populate_existing=True))


async def find(session: Session, name_or_id: str) -> ToolState | None:
    """The tool of a name or id, with the version that holds; an id goes first."""
    wanted = or_(ToolRow.id == name_or_id, ToolRow.name == name_or_id)
    statement = _states().where(wanted).order_by((ToolRow.id == name_or_id).desc()).limit(1)
    row = (await session.execute(statement.execution_options(populate_existing=True))).first()
    return None if row is None else ToolState(row[0], row[1])


async def get(session: Session, tool_id: str) -> ToolState | None:
    """A tool with the version that holds."""
    statement = _states().where(ToolRow.id == tool_id)
    row = (await session.execute(statement.execution_options(populate_existing=True))).first()
    return None if row is None else ToolState(row[0], row[1])


async def page(session: Session, request: PageRequest) -> Sequence[ToolState]:
    """Tools, newest first, one more than the page holds."""
    statement = after_cursor(_states(), request, ToolRow.created_at, ToolRow.id)
    return [ToolState(row[0], row[1]) for row in (await session.execute(statement)).all()]


async def version(session: Session, tool_id: str, number: int) -> ToolVersionRow | None:
    """One version."""
    row = ToolVersionRow
    return await session.scalar(select(row).where(row.tool_id == tool_id, row.number == number))


async def versions(session: Session, tool_id: str, request: PageRequest) -> Sequence[ToolVersionRow]:
    """A tool's versions, newest first, one more than the page holds."""
    row = ToolVersionRow
    statement = after_cursor(select(row).where(row.tool_id == tool_id), request, row.created_at, row.id)
    return (await session.scalars(statement)).all()


async def remove(session: Session, tool_id: str) -> bool:
    """Delete a tool with its versions. Whether there was one."""
    gone = await session.execute(delete(ToolRow).where(ToolRow.id == tool_id).returning(ToolRow.id))
    return gone.first() is not None


async def defaults(session: Session) -> Defaults:
    """What the workspace uses where no tool is named."""
    row = ToolDefaultsRow
    found = (await session.execute(select(row.search_tool_id, row.ask_tool_id))).first()
    return Defaults() if found is None else Defaults(*found)


async def set_defaults(session: Session, wanted: Defaults) -> None:
    """Use these from now on."""
    values = {"search_tool_id": wanted.search, "ask_tool_id": wanted.ask}
    statement = insert(ToolDefaultsRow).values(workspace_id=session.workspace_id, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=["workspace_id"], set_=values))


async def default_state(session: Session, *, for_asking: bool) -> ToolState | None:
    """The tool that the workspace searches or answers by where none is named."""
    row = ToolDefaultsRow
    chosen = row.ask_tool_id if for_asking else row.search_tool_id
    statement = _states().join(row, chosen == ToolRow.id)
    found = (await session.execute(statement)).first()
    return None if found is None else ToolState(found[0], found[1])
