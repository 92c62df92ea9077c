"""Pooled connections: what happens when they die, and whether statements stay parsed on them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from answerable.api.assembly import build_runtime
from answerable.kit.db import Database, Session
from answerable.kit.principal import Principal
from answerable.kit.settings import Settings

NOBODY = Principal.anonymous()
_SIZE = 3


@pytest.fixture
async def database(app_url: str) -> AsyncIterator[Database]:
    database = Database(app_url, pool_size=_SIZE)
    yield database
    await database.close()


async def pid_of(session: Session) -> int:
    return int((await session.execute(text("SELECT pg_backend_pid()"))).scalar_one())


async def fill_pool(database: Database) -> set[int]:
    """Use all of the pool's connections at once; returns their servers' process ids."""
    together = asyncio.Barrier(_SIZE)

    async def use() -> int:
        async with database.begin(NOBODY) as session:
            await together.wait()
            return await pid_of(session)

    return set(await asyncio.gather(*(use() for _ in range(_SIZE))))


def kill(admin_url: str, pids: set[int]) -> None:
    """End the server's side of these connections, and wait until it is gone."""
    with psycopg.connect(admin_url, autocommit=True) as admin:
        ended = admin.execute("SELECT pg_terminate_backend(pid, 5000) FROM unnest(%s::int[]) pid", [[*pids]])
        assert all(row[0] for row in ended)


async def test_connections_that_died_while_idle_give_nobody_an_error(
    database: Database, admin_url: str
) -> None:
    before = await fill_pool(database)
    assert len(before) == _SIZE
    kill(admin_url, before)
    after = await fill_pool(database)
    assert len(after) == _SIZE
    assert not after & before


async def test_a_connection_outside_the_tenant_wall_that_died_gives_no_error(
    database: Database, admin_url: str
) -> None:
    kill(admin_url, await fill_pool(database))
    async with database.connect() as connection:
        assert (await connection.execute(text("SELECT 1"))).scalar_one() == 1


@pytest.mark.parametrize("straight", [True, False])
async def test_a_connection_that_dies_in_the_middle_fails_its_transaction_alone(
    database: Database, admin_url: str, straight: bool
) -> None:
    async def lose_the_connection() -> None:
        async with database.begin(NOBODY) as session:
            kill(admin_url, {await pid_of(session)})
            if straight:
                await session.fetch("SELECT %(one)s::int", {"one": 1})
            else:
                await session.execute(text("SELECT 1"))

    with pytest.raises(DBAPIError) as caught:
        await lose_the_connection()
    assert caught.value.connection_invalidated
    async with database.begin(NOBODY) as session:
        assert await session.fetch("SELECT %(one)s::int", {"one": 1}) == [(1,)]


async def test_an_engine_used_without_a_session_is_in_a_transaction_as_well(database: Database) -> None:
    async with database.engine.connect() as connection:
        for _ in range(2):
            first = (await connection.execute(text("SELECT txid_current()"))).scalar_one()
            assert (await connection.execute(text("SELECT txid_current()"))).scalar_one() == first
            await connection.rollback()


async def test_an_error_of_a_straight_statement_tells_no_values(database: Database) -> None:
    with pytest.raises(DBAPIError) as caught:
        async with database.begin(NOBODY) as session:
            await session.fetch("SELECT 1 / %(zero)s::int, %(said)s", {"zero": 0, "said": "somebody's words"})
    assert "somebody's words" not in str(caught.value)
    assert not caught.value.connection_invalidated


async def parsed_after(database: Database, runs: int) -> int:
    """How many statements the server keeps parsed for the connection after some transactions."""
    for _ in range(runs):
        async with database.begin(Principal.system("ws_" + "0" * 26)) as session:
            await session.execute(text("SELECT CAST(:number AS integer)"), {"number": 1})
            await session.fetch("SELECT %(number)s::int", {"number": 2})
    async with database.begin(NOBODY) as session:
        return int((await session.execute(text("SELECT count(*) FROM pg_prepared_statements"))).scalar_one())


async def test_a_pooler_safe_database_prepares_nothing(database: Database) -> None:
    assert await parsed_after(database, 12) == 0


async def test_statements_that_run_often_stay_parsed_where_that_is_allowed(app_url: str) -> None:
    database = Database(app_url, pool_size=1, prepared_statements=True)
    try:
        assert await parsed_after(database, 12) == 2
    finally:
        await database.close()


@pytest.mark.parametrize(
    ("chosen", "given_url", "expected"),
    [
        (None, None, True),
        (None, "postgresql://x/y", False),
        (True, "postgresql://x/y", True),
        (False, None, False),
    ],
)
async def test_statements_are_prepared_on_the_embedded_postgresql_or_where_asked_for(
    settings: Settings, app_url: str, chosen: bool | None, given_url: str | None, expected: bool
) -> None:
    tree = settings.model_dump() | {"database": {"prepared_statements": chosen, "pool_size": 1}}
    tree["database_url"] = given_url
    runtime = build_runtime(Settings.model_validate(tree), app_url)
    try:
        assert (await parsed_after(runtime.database, 12) > 0) is expected
    finally:
        await runtime.close()
