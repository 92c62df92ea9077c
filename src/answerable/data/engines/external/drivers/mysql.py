"""MySQL and MariaDB through PyMySQL: read-only transactions, one statement at a time."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import pymysql
from pymysql.cursors import DictCursor, SSCursor

from answerable.data.engines.dialects.tables import DialectName, Storage, Traits
from answerable.data.engines.external.catalogue import (
    Assembler,
    Catalogue,
    CatalogueColumn,
    DatabaseRole,
    ForeignKey,
    ServerFacts,
)
from answerable.data.engines.external.drivers.session import Row
from answerable.data.engines.external.place import Place
from answerable.data.semantics.model import FieldType

CONNECT_SECONDS = 10
_SLOWEST_READ = 3_600
_BATCH = 1_000
_CANCELLED = frozenset({1317, 1969, 3024})  # interrupted; MariaDB's and MySQL's limits of time
_LOCKED_SECONDS = 2
_ENDLESS = 4_294_967_295
_HARMLESS = frozenset({"SELECT", "USAGE", "SHOW VIEW", "PROCESS", "SHOW DATABASES", "REFERENCES"})
_SYSTEM = "('mysql', 'information_schema', 'performance_schema', 'sys')"
_TYPES: dict[str, tuple[FieldType, Storage]] = {
    **dict.fromkeys(
        ("smallint", "mediumint", "int", "bigint", "tinyint"), (FieldType.INTEGER, Storage.PLAIN)
    ),
    "year": (FieldType.INTEGER, Storage.CONVERTED),
    "decimal": (FieldType.DECIMAL, Storage.PLAIN),
    "float": (FieldType.FLOAT, Storage.CONVERTED),
    "double": (FieldType.FLOAT, Storage.PLAIN),
    "date": (FieldType.DATE, Storage.PLAIN),
    "datetime": (FieldType.TIMESTAMP, Storage.PLAIN),
    "timestamp": (FieldType.TIMESTAMP, Storage.ZONED),
    "time": (FieldType.TIME, Storage.PLAIN),
    **dict.fromkeys(
        ("char", "varchar", "tinytext", "text", "mediumtext", "longtext"), (FieldType.STRING, Storage.PLAIN)
    ),
    **dict.fromkeys(("enum", "set", "uuid", "inet4", "inet6"), (FieldType.STRING, Storage.CONVERTED)),
}


_BY_CODE_POINTS = ("utf8mb4_0900_bin", "utf8mb4_nopad_bin", "utf8mb4_bin")
_KNOWS_CAPITALS = (
    "uca1400_nopad_as_cs"  # of MariaDB, for any set of characters; MySQL's code points know them
)


class MysqlSession:
    """One connection, used by one statement at a time."""

    errors: tuple[type[Exception], ...] = (pymysql.Error, OSError)

    def __init__(self, place: Place) -> None:
        self._place = place
        self._connection = _connect(place)
        version = str(self._one("SELECT VERSION()"))
        self._mariadb = "mariadb" in version.lower()
        self._version = version
        self._prepare()

    def _prepare(self) -> None:
        """Settings of the session: text by code points without padding, moments in UTC, no cut recursion, no
        long wait for a table that is being altered."""
        self._text = self._find_collation()
        self._run(f"SET NAMES utf8mb4 COLLATE {self._text}")
        self._run("SET SESSION time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'")
        self._run(f"SET SESSION lock_wait_timeout = {_LOCKED_SECONDS}")
        depth = "max_recursive_iterations" if self._mariadb else "cte_max_recursion_depth"
        self._run(f"SET SESSION {depth} = {_ENDLESS}")

    def _find_collation(self) -> str:
        found = self._find_one_of(_BY_CODE_POINTS)
        assert found is not None, "utf8mb4_bin is everywhere"
        return found

    def _find_one_of(self, wanted: Sequence[str]) -> str | None:
        names = ", ".join(f"'{name}'" for name in wanted)
        rows = self._rows(
            f"SELECT COLLATION_NAME FROM information_schema.COLLATIONS WHERE COLLATION_NAME IN ({names})"  # noqa: S608
        )
        known = {str(row[0]) for row in rows}
        return next((name for name in wanted if name in known), None)

    def facts(self) -> ServerFacts:
        """Raises ValueError for a server that is too old."""
        numbers = tuple(int(part) for part in re.findall(r"\d+", self._version)[:2])
        if numbers < ((10, 5) if self._mariadb else (8, 0)):
            raise ValueError("MySQL 8.0 or MariaDB 10.5 or newer is needed.")
        zones = self._one("SELECT CONVERT_TZ('2024-01-01 00:00:00', '+00:00', 'Europe/Berlin')") is not None
        traits = Traits(
            dialect=DialectName.MYSQL, version=self._version, text_collation=self._text,
            lower_collation=f"utf8mb4_{_KNOWS_CAPITALS}" if self._find_one_of((_KNOWS_CAPITALS,)) else None,
            named_zones=zones,
        )  # fmt: skip
        product = f"{'MariaDB' if self._mariadb else 'MySQL'} {'.'.join(map(str, numbers))}"
        return ServerFacts(product=product, traits=traits, role=self._role())

    def _role(self) -> DatabaseRole:
        granted: list[str] = []
        for (line,) in self._rows("SHOW GRANTS"):
            match = re.match(r"GRANT (.+?) ON (?:(?:TABLE|FUNCTION|PROCEDURE) )?(\S+) TO ", str(line))
            if match is None:
                continue
            names = re.split(r", (?![^(]*\))", match[1])
            more = [name for name in names if name.partition(" (")[0].strip() not in _HARMLESS]
            if more:
                granted.append(f"{', '.join(more[:5]).lower()} on {match[2]}")
        everything = any(line.endswith("on *.*") for line in granted)
        return DatabaseRole(
            name=str(self._one("SELECT CURRENT_USER()")), superuser=everything, can_write=tuple(granted)
        )

    def catalogue(self) -> Catalogue:
        """Tables and views of the database; a name stands for the whole server's, where it is unset."""
        found = Assembler()
        for schema, name, kind, rows, comment in self._rows(_TABLES):
            found.table(
                schema, name, view="VIEW" in kind, rows=rows, comment="" if kind == "VIEW" else comment
            )
        for schema, table, name, kind, shown, scale, nullable, comment in self._rows(_COLUMNS):
            type_, storage = _type_of(str(kind).lower(), str(shown).lower())
            found.column(
                schema,
                table,
                CatalogueColumn(
                    name=name, native_type=shown, type=type_, storage=storage,
                    scale=scale if type_ is FieldType.DECIMAL else None, nullable=nullable == "YES",
                    comment=comment or "",
                ),
            )  # fmt: skip
        keys: dict[tuple[str, str, str], list[str]] = {}
        for schema, table, index, column, whole in self._rows(_KEYS):
            keys.setdefault((schema, table, index), []).append(column if whole is None else "")
        for (schema, table, index), columns in keys.items():
            if all(columns):
                found.key(schema, table, tuple(columns), primary=index == "PRIMARY")
        links: dict[tuple[str, ...], list[tuple[str, str]]] = {}
        for schema, table, name, column, other_schema, other, referenced in self._rows(_LINKS):
            links.setdefault((schema, table, name, other_schema, other), []).append((column, referenced))
        for (schema, table, _, other_schema, other), pairs in links.items():
            own, referenced = zip(*pairs, strict=True)
            found.link(
                schema, table,
                ForeignKey(columns=own, schema_name=other_schema, table=other, referenced=referenced),
            )  # fmt: skip
        return found.catalogue()

    @contextmanager
    def transaction(self, seconds: float) -> Iterator[None]:
        """Read-only; the server ends a statement after so long."""
        if self._mariadb:
            self._run(f"SET SESSION max_statement_time = {max(0.001, seconds):.3f}")
        else:
            self._run(f"SET SESSION max_execution_time = {max(1, int(seconds * 1000))}")
        self._run("START TRANSACTION READ ONLY")
        try:
            yield
        finally:
            with suppress(pymysql.Error, OSError):
                self._run("ROLLBACK")
                # Named locks outlive a transaction.
                self._run("DO RELEASE_ALL_LOCKS()")

    def estimate(self, sql: str) -> dict[str, int]:
        """From the plan: what each access of a table examines. It does not tell bytes. Raises ValueError for
        what is no SELECT."""
        _require_select(sql)
        # As a table: MariaDB's JSON is broken by names with quotes in them.
        with self._connection.cursor(DictCursor) as cursor:
            cursor.execute(f"EXPLAIN {sql}")
            steps = [{name.lower(): value for name, value in step.items()} for step in cursor.fetchall()]
        scans = [step for step in steps if step["table"] and not str(step["table"]).startswith("<")]
        return {"rows": sum(int(scan["rows"] or 0) for scan in scans), "bytes": 0}

    def select(self, sql: str) -> Iterator[Sequence[Row]]:
        """Unbuffered: what is not fetched is not kept here. Raises ValueError for what is no SELECT."""
        _require_select(sql)
        cursor = self._connection.cursor(SSCursor)
        try:
            cursor.execute(sql)
            while batch := cursor.fetchmany(_BATCH):
                yield batch
        finally:
            with suppress(pymysql.Error, OSError):
                cursor.close()

    def backend(self) -> int | None:
        return int(self._connection.thread_id())

    def cancel(self) -> None:
        self.cancel_backend(self.backend() or 0)

    def cancel_backend(self, backend: int) -> None:
        """Stop a session of the same user, by a connection of its own."""
        with suppress(pymysql.Error, OSError):
            other = _connect(self._place)
            try:
                with other.cursor() as cursor:
                    cursor.execute(f"KILL QUERY {int(backend)}")
            finally:
                other.close()

    def cancel_other(self, backend: int) -> None:
        """Stop what another session of this user runs."""
        self._run(f"KILL QUERY {int(backend)}")

    def was_cancelled(self, error: Exception) -> bool:
        return bool(error.args) and error.args[0] in _CANCELLED

    def close(self) -> None:
        with suppress(pymysql.Error, OSError):
            self._connection.close()

    def _run(self, sql: str) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(sql)

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:  # Any: each caller knows its columns
        with self._connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    def _one(self, sql: str) -> Any:
        rows = self._rows(sql)
        return rows[0][0] if rows else None


def _require_select(sql: str) -> None:
    """The protocol carries one statement; a read-only transaction lets it change the session's settings."""
    if re.match(r"(SELECT|WITH)\b", sql) is None:
        raise ValueError("Only one SELECT can be run.")


def _connect(place: Place) -> Any:  # Any: PyMySQL's connection is not generic in its stubs
    context: ssl.SSLContext | None = None
    if place.tls == "verify":
        context = ssl.create_default_context(cadata=place.ca)
    elif place.tls == "require":
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    connection = pymysql.connect(
        host=place.host,
        port=place.port,
        user=place.username,
        password=place.password,
        database=place.database or None,
        connect_timeout=CONNECT_SECONDS,
        read_timeout=_SLOWEST_READ,
        local_infile=False,
        charset="utf8mb4",
        ssl=context,
        ssl_disabled=place.tls == "off",
        defer_connect=True,
    )
    # The address was checked; the name is what a certificate is held against.
    wire = socket.create_connection((place.address, place.port), CONNECT_SECONDS)
    wire.settimeout(None)
    connection.connect(wire)
    return connection


def _type_of(kind: str, shown: str) -> tuple[FieldType | None, Storage]:
    if shown.startswith("tinyint(1)") or shown == "bit(1)":
        return FieldType.BOOLEAN, Storage.FLAG
    return _TYPES.get(kind, (None, Storage.PLAIN))


_TABLES = f"""
SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE, TABLE_ROWS, TABLE_COMMENT FROM information_schema.TABLES
WHERE TABLE_SCHEMA = COALESCE(DATABASE(), TABLE_SCHEMA) AND TABLE_SCHEMA NOT IN {_SYSTEM}
"""  # noqa: S608 - constants of this module
_COLUMNS = f"""
SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, NUMERIC_SCALE, IS_NULLABLE,
       COLUMN_COMMENT
FROM information_schema.COLUMNS
WHERE TABLE_SCHEMA = COALESCE(DATABASE(), TABLE_SCHEMA) AND TABLE_SCHEMA NOT IN {_SYSTEM}
ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION
"""  # noqa: S608 - constants of this module
_KEYS = f"""
SELECT TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, COLUMN_NAME, SUB_PART FROM information_schema.STATISTICS
WHERE NON_UNIQUE = 0 AND TABLE_SCHEMA = COALESCE(DATABASE(), TABLE_SCHEMA) AND TABLE_SCHEMA NOT IN {_SYSTEM}
ORDER BY TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX
"""  # noqa: S608 - constants of this module
_LINKS = f"""
SELECT TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, COLUMN_NAME,
       REFERENCED_TABLE_SCHEMA, REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME
FROM information_schema.KEY_COLUMN_USAGE
WHERE REFERENCED_TABLE_NAME IS NOT NULL
  AND TABLE_SCHEMA = COALESCE(DATABASE(), TABLE_SCHEMA) AND TABLE_SCHEMA NOT IN {_SYSTEM}
ORDER BY TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION
"""  # noqa: S608 - constants of this module
