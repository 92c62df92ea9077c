"""`/connections`: databases that are read where they are."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from answerable.data.connections import importing, service
from answerable.data.connections.schemas import (
    ConnectionCheckIn,
    ConnectionIn,
    ConnectionView,
    FactsView,
    ImportIn,
    ImportJob,
    ImportStarted,
    TablesView,
)
from answerable.identity.access import DeferredContext, RequestContext, Scope, requires, requires_deferred
from answerable.kit.http import Router
from answerable.kit.paging import Page, PageRequest, make_page

router = Router(prefix="/connections", tags=["connections"])

# Which databases a workspace reads, and as whom, is its administrators' business. What was imported from
# them is data like any other.
Administrator = Annotated[RequestContext, requires(Scope.CONNECTIONS_WRITE)]
# Nothing of ours is held while another database is waited for.
Waiting = Annotated[DeferredContext, requires_deferred(Scope.CONNECTIONS_WRITE)]


@router.post("", status_code=201)
async def create_connection(wanted: ConnectionIn, context: Waiting) -> ConnectionView:
    """Connect a database. It is tested first; the password is kept encrypted and never shown."""
    return ConnectionView.of(await service.create(context.runtime, context.principal, wanted.new()))


@router.post("/check")
async def check_connection(wanted: ConnectionCheckIn, context: Waiting) -> FactsView:
    """Try a configuration before a connection is made of it."""
    found = await service.check(context.runtime, context.principal, wanted.own_config(), wanted.secret())
    return FactsView.of(found)


@router.get("")
async def list_connections(
    context: Administrator, page: Annotated[PageRequest, Query()]
) -> Page[ConnectionView]:
    """The workspace's connections, newest first."""
    found = await service.list_connections(context.session, page)
    return make_page(found, page, ConnectionView.of, lambda row: (row.created_at, row.id))


@router.get("/{connection_id}")
async def read_connection(connection_id: str, context: Administrator) -> ConnectionView:
    """One connection."""
    return ConnectionView.of(await service.read(context.session, connection_id))


@router.put("/{connection_id}")
async def change_connection(connection_id: str, wanted: ConnectionIn, context: Waiting) -> ConnectionView:
    """Replace a connection's configuration, once it is tested. Without a password the one that is kept
    stays, as long as host and database do."""
    changed = await service.change(
        context.runtime, context.principal, connection_id, wanted.new(), keep_password=wanted.password is None
    )
    return ConnectionView.of(changed)


@router.delete("/{connection_id}", status_code=204)
async def delete_connection(connection_id: str, context: Administrator) -> None:
    """Delete a connection with its secret and its datasets. The database itself is not touched."""
    await service.delete(context.session, connection_id)


@router.post("/{connection_id}/test")
async def test_connection(connection_id: str, context: Waiting) -> FactsView:
    """Test a connection again."""
    return FactsView.of(await service.test(context.runtime, context.principal, connection_id))


@router.get("/{connection_id}/tables")
async def list_tables(connection_id: str, context: Waiting) -> TablesView:
    """The tables that the connection's role may read, as the database's catalogue has them now."""
    found, datasets = await service.catalogue(context.runtime, context.principal, connection_id)
    return TablesView.of(found, datasets)


@router.post("/{connection_id}/tables", status_code=202)
async def import_tables(connection_id: str, wanted: ImportIn, context: Waiting) -> ImportStarted:
    """Make datasets of tables; a job does so. Their rows stay where they are."""
    job = await importing.enqueue_import(context.runtime, context.principal, connection_id, wanted.tables)
    return ImportStarted(job=ImportJob(id=job))
