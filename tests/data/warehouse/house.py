"""A data warehouse: another database in the tests' cluster, with a role that may make schemas and roles."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier, Literal
from pydantic import SecretStr

from answerable.kit.settings import WarehouseSettings
from tests.data.datasets.uploads import ingested
from tests.factories.callers import Caller
from tests.factories.tcp_to_socket import Gate, tcp_port_to

PASSWORD = "needle in a warehouse"


@dataclass
class House:
    """`url` is the address to write to."""

    name: str
    socket: str
    port: int
    admin_url: str

    def url(self, role: str | None = None, *, port: int | None = None) -> str:
        """The address of a role, over a port."""
        password = PASSWORD.replace(" ", "%20")
        return (
            f"postgresql://{role or self.name}:{password}@127.0.0.1:{port or self.port}/{self.name}"
            "?sslmode=disable"
        )

    def execute(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Run a statement in the warehouse as a superuser."""
        with psycopg.connect(self.admin_url, dbname=self.name, autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), parameters or None)
            return cursor.fetchall() if cursor.description else []

    def tables(self, workspace_id: str) -> list[str]:
        """The tables of a workspace."""
        found = self.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", f"answerable_{workspace_id}"
        )
        return [str(name) for (name,) in found]

    def schemas(self) -> list[str]:
        """The schemas of workspaces."""
        found = self.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'answerable_ws%' ORDER BY 1"
        )
        return [str(name) for (name,) in found]

    async def no_tables(self, workspace_id: str) -> bool:
        """Whether the workspace has none."""
        return not await asyncio.to_thread(self.tables, workspace_id)

    def make_role(self, name: str) -> str:
        """A role with no right in the database, and its address."""
        self.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'")
        return self.url(name)


@contextmanager
def warehouse_beside(admin_url: str) -> Iterator[House]:
    """The database, until the block ends."""
    name = f"warehouse_{secrets.token_hex(4)}"
    with psycopg.connect(admin_url, autocommit=True) as admin:
        role, password = Identifier(name), Literal(PASSWORD)
        admin.execute(SQL("CREATE ROLE {} LOGIN CREATEROLE PASSWORD {}").format(role, password))
        admin.execute(SQL("CREATE DATABASE {} OWNER {}").format(role, role))
        socket = f"{admin.info.host}/.s.PGSQL.{admin.info.port}"
        with tcp_port_to(socket) as port:
            yield House(name, socket, port, admin_url)
        admin.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(role))


@contextmanager
def over(house: House, gate: Gate) -> Iterator[str]:
    """The address to write to, through a gate."""
    with tcp_port_to(house.socket, gate) as port:
        yield house.url(port=port)


def point(settings: WarehouseSettings, url: str | None, read_url: str | None = None) -> None:
    """Set the warehouse's addresses."""
    settings.url = SecretStr(url) if url is not None else None
    settings.read_url = SecretStr(read_url) if read_url is not None else None


async def stored(caller: Caller, content: bytes, file_name: str, **fields: str) -> dict[str, Any]:
    """A dataset in the warehouse."""
    return await ingested(caller, content, file_name, engine="postgresql", **fields)
