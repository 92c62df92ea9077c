"""Any database that SQLAlchemy has a dialect for, where that speaks one of our four languages.

The dialect opens and describes it; statements are ours, and are sent as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import URL, Connection, create_engine, inspect, types
from sqlalchemy.engine.reflection import Inspector
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from answerable.data.engines.dialects.tables import DialectName, Storage, Traits
from answerable.data.engines.external.catalogue import (
    Assembler,
    Catalogue,
    CatalogueColumn,
    DatabaseRole,
    ForeignKey,
    ServerFacts,
)
from answerable.data.engines.external.drivers import collations
from answerable.data.engines.external.drivers.certificates import kept
from answerable.data.engines.external.drivers.collations import Collations
from answerable.data.engines.external.drivers.families import language_of
from answerable.data.engines.external.drivers.session import Row
from answerable.data.engines.external.place import Place
from answerable.data.semantics.model import FieldType
from answerable.kit.sandbox.limits import Refusal

_BATCH = 1_000
_SYSTEM = frozenset(
    {"information_schema", "pg_catalog", "mysql", "performance_schema", "sys", "crdb_internal"}
)
_READ_ONLY: dict[DialectName, tuple[str, ...]] = {
    DialectName.POSTGRESQL: (
        "SET TRANSACTION READ ONLY", "SET LOCAL TIME ZONE 'UTC'", "SET LOCAL search_path = pg_catalog",
        "SET LOCAL statement_timeout = {milliseconds}",
    ),
    DialectName.MYSQL: (
        "ROLLBACK", "SET SESSION time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'",
        "SET SESSION {limit}", "SET SESSION {depth} = 4294967295", "START TRANSACTION READ ONLY",
    ),
    DialectName.SQLITE: (),
    DialectName.DUCKDB: (),
}  # fmt: skip
_UNLOCK = {
    DialectName.POSTGRESQL: "SELECT pg_catalog.pg_advisory_unlock_all()",
    DialectName.MYSQL: "DO RELEASE_ALL_LOCKS()",
}
_OF_MYSQL = (
    "SELECT COLLATION_NAME FROM information_schema.COLLATIONS "
    "WHERE COLLATION_NAME IN ('utf8mb4_0900_bin', 'utf8mb4_nopad_bin', 'utf8mb4_bin')"
)
_BEST_OF_MYSQL = ("utf8mb4_0900_bin", "utf8mb4_nopad_bin", "utf8mb4_bin")
_UNKNOWN_ROLE = "do what SQLAlchemy cannot tell"


class SqlalchemySession:
    """One connection, used by one statement at a time."""

    errors: tuple[type[Exception], ...] = (SQLAlchemyError, OSError)

    def __init__(self, place: Place) -> None:
        """Raises Refusal for a dialect that is not installed, or that is not spoken here."""
        self._language = place.dialect
        self._connection = _connect(place)
        self._driver: Any = self._connection.connection.driver_connection  # Any: each driver has its own
        if self._language is DialectName.SQLITE:
            self._secure_sqlite()
        if self._language is DialectName.DUCKDB:
            for setting in ("enable_external_access = false", "lock_configuration = true"):
                self._run(f"SET {setting}")

    def _secure_sqlite(self) -> None:
        """What questions need of SQLite, and what it may not do. Raises Refusal where the driver cannot."""
        if not hasattr(self._driver, "create_function"):
            raise Refusal("no_compiler", "Its driver defines no functions, which questions over SQLite need.")
        from answerable.data.engines.external.drivers.sqlite import define_functions  # noqa: PLC0415

        for setting in ("trusted_schema = OFF", "query_only = ON", "cell_size_check = ON", "mmap_size = 0"):
            self._run(f"PRAGMA {setting}")
        define_functions(self._driver)

    def facts(self) -> ServerFacts:
        """Who reads is not told by SQLAlchemy: of a server it has to be accepted."""
        with self.transaction(10):
            found = self._collations()
        dialect = self._connection.dialect
        version = ".".join(str(part) for part in getattr(dialect, "server_version_info", None) or ())
        role = DatabaseRole(name="read-only file")
        if self._connection.engine.url.host:
            name = self._connection.engine.url.username or "nobody"
            role = DatabaseRole(name=name, can_write=(_UNKNOWN_ROLE,))
        traits = Traits(
            dialect=self._language, version=version, **found,
            named_zones=self._language is not DialectName.MYSQL,
        )  # fmt: skip
        return ServerFacts(product=f"{dialect.name} {version} by SQLAlchemy", traits=traits, role=role)

    def _collations(self) -> Collations:
        try:
            if self._language is DialectName.POSTGRESQL:
                return collations.of_postgresql(self._rows(collations.KNOWN))
            if self._language is DialectName.MYSQL:
                known = {str(row[0]) for row in self._rows(_OF_MYSQL)}
                best = next((name for name in _BEST_OF_MYSQL if name in known), None)
                return Collations(text_collation=best, lower_collation=best, unicode=True)
        except SQLAlchemyError:
            pass
        return Collations(text_collation=None, lower_collation=None, unicode=True)

    def catalogue(self) -> Catalogue:
        """Tables and views as SQLAlchemy reflects them."""
        with self.transaction(60):
            return self._reflected(Assembler(), inspect(self._connection))

    def _reflected(self, found: Assembler, reflected: Inspector) -> Catalogue:
        server = bool(self._connection.engine.url.host)
        schemas: list[str | None] = [
            name
            for name in reflected.get_schema_names()
            if name not in _SYSTEM and not name.startswith("pg_")
        ]
        if not server and self._language is DialectName.SQLITE:
            schemas = [None]
        for schema in schemas:
            for view, names in (
                (False, reflected.get_table_names(schema=schema)),
                (True, reflected.get_view_names(schema=schema)),
            ):
                for name in filter(lambda each: self._readable(schema, each), names):
                    self._describe(found, reflected, schema, name, view=view)
        return found.catalogue()

    def _readable(self, schema: str | None, name: str) -> bool:
        """Whether the role may read it: some catalogues list more."""
        quote = self._connection.dialect.identifier_preparer.quote_identifier
        place = f"{quote(schema)}.{quote(name)}" if schema else quote(name)
        try:
            with self._connection.begin_nested():
                self._rows(f"SELECT 1 FROM {place} LIMIT 0")  # noqa: S608 - the catalogue's own names, quoted
        except SQLAlchemyError:
            return False
        return True

    def _describe(
        self, found: Assembler, reflected: Inspector, schema: str | None, name: str, *, view: bool
    ) -> None:
        try:
            columns = reflected.get_columns(name, schema=schema)
            key = reflected.get_pk_constraint(name, schema=schema)["constrained_columns"]
            unique = reflected.get_unique_constraints(name, schema=schema)
            links = reflected.get_foreign_keys(name, schema=schema)
        except (SQLAlchemyError, NotImplementedError):
            if not view:
                raise
            key, unique, links = [], [], []  # some dialects reflect no keys of views
            columns = reflected.get_columns(name, schema=schema)
        found.table(schema, name, view=view)
        for column in columns:
            type_, storage, scale = self._type_of(column["type"])
            found.column(
                schema, name,
                CatalogueColumn(
                    name=column["name"], native_type=str(column["type"])[:100], type=type_, storage=storage,
                    scale=scale, nullable=bool(column["nullable"]), comment=column.get("comment") or "",
                ),
            )  # fmt: skip
        if key:
            found.key(schema, name, tuple(key), primary=True)
        for each in unique:
            found.key(schema, name, tuple(str(one) for one in each["column_names"]), primary=False)
        for link in links:
            found.link(
                schema, name,
                ForeignKey(
                    columns=tuple(link["constrained_columns"]), schema_name=link["referred_schema"] or schema,
                    table=link["referred_table"], referenced=tuple(link["referred_columns"]),
                ),
            )  # fmt: skip

    def _type_of(self, kind: types.TypeEngine[Any]) -> tuple[FieldType | None, Storage, int | None]:
        lite = self._language is DialectName.SQLITE
        dated = Storage.ISO_TEXT if lite else Storage.PLAIN
        flag = Storage.FLAG if lite or self._language is DialectName.MYSQL else Storage.PLAIN
        one_bit = getattr(kind, "display_width", None) == 1
        if isinstance(kind, types.Boolean) or one_bit:
            return FieldType.BOOLEAN, flag, None
        if isinstance(kind, types.Float):
            return FieldType.FLOAT, Storage.CONVERTED, None
        if isinstance(kind, types.Numeric):
            return FieldType.DECIMAL, Storage.PLAIN, kind.scale
        if isinstance(kind, types.DateTime):
            zoned = bool(kind.timezone) or (
                type(kind).__name__ == "TIMESTAMP" and flag is Storage.FLAG and not lite
            )
            return FieldType.TIMESTAMP, Storage.ZONED if zoned else dated, None
        known: tuple[tuple[type[types.TypeEngine[Any]], FieldType, Storage], ...] = (
            (types.Integer, FieldType.INTEGER, Storage.PLAIN),
            (types.Date, FieldType.DATE, dated),
            (types.Time, FieldType.TIME, Storage.PLAIN),
            (types.Uuid, FieldType.STRING, Storage.CONVERTED),
            (types.Enum, FieldType.STRING, Storage.CONVERTED),
            (types.String, FieldType.STRING, Storage.PLAIN),
        )
        for own, type_, storage in known:
            if isinstance(kind, own):
                return type_, storage, None
        return None, Storage.PLAIN, None

    @contextmanager
    def transaction(self, seconds: float) -> Iterator[None]:
        """Read-only, in the words of its language; a dialect that refuses those is not read."""
        self._connection.rollback()  # what was asked before has begun one
        transaction = self._connection.begin()
        try:
            for statement in _READ_ONLY[self._language]:
                self._run(statement.format(**self._words(seconds)))
            yield
        finally:
            with suppress(SQLAlchemyError, OSError):
                transaction.rollback()
                if self._language in _UNLOCK:  # such locks outlive a transaction
                    self._run(_UNLOCK[self._language])
                    self._connection.rollback()

    def _words(self, seconds: float) -> dict[str, str]:
        """How the server is told its limits of time and of steps."""
        milliseconds = max(1, int(seconds * 1000))
        mariadb = getattr(self._connection.dialect, "is_mariadb", False)
        return {
            "milliseconds": str(milliseconds),
            "limit": f"max_statement_time = {milliseconds / 1000:.3f}"
            if mariadb
            else f"max_execution_time = {milliseconds}",
            "depth": "max_recursive_iterations" if mariadb else "cte_max_recursion_depth",
        }

    def estimate(self, sql: str) -> dict[str, int]:
        """Dialects tell no plan that could be read here. Raises ValueError for what is no SELECT."""
        _require_select(sql)
        return {"rows": 0, "bytes": 0}

    def select(self, sql: str) -> Iterator[Sequence[Row]]:
        """Sent as it is, without parameters. Raises ValueError for what is no SELECT."""
        _require_select(sql)
        result = self._connection.exec_driver_sql(
            sql, execution_options={"no_parameters": True, "stream_results": True}
        )
        try:
            while batch := result.fetchmany(_BATCH):
                yield [tuple(row) for row in batch]
        finally:
            result.close()

    def backend(self) -> int | None:
        return None

    def cancel(self) -> None:
        """By the driver's own way, where it has one; else the process is ended."""
        for name in ("cancel_safe", "interrupt", "cancel"):
            stop = getattr(self._driver, name, None)
            if stop is not None:
                with suppress(Exception):
                    stop()
                return

    def was_cancelled(self, error: Exception) -> bool:
        return re.search("interrupted|cancell?ing|cancell?ed|timeout", str(error), re.IGNORECASE) is not None

    def close(self) -> None:
        with suppress(SQLAlchemyError, OSError):
            self._connection.close()

    def _run(self, sql: str) -> None:
        self._connection.exec_driver_sql(sql, execution_options={"no_parameters": True})

    def _rows(self, sql: str) -> list[Any]:  # Any: each caller knows its columns
        return list(
            self._connection.exec_driver_sql(sql, execution_options={"no_parameters": True}).fetchall()
        )


def _connect(place: Place) -> Connection:
    url = URL.create(
        place.driver or "",
        username=place.username or None,
        password=place.password or None,
        host=place.address or None,
        port=place.port or None,
        database=place.database,
    )
    try:
        dialect = url.get_dialect()
    except (NoSuchModuleError, ArgumentError) as error:
        raise Refusal(
            "no_dialect", f"SQLAlchemy knows no dialect {place.driver!r}. Install its package."
        ) from error
    language = language_of(dialect, url.get_backend_name())
    if language is not place.dialect:
        raise Refusal(
            "no_compiler", f"{place.driver} speaks {language}: give that as the connection's dialect."
        )
    try:
        engine = create_engine(url, poolclass=NullPool, connect_args=_arguments(place, dialect.driver))
    except ImportError as error:
        raise Refusal(
            "no_dialect", f"The driver of {place.driver} is not installed: {error.name}."
        ) from error
    return engine.connect()


def _arguments(place: Place, driver: str) -> dict[str, Any]:  # Any: each driver's own
    """What a driver is told besides the address: TLS, in the words of those that are known."""
    if place.is_file:
        return {"read_only": True} if place.dialect is DialectName.DUCKDB else {"timeout": 2}
    libpq = driver in ("psycopg", "psycopg2")
    encoding = {"client_encoding": "utf8"} if libpq else {}
    if place.tls == "off":
        return encoding
    if libpq:
        options = {"sslmode": "require", "host": place.host, "hostaddr": place.address, **encoding}
        if place.tls == "verify":
            options |= {"sslmode": "verify-full", "sslrootcert": kept(place.ca) if place.ca else "system"}
        return options
    raise Refusal(
        "tls", f"How {driver} is told to encrypt is not known here. Set `tls` to `off` in a trusted network."
    )


def _require_select(sql: str) -> None:
    if re.match(r"(SELECT|WITH)\b", sql) is None:
        raise ValueError("Only one SELECT can be run.")
