"""A SQLite file: opened read-only, with an authorizer, in a process that reaches nothing else."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from statistics import median
from typing import Any
from urllib.parse import quote

from answerable.data.engines.dialects.tables import (
    BAD_VALUE,
    LOWERED,
    SIMPLY_LOWERED,
    DialectName,
    Storage,
    Traits,
)
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
from answerable.kit.sandbox.limits import Refusal

_BATCH = 1_000
_ALONE = str.maketrans(*SIMPLY_LOWERED)
_SAMPLE = 2_000
_ACTIONS = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE})
_NO_FUNCTIONS = frozenset({"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"})
_PRAGMAS = frozenset({"table_xinfo", "foreign_key_list", "index_list", "index_info"})
_LOCKED_SECONDS = 2.0
_LONGEST_VALUE = 16_000_000
_STEPS_AT_ONCE, _MOST_STEPS = 100_000, 400
"""How much looking at one column may cost: a view that never ends is no reason to list no table."""
_MILLISECONDS_FROM = 100_000_000_000  # as seconds that is the year 5138, as milliseconds 1973
_DAY, _MOMENT = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?")


class BadValue(Exception):
    """A value that is not of its column's type."""


class SqliteSession:
    """One open file."""

    errors: tuple[type[Exception], ...] = (sqlite3.Error,)

    def __init__(self, place: Place) -> None:
        self._path = place.database
        self._bad: str | None = None
        self._steps = 0
        self._open()

    def _open(self) -> None:
        self._own = True
        self._alone = _nobody_writes(self._path)
        self._stamp = _stamp(self._path)
        self._connection = sqlite3.connect(
            f"file:{quote(self._path)}?mode=ro{'&immutable=1' if self._alone else ''}",
            uri=True, check_same_thread=False, isolation_level=None, timeout=_LOCKED_SECONDS,
        )  # fmt: skip
        for setting in ("trusted_schema = OFF", "query_only = ON", "cell_size_check = ON", "mmap_size = 0"):
            self._connection.execute(f"PRAGMA {setting}")
        self._connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        self._connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
        define_functions(self._connection, self._note_bad)
        self._connection.set_authorizer(self._authorize)
        self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()

    def _authorize(self, action: int, first: str | None, second: str | None, *_place: str | None) -> int:
        """SELECTs alone, of a statement that is asked for; transactions and PRAGMAs are ours."""
        if action == sqlite3.SQLITE_PRAGMA:
            allowed = self._own and first in _PRAGMAS
        elif action == sqlite3.SQLITE_TRANSACTION:
            allowed = self._own
        elif action == sqlite3.SQLITE_FUNCTION:
            allowed = (second or "").lower() not in _NO_FUNCTIONS
        else:
            allowed = action in _ACTIONS
        return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY

    @contextmanager
    def _asked(self) -> Iterator[None]:
        """What is prepared inside is not ours."""
        self._own = False
        try:
            yield
        finally:
            self._own = True

    def _note_bad(self, column: str) -> None:
        self._bad = column
        _fail(column)

    def facts(self) -> ServerFacts:
        """Nobody writes to it from here."""
        traits = Traits(dialect=DialectName.SQLITE, version=sqlite3.sqlite_version)
        return ServerFacts(
            product=f"SQLite {sqlite3.sqlite_version}",
            traits=traits,
            role=DatabaseRole(name="read-only file"),
        )

    def catalogue(self) -> Catalogue:
        """Tables and views, without SQLite's own. Dates are told by their values, as it has no type for
        them."""
        with self.transaction(60):
            return self._described(Assembler())

    def _described(self, found: Assembler) -> Catalogue:
        for name, kind in self._rows("SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view')"):
            if name.startswith("sqlite_"):
                continue
            try:
                columns = self._rows(f"PRAGMA table_xinfo({_quoted(name)})")
                self._rows(f"SELECT 1 FROM {_quoted(name)} LIMIT 0")  # noqa: S608 - it is read at all
                found.table(None, name, view=kind == "view", rows=self._count(name, kind))
            except sqlite3.Error:
                continue  # a view over what is gone, a table of a module that is not here
            keys = sorted((key, column) for _, column, _, _, _, key, _ in columns if key)
            for _, column, declared, required, _, _, hidden in columns:
                if hidden != 1:
                    found.column(None, name, self._column(name, column, declared, bool(required)))
            if keys:
                found.key(None, name, tuple(column for _, column in keys), primary=True)
            self._add_keys(found, name)
        return found.catalogue()

    def _add_keys(self, found: Assembler, table: str) -> None:
        for _, index, unique, origin, partial in self._rows(f"PRAGMA index_list({_quoted(table)})"):
            columns = [row[2] for row in self._rows(f"PRAGMA index_info({_quoted(index)})")]
            if unique and not partial and origin != "pk" and all(columns):
                found.key(None, table, tuple(columns), primary=False)
        links: dict[int, list[tuple[str, str, str | None]]] = {}
        for number, _, other, column, referenced, *_ in self._rows(
            f"PRAGMA foreign_key_list({_quoted(table)})"
        ):
            links.setdefault(number, []).append((other, column, referenced))
        for pairs in links.values():
            if all(referenced for _, _, referenced in pairs):
                found.link(
                    None, table,
                    ForeignKey(
                        columns=tuple(column for _, column, _ in pairs), schema_name=None, table=pairs[0][0],
                        referenced=tuple(str(referenced) for _, _, referenced in pairs),
                    ),
                )  # fmt: skip

    def _count(self, table: str, kind: str) -> int | None:
        if kind != "table":
            return None
        try:
            newest = self._rows(f"SELECT max(rowid) FROM {_quoted(table)}")[0][0]  # noqa: S608
        except sqlite3.Error:
            return None  # a table without row ids
        return int(newest or 0)

    def _column(self, table: str, name: str, declared: str, required: bool) -> CatalogueColumn:
        type_, storage, scale = self._kind(table, name, declared.upper())
        return CatalogueColumn(
            name=name, native_type=declared, type=type_, storage=storage, scale=scale, nullable=not required
        )

    def _kind(self, table: str, name: str, declared: str) -> tuple[FieldType | None, Storage, int | None]:
        values = self._values(table, name)
        if values is None:
            return None, Storage.PLAIN, None
        if any(isinstance(value, bytes) for value in values) or "BLOB" in declared:
            return None, Storage.PLAIN, None
        numbers = all(isinstance(value, (int, float)) for value in values)
        if "BOOL" in declared and numbers:
            return FieldType.BOOLEAN, Storage.FLAG, None
        if "DATE" in declared or "TIME" in declared:
            dated = _dated(declared, values)
            return (*dated, None) if dated is not None else (FieldType.STRING, Storage.PLAIN, None)
        if values and all(isinstance(value, str) for value in values):
            dated = _dated("", values)
            return (*dated, None) if dated is not None else (FieldType.STRING, Storage.PLAIN, None)
        if not numbers or any(word in declared for word in ("CHAR", "CLOB", "TEXT")):
            return FieldType.STRING, Storage.PLAIN, None
        exact = re.fullmatch(r"(?:DECIMAL|NUMERIC)\s*\(\s*\d+\s*,\s*(\d+)\s*\)", declared)
        if exact is not None:
            return FieldType.DECIMAL, Storage.PLAIN, int(exact[1])
        if any(isinstance(value, float) for value in values) or re.search("REAL|FLOA|DOUB", declared):
            return FieldType.FLOAT, Storage.PLAIN, None
        return FieldType.INTEGER, Storage.PLAIN, None

    def _values(self, table: str, name: str) -> list[Any] | None:
        """Known values of a column; None where finding some takes too long, or a view fails."""
        column, place = _quoted(name), _quoted(table)
        self._steps = 0
        self._connection.set_progress_handler(self._count_steps, _STEPS_AT_ONCE)
        try:
            sql = f"SELECT {column} FROM {place} WHERE {column} IS NOT NULL LIMIT {_SAMPLE}"  # noqa: S608
            return [row[0] for row in self._rows(sql)]
        except sqlite3.OperationalError as error:
            if self.was_cancelled(error) and self._steps <= _MOST_STEPS:
                raise  # by the deadline
            return None
        finally:
            self._connection.set_progress_handler(None, 0)

    def _count_steps(self) -> bool:
        self._steps += 1
        return self._steps > _MOST_STEPS

    @contextmanager
    def transaction(self, seconds: float) -> Iterator[None]:
        """One state of the file; the process's own deadline ends what takes longer. Raises Refusal where the
        file changed meanwhile and there was no lock to keep it from that."""
        del seconds
        if self._changed():
            self._connection.close()
            self._open()
        self._connection.execute("BEGIN")
        try:
            yield
            if self._changed():
                raise Refusal("changed", "Another program changed the file while it was read. Ask again.")
        finally:
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")

    def estimate(self, sql: str) -> dict[str, int]:
        """The size of the tables that are scanned; SQLite's plan tells no rows."""
        with self._asked():
            plan = self._rows(f"EXPLAIN QUERY PLAN {sql}")
        names = {row[0] for row in self._rows("SELECT name FROM sqlite_master WHERE type = 'table'")}
        scanned = [match[1] for row in plan if (match := re.match(r"(?:SCAN|SEARCH) (\S+)", row[3]))]
        return {"rows": sum(self._count(name, "table") or 0 for name in scanned if name in names), "bytes": 0}

    def select(self, sql: str) -> Iterator[Sequence[Row]]:
        """Raises ValueError for a value that is not of its column's type."""
        self._bad = None
        try:
            with self._asked():
                cursor = self._connection.execute(sql)
            while batch := cursor.fetchmany(_BATCH):
                yield batch
        except sqlite3.OperationalError as error:
            if self._bad is not None:
                raise ValueError(
                    f"The column {self._bad} holds values that are not of its type; nothing is computed from "
                    "it. Correct them, or import the connection's tables again."
                ) from error
            raise

    def _changed(self) -> bool:
        """A file in WAL mode that no program has open is read without locks, as SQLite would have to write a
        file beside it for them. What another program writes to it shows in its time and size."""
        return self._alone and _stamp(self._path) != self._stamp

    def backend(self) -> int | None:
        return None

    def cancel(self) -> None:
        self._connection.interrupt()

    def was_cancelled(self, error: Exception) -> bool:
        return "interrupted" in str(error)

    def close(self) -> None:
        self._connection.close()

    def _rows(self, sql: str, *values: str) -> list[tuple[Any, ...]]:  # Any: each caller knows its columns
        return self._connection.execute(sql, values).fetchall()


def define_functions(connection: sqlite3.Connection, fail: Callable[[str], None] | None = None) -> None:
    """What questions need and SQLite lacks, under names that it has not: a file whose own views and indexes
    used them could not be opened."""
    connection.create_function(LOWERED, 1, _lower, deterministic=True)
    connection.create_function(BAD_VALUE, 1, fail or _fail)
    connection.create_aggregate("median", 1, _median)
    connection.create_aggregate("percentile", 2, _percentile)


def _fail(column: str) -> None:
    raise BadValue(column)


class _Median:
    """The middle of the known values, or the average of the two in the middle."""

    def __init__(self) -> None:
        self._values: list[float] = []

    def step(self, value: float | None) -> None:
        if value is not None:
            self._values.append(value)

    def finalize(self) -> float | None:
        return float(median(self._values)) if self._values else None


class _Percentile:
    """The value at a part (0 to 1) of the way through the known values, between two of them in proportion."""

    def __init__(self) -> None:
        self._values: list[float] = []
        self._part = 0.0

    def step(self, value: float | None, part: float) -> None:
        self._part = part
        if value is not None:
            self._values.append(value)

    def finalize(self) -> float | None:
        if not self._values:
            return None
        found = sorted(self._values)
        place = self._part * (len(found) - 1)
        low = int(place)
        high = min(low + 1, len(found) - 1)
        return float(found[low] + (found[high] - found[low]) * (place - low))


def _dated(declared: str, values: list[Any]) -> tuple[FieldType, Storage] | None:
    """What dates or moments the values are; None where some are neither."""
    if not values:
        return None
    if all(isinstance(value, str) for value in values):
        if all(_DAY.fullmatch(value) for value in values):
            moment = "DATETIME" in declared or "TIMESTAMP" in declared
            return (FieldType.TIMESTAMP if moment else FieldType.DATE), Storage.ISO_TEXT
        if all(_DAY.fullmatch(value) or _MOMENT.fullmatch(value) for value in values):
            return FieldType.TIMESTAMP, Storage.ISO_TEXT
        return None
    if declared and all(isinstance(value, (int, float)) and value > 0 for value in values):
        large = min(values) >= _MILLISECONDS_FROM
        return FieldType.TIMESTAMP, Storage.UNIX_MILLISECONDS if large else Storage.UNIX_SECONDS
    return None


def _lower(value: Any) -> Any:  # Any: whatever SQLite has in the cell
    return value.translate(_ALONE).lower() if isinstance(value, str) else value


def _median() -> Any:  # Any: its stub knows whole numbers alone
    return _Median()


def _percentile() -> Any:  # Any: as above
    return _Percentile()


def _nobody_writes(path: str) -> bool:
    """Whether the file is in WAL mode (file format, section 1.3.3) and no program has left or holds a log."""
    with open(path, "rb") as file:
        header = file.read(20)
    try:
        size = os.stat(f"{path}-wal").st_size
    except OSError:
        size = 0
    return header[18:20] == b"\x02\x02" and size == 0


def _stamp(path: str) -> tuple[int, int, int]:
    found = os.stat(path)
    return found.st_ino, found.st_size, found.st_mtime_ns


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
