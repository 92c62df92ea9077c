"""The engine's process: one statement at a time over the Parquet files that it names.

It trusts no statement. DuckDB may open those files and nothing else, its configuration is locked,
its own parser must find exactly one SELECT, and a timer interrupts what runs too long.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

import duckdb

from answerable.data.engines import overflow
from answerable.data.engines.duckdb.estimates import TableSize, estimate, table_size
from answerable.data.engines.duckdb.transport import encode, kind_of
from answerable.data.engines.query_limits.scanning import hold_against_limits
from answerable.kit.sandbox.limits import JsonObject, Refusal, Report

_OPEN_DATABASES = 2
_FETCH_ROWS = 1_000


@dataclass(frozen=True)
class _Database:
    """An in-memory database that sees only its own tables; kept for the next query over the same."""

    connection: duckdb.DuckDBPyConnection
    sizes: dict[str, TableSize]


_databases: OrderedDict[str, _Database] = OrderedDict()


def run(payload: JsonObject, _report: Report) -> JsonObject:
    """Answer one statement.

    `payload`: `sql`, `tables` (name → path), `explain_only`, `seconds`, `memory_bytes`, `threads`, and
    the limits `scan_limits` (`QueryLimits.scans`), `max_rows`, `max_bytes`.
    Returns `estimate` {rows, bytes}, and unless `explain_only` also `names`, `kinds`, `rows`, `truncated`.
    Raises Refusal with code `statement`, `too_large`, `timeout`, `memory`, `overflow` or `failed`.
    """
    key = repr(sorted(payload["tables"].items()))
    try:
        return _answer(_database(key, payload), payload)
    except Refusal:
        raise
    except duckdb.InterruptException as error:
        _forget(key)
        raise Refusal("timeout", "The query took too long.") from error
    except (duckdb.OutOfMemoryException, MemoryError) as error:
        _forget(key)
        raise Refusal("memory", "The query needs more memory than it may use.") from error
    except (duckdb.Error, ValueError, OverflowError) as error:
        if isinstance(error, (duckdb.FatalException, duckdb.InternalException)):
            _forget(key)  # the database is no longer usable
        words = str(error).splitlines()[0][:300]
        if isinstance(error, OverflowError) or overflow.is_overflow(words):
            raise Refusal("overflow", f"{overflow.REMEDY} The engine says: {words}") from error
        raise Refusal("failed", words) from error


def _answer(database: _Database, payload: JsonObject) -> JsonObject:
    sql = payload["sql"]
    cursor = database.connection.cursor()
    timer = threading.Timer(payload["seconds"], cursor.interrupt)
    timer.start()
    try:
        _require_one_select(cursor, sql)
        expected = estimate(cursor, sql, database.sizes)
        hold_against_limits(expected, payload["scan_limits"])
        if payload["explain_only"]:
            return {"estimate": expected}
        cursor.execute(sql)
        names = [column[0] for column in cursor.description]
        kinds = [kind_of(str(column[1])).value for column in cursor.description]
        rows, truncated = _fetch(cursor, payload["max_rows"], payload["max_bytes"])
        return {
            "estimate": expected, "names": names, "kinds": kinds, "rows": rows, "truncated": truncated
        }  # fmt: skip
    finally:
        timer.cancel()
        cursor.close()


def _database(key: str, payload: JsonObject) -> _Database:
    if key in _databases:
        _databases.move_to_end(key)
        return _databases[key]
    while len(_databases) >= _OPEN_DATABASES:
        _forget(next(iter(_databases)))
    _databases[key] = _open(payload)
    return _databases[key]


def _forget(key: str) -> None:
    database = _databases.pop(key, None)
    if database is not None:
        database.connection.close()


def _open(payload: JsonObject) -> _Database:
    connection = duckdb.connect(
        ":memory:",
        config={
            "threads": payload["threads"],
            "memory_limit": f"{payload['memory_bytes']}B",
            "temp_directory": "",
            "max_temp_directory_size": "0B",
            "enable_external_file_cache": False,
            "python_enable_replacements": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "allow_unsigned_extensions": False,
            "allow_persistent_secrets": False,
        },
    )
    sizes: dict[str, TableSize] = {}
    for name, path in payload["tables"].items():
        connection.read_parquet(path).create_view(name)
        sizes[name] = table_size(connection, path)
    paths = ", ".join(_text(path) for path in payload["tables"].values())
    connection.execute(f"SET allowed_paths = [{paths}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return _Database(connection, sizes)


def _require_one_select(cursor: duckdb.DuckDBPyConnection, sql: str) -> None:
    try:
        statements = cursor.extract_statements(sql)
    except duckdb.Error as error:
        raise Refusal("statement", "The statement cannot be read.") from error
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise Refusal("statement", "Only one SELECT can be run.")


def _fetch(
    cursor: duckdb.DuckDBPyConnection, max_rows: int, max_bytes: int
) -> tuple[list[list[object]], bool]:
    rows: list[list[object]] = []
    size = 0
    while batch := cursor.fetchmany(min(_FETCH_ROWS, max_rows + 1 - len(rows))):
        for raw in batch:
            if len(rows) == max_rows:
                return rows, True
            row: list[object] = [encode(cell) for cell in raw]
            size += sum(_bytes_of(cell) for cell in row)
            if size > max_bytes:
                return rows, True
            rows.append(row)
    return rows, False


def _bytes_of(cell: object) -> int:
    """About what the cell takes on the way: a text is sent in UTF-8."""
    if not isinstance(cell, str):
        return 8
    return len(cell) if cell.isascii() else len(cell.encode("utf-8", "surrogatepass"))


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
