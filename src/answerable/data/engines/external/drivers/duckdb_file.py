"""A DuckDB file: opened read-only, its configuration locked, in a process that reaches nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import duckdb

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

_BATCH = 1_000
_TYPES: dict[str, tuple[FieldType, Storage]] = {
    "BOOLEAN": (FieldType.BOOLEAN, Storage.PLAIN),
    **dict.fromkeys(
        [f"{sign}{size}INT" for sign in ("", "U") for size in ("TINY", "SMALL", "BIG", "HUGE")]
        + ["INTEGER", "UINTEGER"],
        (FieldType.INTEGER, Storage.PLAIN),
    ),
    "FLOAT": (FieldType.FLOAT, Storage.CONVERTED),
    "DOUBLE": (FieldType.FLOAT, Storage.PLAIN),
    "DATE": (FieldType.DATE, Storage.PLAIN),
    "TIMESTAMP": (FieldType.TIMESTAMP, Storage.PLAIN),
    **dict.fromkeys(
        ("TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"), (FieldType.TIMESTAMP, Storage.CONVERTED)
    ),
    "TIMESTAMP WITH TIME ZONE": (FieldType.TIMESTAMP, Storage.ZONED),
    "TIME": (FieldType.TIME, Storage.PLAIN),
    "VARCHAR": (FieldType.STRING, Storage.PLAIN),
    "UUID": (FieldType.STRING, Storage.CONVERTED),
}


class DuckdbSession:
    """One open file."""

    errors: tuple[type[Exception], ...] = (duckdb.Error,)

    def __init__(self, place: Place, memory_bytes: int) -> None:
        self._connection = duckdb.connect(
            place.database,
            read_only=True,
            config={
                "threads": 2,
                "memory_limit": f"{memory_bytes}B",
                "temp_directory": "",
                "max_temp_directory_size": "0B",
                "python_enable_replacements": False,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "allow_community_extensions": False,
                "allow_unsigned_extensions": False,
                "allow_persistent_secrets": False,
            },
        )
        self._connection.execute("SET TimeZone = 'UTC'")
        self._connection.execute("SET enable_external_access = false")
        self._connection.execute("SET lock_configuration = true")

    def facts(self) -> ServerFacts:
        """Nobody writes to it from here."""
        traits = Traits(dialect=DialectName.DUCKDB, version=duckdb.__version__)
        return ServerFacts(
            product=f"DuckDB {duckdb.__version__}", traits=traits, role=DatabaseRole(name="read-only file")
        )

    def catalogue(self) -> Catalogue:
        """Tables and views of the file."""
        found = Assembler()
        for schema, name, rows, comment in self._rows(
            "SELECT schema_name, table_name, estimated_size, comment FROM duckdb_tables() WHERE NOT internal"
        ):
            found.table(schema, name, view=False, rows=rows, comment=comment)
        for schema, name, comment in self._rows(
            "SELECT schema_name, view_name, comment FROM duckdb_views() WHERE NOT internal"
        ):
            found.table(schema, name, view=True, comment=comment)
        for schema, table, name, kind, scale, nullable, comment in self._rows(
            "SELECT schema_name, table_name, column_name, data_type, numeric_scale, is_nullable, comment "
            "FROM duckdb_columns() WHERE NOT internal ORDER BY column_index"
        ):
            type_, storage = _type_of(kind)
            found.column(
                schema, table,
                CatalogueColumn(
                    name=name, native_type=kind[:100], type=type_, storage=storage, nullable=nullable,
                    scale=scale if type_ is FieldType.DECIMAL else None, comment=comment or "",
                ),
            )  # fmt: skip
        for schema, table, kind, columns, other, referenced in self._rows(
            "SELECT schema_name, table_name, constraint_type, constraint_column_names, referenced_table, "
            "referenced_column_names FROM duckdb_constraints()"
        ):
            if kind in ("PRIMARY KEY", "UNIQUE"):
                found.key(schema, table, tuple(columns), primary=kind == "PRIMARY KEY")
            elif kind == "FOREIGN KEY" and other:
                link = ForeignKey(
                    columns=tuple(columns), schema_name=schema, table=other, referenced=tuple(referenced)
                )
                found.link(schema, table, link)
        return found.catalogue()

    @contextmanager
    def transaction(self, seconds: float) -> Iterator[None]:
        """One state of the file; the process's own deadline ends what takes longer."""
        del seconds
        self._connection.execute("BEGIN")
        try:
            yield
        finally:
            with suppress(duckdb.Error):
                self._connection.execute("ROLLBACK")

    def estimate(self, sql: str) -> dict[str, int]:
        """From the plan: what each scan is expected to yield. It does not tell bytes."""
        self._require_one_select(sql)
        explained = self._rows(f"EXPLAIN (FORMAT json) {sql}")
        return {"rows": sum(map(_scanned, json.loads(explained[0][1]))), "bytes": 0}

    def select(self, sql: str) -> Iterator[Sequence[Row]]:
        """Raises ValueError for what is not one SELECT."""
        self._require_one_select(sql)
        cursor = self._connection.execute(sql)
        while batch := cursor.fetchmany(_BATCH):
            yield batch

    def _require_one_select(self, sql: str) -> None:
        """The driver runs all the statements of a text."""
        statements = self._connection.extract_statements(sql)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise ValueError("Only one SELECT can be run.")

    def backend(self) -> int | None:
        return None

    def cancel(self) -> None:
        self._connection.interrupt()

    def was_cancelled(self, error: Exception) -> bool:
        return isinstance(error, duckdb.InterruptException)

    def close(self) -> None:
        self._connection.close()

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:  # Any: each caller knows its columns
        return self._connection.execute(sql).fetchall()


def _type_of(kind: str) -> tuple[FieldType | None, Storage]:
    if kind.startswith("DECIMAL("):
        return FieldType.DECIMAL, Storage.PLAIN
    if kind.startswith("ENUM("):
        return FieldType.STRING, Storage.CONVERTED
    return _TYPES.get(kind, (None, Storage.PLAIN))


def _scanned(node: dict[str, Any]) -> int:  # Any: a plan has no fixed shape
    own = 0
    if "SCAN" in str(node.get("name", "")).upper():
        match = re.search(r"\d+", str((node.get("extra_info") or {}).get("Estimated Cardinality", "")))
        own = int(match[0]) if match is not None else 0
    return own + sum(map(_scanned, node.get("children") or ()))
