"""Several replicas share limits: together they let through what a limit holds, no more and no less."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from decimal import Decimal
from pathlib import Path

import pytest

from answerable.inference.limits.errors import LimitExceeded
from answerable.inference.operation import Caller
from tests.factories.waiting import eventually
from tests.inference.limits.replicas import Books, Replica, replica


@pytest.fixture
def books(admin_url: str) -> Books:
    return Books(admin_url)


async def passed(one: Replica, caller: Caller, calls: int, cost: str = "0.01") -> int:
    """How many of so many calls, one after the other, are let through."""
    count = 0
    for _ in range(calls):
        try:
            await one.call(caller, cost)
            count += 1
        except LimitExceeded:
            pass
    return count


@pytest.mark.parametrize("replicas", [1, 2, 3])
@pytest.mark.parametrize(
    ("measure", "amount"), [("cost_usd", "1.00"), ("requests", "100"), ("tokens", "12000")]
)
async def test_replicas_share_a_limit_of_a_hundred_calls_and_exactly_so_many_pass(
    books: Books, app_url: str, tmp_path: Path, replicas: int, measure: str, amount: str
) -> None:
    caller = Caller(books.workspace())
    limit = books.limit(caller.workspace_id, measure, amount)
    async with AsyncExitStack() as stack:
        running = [await stack.enter_async_context(replica(app_url, tmp_path)) for _ in range(replicas)]
        work = [passed(one, caller, 60) for one in running for _ in range(2)]
        assert sum(await asyncio.gather(*work)) == 100
    assert books.spent(limit) == Decimal(amount)
    assert books.leased(limit) == 0


async def test_what_one_replica_holds_unused_another_can_use(
    books: Books, app_url: str, tmp_path: Path
) -> None:
    caller = Caller(books.workspace())
    books.limit(caller.workspace_id, "requests", "50")
    async with replica(app_url, tmp_path, idle_seconds=1000) as idle, replica(app_url, tmp_path) as busy:
        assert await passed(idle, caller, 1) == 1
        assert await passed(busy, caller, 60) == 49
        assert await passed(idle, caller, 1) == 0


async def test_unused_shares_come_back_by_themselves(books: Books, app_url: str, tmp_path: Path) -> None:
    caller = Caller(books.workspace())
    limit = books.limit(caller.workspace_id, "requests", "1000")
    async with replica(app_url, tmp_path, idle_seconds=0.1) as one:
        assert await passed(one, caller, 3) == 3

        async def settled() -> bool:
            return books.spent(limit) == 3 and books.leased(limit) == 0

        await eventually(settled)


async def test_calls_that_cost_less_than_reserved_leave_room_for_others(
    books: Books, app_url: str, tmp_path: Path
) -> None:
    caller = Caller(books.workspace())
    limit = books.limit(caller.workspace_id, "cost_usd", "1")
    async with replica(app_url, tmp_path) as one:
        for _ in range(5):
            await one.call(caller, "0.9", actual="0.01")
        with pytest.raises(LimitExceeded):
            await one.call(caller, "0.96")
        await one.call(caller, "0.95")
    assert books.spent(limit) == Decimal("1.00")


async def test_calls_that_cost_more_than_reserved_count_in_full(
    books: Books, app_url: str, tmp_path: Path
) -> None:
    caller = Caller(books.workspace())
    limit = books.limit(caller.workspace_id, "cost_usd", "1")
    async with replica(app_url, tmp_path) as one, replica(app_url, tmp_path) as other:
        for who in (one, other, one, other):
            await who.call(caller, "0.01", actual="0.2")
        await one.log.flush()
        await other.log.flush()
        with pytest.raises(LimitExceeded):
            await one.call(caller, "0.21")
        await one.call(caller, "0.2")
        with pytest.raises(LimitExceeded):
            await other.call(caller, "0.01")
    assert books.spent(limit) == Decimal("1.00")
    assert books.leased(limit) == 0


async def test_calls_at_once_are_limited_over_all_replicas(
    books: Books, app_url: str, tmp_path: Path
) -> None:
    caller = Caller(books.workspace())
    limit = books.limit(caller.workspace_id, "concurrent", "4")
    async with replica(app_url, tmp_path) as one, replica(app_url, tmp_path) as other:
        held = [await who.admit(caller) for who in (one, other, other, one)]
        for who in (one, other):
            with pytest.raises(LimitExceeded) as refused:
                await who.admit(caller)
            assert refused.value.retry_after == 1
        held[0].settle(10, Decimal("0.01"))

        async def let_through() -> bool:
            try:
                held.append(await other.admit(caller))
            except LimitExceeded:
                return False
            return True

        await eventually(let_through)
        for admission in held[1:]:
            admission.release()
    assert books.leased(limit) == 0
