"""Datasets that are read where they are: what a query over them needs of the database of ours."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from answerable.data.connections import repository
from answerable.data.connections.config import ConnectionConfig
from answerable.data.connections.errors import SecretUnreadable
from answerable.data.connections.places import place_of
from answerable.data.connections.tables import ConnectionRow
from answerable.data.engines.dialects.tables import PhysicalTable
from answerable.data.engines.external.catalogue import ServerFacts
from answerable.data.engines.external.engine import Reader
from answerable.kit.crypto import SecretBox, Undecipherable
from answerable.kit.db import Session
from answerable.kit.runtime import Runtime


@dataclass(frozen=True, slots=True)
class LiveConnection:
    """A connection as it was when the snapshot was taken; `moment` changes when results are to be new."""

    id: str
    workspace_id: str
    name: str
    config: ConnectionConfig
    facts: ServerFacts
    sealed: bytes | None
    moment: int


@dataclass(frozen=True, slots=True)
class LiveTable:
    """A dataset of a connection. `structure` counts the imports of its columns."""

    dataset_id: str
    structure: int
    table: PhysicalTable
    connection: LiveConnection


async def live_tables(session: Session, dataset_ids: Collection[str]) -> dict[str, LiveTable]:
    """Those of the datasets that are read through a connection, by their ids."""
    found: dict[str, LiveTable] = {}
    known: dict[str, LiveConnection] = {}
    for dataset, row, now in await repository.live_datasets(session, dataset_ids):
        if row.id not in known:
            config = ConnectionConfig.model_validate(row.config)
            moment = int(now.timestamp() // max(1, config.fresh_seconds))
            if not config.fresh_seconds:
                moment = int(now.timestamp() * 1_000_000)
            known[row.id] = _connection(row, config, moment)
        found[dataset.id] = LiveTable(
            dataset.id, dataset.version or 1, PhysicalTable.model_validate(dataset.physical), known[row.id]
        )
    return found


def connection_of(row: ConnectionRow) -> LiveConnection:
    """A connection by itself."""
    return _connection(row, ConnectionConfig.model_validate(row.config), 0)


def _connection(row: ConnectionRow, config: ConnectionConfig, moment: int) -> LiveConnection:
    facts = ServerFacts.model_validate(row.facts)
    return LiveConnection(row.id, row.workspace_id, row.name, config, facts, row.sealed, moment)


async def reader_of(runtime: Runtime, connection: LiveConnection) -> Reader:
    """Who reads what. Raises PlaceRefused and SecretUnreadable."""
    password = ""
    if connection.sealed is not None:
        try:
            password = runtime.get(SecretBox).open(
                connection.sealed, place=secret_place(connection.workspace_id, connection.id)
            )
        except Undecipherable as error:
            raise SecretUnreadable(f"{error}. Give the password of {connection.name} again.") from error
    return Reader(connection.workspace_id, await place_of(runtime, connection.config, password))


def secret_place(workspace_id: str, connection_id: str) -> str:
    """What a sealed password is bound to."""
    return f"{workspace_id}/connections/{connection_id}/sealed"
