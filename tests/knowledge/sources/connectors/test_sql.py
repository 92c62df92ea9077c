"""Rows of real databases: the tests' PostgreSQL, SQLite files, MariaDB where it is installed."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from pydantic import ValidationError
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from answerable.kit.outbound import OutboundFailure
from answerable.knowledge.sources.connectors.sql import SqlConfig, SqlConnector, _engine
from answerable.plugins.connectors import ConnectorContext, ConnectorFailure
from tests.factories.callers import Caller
from tests.factories.mariadb import mariadb_is_installed, mariadb_server
from tests.factories.tcp_to_socket import tcp_port_to
from tests.knowledge.sources.connectors.listing import fetched, listed
from tests.knowledge.sources.syncing import add_source, documents, sync, text_of

CONNECTOR = SqlConnector()
COLUMNS = {"title_column": "title", "text_columns": ["body"]}


@pytest.fixture
def library(tmp_path: Path) -> Path:
    path = tmp_path / "library.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE books (id integer PRIMARY KEY, title text, body text)")
        connection.executemany(
            "INSERT INTO books VALUES (?, ?, ?)",
            [(number, f"Book {number}", f"The book of number {number}.") for number in range(1, 4)],
        )
    connection.close()
    return path


@pytest.mark.usefixtures("worker")
async def test_rows_of_sqlite_are_kept_in_step(owner: Caller, library: Path) -> None:
    source = await add_source(owner, "sql", dialect="sqlite", database=str(library), table="books", **COLUMNS)
    assert (await sync(owner, source))["counts"]["added"] == 3
    found = await documents(owner, source)
    assert found["2.txt"]["title"] == "Book 2"
    assert "number 2" in await text_of(owner, found["2.txt"])
    with sqlite3.connect(library) as connection:
        connection.execute("UPDATE books SET body = 'Written anew.' WHERE id = 1")
        connection.execute("DELETE FROM books WHERE id = 3")
    connection.close()
    counts = (await sync(owner, source))["counts"]
    assert (counts["changed"], counts["unchanged"], counts["deleted"]) == (1, 1, 1)


async def test_rows_are_counted_where_they_are(context: ConnectorContext, library: Path) -> None:
    place = {"dialect": "sqlite", "database": str(library), **COLUMNS}
    whole = SqlConfig.model_validate({**place, "table": "books"})
    part = SqlConfig.model_validate({**place, "query": "SELECT * FROM books WHERE id > 1;"})
    assert (await CONNECTOR.count(whole, context), await CONNECTOR.count(part, context)) == (3, 2)


async def test_a_query_is_read_page_by_page_from_any_id_on(context: ConnectorContext, library: Path) -> None:
    with sqlite3.connect(library) as connection:
        connection.executemany(
            "INSERT INTO books VALUES (?, 'more', 'x')", [(number,) for number in range(10, 500)]
        )
    connection.close()
    query = "SELECT id, title, body || ' (a: b, 100%)' AS body FROM books WHERE title LIKE '%o%';"
    config = {"dialect": "sqlite", "database": str(library), "query": query, **COLUMNS}
    found = await listed(CONNECTOR, context, **config)
    assert len(found) == 493
    assert await fetched(found[0]) == b"The book of number 1. (a: b, 100%)"
    rest = await listed(CONNECTOR, context, found[250].cursor, **config)
    assert [item.id for item in rest] == [item.id for item in found[251:]]


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM books",
        "SELECT 1; DROP TABLE books",
        "SELECT id FROM (DELETE FROM books RETURNING id)",
        "ATTACH 'x' AS y",
        "PRAGMA writable_schema = 1",
        "not sql at all (",
    ],
)
def test_only_one_select_is_taken(query: str) -> None:
    with pytest.raises(ValidationError):
        SqlConfig(dialect="sqlite", database="x", query=query, text_columns=["body"])


async def test_sqlite_files_lie_where_the_operator_allows_and_are_never_written(
    context: ConnectorContext, library: Path
) -> None:
    inside = {"dialect": "sqlite", "table": "books", **COLUMNS}
    elsewhere = replace(context, roots=[library.parent / "other"])
    with pytest.raises(ConnectorFailure, match="operator"):
        await listed(CONNECTOR, elsewhere, **inside, database=str(library))
    with pytest.raises(ConnectorFailure, match="no SQLite file"):
        await listed(CONNECTOR, context, **inside, database=str(library.with_name("none.db")))
    for query in (
        "SELECT load_extension('x') AS id, '' AS title, '' AS body",
        "SELECT writefile('x', 'y') AS id, '' AS title, '' AS body",
    ):
        config = {"dialect": "sqlite", "database": str(library), "query": query, **COLUMNS}
        with pytest.raises(ConnectorFailure):
            await listed(CONNECTOR, context, **config)
    assert {path.name for path in library.parent.iterdir()} == {"library.db"}


@pytest.fixture
async def postgresql(admin_url: str) -> AsyncIterator[dict[str, object]]:
    """The tests' PostgreSQL as a source names it: its socket, reached by a port."""
    with psycopg.connect(admin_url) as connection:
        info = connection.info
        socket = f"{info.host}/.s.PGSQL.{info.port}"
        named = {"database": info.dbname, "username": info.user, "password": info.password}

    with tcp_port_to(socket) as port:
        yield {"dialect": "postgresql", "host": "127.0.0.1", "port": port, "tls": False, **named}


async def test_rows_of_postgresql_are_read_and_cannot_be_written(
    context: ConnectorContext, admin_url: str, postgresql: dict[str, object], unique: str
) -> None:
    place = postgresql
    name = f"books_{unique}"
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(f'CREATE TABLE "{name}" (id uuid PRIMARY KEY, title text, body text)')
        connection.execute(f"INSERT INTO \"{name}\" VALUES (gen_random_uuid(), 'Kettle', 'It boils.')")
        connection.execute(f"INSERT INTO \"{name}\" VALUES (gen_random_uuid(), 'Grinder', 'It grinds.')")
        connection.execute(
            f"CREATE FUNCTION add_{unique}() RETURNS uuid LANGUAGE sql AS "
            f"$$ INSERT INTO \"{name}\" VALUES (gen_random_uuid(), '', '') RETURNING id $$"
        )
    found = await listed(CONNECTOR, context, **place, table=f"public.{name}", **COLUMNS)
    assert {item.title for item in found} == {"Kettle", "Grinder"}
    rest = await listed(CONNECTOR, context, found[0].cursor, **place, table=name, **COLUMNS)
    assert [item.id for item in rest] == [found[1].id]
    query = f"SELECT add_{unique}() AS id, '' AS title, '' AS body"
    with pytest.raises(ConnectorFailure, match="read-only"):
        await listed(CONNECTOR, context, **place, query=query, **COLUMNS)
    with pytest.raises(ConnectorFailure, match="says"):
        await listed(CONNECTOR, context, **place, table="no_such_table", **COLUMNS)
    with pytest.raises(OutboundFailure):
        await listed(CONNECTOR, context, **{**place, "host": "localhost"}, table=name, **COLUMNS)


_BOOKS = """
CREATE DATABASE shop;
CREATE TABLE shop.books (id varchar(40) PRIMARY KEY, title text, body text) CHARACTER SET utf8mb4;
INSERT INTO shop.books VALUES ('a', 'Tea', 'Grün, 70 °C'), ('b', 'Coffee', '94 °C');
CREATE USER reader@'127.0.0.1' IDENTIFIED BY 'needle';
GRANT ALL ON shop.* TO reader@'127.0.0.1';
"""


@pytest.fixture(scope="module")
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a MariaDB of this module's own."""
    if not mariadb_is_installed():
        pytest.skip("MariaDB is not installed")
    folder = tmp_path_factory.mktemp("mariadb")
    with mariadb_server(folder, _BOOKS, "reader", "needle", "shop") as port:
        yield port


async def test_rows_of_mysql_are_read_and_cannot_be_written(context: ConnectorContext, mariadb: int) -> None:
    place = {
        "dialect": "mysql", "host": "127.0.0.1", "port": mariadb, "database": "shop",
        "username": "reader", "password": "needle", "tls": False, **COLUMNS,
    }  # fmt: skip
    found = await listed(CONNECTOR, context, **place, table="shop.books")
    assert [(item.id, item.title) for item in found] == [("a", "Tea"), ("b", "Coffee")]
    assert await fetched(found[0]) == "Grün, 70 °C".encode()
    query = "SELECT id, title, body FROM books WHERE title LIKE 'C%'"
    (item,) = await listed(CONNECTOR, context, found[0].cursor, **place, query=query)
    assert item.id == "b"
    engine = await _engine(SqlConfig.model_validate({**place, "table": "books"}), context)
    with pytest.raises(SQLAlchemyError, match="READ ONLY"):
        await asyncio.to_thread(_delete_all, engine)
    with pytest.raises(ConnectorFailure, match="Access denied"):
        await listed(CONNECTOR, context, **{**place, "password": "wrong"}, table="books")


def _delete_all(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM books"))
