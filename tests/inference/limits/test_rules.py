"""Which limits bind a call while they change."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

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
