"""A shop in each kind of database, read by a session of its own: as the child process opens it, without our
check and without the sandbox."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pymysql
from tests.data.connections.shop import (
    CANARY,
    PASSWORD,
    duckdb_shop,
    mariadb_shop,
    postgresql_shop,
    sqlite_shop,
)

from answerable.data.engines.dialects.tables import DialectName
from answerable.data.engines.external.child import _fetch, connect
from answerable.data.engines.external.drivers.session import Session
from answerable.data.engines.external.place import Place
from answerable.kit.sandbox.limits import Refusal

MEMORY = 128_000_000
_SETTINGS = {
    DialectName.POSTGRESQL: "SELECT current_setting('TimeZone'), current_setting('search_path'), "
    "current_user, current_setting('transaction_read_only'), "
    "(SELECT count(*) FROM pg_locks WHERE locktype = 'advisory')",
    DialectName.MYSQL: "SELECT @@sql_mode, @@time_zone, @@collation_connection, @@max_statement_time, "
    "@@autocommit, DATABASE(), CURRENT_USER(), IS_USED_LOCK('answerable')",
    DialectName.SQLITE: "SELECT count(*), (SELECT count(*) FROM sqlite_temp_master) FROM sqlite_master",
    DialectName.DUCKDB: "SELECT current_setting('threads'), current_setting('TimeZone'), current_schema(), "
    "current_setting('enable_external_access'), current_setting('lock_configuration'), "
    "(SELECT count(*) FROM duckdb_tables()), (SELECT count(*) FROM duckdb_views() WHERE NOT internal), "
    "(SELECT count(*) FROM duckdb_databases()), (SELECT count(*) FROM duckdb_functions() WHERE NOT internal)",
}


@dataclass
class Bed:
    """A database, how its tables are named in a statement, and what must stay as it is."""

    dialect: DialectName
    place: Place
    folder: Path
    orders: str
    other: str
    stored: Callable[[], Any]
    session: Session | None = None

    def fill(self, statement: str) -> str:
        """The statement about this database's tables and paths."""
        for name, value in (("out", self.folder / "out"), ("secret", self.folder / "secret.txt")):
            statement = statement.replace("{" + name + "}", str(value))
        return re.sub(r"\borders\b", lambda _: self.orders, statement).replace("{other}", self.other)

    def alone(self, sql: str, *, explain: bool = True) -> str:
        """What the session by itself gives: the rows as text, or the kind of failure."""
        if self.session is None:
            self.session = connect(self.place, MEMORY)
        session = self.session
        try:
            with session.transaction(3):
                if explain:
                    session.estimate(sql)
                return repr(_fetch(session.select(sql), 1_000, 1_000_000)[0])
        except (*session.errors, ValueError, Refusal) as error:
            if not isinstance(error, ValueError):
                self.close()
            return f"{type(error).__name__}"

    def close(self) -> None:
        """Leave; the next statement opens a new session."""
        if self.session is not None:
            self.session.close()
            self.session = None

    def total(self) -> str:
        """A plain question, and how the session is set."""
        plain = self.alone(self.fill("SELECT count(*), sum(amount), max(notes) FROM orders"))
        return plain + self.alone(_SETTINGS[self.dialect])

    def files(self) -> dict[str, str]:
        """Every file of the folder with the digest of its content."""
        found = sorted(path for path in self.folder.rglob("*") if path.is_file())
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


@contextmanager
def bed(kind: DialectName, folder: Path, admin_url: str, unique: str) -> Iterator[Bed]:
    """The shop in that kind of database."""
    (folder / "secret.txt").write_text(CANARY, encoding="ascii")
    if kind is DialectName.POSTGRESQL:
        yield from _postgresql(folder, admin_url, unique)
    elif kind is DialectName.MYSQL:
        yield from _mysql(folder)
    else:
        shop = sqlite_shop(folder) if kind is DialectName.SQLITE else duckdb_shop(folder)
        yield Bed(kind, place_of(shop), folder, "orders", "secrets", lambda: None)


def place_of(config: dict[str, Any]) -> Place:
    names = {"dialect", "host", "port", "database", "username", "password", "tls"}
    return Place(address=config.get("host", ""), **{k: v for k, v in config.items() if k in names})


def _postgresql(folder: Path, admin_url: str, unique: str) -> Iterator[Bed]:
    schema = f"evil_{unique}"
    with (
        postgresql_shop(admin_url, schema) as config,
        psycopg.connect(admin_url, autocommit=True) as admin,
    ):
        admin.execute(f"CREATE TABLE {schema}.secrets AS SELECT '{CANARY}'::text AS word".encode())
        admin.execute(f"CREATE SEQUENCE {schema}.numbers".encode())
        admin.execute(f"GRANT SELECT, USAGE ON SEQUENCE {schema}.numbers TO PUBLIC".encode())

        def stored() -> Any:
            return [
                admin.execute(statement.encode()).fetchall()
                for statement in (
                    f"SELECT * FROM {schema}.orders ORDER BY 1",
                    f"SELECT last_value, is_called FROM {schema}.numbers",
                    "SELECT count(*) FROM pg_class WHERE relnamespace >= 16384",
                    "SELECT count(*) FROM pg_proc",
                    "SELECT count(*) FROM pg_largeobject_metadata",
                    "SELECT count(*) FROM pg_extension",
                    "SELECT rolname, rolconfig FROM pg_roles ORDER BY 1",
                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'",
                )
            ]

        yield Bed(
            DialectName.POSTGRESQL,
            place_of(config),
            folder,
            f'"{schema}"."orders"',
            f'"{schema}"."secrets"',
            stored,
        )


def _mysql(folder: Path) -> Iterator[Bed]:
    (folder / "server").mkdir()
    outer = folder / "seen"
    outer.mkdir()
    (outer / "secret.txt").write_text(CANARY, encoding="ascii")
    with mariadb_shop(folder / "server") as config:
        writer = pymysql.connect(
            host="127.0.0.1", port=config["port"], user="writer", password=PASSWORD, autocommit=True
        )

        def stored() -> Any:
            found = []
            for statement in (
                "SELECT * FROM shop.orders ORDER BY 1",
                "SELECT count(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'shop'",
                "SELECT PREVIOUS VALUE FOR shop.numbers",
                "SELECT IS_USED_LOCK('answerable')",
            ):
                with writer.cursor() as cursor:
                    cursor.execute(statement)
                    found.append(cursor.fetchall())
            return found

        yield Bed(DialectName.MYSQL, place_of(config), outer, "`shop`.`orders`", "`hidden`.`words`", stored)
        writer.close()
