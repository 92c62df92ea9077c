"""Which limits bind a call while they change."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import event

from answerable.inference.limits.bucket import Meter
from answerable.inference.limits.rules import Rules
from answerable.inference.operation import Caller
from tests.inference.limits.replicas import NOW, Books, replica


@pytest.fixture
def books(admin_url: str) -> Books:
    """The database's view."""
    return Books(admin_url)


async def test_no_call_passes_by_old_rules_while_changed_ones_are_read(
    books: Books, app_url: str, tmp_path: Path
) -> None:
    caller = Caller(books.workspace())
    async with replica(app_url, tmp_path, alone=True) as one:
        rules = Rules(one.database, one.notifications, {})

        async def binding() -> tuple[Meter, ...]:
            known = rules.known(caller, "small")
            return await rules.find(caller, "small", NOW) if known is None else known

        assert await binding() == ()
        books.limit(caller.workspace_id, "concurrent", "1")
        rules.forget(caller.workspace_id)
        found = await asyncio.gather(*(binding() for _ in range(5)))
    assert [len(meters) for meters in found] == [1] * 5
    assert len({id(meter) for meters in found for meter in meters}) == 1


async def test_a_crowd_of_first_calls_reads_the_rules_once(
    books: Books, app_url: str, tmp_path: Path
) -> None:
    caller = Caller(books.workspace())
    books.limit(caller.workspace_id, "requests", "1000")
    async with replica(app_url, tmp_path, alone=True) as one:
        rules, read = Rules(one.database, one.notifications, {}), []

        def note(*details: object) -> None:
            read.append(details[2])

        engine = one.database.engine.sync_engine
        event.listen(engine, "before_cursor_execute", note)
        found = await asyncio.gather(*(rules.find(caller, "small", NOW) for _ in range(200)))
        event.remove(engine, "before_cursor_execute", note)
    assert [len(meters) for meters in found] == [1] * 200
    assert len([statement for statement in read if "FROM limits" in str(statement)]) == 1


async def test_a_caller_who_leaves_takes_the_rules_from_nobody(
    books: Books, app_url: str, tmp_path: Path
) -> None:
    caller = Caller(books.workspace())
    books.limit(caller.workspace_id, "requests", "1000")
    async with replica(app_url, tmp_path, alone=True) as one:
        rules = Rules(one.database, one.notifications, {})
        first = asyncio.create_task(rules.find(caller, "small", NOW))
        await asyncio.sleep(0)
        second = asyncio.create_task(rules.find(caller, "small", NOW))
        await asyncio.sleep(0)
        first.cancel()
        assert len(await second) == 1
