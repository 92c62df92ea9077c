"""Sessions: one transaction each, opened for one principal.

The tenant is set with `SET LOCAL`, a statement of its own that no SELECT can smuggle in, and
ends with the transaction, so pooled connections and transaction poolers carry nothing over.

BEGIN and the settings travel to the server in one message. That message is also what finds out that a
connection died while it lay idle in the pool: nothing was done on it yet, so another one takes its place.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from answerable.kit import ids
from answerable.kit.principal import Principal

_OPENING = "answerable_opening"
"""The execution option that holds what begins a connection's next transaction."""
_BEGIN = "BEGIN"
_PREPARE_AFTER = 4
"""Runs of a statement on one connection after which the server keeps it parsed."""


class Session(AsyncSession):
    """A database session that knows for whom it acts."""

    @property
    def principal(self) -> Principal:
        """The principal that the transaction was opened for."""
        principal: Principal = self.info["principal"]
        return principal

    @property
    def workspace_id(self) -> str:
        """The workspace of the principal; a programming error when there is none."""
        workspace_id = self.principal.workspace_id
        if workspace_id is None:
            raise RuntimeError("this work needs a principal with a workspace")
        return workspace_id

    async def open(self, principal: Principal) -> None:
        """Take a connection and begin on it as this principal, in one round trip."""
        settings = tenant_settings(principal)
        options = {_OPENING: "; ".join([_BEGIN, *settings.values()])}
        try:
            connection = await self.connection(execution_options=options)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            # It died while it lay idle. The pool now discards all of its age, so this is a fresh one.
            connection = await self.connection(execution_options=options)
        pooled = await connection.get_raw_connection()
        self.info.update(principal=principal, settings=settings, driver=pooled.driver_connection)

    async def act_as(self, principal: Principal) -> None:
        """Go on in the same transaction as this principal, once it is known who acts.

        Settings that the new principal lacks keep their values. Those that it shares with the one
        before cost no round trip, the others one together.
        """
        settings = tenant_settings(principal)
        done: dict[str, str] = self.info["settings"]
        await self.set_local([settings[name] for name in settings if done.get(name) != settings[name]])
        done.update(settings)
        self.info["principal"] = principal

    async def enter(self, conversation_id: str | None) -> None:
        """Go on within a conversation that the principal is known to see; None: as before."""
        await self.act_as(self.principal.within(conversation_id))

    async def set_local(self, statements: Sequence[str]) -> None:
        """Send `SET LOCAL` statements, which take no parameters, in one round trip."""
        if statements:
            await self._on_driver("; ".join(statements))

    async def fetch(
        self, statement: str, parameters: Mapping[str, object]
    ) -> list[tuple[Any, ...]]:  # Any: a row has the types that the statement selects
        """The rows of one statement, straight from the driver, values in binary: for what must be quick.

        Parameters stand as `%(name)s`. A statement with parts of its own for every run would crowd out
        those that the server keeps parsed. Errors are SQLAlchemy's, as everywhere.
        """
        return await self._on_driver(statement, parameters)

    async def _on_driver(
        self, statement: str, parameters: Mapping[str, object] | None = None
    ) -> list[tuple[Any, ...]]:
        driver: psycopg.AsyncConnection[tuple[Any, ...]] = self.info["driver"]
        simple = parameters is None  # several statements at once can be neither prepared nor binary
        try:
            cursor = driver.cursor(binary=not simple)
            await cursor.execute(statement, parameters, prepare=False if simple else None)
            return [] if simple else await cursor.fetchall()
        except psycopg.Error as error:
            if driver.closed:
                await (await self.connection()).invalidate(error)
            raise DBAPIError.instance(
                statement,
                None,
                error,
                psycopg.Error,
                hide_parameters=True,
                connection_invalidated=driver.closed,
            ) from error


class Database:
    """An engine with a bounded pool, for the app's own unprivileged role.

    `prepared_statements` lets the server keep what runs often parsed. It needs that a connection stays
    with one session of the server, or a pooler that knows prepared statements.
    """

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = 10,
        max_overflow: int = 0,
        statement_timeout_ms: int = 60_000,
        prepared_statements: bool = False,
    ) -> None:
        self.url = url
        self.engine: AsyncEngine = create_async_engine(
            sqlalchemy_url(url),
            pool_size=pool_size,
            max_overflow=max_overflow,
            pool_use_lifo=True,  # the connection used last has the warmest caches on the server
            hide_parameters=True,  # an error's text reaches the log; people's data must not
            connect_args={
                # The driver begins no transaction of its own: `_begin_transaction` does, for every one.
                "autocommit": True,
                "prepare_threshold": _PREPARE_AFTER if prepared_statements else None,
                "options": f"-c statement_timeout={statement_timeout_ms} -c timezone=UTC",
            },
        )
        event.listen(self.engine.sync_engine, "begin", _begin_transaction)
        self._sessions = async_sessionmaker(self.engine, class_=Session, expire_on_commit=False)

    @asynccontextmanager
    async def begin(self, principal: Principal) -> AsyncIterator[Session]:
        """One transaction for one principal: committed at the end, rolled back on any error."""
        async with self._sessions() as session, session.begin():
            await session.open(principal)
            yield session

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[AsyncConnection]:
        """A connection in a transaction for nobody, for tables outside the tenant wall."""
        async with self.begin(Principal.anonymous()) as session:
            yield await session.connection()

    async def close(self) -> None:
        """Close every pooled connection."""
        await self.engine.dispose()


def _begin_transaction(connection: Connection) -> None:
    """Begin, whoever asked for it; with the tenant's settings in the same message where there are any."""
    connection.exec_driver_sql(connection.get_execution_options().get(_OPENING, _BEGIN))


def sqlalchemy_url(url: str) -> str:
    """A libpq URL (`postgresql://…`) with the driver that SQLAlchemy wants to be told."""
    scheme, separator, rest = url.partition("://")
    if separator and scheme in {"postgresql", "postgres"}:
        return f"postgresql+psycopg://{rest}"
    return url


def tenant_settings(principal: Principal) -> dict[str, str]:
    """The `SET LOCAL`s that open the principal's window in the tenant wall, by the setting's name.

    SET takes no parameters; every value is rebuilt from decoded bytes, never passed through.
    """
    values: dict[str, object] = {}
    if principal.workspace_id is not None:
        values["workspace_id"] = ids.decode("ws", principal.workspace_id) or ids.NIL
    if principal.user_id is not None:
        values["user_id"] = ids.decode("usr", principal.user_id) or ids.NIL
    if principal.key_hash is not None:
        values["key_hash"] = principal.key_hash.hex()
    if principal.conversation_id is not None:
        values["conversation_id"] = ids.decode("chat", principal.conversation_id) or ids.NIL
    return {name: f"SET LOCAL answerable.{name} = '{value}'" for name, value in values.items()}
