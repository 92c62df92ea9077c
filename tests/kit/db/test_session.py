"""The tenant of a transaction ends with it, whatever ended it."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import AsyncIterator, Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from answerable.kit.db import Database
from answerable.kit.principal import Principal
from tests.conftest import CreateWorkspace

# The full run is TENANT_TURNS=10000; it takes a minute of a busy machine.
_TURNS = int(os.environ.get("TENANT_TURNS", "2000"))


@pytest.fixture(params=[False, True], ids=["parsed_anew", "prepared"])
async def one_connection(app_url: str, request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    database = Database(app_url, pool_size=1, prepared_statements=request.param)
    yield database
    await database.close()


class Abandoned(Exception):
    pass


async def visible(database: Database, principal: Principal) -> list[str]:
    """The workspaces of the membership rows that the principal sees."""
    async with database.begin(principal) as session:
        rows = await session.execute(text("SELECT workspace_id::text FROM memberships"))
        return [row[0] for row in rows]


async def fail(database: Database, principal: Principal) -> None:
    """A request that fails in the middle of its transaction."""
    async with database.begin(principal) as session:
        await session.execute(text("SELECT 1"))
        raise Abandoned


async def cancel(database: Database, principal: Principal, moment: float) -> None:
    """A request that is cancelled somewhere on its way."""
    task = asyncio.create_task(visible(database, principal))
    await asyncio.sleep(moment)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_thousands_of_alternating_tenants_on_one_connection_leak_nothing(
    one_connection: Database,
    create_workspace: CreateWorkspace,
    record_property: Callable[[str, object], None],
) -> None:
    seed = random.randrange(2**32)
    record_property("seed", seed)
    dice = random.Random(seed)
    tenants = [Principal.system((await create_workspace()).id) for _ in range(4)]
    expected = {tenant: (await visible(one_connection, tenant)) for tenant in tenants}
    assert all(len(rows) == 1 for rows in expected.values())
    for _ in range(_TURNS):
        tenant = dice.choice(tenants)
        match dice.randrange(12):
            case 0:
                with pytest.raises(Abandoned):
                    await fail(one_connection, tenant)
            case 1 if dice.random() < 0.2:
                await cancel(one_connection, tenant, dice.random() * 0.002)
            case 2:
                assert await visible(one_connection, Principal.anonymous()) == []
            case _:
                assert await visible(one_connection, tenant) == expected[tenant], f"seed {seed}"


async def test_an_error_of_the_database_tells_no_values(one_connection: Database) -> None:
    with pytest.raises(DBAPIError) as caught:
        async with one_connection.begin(Principal.anonymous()) as session:
            await session.execute(
                text("SELECT 1 / :zero, :secret"), {"zero": 0, "secret": "a person's words"}
            )
    assert "a person's words" not in str(caught.value)
