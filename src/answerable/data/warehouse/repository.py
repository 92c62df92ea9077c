"""All SQL that runs in the warehouse, except what questions ask.

Names of schemas and tables are made of ids of ours. Each function is one transaction.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from typing import Any, LiteralString

import psycopg
from psycopg.sql import SQL, Composable, Identifier, Literal

from answerable.data.warehouse.address import Address
from answerable.data.warehouse.columns import ColumnType, NewColumn, NewTable
from answerable.data.warehouse.errors import WarehouseUnavailable, WarehouseUnfit

# Of the standard library: commands that print on standard output come here too.
log = logging.getLogger(__name__)

SCHEMA_PREFIX = "answerable_"
_CHUNK_BYTES = 1 << 20
_SHORT_SECONDS = 60.0
_LOCK_SECONDS = 30.0
_AWAY = (psycopg.OperationalError, psycopg.InterfaceError)


def schema_of(workspace_id: str) -> str:
    """The schema of a workspace's tables."""
    return f"{SCHEMA_PREFIX}{workspace_id}"


@asynccontextmanager
async def transaction(
    address: Address, seconds: float = _SHORT_SECONDS, *, writes: bool = True
) -> AsyncIterator[psycopg.AsyncConnection[tuple[Any, ...]]]:
    """A connection for one transaction, which poolers of transactions carry too. Raises WarehouseUnavailable
    and WarehouseUnfit in place of the client's errors."""
    try:
        # Typed by hand: the client's own signature knows no mapping.
        parameters: dict[str, Any] = address.parameters()
        async with _connected(parameters) as connection, connection:
            settings = {
                "statement_timeout": int(seconds * 1000),
                "lock_timeout": int(_LOCK_SECONDS * 1000),
                "search_path": "pg_catalog",
                "standard_conforming_strings": "on",
                "client_min_messages": "warning",
            }
            if not writes:
                await connection.execute("SET TRANSACTION READ ONLY")
            for name, value in settings.items():
                await _run(connection, "SET LOCAL {} = {}", Identifier(name), Literal(str(value)))
            yield connection
    except _AWAY as error:
        _note("warehouse.away", error, address)
        if _refused(error):
            raise WarehouseUnfit(
                "The data warehouse does not let this system in. Its operator finds out why with 'answerable "
                "doctor'."
            ) from error
        raise WarehouseUnavailable("The data warehouse does not answer. Try again in a moment.") from error
    except psycopg.Error as error:
        _note("warehouse.refused", error, address)
        raise WarehouseUnfit(
            "The data warehouse refuses what it is told to do. Its operator finds the reason in this "
            "server's log, or with 'answerable doctor'."
        ) from error


@asynccontextmanager
async def _connected(parameters: dict[str, Any]) -> AsyncIterator[psycopg.AsyncConnection[tuple[Any, ...]]]:
    """A connection that is closed in any case: a second cancellation ends the client's own leaving before it
    closes."""
    connection = await psycopg.AsyncConnection.connect(**parameters, prepare_threshold=None)
    try:
        yield connection
    finally:
        await connection.close()


def _refused(error: psycopg.Error) -> bool:
    words = str(error)
    return any(mark in words for mark in ("authentication", "pg_hba", "does not exist", "certificate"))


def _note(event: str, error: psycopg.Error, address: Address) -> None:
    """Log what the server said, in one line and without the password."""
    words = str(error).strip().splitlines()
    reason = (words[0] if words else type(error).__name__).replace(address.password, "…")[:300]
    log.warning(event, extra={"setting": address.setting, "reason": reason})


async def _run(
    connection: psycopg.AsyncConnection[tuple[Any, ...]], statement: LiteralString, *parts: Composable
) -> None:
    await connection.execute(SQL(statement).format(*parts))


async def make_schema(address: Address, schema: str, reader: str) -> None:
    """Make a workspace's schema, and let the reading role in, where that is still to do; whatever is in
    another of our schemas that it may not read yet, too."""
    async with transaction(address) as connection:
        await _one_at_a_time(connection, schema)
        await _run(connection, "CREATE SCHEMA IF NOT EXISTS {}", Identifier(schema))
        await _let_in(connection, reader)


async def make_reader(address: Address, reader: Address) -> None:
    """Make the role that only reads, or give it its password again."""
    async with transaction(address) as connection:
        await _one_at_a_time(connection, reader.role)
        known = await connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [reader.role])
        # In plain words, within an encrypted session: some services take no password that is a hash.
        role = (Identifier(reader.role), Literal(reader.password))
        if await known.fetchone():
            await _run(connection, "ALTER ROLE {} LOGIN PASSWORD {}", *role)
        else:
            await _run(connection, "CREATE ROLE {} LOGIN NOCREATEDB NOCREATEROLE PASSWORD {}", *role)
        await _let_in(connection, reader.role)


async def _one_at_a_time(connection: psycopg.AsyncConnection[tuple[Any, ...]], name: str) -> None:
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


async def _let_in(connection: psycopg.AsyncConnection[tuple[Any, ...]], reader: str) -> None:
    """Let the reading role into our schemas, and their tables, where it is not yet. A server that does not
    know the role knows it by other means, or the reading address tells."""
    found = await connection.execute(_UNREAD, {"reader": reader, "prefix": SCHEMA_PREFIX})
    for schema, table in await found.fetchall():
        if table is None:
            await _run(connection, "GRANT USAGE ON SCHEMA {} TO {}", Identifier(schema), Identifier(reader))
        else:
            await _run(
                connection, "GRANT SELECT ON TABLE {} TO {}", Identifier(schema, table), Identifier(reader)
            )


async def write_table(
    address: Address, table: NewTable, *, reader: str, seconds: float, on_bytes: Callable[[int], None]
) -> None:
    """Make a table and fill it, in one transaction of at most so many seconds: afterwards it is there with
    all its rows, or not at all. `reader` may read it; `on_bytes` hears how much is sent."""
    place, role = Identifier(table.schema, table.name), Identifier(reader)
    shape = SQL(", ").join(SQL("{} {}").format(Identifier(c.name), _type(c)) for c in table.columns)
    async with transaction(address, seconds) as connection:
        await _run(connection, "CREATE TABLE {} ({})", place, shape)
        cursor = connection.cursor()
        with await asyncio.to_thread(table.text.open, "rb") as file:
            statement = SQL("COPY {} FROM STDIN (FORMAT csv, NULL '', ENCODING 'UTF8')").format(place)
            async with cursor.copy(statement) as copy:
                sent = 0
                while chunk := await asyncio.to_thread(file.read, _CHUNK_BYTES):
                    await copy.write(chunk)
                    sent += len(chunk)
                    on_bytes(sent)
        known = await connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [reader])
        if await known.fetchone():
            await _run(connection, "GRANT SELECT ON TABLE {} TO {}", place, role)
        await _run(connection, "ANALYZE {}", place)
        if cursor.rowcount != table.rows:
            taken = f"{cursor.rowcount} of {table.rows} rows"
            raise WarehouseUnfit(f"The data warehouse took {taken}; none were kept.")


def _type(column: NewColumn) -> Composable:
    if column.type is ColumnType.DECIMAL:
        return SQL("numeric({}, {})").format(Literal(column.precision), Literal(column.scale))
    return SQL(_TYPES[column.type])


async def rows_of(address: Address, schema: str, table: str) -> int | None:
    """How many rows a table has for the role of the address, which only reads here; None when it sees no such
    table, or may not read it."""
    async with transaction(address, 600, writes=False) as connection:
        found = await connection.execute(_READABLE, [schema, table])
        if await found.fetchone() is None:
            return None
        counted = await connection.execute(SQL("SELECT count(*) FROM {}").format(Identifier(schema, table)))
        row = await counted.fetchone()
        return int(row[0]) if row is not None else None


async def tables_in(address: Address, schema: str) -> list[str]:
    """The tables of a schema; none where there is no such schema."""
    async with transaction(address) as connection:
        found = await connection.execute(_TABLES, [schema])
        return [str(name) for (name,) in await found.fetchall()]


async def drop_tables(address: Address, schema: str, tables: Collection[str]) -> None:
    """Drop tables; what is gone already is no error."""
    for table in sorted(tables):  # one by one: a question that is being answered holds up one of them alone
        async with transaction(address) as connection:
            await _run(connection, "DROP TABLE IF EXISTS {}", Identifier(schema, table))


async def drop_schema(address: Address, schema: str) -> None:
    """Drop a workspace's schema with everything in it."""
    await drop_tables(address, schema, await tables_in(address, schema))
    async with transaction(address) as connection:
        await _run(connection, "DROP SCHEMA IF EXISTS {} CASCADE", Identifier(schema))


async def may_make_schemas(address: Address) -> bool:
    """Whether the role may make schemas in the database."""
    async with transaction(address) as connection:
        found = await connection.execute("SELECT has_database_privilege(current_database(), 'CREATE')")
        row = await found.fetchone()
        return bool(row is not None and row[0])


_TYPES: dict[ColumnType, LiteralString] = {
    ColumnType.TEXT: "text",
    ColumnType.INTEGER: "bigint",
    ColumnType.FLOAT: "double precision",
    ColumnType.BOOLEAN: "boolean",
    ColumnType.DATE: "date",
    ColumnType.TIMESTAMP: "timestamp",
    ColumnType.TIME: "time",
}
_TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND c.relkind = 'r' ORDER BY 1
"""
_READABLE = """
SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND c.relname = %s AND c.relkind = 'r'
  AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
"""
_UNREAD = """
SELECT n.nspname, c.relname FROM pg_roles r, pg_namespace n
LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relkind = 'r'
WHERE r.rolname = %(reader)s AND starts_with(n.nspname, %(prefix)s || 'ws_')
  AND pg_has_role(n.nspowner, 'USAGE')
  AND c.oid IS NOT NULL AND NOT has_table_privilege(r.oid, c.oid, 'SELECT')
UNION ALL
SELECT n.nspname, NULL FROM pg_roles r, pg_namespace n
WHERE r.rolname = %(reader)s AND starts_with(n.nspname, %(prefix)s || 'ws_')
  AND pg_has_role(n.nspowner, 'USAGE') AND NOT has_schema_privilege(r.oid, n.oid, 'USAGE')
"""
