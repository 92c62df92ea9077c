"""What goes wrong between here and a database's server: statements that do not end, askers who leave, servers
that die, and workspaces that ask too much."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pymysql
import pytest
from tests.data.connections.shop import PASSWORD, ROLE, mariadb_shop
from tests.data.engines.external.bed import Bed, place_of
from tests.data.engines.external.evil import BOMBS
from tests.data.engines.external.test_files import COUNT, rows_of, sqlite
from tests.factories.mariadb import mariadb_is_installed
from tests.factories.processes import processes_below
from tests.factories.waiting import eventually

from answerable.data.engines.dialects.tables import DialectName
from answerable.data.engines.errors import EngineUnavailable, QueryOverflow, QueryTimeout
from answerable.data.engines.external.engine import ExternalEngine, Reader
from answerable.data.engines.external.errors import ConnectionFailed
from answerable.data.engines.external.failures import REMEDIES, refusal
from answerable.kit.settings import ConnectionSettings, QuerySettings


@pytest.fixture
async def engine() -> AsyncIterator[ExternalEngine]:
    made = ExternalEngine(ConnectionSettings(), QuerySettings(timeout_seconds=60, max_scan_rows=10**30))
    yield made
    await made.close()


@pytest.fixture
def server(ground: Bed) -> Bed:
    """The ground, where it is a server."""
    if ground.place.is_file:
        pytest.skip("a file has no server")
    return ground


def bomb(ground: Bed) -> str:
    return ground.fill(BOMBS[ground.dialect][0])


def at_work(ground: Bed, admin_url: str) -> int:
    """How many statements that never end the server is computing."""
    if ground.dialect is DialectName.POSTGRESQL:
        with psycopg.connect(admin_url) as admin:
            found = admin.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE usename = %s AND state = 'active'", (ROLE,)
            ).fetchone()
    else:
        place = ground.place
        with (
            pymysql.connect(host=place.host, port=place.port, user=ROLE, password=PASSWORD) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(
                "SELECT count(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE 'WITH RECURSIVE%'"
            )
            found = cursor.fetchone()
    assert found is not None
    return int(found[0])


async def test_a_deadline_ends_the_statement_on_the_server(server: Bed, admin_url: str) -> None:
    engine = ExternalEngine(ConnectionSettings(), QuerySettings(timeout_seconds=1, max_scan_rows=10**30))
    try:
        with pytest.raises(QueryTimeout):
            await engine.run(Reader("a", server.place), bomb(server), COUNT)

        async def ended() -> bool:
            return await asyncio.to_thread(at_work, server, admin_url) == 0

        await eventually(ended)
        plain = server.fill("SELECT count(*) FROM orders")
        assert (await engine.run(Reader("a", server.place), plain, COUNT)).rows == [[4]]
    finally:
        await engine.close()


async def test_who_leaves_ends_the_statement_on_the_server(
    server: Bed, engine: ExternalEngine, admin_url: str
) -> None:
    asking = asyncio.create_task(engine.run(Reader("a", server.place), bomb(server), COUNT))

    async def started() -> bool:
        assert not asking.done()
        return await asyncio.to_thread(at_work, server, admin_url) == 1

    async def ended() -> bool:
        return await asyncio.to_thread(at_work, server, admin_url) == 0

    await eventually(started)
    asking.cancel()
    await eventually(ended)
    plain = server.fill("SELECT count(*) FROM orders")
    assert (await engine.run(Reader("a", server.place), plain, COUNT)).rows == [[4]]


async def test_a_session_that_the_server_ends_is_told_and_the_next_one_works(
    server: Bed, engine: ExternalEngine, admin_url: str
) -> None:
    if server.dialect is not DialectName.POSTGRESQL:
        pytest.skip("of MariaDB the whole server is killed, below")
    asking = asyncio.create_task(engine.run(Reader("a", server.place), bomb(server), COUNT))

    async def terminated() -> bool:
        with psycopg.connect(admin_url) as admin:
            found = admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE usename = %s AND state = 'active' AND query LIKE %s",  # not what begins the session
                (ROLE, "FETCH%"),
            ).fetchall()
        return bool(found)

    await eventually(terminated)
    with pytest.raises(ConnectionFailed) as caught:
        await asking
    assert caught.value.code == "connection_stopped"
    plain = server.fill("SELECT count(*) FROM orders")
    assert (await engine.run(Reader("a", server.place), plain, COUNT)).rows == [[4]]


_TOO_LARGE = {
    DialectName.POSTGRESQL: "SELECT order_id * 2000000000 FROM orders",
    DialectName.MYSQL: "SELECT 9223372036854775807 + order_id FROM orders",
    DialectName.SQLITE: "SELECT sum(9223372036854775807) FROM orders",
    DialectName.DUCKDB: "SELECT 9223372036854775807 + order_id FROM orders",
}


async def test_a_number_that_grows_too_large_says_so(ground: Bed, engine: ExternalEngine) -> None:
    with pytest.raises(QueryOverflow) as caught:
        await engine.run(Reader("a", ground.place), ground.fill(_TOO_LARGE[ground.dialect]), COUNT)
    assert caught.value.detail.startswith("A number of the query grows too large")
    plain = ground.fill("SELECT count(*) FROM orders")
    assert (await engine.run(Reader("a", ground.place), plain, COUNT)).rows == [[4]]


@contextmanager
def locked(ground: Bed, admin_url: str) -> Iterator[None]:
    """Another program that keeps everybody from the orders."""
    if ground.dialect is DialectName.POSTGRESQL:
        with psycopg.connect(admin_url) as admin:
            admin.execute(ground.fill("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE").encode())
            yield
    elif ground.dialect is DialectName.MYSQL:
        place = ground.place
        with (
            pymysql.connect(host=place.host, port=place.port, user="writer", password=PASSWORD) as writer,
            writer.cursor() as cursor,
        ):
            cursor.execute(ground.fill("LOCK TABLES orders WRITE"))
            yield
    else:
        writer = sqlite3.connect(ground.place.database, isolation_level=None)
        writer.execute("BEGIN EXCLUSIVE")
        yield
        writer.close()


async def test_a_wait_for_a_lock_says_so_and_what_to_do(
    ground: Bed, engine: ExternalEngine, admin_url: str
) -> None:
    if ground.dialect is DialectName.DUCKDB:
        pytest.skip("of a DuckDB file the whole process of the writer holds the lock")
    plain = ground.fill("SELECT count(*) FROM orders")
    reader = Reader("a", ground.place)
    with locked(ground, admin_url), pytest.raises(ConnectionFailed) as caught:
        await engine.run(reader, plain, COUNT)
    of_a_file = ground.place.is_file
    assert caught.value.code == ("connection_locked" if of_a_file else "connection_lock_wait"), caught.value
    assert ("Close it there" if of_a_file else "holds a lock on the table") in caught.value.detail
    assert (await engine.run(reader, plain, COUNT)).rows == [[4]]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (pymysql.err.OperationalError(1205, "Sperre: Zeit abgelaufen"), "lock_wait"),
        (pymysql.err.DataError(1690, "BIGINT-Wert ist zu groß"), "overflow"),
        (psycopg.errors.LockNotAvailable("Sperre wurde nicht erlangt"), "lock_wait"),
        (psycopg.errors.NumericValueOutOfRange("Wert ist zu groß"), "overflow"),
        (psycopg.errors.SerializationFailure("canceling statement due to conflict with recovery"),
         "replica_conflict"),
        (RuntimeError("ORA-00054: resource busy and acquire with NOWAIT specified"), "lock_wait"),
        (RuntimeError("Arithmetic overflow error converting expression to data type int."), "overflow"),
        (RuntimeError("timed out"), "unreachable"),
    ],
)  # fmt: skip
def test_what_a_server_says_in_any_language_has_its_remedy(error: Exception, code: str) -> None:
    place = place_of({"dialect": "mysql", "host": "127.0.0.1", "port": 1, "database": "d"})
    told = refusal(place, error)
    assert told.code == code
    assert told.detail.startswith(REMEDIES[code])


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """A MariaDB of the test's own."""
    if not mariadb_is_installed():
        pytest.skip("MariaDB is not installed")
    with mariadb_shop(tmp_path) as config:
        yield config


async def test_a_server_killed_in_mid_statement_is_unreachable(
    mortal: dict[str, Any], engine: ExternalEngine
) -> None:
    reader = Reader("a", place_of(mortal))
    ground = Bed(DialectName.MYSQL, reader.place, Path(), "`shop`.`orders`", "", lambda: None)
    asking = asyncio.create_task(engine.run(reader, bomb(ground), COUNT))

    async def started() -> bool:
        return await asyncio.to_thread(at_work, ground, "") == 1

    await eventually(started)
    for process in processes_below(f"--port={mortal['port']}"):
        process.kill()
    with pytest.raises(ConnectionFailed) as caught:
        await asking
    assert caught.value.code == "connection_unreachable"
    with pytest.raises(ConnectionFailed) as caught:
        await engine.run(reader, "SELECT 1", COUNT)
    assert caught.value.code == "connection_unreachable"


async def test_a_killed_process_of_ours_is_told_and_the_next_one_works(
    tmp_path: Path, engine: ExternalEngine
) -> None:
    path = tmp_path / "a.db"
    sqlite(path).close()
    reader = Reader("a", place_of({"dialect": "sqlite", "database": str(path)}))
    before = set(psutil.Process().children())
    asking = asyncio.create_task(engine.run(reader, BOMBS[DialectName.SQLITE][0], COUNT))

    async def busy() -> bool:
        assert not asking.done()
        own = [child for child in psutil.Process().children() if child not in before]
        return any(child.cpu_times().user > 1 for child in own)

    await eventually(busy)
    for child in psutil.Process().children():
        if child not in before:
            child.kill()
    with pytest.raises((EngineUnavailable, ConnectionFailed)):
        await asking
    assert await rows_of(engine, path) == 2


async def test_workspaces_are_served_in_turn_and_no_line_grows_without_end(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    sqlite(path).close()
    place = place_of({"dialect": "sqlite", "database": str(path)})
    settings = ConnectionSettings(processes=1, at_once=2, max_waiting=8)
    engine = ExternalEngine(settings, QuerySettings(timeout_seconds=30))
    served: list[str] = []
    refused: list[str] = []

    async def ask(owner: str) -> None:
        try:
            await engine.run(Reader(owner, place), "SELECT count(*) FROM t", COUNT)
        except EngineUnavailable:
            refused.append(owner)
        else:
            served.append(owner)

    try:
        many = [asyncio.create_task(ask("greedy")) for _ in range(30)]
        await asyncio.sleep(0)
        await asyncio.gather(*many, asyncio.create_task(ask("modest")))
    finally:
        await engine.close()
    assert "modest" in served[:3]
    assert refused == ["greedy"] * 22
    assert len(served) == 9
    assert engine._of_place == {}
