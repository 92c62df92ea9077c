"""PostgreSQL through psycopg: read-only transactions, a cursor that takes one SELECT and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg.adapt import Buffer, Loader
from psycopg.types.datetime import DateLoader, TimeLoader, TimestampLoader, TimestamptzLoader

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
from answerable.data.engines.external.drivers.session import NoValue, Row
from answerable.data.engines.external.place import Place
from answerable.data.semantics.model import FieldType

CONNECT_SECONDS = 10
_BATCH = 1_000
_OLDEST = 130_000
_SYSTEM = "('pg_catalog', 'information_schema', 'pg_toast')"
_SETTINGS = {
    "TimeZone": "UTC",
    "standard_conforming_strings": "on",
    "search_path": "pg_catalog",
    "lock_timeout": "2000",
    "client_connection_check_interval": "1000",
    "max_parallel_workers_per_gather": "2",
    "synchronize_seqscans": "off",
}
_TYPES: dict[str, tuple[FieldType, Storage]] = {
    "bool": (FieldType.BOOLEAN, Storage.PLAIN),
    "int2": (FieldType.INTEGER, Storage.PLAIN),
    "int4": (FieldType.INTEGER, Storage.PLAIN),
    "int8": (FieldType.INTEGER, Storage.PLAIN),
    "numeric": (FieldType.DECIMAL, Storage.PLAIN),
    "money": (FieldType.DECIMAL, Storage.CONVERTED),
    "float4": (FieldType.FLOAT, Storage.CONVERTED),
    "float8": (FieldType.FLOAT, Storage.PLAIN),
    "date": (FieldType.DATE, Storage.PLAIN),
    "timestamp": (FieldType.TIMESTAMP, Storage.PLAIN),
    "timestamptz": (FieldType.TIMESTAMP, Storage.ZONED),
    "time": (FieldType.TIME, Storage.PLAIN),
    "text": (FieldType.STRING, Storage.PLAIN),
    "varchar": (FieldType.STRING, Storage.PLAIN),
    "bpchar": (FieldType.STRING, Storage.PLAIN),
    "citext": (FieldType.STRING, Storage.CONVERTED),
    "name": (FieldType.STRING, Storage.CONVERTED),
    "uuid": (FieldType.STRING, Storage.CONVERTED),
    "inet": (FieldType.STRING, Storage.CONVERTED),
}


def _as_far_as_known(reader: type[Loader]) -> type[Loader]:
    """A reader of dates or times that tells what has no value here, so that its column can be named."""

    class AsFarAsKnown(reader):  # type: ignore[misc, valid-type]  # the class is an argument
        def load(self, data: Buffer) -> object:
            try:
                return super().load(data)
            except psycopg.DataError:
                return NoValue(bytes(data).decode("ascii", "replace"))

    return AsFarAsKnown


_READERS = {
    kind: _as_far_as_known(reader)
    for kind, reader in (
        ("date", DateLoader),
        ("time", TimeLoader),
        ("timestamp", TimestampLoader),
        ("timestamptz", TimestamptzLoader),
    )
}


class PostgresqlSession:
    """One connection, used by one statement at a time."""

    errors: tuple[type[Exception], ...] = (psycopg.Error,)

    def __init__(self, place: Place) -> None:
        self._settings: set[str] | None = None
        options: dict[str, Any] = {}  # Any: libpq's own words
        if place.tls == "verify":
            options["sslrootcert"] = kept(place.ca) if place.ca else "system"
        self._connection = psycopg.connect(
            host=place.host,
            hostaddr=place.address,
            port=place.port,
            dbname=place.database,
            user=place.username,
            password=place.password,
            connect_timeout=CONNECT_SECONDS,
            sslmode={"verify": "verify-full", "require": "require", "off": "disable"}[place.tls],
            application_name="answerable",
            client_encoding="UTF8",  # statements are sent in it, whatever the database keeps its text in
            passfile="/dev/null",
            autocommit=True,
            prepare_threshold=None,
            **options,
        )
        for kind, reader in _READERS.items():
            self._connection.adapters.register_loader(kind, reader)

    def facts(self) -> ServerFacts:
        """Raises ValueError for a server that is too old."""
        info = self._connection.info
        if info.server_version < _OLDEST:
            raise ValueError("PostgreSQL 13 or newer is needed.")
        with self.transaction(CONNECT_SECONDS):
            found = collations.of_postgresql(self._rows(collations.KNOWN))
        version = str(info.parameter_status("server_version") or "")
        traits = Traits(dialect=DialectName.POSTGRESQL, version=version, **found)
        return ServerFacts(product=f"PostgreSQL {version}", traits=traits, role=self._role())

    def _role(self) -> DatabaseRole:
        with self.transaction(CONNECT_SECONDS):
            name, superuser, creates, files, standby = self._rows(_ROLE)[0]
            # A standby takes no writes, whoever asks.
            tables = [] if standby else [str(row[0]) for row in self._rows(_WRITABLE)]
        could = [f"change the rows of {table}" for table in tables]
        could += ["create tables"] if creates and not standby else []
        could += ["read and write files of the server"] if files else []
        return DatabaseRole(name=str(name), superuser=bool(superuser), can_write=tuple(could))

    def catalogue(self) -> Catalogue:
        """Tables, views and foreign tables outside of the system's schemas."""
        found = Assembler()
        with self.transaction(60):
            for schema, name, kind, rows, comment in self._rows(_TABLES):
                estimate = int(rows) if rows is not None and rows >= 0 else None
                found.table(schema, name, view=kind in ("v", "m"), rows=estimate, comment=comment)
            for schema, table, name, kind, category, shown, modifier, required, comment in self._rows(
                _COLUMNS
            ):
                type_, storage = _TYPES.get(kind, (None, Storage.PLAIN))
                if category == "e":
                    type_, storage = FieldType.STRING, Storage.CONVERTED
                scale = (modifier - 4) & 0xFFFF if kind == "numeric" and modifier >= 4 else None
                found.column(
                    schema,
                    table,
                    CatalogueColumn(
                        name=name, native_type=shown, type=type_, storage=storage, scale=scale,
                        nullable=not required, comment=comment or "",
                    ),
                )  # fmt: skip
            for schema, table, primary, columns in self._rows(_KEYS):
                found.key(schema, table, tuple(columns), primary=primary)
            for schema, table, columns, other_schema, other, referenced in self._rows(_LINKS):
                link = ForeignKey(
                    columns=tuple(columns),
                    schema_name=other_schema,
                    table=other,
                    referenced=tuple(referenced),
                )
                found.link(schema, table, link)
        return found.catalogue()

    @contextmanager
    def transaction(self, seconds: float) -> Iterator[None]:
        """Read-only and at one point in time; the settings last as long as it does, which works through
        poolers of transactions too."""
        self._connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            settings = {**_SETTINGS, "statement_timeout": str(max(1, int(seconds * 1000)))}
            for name in sorted(self._known_settings() & settings.keys()):
                self._connection.execute(f"SET LOCAL {name} = '{settings[name]}'".encode())
            yield
            # Advisory locks of a session outlive a transaction.
            self._connection.execute("SELECT pg_catalog.pg_advisory_unlock_all()")
        finally:
            with suppress(psycopg.Error):
                self._connection.execute("ROLLBACK")

    def _known_settings(self) -> set[str]:
        """Older servers lack some of the settings."""
        if self._settings is None:
            self._settings = {str(row[0]) for row in self._rows("SELECT name FROM pg_catalog.pg_settings")}
        return self._settings

    def estimate(self, sql: str) -> dict[str, int]:
        """From the plan: what each scan yields."""
        plan = self._one(f"EXPLAIN (FORMAT JSON) {sql}")
        parsed = json.loads(plan) if isinstance(plan, str) else plan
        rows = size = 0
        for scan in _scans(parsed[0]["Plan"]):
            rows += int(scan.get("Plan Rows", 0))
            size += int(scan.get("Plan Rows", 0)) * int(scan.get("Plan Width", 0))
        return {"rows": rows, "bytes": size}

    def select(self, sql: str) -> Iterator[Sequence[Row]]:
        """A cursor is declared for it: the server takes one SELECT there, and none that writes. The
        extended protocol carries a single statement."""
        self._connection.execute(f"DECLARE answerable NO SCROLL CURSOR FOR {sql}".encode(), binary=True)
        while True:
            batch = self._connection.execute(b"FETCH FORWARD %d FROM answerable" % _BATCH).fetchall()
            if batch:
                yield batch
            if len(batch) < _BATCH:
                return

    def backend(self) -> int | None:
        return self._connection.info.backend_pid

    def cancel(self) -> None:
        with suppress(psycopg.Error):
            self._connection.cancel_safe(timeout=5)

    def cancel_other(self, backend: int) -> None:
        """Stop what another session of this role runs."""
        self._connection.execute(
            "SELECT pg_cancel_backend(pid) FROM pg_stat_activity "
            "WHERE pid = %s AND application_name = 'answerable' AND usename = current_user",
            (backend,),
        )

    def was_cancelled(self, error: Exception) -> bool:
        return isinstance(error, psycopg.errors.QueryCanceled)

    def close(self) -> None:
        self._connection.close()

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:  # Any: each caller knows its columns
        return self._connection.execute(sql.encode()).fetchall()

    def _one(self, sql: str) -> Any:
        row = self._connection.execute(sql.encode(), binary=True).fetchone()
        return row[0] if row is not None else None


def _scans(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "Relation Name" in node or "Foreign Scan" in str(node.get("Node Type")):
        yield node
    for child in node.get("Plans", ()):
        yield from _scans(child)


_ROLE = """
SELECT current_user, rolsuper,
       has_database_privilege(current_database(), 'CREATE')
         OR EXISTS (SELECT FROM pg_namespace
                    WHERE nspname NOT LIKE 'pg\\_%' AND has_schema_privilege(oid, 'CREATE')),
       EXISTS (SELECT FROM pg_roles WHERE rolname IN
                 ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program')
               AND pg_has_role(current_user, oid, 'MEMBER')),
       pg_is_in_recovery()
FROM pg_roles WHERE rolname = current_user
"""
_WRITABLE = f"""
SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'f', 'v') AND n.nspname NOT IN {_SYSTEM} AND n.nspname NOT LIKE 'pg\\_%'
  AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
ORDER BY 1 LIMIT 20
"""  # noqa: S608 - constants of this module
_TABLES = f"""
SELECT n.nspname, c.relname, c.relkind::text, c.reltuples, obj_description(c.oid, 'pg_class')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  AND n.nspname NOT IN {_SYSTEM} AND n.nspname NOT LIKE 'pg\\_temp%'
  AND has_schema_privilege(n.oid, 'USAGE')
  AND (has_table_privilege(c.oid, 'SELECT') OR has_any_column_privilege(c.oid, 'SELECT'))
"""  # noqa: S608 - constants of this module
_COLUMNS = f"""
SELECT n.nspname, c.relname, a.attname,
       CASE WHEN t.typtype = 'd' THEN b.typname ELSE t.typname END, t.typtype::text,
       format_type(a.atttypid, a.atttypmod),
       CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END, a.attnotnull,
       col_description(c.oid, a.attnum)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type b ON b.oid = t.typbasetype
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND n.nspname NOT IN {_SYSTEM} AND has_schema_privilege(n.oid, 'USAGE')
  AND has_column_privilege(c.oid, a.attnum, 'SELECT')
ORDER BY c.oid, a.attnum
"""  # noqa: S608 - constants of this module
_KEYS = f"""
SELECT n.nspname, c.relname, i.indisprimary,
       ARRAY(SELECT a.attname::text FROM unnest(i.indkey) WITH ORDINALITY k(n, p)
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.n
             WHERE k.p <= i.indnkeyatts ORDER BY k.p)
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
  AND n.nspname NOT IN {_SYSTEM}
"""  # noqa: S608 - constants of this module
_LINKS = f"""
SELECT n.nspname, c.relname,
       ARRAY(SELECT a.attname::text FROM unnest(f.conkey) WITH ORDINALITY k(n, p)
             JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.n ORDER BY k.p),
       rn.nspname, r.relname,
       ARRAY(SELECT a.attname::text FROM unnest(f.confkey) WITH ORDINALITY k(n, p)
             JOIN pg_attribute a ON a.attrelid = f.confrelid AND a.attnum = k.n ORDER BY k.p)
FROM pg_constraint f JOIN pg_class c ON c.oid = f.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_class r ON r.oid = f.confrelid JOIN pg_namespace rn ON rn.oid = r.relnamespace
WHERE f.contype = 'f' AND f.convalidated AND n.nspname NOT IN {_SYSTEM}
"""  # noqa: S608 - constants of this module
