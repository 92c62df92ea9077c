"""Tables of the warehouse that nobody names: what a process leaves that dies between a table and its row, and
everything of a workspace that is gone."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import structlog

from answerable.data.datasets import repository as datasets
from answerable.data.warehouse import repository
from answerable.data.warehouse.repository import schema_of
from answerable.data.warehouse.service import Warehouse, upload_of
from answerable.data.warehouse.tables import forget_schema, workspaces_with_schemas
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime

log = structlog.get_logger(__name__)


async def workspaces(runtime: Runtime) -> Sequence[str]:
    """The workspaces that may have something in the warehouse; none where no warehouse is set up."""
    if not runtime.get(Warehouse).is_set_up:
        return []
    async with runtime.database.begin(Principal.anonymous()) as session:
        return await workspaces_with_schemas(session)


async def remove_workspace(runtime: Runtime, workspace_id: str) -> None:
    """Drop everything of a workspace that is gone."""
    await repository.drop_schema(runtime.get(Warehouse).writing, schema_of(workspace_id))
    async with runtime.database.begin(Principal.anonymous()) as session:
        await forget_schema(session, workspace_id)


async def unnamed(runtime: Runtime, workspace_id: str) -> list[str]:
    """The workspace's tables that no version has, and no attempt at an upload is about to give to one."""
    found = await repository.tables_in(runtime.get(Warehouse).writing, schema_of(workspace_id))
    if not found:
        return []
    async with runtime.database.begin(Principal.system(workspace_id)) as session:
        named = await datasets.known_relations(session, found)
        open_ones = await datasets.open_among(session, {upload_of(name) for name in found})
    return [name for name in found if name not in named and upload_of(name) not in open_ones]


async def remove_unnamed(runtime: Runtime, workspace_id: str) -> None:
    """Drop those."""
    gone = await unnamed(runtime, workspace_id)
    await runtime.get(Warehouse).drop_tables(workspace_id, gone)
    for name in gone:
        log.warning("leftover_removed", table=name)


async def discard_tables(
    runtime: Runtime, workspace_id: str, *, relations: Collection[str], versions: Collection[str]
) -> None:
    """Drop tables by name, and all that attempts at some versions' uploads have written. Raises
    WarehouseUnavailable: the job that does it is tried again, and the nightly sweep comes after it."""
    warehouse = runtime.get(Warehouse)
    if not warehouse.is_set_up or workspace_id not in await workspaces(runtime):
        return
    if relations:
        await warehouse.drop_tables(workspace_id, relations)
    for version_id in versions:
        await warehouse.drop_attempts(workspace_id, version_id)
