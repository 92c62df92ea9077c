"""The tables of `sales` in four databases, under names of their own, and queries asked of all four."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pymysql
from tests.data.engines.sales import Sale, model
from tests.factories.mariadb import mariadb_is_installed, mariadb_server
from tests.factories.tcp_to_socket import tcp_port_to

from answerable.data.engines.compiler import Compiled, compile_query
from answerable.data.engines.dialects import PhysicalTable, Traits
from answerable.data.engines.dialects.check import check_translated
from answerable.data.engines.dialects.tables import DialectName, PhysicalColumn, Storage, decimals_of
from answerable.data.engines.dialects.translate import translate
from answerable.data.engines.duckdb.check import check_expression
from answerable.data.engines.external.child import _fetch, connect
from answerable.data.engines.external.decode import decode_by_columns
from answerable.data.engines.external.drivers.session import Session
from answerable.data.engines.external.place import Place
from answerable.data.semantics.model import Calendar, FieldType
from answerable.data.semantics.query import SemanticQuery
from answerable.data.semantics.result import Cell

Shop = tuple[str, str, int]
MEMORY = 256_000_000
_NAMES = {
    "sale_id": "Sale ID", "day": "day", "sold_at": "sold\"at", "shop": "select", "amount": "Betrag €",
    "pieces": "pieces", "stock": "stock", "margin": "margin", "region": "Region", "floor": "floor",
    "paid_at": "paid at",
}  # fmt: skip
_MARIADB = """
CREATE DATABASE shop CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;
CREATE USER reader@'127.0.0.1' IDENTIFIED BY 'needle';
GRANT SELECT, SHOW VIEW ON shop.* TO reader@'127.0.0.1';
CREATE USER writer@'127.0.0.1' IDENTIFIED BY 'needle';
GRANT ALL ON *.* TO writer@'127.0.0.1';
"""


@dataclass
class Database:
    """One of the databases: how it is read, and how tests write to it."""

    dialect: DialectName
    place: Place
    session: Session
    traits: Traits
    schema: str | None
    writer: Any  # a connection of the driver's
    stored: tuple[object, object] = field(default=((), ()), repr=False)

    def store(self, rows: Sequence[Sale], shops: Sequence[Shop] = ()) -> None:
        """Put these rows in the place of those that are there, unless they are the same."""
        if self.stored[0] is rows and self.stored[1] is shops:
            return
        self.stored = (rows, shops)
        mark = "?" if self.dialect in (DialectName.SQLITE, DialectName.DUCKDB) else "%s"
        run = self.writer if hasattr(self.writer, "executemany") else self.writer.cursor()
        for table, records in (("sales", [astuple(row) for row in rows]), ("shops", shops)):
            place = _place(self.dialect, self.schema, _TABLES[table])
            run.execute(f"DELETE FROM {place}")
            if records:
                marks = ", ".join([mark] * len(records[0]))
                run.executemany(f"INSERT INTO {place} VALUES ({marks})", [self._plain(r) for r in records])
        if self.dialect is not DialectName.DUCKDB:
            self.writer.commit()

    def _plain(self, record: Sequence[object]) -> list[object]:
        if self.dialect is not DialectName.SQLITE:
            return list(record)
        return [
            cell if cell is None or isinstance(cell, (int, float, str)) else _text(cell) for cell in record
        ]

    def ask(self, query: SemanticQuery, calendar: Calendar | None = None) -> list[list[Cell]]:
        """The query's rows."""
        return self.run(compiled(query, calendar))

    def run(self, compiled: Compiled, time_zone: str = "UTC", *, check: bool = True) -> list[list[Cell]]:
        """The rows of a compiled query. Without `check` in half the time, where others check its like."""
        sql = translate(compiled.expression, self.tables(), self.traits, time_zone=time_zone)
        if check:
            check_translated(sql, self.dialect, self.tables())
        with self.session.transaction(20):
            self.session.estimate(sql)
            rows, cut = _fetch(self.session.select(sql), 100_000, 100_000_000)
        assert not cut
        return decode_by_columns(rows, compiled.columns, scale=decimals_of(self.tables().values()))

    def tables(self) -> dict[str, PhysicalTable]:
        """The physical tables of the two datasets."""
        return {
            dataset.name: PhysicalTable(
                schema_name=self.schema,
                table=_TABLES[dataset.name],
                columns=tuple(
                    PhysicalColumn(
                        field=field.name,
                        column=_NAMES[field.name],
                        type=field.type,
                        storage=self._storage(field.type),
                        scale=2 if field.type is FieldType.DECIMAL else None,
                    )
                    for field in dataset.fields
                ),
            )
            for dataset in model().datasets
        }

    def _storage(self, kind: FieldType) -> Storage:
        dated = self.dialect is DialectName.SQLITE and kind in (FieldType.DATE, FieldType.TIMESTAMP)
        return Storage.ISO_TEXT if dated else Storage.PLAIN


def compiled(query: SemanticQuery, calendar: Calendar | None = None) -> Compiled:
    """The query, checked as the service checks it: once for all databases."""
    made = compile_query(query, model(calendar))
    check_expression(made.expression, made.datasets)
    return made


_TABLES = {"sales": 'Sales "2024"', "shops": "shops"}


@contextmanager
def databases(folder: Path, admin_url: str) -> Iterator[list[Database]]:
    """DuckDB, PostgreSQL, SQLite, and MariaDB where it is installed, with empty tables."""
    with ExitStack() as stack:
        found = [_duckdb(folder), stack.enter_context(_postgresql(admin_url)), _sqlite(folder)]
        if mariadb_is_installed():
            found.append(stack.enter_context(_mariadb(folder)))
        yield found
        for database in found:
            database.session.close()
            database.writer.close()


def _opened(place: Place, schema: str | None, writer: Any) -> Database:
    session = connect(place, MEMORY)
    return Database(place.dialect, place, session, session.facts().traits, schema, writer)


def _duckdb(folder: Path) -> Database:
    from answerable.data.engines.external.drivers.duckdb_file import DuckdbSession  # noqa: PLC0415

    del folder
    writer = duckdb.connect(":memory:", config={"threads": 1})
    for statement in _schema(DialectName.DUCKDB, None):
        writer.execute(statement)
    session = DuckdbSession.__new__(DuckdbSession)
    session._connection = writer.cursor()
    place = Place(dialect=DialectName.DUCKDB, database=":memory:")
    return Database(DialectName.DUCKDB, place, session, session.facts().traits, None, writer)


@contextmanager
def _postgresql(admin_url: str) -> Iterator[Database]:
    writer = psycopg.connect(admin_url)
    schema = "Dialect tests"
    info = writer.info
    writer.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')
    writer.execute(f'CREATE SCHEMA "{schema}"')
    for statement in _schema(DialectName.POSTGRESQL, schema):
        writer.execute(statement)
    writer.commit()
    with tcp_port_to(f"{info.host}/.s.PGSQL.{info.port}") as port:
        place = Place(
            dialect=DialectName.POSTGRESQL, host="127.0.0.1", address="127.0.0.1", port=port,
            database=info.dbname, username=info.user, password=info.password, tls="off",
        )  # fmt: skip
        yield _opened(place, schema, writer)


def _sqlite(folder: Path) -> Database:
    path = folder / "sales.db"
    writer = sqlite3.connect(path, check_same_thread=False)
    writer.execute("PRAGMA journal_mode = DELETE")
    writer.execute("PRAGMA synchronous = OFF")
    for statement in _schema(DialectName.SQLITE, None):
        writer.execute(statement)
    writer.commit()
    return _opened(Place(dialect=DialectName.SQLITE, database=str(path)), None, writer)


@contextmanager
def _mariadb(folder: Path) -> Iterator[Database]:
    (folder / "mariadb").mkdir()
    with mariadb_server(folder / "mariadb", _MARIADB, "reader", "needle", "shop") as port:
        writer = pymysql.connect(
            host="127.0.0.1", port=port, user="writer", password="needle", database="shop", charset="utf8mb4"
        )
        for statement in _schema(DialectName.MYSQL, "shop"):
            with writer.cursor() as cursor:
                cursor.execute(statement)
        place = Place(
            dialect=DialectName.MYSQL, host="127.0.0.1", address="127.0.0.1", port=port,
            database="shop", username="reader", password="needle", tls="off",
        )  # fmt: skip
        yield _opened(place, "shop", writer)


_TYPES = {
    DialectName.DUCKDB: ("BIGINT", "DATE", "TIMESTAMP", "VARCHAR", "DECIMAL(12,2)", "DOUBLE"),
    DialectName.POSTGRESQL: (
        "bigint", "date", "timestamp", "varchar(40)", "numeric(12,2)", "double precision",
    ),
    DialectName.MYSQL: ("BIGINT", "DATE", "DATETIME(6)", "VARCHAR(40)", "DECIMAL(12,2)", "DOUBLE"),
    DialectName.SQLITE: (
        "INTEGER", "DATE", "DATETIME", "VARCHAR(40) COLLATE NOCASE", "DECIMAL(12,2)", "REAL",
    ),
}  # fmt: skip


def _schema(dialect: DialectName, schema: str | None) -> list[str]:
    whole, day, moment, text, exact, real = _TYPES[dialect]

    def column(name: str, kind: str) -> str:
        return f"{_quoted(dialect, _NAMES[name])} {kind}"

    sales = ", ".join(
        column(name, kind)
        for name, kind in (
            ("sale_id", whole), ("day", day), ("sold_at", moment), ("shop", text), ("amount", exact),
            ("pieces", whole), ("stock", whole), ("margin", real), ("paid_at", moment),
        )
    )  # fmt: skip
    shops = ", ".join(
        column(name, kind) for name, kind in (("shop", text), ("region", text), ("floor", whole))
    )
    return [
        f"CREATE TABLE {_place(dialect, schema, _TABLES['sales'])} ({sales})",
        f"CREATE TABLE {_place(dialect, schema, _TABLES['shops'])} ({shops})",
    ]


def _place(dialect: DialectName, schema: str | None, table: str) -> str:
    name = _quoted(dialect, table)
    return name if schema is None else f"{_quoted(dialect, schema)}.{name}"


def _quoted(dialect: DialectName, name: str) -> str:
    mark = "`" if dialect is DialectName.MYSQL else '"'
    return mark + name.replace(mark, mark * 2) + mark


def _text(cell: object) -> object:
    isoformat = getattr(cell, "isoformat", None)
    return isoformat() if isoformat is not None else float(str(cell))
