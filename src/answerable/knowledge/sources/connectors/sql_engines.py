"""Connections that can read and not write, to addresses that were checked before."""

from __future__ import annotations

import asyncio
import sqlite3
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pymysql
from sqlalchemy import NullPool, create_engine
from sqlalchemy.engine import Engine

from answerable.kit.outbound.address import checked_addresses
from answerable.knowledge.sources.connectors.roots import allowed_path
from answerable.plugins.connectors import ConnectorContext, ConnectorFailure

_CONNECT_SECONDS = 10
_STATEMENT_SECONDS = 120
_PORTS = {"postgresql": 5432, "mysql": 3306}
_NAMES = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql", "sqlite": "sqlite"}
_SQLITE_ALLOWED = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE, sqlite3.SQLITE_TRANSACTION}
)

# Any: what each driver calls a connection.
Connect = Callable[[], Any]


@dataclass(frozen=True, slots=True, repr=False)
class SqlServer:
    """What is connected to. `database` is a file for SQLite, which has neither host nor password."""

    dialect: str
    host: str | None
    port: int | None
    database: str
    username: str | None
    password: str | None
    tls: bool


async def open_engine(server: SqlServer, context: ConnectorContext) -> Engine:
    """An engine that keeps no connection. OutboundFailure and ConnectorFailure for a host or a file
    that may not be read."""
    if server.dialect == "sqlite":
        path = await asyncio.to_thread(_file, server, context)
        connect: Connect = lambda: _sqlite(path)  # noqa: E731 - one of three of a kind
    else:
        host, port = server.host or "", server.port or _PORTS[server.dialect]
        private = context.may_be_private(host, port)
        # The driver gets the checked address, so that the name cannot lead elsewhere afterwards.
        address = (await checked_addresses(host, port, allow_private=private))[0]
        driver = _postgresql if server.dialect == "postgresql" else _mysql
        connect = lambda: driver(server, address, port)  # noqa: E731
    return create_engine(
        f"{_NAMES[server.dialect]}://", creator=connect, poolclass=NullPool, hide_parameters=True
    )


def _file(server: SqlServer, context: ConnectorContext) -> Path:
    path = allowed_path(server.database, context)
    if not path.is_file():
        raise ConnectorFailure("no_file", "There is no SQLite file at that path.")
    return path


def _sqlite(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, check_same_thread=False)
    connection.set_authorizer(_authorize)
    return connection


def _authorize(action: int, first: str | None, second: str | None, *_place: str | None) -> int:
    """Reading alone: no ATTACH, which would reach other files, no extension, and of the PRAGMAs only the
    one by which SQLAlchemy asks for the isolation level."""
    if action == sqlite3.SQLITE_PRAGMA:
        allowed = first == "read_uncommitted" and second is None
    elif action == sqlite3.SQLITE_FUNCTION:
        allowed = (second or "").lower() != "load_extension"
    else:
        allowed = action in _SQLITE_ALLOWED
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def _postgresql(server: SqlServer, address: str, port: int) -> Any:  # Any: psycopg's connection
    connection = psycopg.connect(
        host=server.host,
        hostaddr=address,
        port=port,
        dbname=server.database,
        user=server.username,
        password=server.password,
        connect_timeout=_CONNECT_SECONDS,
        sslmode="require" if server.tls else "prefer",
        options=f"-c statement_timeout={_STATEMENT_SECONDS * 1000}",
        passfile="/dev/null",
    )
    connection.read_only = True
    return connection


def _mysql(server: SqlServer, address: str, port: int) -> Any:  # Any: PyMySQL's connection
    context = None
    if server.tls:
        context = ssl.create_default_context()
        context.check_hostname = False  # a name was asked for, its checked address is connected to
        context.verify_mode = ssl.CERT_NONE
    return pymysql.connect(
        host=address,
        port=port,
        user=server.username,
        password=server.password or "",
        database=server.database,
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_STATEMENT_SECONDS,
        local_infile=False,
        charset="utf8mb4",
        ssl=context,
        init_command="SET SESSION TRANSACTION READ ONLY",
    )
