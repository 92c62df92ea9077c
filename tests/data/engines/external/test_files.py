"""Files of SQLite and DuckDB as they lie about: in use, cut off, damaged, hostile, of another version."""

from __future__ import annotations

import random
import shutil
import sqlite3
import struct
from collections.abc import AsyncIterator
from pathlib import Path

import duckdb
import pytest
from sqlglot import parse_one

from answerable.data.engines.dialects.check import check_translated
from answerable.data.engines.dialects.tables import DialectName, PhysicalColumn, PhysicalTable, Traits
from answerable.data.engines.dialects.translate import translate
from answerable.data.engines.duckdb.check import checked_tree
from answerable.data.engines.errors import QueryTimeout
from answerable.data.engines.external.engine import ExternalEngine, Reader
from answerable.data.engines.external.errors import ConnectionFailed
from answerable.data.engines.external.place import Place
from answerable.data.semantics.model import FieldType
from answerable.data.semantics.result import Column
from answerable.kit.errors import AnswerableError
from answerable.kit.settings import ConnectionSettings, QuerySettings

COUNT = (Column(name="n", label="n", type=FieldType.INTEGER, kind="measure"),)
_TYPED = {
    "connection_not_a_database", "connection_unfinished", "connection_locked", "connection_file_version",
    "connection_gone", "connection_failed", "connection_unreachable", "query_timeout", "query_out_of_memory",
}  # fmt: skip


@pytest.fixture
async def engine() -> AsyncIterator[ExternalEngine]:
    made = ExternalEngine(ConnectionSettings(), QuerySettings(timeout_seconds=5))
    yield made
    await made.close()


def reader(path: Path) -> Reader:
    kind = DialectName.DUCKDB if path.suffix == ".duckdb" else DialectName.SQLITE
    return Reader("ws_a", Place(dialect=kind, database=str(path)))


async def rows_of(engine: ExternalEngine, path: Path) -> object:
    """How many rows `t` has, or the code of the failure."""
    try:
        found = await engine.run(reader(path), "SELECT count(*) FROM t", COUNT)
    except AnswerableError as error:
        return error.code
    return found.rows[0][0]


async def tables_of(engine: ExternalEngine, path: Path) -> list[str]:
    return [table.name for table in (await engine.catalogue(reader(path))).tables]


def sqlite(path: Path, *statements: str) -> sqlite3.Connection:
    """A connection that stays open."""
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in statements or ("CREATE TABLE t (x INTEGER)", "INSERT INTO t VALUES (1), (2)"):
        connection.execute(statement)
    return connection


_WAL = ("PRAGMA journal_mode = WAL", "CREATE TABLE t (x INTEGER)", "INSERT INTO t VALUES (1), (2)")


async def test_a_file_in_wal_mode_is_read_while_it_is_open_and_after(
    engine: ExternalEngine, tmp_path: Path
) -> None:
    path = tmp_path / "a.db"
    sqlite(path, *_WAL).close()
    assert not path.with_name("a.db-wal").exists()
    assert await rows_of(engine, path) == 2
    sqlite(path, "INSERT INTO t VALUES (3)").close()
    assert await rows_of(engine, path) == 3
    sqlite(path, "CREATE TABLE later (x INTEGER)").close()
    assert await tables_of(engine, path) == ["later", "t"]
    writer = sqlite(path, "INSERT INTO t VALUES (4)")
    assert await rows_of(engine, path) == 4
    writer.execute("INSERT INTO t VALUES (5)")
    assert await rows_of(engine, path) == 5
    writer.close()
    assert await rows_of(engine, path) == 5


async def test_a_file_that_a_program_left_in_the_middle_says_so(
    engine: ExternalEngine, tmp_path: Path
) -> None:
    writer = sqlite(tmp_path / "w.db", *_WAL)
    for ending in ("", "-wal"):
        shutil.copy(tmp_path / f"w.db{ending}", tmp_path / f"left.db{ending}")
    writer.close()
    writer = sqlite(tmp_path / "j.db")
    writer.execute("PRAGMA cache_size = 1")
    writer.execute("BEGIN EXCLUSIVE")
    writer.executemany("INSERT INTO t VALUES (?)", [(number,) for number in range(20_000)])
    assert await rows_of(engine, tmp_path / "j.db") == "connection_locked"
    for ending in ("", "-journal"):  # which gives up this process's locks of it
        shutil.copy(tmp_path / f"j.db{ending}", tmp_path / f"hot.db{ending}")
    assert await rows_of(engine, tmp_path / "left.db") == "connection_unfinished"
    assert await rows_of(engine, tmp_path / "hot.db") == "connection_unfinished"
    writer.execute("ROLLBACK")
    writer.close()
    assert await rows_of(engine, tmp_path / "j.db") == 2
    sqlite(tmp_path / "hot.db", "SELECT * FROM t").close()  # its own program puts it right
    assert await rows_of(engine, tmp_path / "hot.db") == 2


async def test_a_file_that_grows_or_is_replaced_is_read_as_it_is(
    engine: ExternalEngine, tmp_path: Path
) -> None:
    path = tmp_path / "a.db"
    writer = sqlite(path)
    for number in range(3, 6):
        writer.execute("INSERT INTO t VALUES (0)")
        assert await rows_of(engine, path) == number
    writer.close()
    (tmp_path / "new.db").unlink(missing_ok=True)
    sqlite(tmp_path / "new.db").close()
    (tmp_path / "new.db").replace(path)
    assert await rows_of(engine, path) == 2
    file = tmp_path / "a.duckdb"
    for rows in (5, 9):
        with duckdb.connect(str(tmp_path / "next.duckdb")) as connection:
            connection.execute(f"CREATE TABLE t AS SELECT range AS x FROM range({rows})")
        (tmp_path / "next.duckdb").replace(file)
        assert await rows_of(engine, file) == rows


async def test_a_hostile_schema_reaches_nothing(engine: ExternalEngine, tmp_path: Path) -> None:
    path = tmp_path / "hostile.db"
    secret = tmp_path / "secret.db"
    sqlite(secret).close()
    sqlite(
        path,
        "CREATE TABLE t (x INTEGER, word TEXT)",
        "INSERT INTO t VALUES (1, 'Ä'), (2, 'b')",
        "CREATE INDEX folded ON t (lower(word))",
        "CREATE VIEW lowered AS SELECT lower(word) AS low FROM t",
        "CREATE VIEW endless AS WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) "
        "SELECT n FROM r WHERE n < 0",
        "CREATE VIEW broken AS SELECT * FROM missing",
        "CREATE VIEW loads AS SELECT load_extension('/tmp/x.so') AS x",
        "CREATE VIEW itself AS SELECT * FROM itself",
        "CREATE TRIGGER later AFTER INSERT ON t BEGIN DELETE FROM t; END",
        'CREATE TABLE "t2\'; DROP TABLE t; --" ("x""; DROP TABLE t; --" INTEGER DEFAULT (1))',
    ).close()
    found = await engine.catalogue(reader(path))
    names = {table.name for table in found.tables}
    assert {"t", "lowered", "endless", "t2'; DROP TABLE t; --"} <= names
    assert not names & {"broken", "loads", "itself"}
    endless = next(table for table in found.tables if table.name == "endless")
    assert [column.type for column in endless.columns] == [None]
    with pytest.raises(QueryTimeout):
        await engine.run(reader(path), "SELECT count(*) FROM endless", COUNT)
    for sql in ("SELECT * FROM loads", f"SELECT 1 FROM '{secret}'", "INSERT INTO t VALUES (9, 'x')"):
        with pytest.raises(ConnectionFailed):
            await engine.run(reader(path), sql, COUNT)
    assert await rows_of(engine, path) == 2


@pytest.mark.parametrize("kind", [DialectName.SQLITE, DialectName.DUCKDB])
def test_a_column_that_is_gone_is_no_text(kind: DialectName, tmp_path: Path) -> None:
    column = PhysicalColumn(field="x", column="nothing_here", type=FieldType.STRING)
    tables = {"t": PhysicalTable(table="t", columns=(column,))}
    tree = checked_tree(parse_one('SELECT "t"."x" AS "x" FROM "t"', dialect="duckdb"), ["t"])
    sql = translate(tree, tables, Traits(dialect=kind), time_zone="UTC")
    check_translated(sql, kind, tables)
    path = tmp_path / ("a.duckdb" if kind is DialectName.DUCKDB else "a.db")
    error: type[Exception]
    if kind is DialectName.SQLITE:
        connection, error = sqlite(path), sqlite3.OperationalError
        with pytest.raises(error, match="no such column"):
            connection.execute(sql)
        connection.close()
    else:
        with duckdb.connect(str(path)) as other:
            other.execute("CREATE TABLE t (y INTEGER)")
            with pytest.raises(duckdb.BinderException):
                other.execute(sql)


def _good(folder: Path, kind: str) -> Path:
    path = folder / f"good.{kind}"
    if kind == "db":
        sqlite(
            path, "CREATE TABLE t (x INTEGER, word TEXT)", "CREATE INDEX i ON t (word)",
            "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 3000) "
            "INSERT INTO t SELECT n, printf('word %d', n) FROM r",
        ).close()  # fmt: skip
    else:
        with duckdb.connect(str(path)) as connection:
            connection.execute(
                "CREATE TABLE t AS SELECT range AS x, 'word ' || range AS word FROM range(3000)"
            )
    return path


@pytest.mark.timeout(180)
@pytest.mark.parametrize("kind", ["db", "duckdb"])
async def test_a_damaged_file_gives_rows_or_a_reason_and_ends_no_worker(
    engine: ExternalEngine, tmp_path: Path, kind: str
) -> None:
    good = _good(tmp_path, kind)
    whole, chance = good.read_bytes(), random.Random(20)
    bad: list[bytes] = [b"", b"\x00", whole[:16], whole[:4096], chance.randbytes(9_000)]
    bad += [whole[: chance.randrange(1, len(whole))] for _ in range(2)]
    for spoilt in (5, 500, 5_000):
        content = bytearray(whole)
        for _ in range(spoilt):
            content[chance.randrange(len(content))] = chance.randrange(256)
        bad.append(bytes(content))
    for number, content in enumerate(bad):
        path = tmp_path / f"bad{number}.{kind}"
        path.write_bytes(content)
        outcome = await rows_of(engine, path)
        assert isinstance(outcome, int) or outcome in _TYPED, (number, outcome)
        try:
            await engine.catalogue(reader(path))
            outcome = 0
        except AnswerableError as error:
            outcome = error.code
        assert outcome == 0 or outcome in _TYPED, (number, outcome)
    assert await rows_of(engine, good) == 3_000
    assert engine.running <= ConnectionSettings().processes


async def test_a_duckdb_file_of_another_version_says_so(engine: ExternalEngine, tmp_path: Path) -> None:
    content = bytearray(_good(tmp_path, "duckdb").read_bytes())
    assert content[8:12] == b"DUCK"
    for version in (1, 39, 1_000):
        content[12:20] = struct.pack("<Q", version)
        # DuckDB's checksum of its first header (src/common/checksum.cpp).
        checksum = 5_381
        for (word,) in struct.iter_unpack("<Q", bytes(content[8:4_096])):
            checksum ^= word * 0xBF58476D1CE4E5B9 & 0xFFFFFFFFFFFFFFFF
        content[:8] = struct.pack("<Q", checksum)
        path = tmp_path / f"v{version}.duckdb"
        path.write_bytes(content)
        assert await rows_of(engine, path) == "connection_file_version"
