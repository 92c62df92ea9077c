"""A compiled query as what one engine runs: over our files, in the warehouse, or in a connected database."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlglot import exp

from answerable.data.connections.live import LiveConnection, LiveTable, reader_of
from answerable.data.engines.compiler import Compiled
from answerable.data.engines.dialects.check import check_translated
from answerable.data.engines.dialects.tables import DialectName, PhysicalTable, Storage, decimals_of
from answerable.data.engines.dialects.translate import translate
from answerable.data.engines.duckdb.check import check_expression, checked_tree
from answerable.data.engines.duckdb.engine import DuckDBEngine
from answerable.data.engines.duckdb.moments import by_calendar
from answerable.data.engines.errors import InvalidQuery
from answerable.data.engines.external.engine import ExternalEngine
from answerable.data.engines.query_limits.bounds import QueryLimits
from answerable.data.semantics.result import Cell, Estimate
from answerable.data.warehouse.service import Warehouse
from answerable.kit.errors import FieldError
from answerable.kit.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Computed:
    """The rows of a statement. `truncated`: a limit on rows or bytes cut it."""

    rows: list[list[Cell]]
    truncated: bool
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class FileStatement:
    """A statement over Parquet files, by the names of their datasets."""

    owner: str
    sql: str
    shown: str
    tables: dict[str, Path]

    async def run(self, runtime: Runtime, compiled: Compiled, limits: QueryLimits) -> Computed:
        """The rows. Raises as `DuckDBEngine.run`."""
        del compiled
        found = await runtime.get(DuckDBEngine).run(self.sql, self.tables, owner=self.owner, limits=limits)
        return Computed(found.rows, found.truncated, found.estimate)

    async def estimate(self, runtime: Runtime, limits: QueryLimits) -> Estimate:
        """What it would read."""
        engine = runtime.get(DuckDBEngine)
        return await engine.estimate(self.sql, self.tables, owner=self.owner, limits=limits)


@dataclass(frozen=True, slots=True)
class LiveStatement:
    """A statement that a connected database computes itself. `zero_dates` are the fields that it reads with
    dates that are none, by dataset and name."""

    connection: LiveConnection
    sql: str
    shown: str
    scale: int | None
    zero_dates: tuple[tuple[str, str], ...] = ()

    async def run(self, runtime: Runtime, compiled: Compiled, limits: QueryLimits) -> Computed:
        """The rows. Raises as `ExternalEngine.run`."""
        reader = await reader_of(runtime, self.connection)
        found = await runtime.get(ExternalEngine).run(
            reader, self.sql, compiled.columns, scale=self.scale, limits=limits
        )
        return Computed(found.rows, found.truncated, found.estimate)

    async def estimate(self, runtime: Runtime, limits: QueryLimits) -> Estimate:
        """What it would read."""
        reader = await reader_of(runtime, self.connection)
        return await runtime.get(ExternalEngine).estimate(reader, self.sql, limits=limits)


@dataclass(frozen=True, slots=True)
class WarehouseStatement:
    """A statement over tables of the warehouse."""

    owner: str
    sql: str
    shown: str

    async def run(self, runtime: Runtime, compiled: Compiled, limits: QueryLimits) -> Computed:
        """The rows. Raises as `Warehouse.run`."""
        found = await runtime.get(Warehouse).run(self.owner, self.sql, compiled.columns, limits=limits)
        return Computed(found.rows, found.truncated, found.estimate)

    async def estimate(self, runtime: Runtime, limits: QueryLimits) -> Estimate:
        """What it would read."""
        return await runtime.get(Warehouse).estimate(self.owner, self.sql, limits=limits)


Statement = FileStatement | LiveStatement | WarehouseStatement


def file_statement(
    owner: str,
    compiled: Compiled,
    tables: dict[str, Path],
    *,
    instants: Mapping[str, Collection[str]],
    time_zone: str,
    max_rows: int,
) -> FileStatement:
    """The statement over files, whose `instants` (columns by dataset) are read by the clocks of the time
    zone. Raises StatementRefused."""
    if not instants or time_zone == "UTC":
        sql = check_expression(compiled.expression, compiled.datasets, max_rows=max_rows)
        return FileStatement(owner, sql, compiled.sql(), tables)
    checked = checked_tree(compiled.expression, compiled.datasets, max_rows=max_rows)
    sql = by_calendar(checked, instants, time_zone).sql(dialect="duckdb", comments=False)
    shown = by_calendar(compiled.expression, instants, time_zone).sql(dialect="duckdb", pretty=True)
    return FileStatement(owner, sql, shown, tables)


async def warehouse_statement(
    runtime: Runtime, owner: str, compiled: Compiled, tables: Mapping[str, PhysicalTable], *, time_zone: str
) -> WarehouseStatement:
    """The statement over the warehouse's tables, by the names of their datasets, checked before and after it
    is translated. Raises StatementRefused, QueryFailed, WarehouseUnavailable and WarehouseUnfit."""
    traits = await runtime.get(Warehouse).traits()
    tree = checked_tree(compiled.expression, compiled.datasets, max_rows=runtime.settings.query.max_rows)
    sql = translate(tree, tables, traits, time_zone=time_zone)
    check_translated(sql, traits.dialect, tables)
    shown = translate(compiled.expression, tables, traits, time_zone=time_zone, pretty=True)
    return WarehouseStatement(owner, sql, shown)


def live_statement(
    compiled: Compiled, tables: Mapping[str, LiveTable], *, time_zone: str, max_rows: int
) -> LiveStatement:
    """The statement in the database's own dialect, checked before and after it is translated.

    `tables` has those of all datasets that are read. Raises StatementRefused, InvalidQuery, QueryFailed.
    """
    connection = one_connection(tables)
    traits = connection.facts.traits
    physical = {name: table.table for name, table in tables.items()}
    if traits.dialect is DialectName.MYSQL and not traits.named_zones and time_zone != "UTC":
        _require_no_zoned(tables)
    tree = checked_tree(compiled.expression, compiled.datasets, max_rows=max_rows)
    sql = translate(tree, physical, traits, time_zone=time_zone)
    check_translated(sql, traits.dialect, physical)
    shown = translate(compiled.expression, physical, traits, time_zone=time_zone, pretty=True)
    floats = traits.dialect is DialectName.SQLITE
    scale = decimals_of(physical.values()) if floats else None
    return LiveStatement(connection, sql, shown, scale, tuple(_zero_dates(compiled, physical)))


def _zero_dates(compiled: Compiled, tables: Mapping[str, PhysicalTable]) -> list[tuple[str, str]]:
    named = {column.name for column in compiled.expression.find_all(exp.Column)}
    return [
        (name, column.field)
        for name, table in tables.items()
        for column in table.columns
        if column.zero_dates and column.field in named
    ]


def one_connection(tables: Mapping[str, LiveTable]) -> LiveConnection:
    """The connection of all the tables. Raises InvalidQuery for those of several databases."""
    connections = {table.connection.id: table.connection for table in tables.values()}
    if len(connections) > 1:
        names = ", ".join(sorted(connection.name for connection in connections.values()))
        raise apart(f"its tables lie in several databases ({names})")
    return next(iter(connections.values()))


def apart(why: str) -> InvalidQuery:
    """The refusal of a query whose tables no single engine can join."""
    message = f"{why}; ask about tables of one place, or upload the others there"
    return InvalidQuery(f"dataset: {message}.", errors=[FieldError("dataset", message)])


def _require_no_zoned(tables: Mapping[str, LiveTable]) -> None:
    for name, table in tables.items():
        zoned = [c.field for c in table.table.columns if c.storage is Storage.ZONED]
        if zoned:
            raise InvalidQuery(
                f"{name}.{zoned[0]} keeps moments of the world, and the server cannot show them in the "
                "model's time zone. Load its tables of time zones (mysql_tzinfo_to_sql) and test the "
                "connection again, or set the model's time zone to UTC.",
                errors=[FieldError("dataset", f"{name}.{zoned[0]} needs the server's time zones")],
            )
