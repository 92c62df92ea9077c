"""Connections: made once a test succeeds, changed, shown without their secret, deleted with datasets."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from answerable.data.connections import repository
from answerable.data.connections.config import PORTS, ConnectionConfig
from answerable.data.connections.errors import NameTaken, RoleWrites
from answerable.data.connections.live import connection_of, reader_of, secret_place
from answerable.data.connections.places import place_of
from answerable.data.connections.tables import ConnectionRow
from answerable.data.datasets.service import delete_dataset
from answerable.data.datasets.tables import DatasetRow
from answerable.data.engines.dialects.tables import DialectName
from answerable.data.engines.external.catalogue import Catalogue, ServerFacts
from answerable.data.engines.external.engine import ExternalEngine, Reader
from answerable.kit import ids
from answerable.kit.crypto import SecretBox
from answerable.kit.db import Session
from answerable.kit.errors import NotFound
from answerable.kit.paging import PageRequest
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime

_REMEDY = {
    DialectName.POSTGRESQL: "CREATE ROLE answerable_reader LOGIN PASSWORD '…'; GRANT USAGE ON SCHEMA … TO "
    "answerable_reader; GRANT SELECT ON ALL TABLES IN SCHEMA … TO answerable_reader;",
    DialectName.MYSQL: "CREATE USER answerable_reader IDENTIFIED BY '…'; "
    "GRANT SELECT, SHOW VIEW ON database.* TO answerable_reader;",
}


@dataclass(frozen=True, slots=True)
class NewConnection:
    """What a person says of a database."""

    name: str
    config: ConnectionConfig
    password: str


async def check(
    runtime: Runtime, principal: Principal, config: ConnectionConfig, password: str
) -> ServerFacts:
    """What a test finds; nothing is kept. Raises PlaceRefused, ConnectionFailed and RoleWrites."""
    place = await place_of(runtime, config, password)
    facts = await runtime.get(ExternalEngine).facts(Reader(principal.workspace_id or "", place))
    _require_reader(config, facts)
    return facts


def _require_reader(config: ConnectionConfig, facts: ServerFacts) -> None:
    role = facts.role
    if config.accept_writing_role or not (role.superuser or role.can_write):
        return
    could = "is a superuser" if role.superuser else f"could {'; '.join(role.can_write[:3])}"
    raise RoleWrites(
        f"The role {role.name} {could}. Make one that only reads: {_REMEDY.get(config.dialect, '')} "
        "Or set `accept_writing_role`: nothing is written all the same."
    )


async def create(runtime: Runtime, principal: Principal, new: NewConnection) -> ConnectionRow:
    """A new connection, once its test succeeds. Raises as `check`, and NameTaken."""
    facts = await check(runtime, principal, new.config, new.password)
    async with runtime.database.begin(principal) as session:
        if await repository.name_is_taken(session, new.name):
            raise NameTaken("Choose another name.")
        row = ConnectionRow(
            id=ids.new_id("con"),
            workspace_id=session.workspace_id,
            name=new.name,
            config=new.config.model_dump(mode="json"),
            facts=facts.model_dump(mode="json"),
            created_by=principal.user_id,
        )
        _seal(runtime, row, new.password)
        session.add(row)
        await session.flush()
        await session.refresh(row)
        return row


async def change(
    runtime: Runtime, principal: Principal, connection_id: str, new: NewConnection, *, keep_password: bool
) -> ConnectionRow:
    """A connection with another configuration, once its test succeeds. Raises as `create`, and NotFound."""
    async with runtime.database.begin(principal) as session:
        row = await read(session, connection_id)
        before = connection_of(row)
        same_server = _server(before.config) == _server(new.config)
    password = new.password
    if keep_password and same_server:
        # To another server it is not sent: whoever changes the host has to know the password.
        password = (await reader_of(runtime, before)).place.password
    facts = await check(runtime, principal, new.config, password)
    async with runtime.database.begin(principal) as session:
        held = await repository.lock(session, connection_id)
        if held is None:
            raise NotFound
        if await repository.name_is_taken(session, new.name, but=connection_id):
            raise NameTaken("Choose another name.")
        held.name, held.config = new.name, new.config.model_dump(mode="json")
        _note(held, facts, runtime)
        _seal(runtime, held, password)
        await session.flush()
        await session.refresh(held)
        return held


def _server(config: ConnectionConfig) -> tuple[str, int | None, str]:
    return config.host, config.port or PORTS.get(config.dialect), config.database


async def test(runtime: Runtime, principal: Principal, connection_id: str) -> ServerFacts:
    """Test a connection again, and keep what is found. Raises NotFound, and as `check`."""
    async with runtime.database.begin(principal) as session:
        connection = connection_of(await read(session, connection_id))
    facts = await runtime.get(ExternalEngine).facts(await reader_of(runtime, connection))
    _require_reader(connection.config, facts)
    async with runtime.database.begin(principal) as session:
        held = await repository.lock(session, connection_id)
        if held is None:
            raise NotFound
        _note(held, facts, runtime)
    return facts


async def catalogue(
    runtime: Runtime, principal: Principal, connection_id: str
) -> tuple[Catalogue, Sequence[DatasetRow]]:
    """(the tables that may be read, the datasets made of some of them). Raises NotFound, ConnectionFailed."""
    async with runtime.database.begin(principal) as session:
        connection = connection_of(await read(session, connection_id))
        datasets = await repository.datasets_of(session, connection_id)
    found = await runtime.get(ExternalEngine).catalogue(await reader_of(runtime, connection))
    return found, datasets


async def read(session: Session, connection_id: str) -> ConnectionRow:
    """A connection. NotFound."""
    row = await repository.get(session, connection_id)
    if row is None:
        raise NotFound
    return row


async def names(session: Session, connection_ids: Collection[str]) -> dict[str, str]:
    """The names of those of the connections that exist, by their ids."""
    return await repository.names(session, connection_ids)


async def list_connections(session: Session, request: PageRequest) -> Sequence[ConnectionRow]:
    """Connections, newest first, one more than the page holds."""
    return await repository.page(session, request)


async def delete(session: Session, connection_id: str) -> None:
    """Delete a connection with its secret and its datasets; the database itself is not touched. NotFound."""
    if await repository.lock(session, connection_id) is None:
        raise NotFound
    for dataset in await repository.datasets_of(session, connection_id):
        await delete_dataset(session, dataset.id)
    await repository.remove(session, connection_id)


def _note(row: ConnectionRow, facts: ServerFacts, runtime: Runtime) -> None:
    row.facts, row.tested_at = facts.model_dump(mode="json"), runtime.clock.now()


def _seal(runtime: Runtime, row: ConnectionRow, password: str) -> None:
    place = secret_place(row.workspace_id, row.id)
    row.sealed = runtime.get(SecretBox).seal(password, place=place) if password else None
