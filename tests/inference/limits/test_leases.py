"""Leases under every order of events: never more than the limit, and nothing lost in the end."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from answerable.inference.chat import TokenCount
from answerable.inference.limits.admission import Admission
from answerable.inference.limits.errors import LimitExceeded, LimitsUnavailable
from answerable.inference.limits.limit import ALWAYS, Period, window_of
from answerable.inference.operation import Caller
from answerable.kit import ids
from answerable.kit.db import Database
from tests.factories.waiting import eventually
from tests.inference.limits.replicas import NOW, Books, Replica, replica
from tests.inference.usage.records import a_call

AMOUNT = Decimal("1.00")
STEP = st.one_of(
    st.tuples(st.just("admit"), st.integers(0, 2), st.integers(0, 40)),
    st.tuples(st.just("settle"), st.integers(0, 30), st.integers(0, 4)),
    st.tuples(st.just("release"), st.integers(0, 30), st.just(0)),
    st.tuples(st.sampled_from(["flush", "renew", "idle"]), st.integers(0, 2), st.just(0)),
)


class Scene:
    """Three replicas with one budget and the calls under way."""

    def __init__(self, running: list[Replica], caller: Caller) -> None:
        self._running = running
        self._caller = caller
        self._calls: list[tuple[Replica, Admission, Decimal]] = []

    async def step(self, what: str, which: int, how: int) -> None:
        """One event."""
        if what == "admit":
            await self._admit(self._running[which], Decimal(how) / 100)
        elif what in ("settle", "release") and self._calls:
            self._end(which % len(self._calls), quarters=how, released=what == "release")
        elif what == "flush":
            await self._running[which].log.flush()
        elif what == "renew":
            await self._running[which].limits._renew()
        elif what == "idle":
            await self._running[which].limits._give_back(list(self._running[which].limits._buckets.values()))

    async def _admit(self, one: Replica, cost: Decimal) -> None:
        with suppress(LimitExceeded):
            self._calls.append((one, await one.admit(self._caller, str(cost)), cost))

    def _end(self, which: int, *, quarters: int, released: bool) -> None:
        one, admission, reserved = self._calls.pop(which)
        if released:
            admission.release()
            return
        actual = reserved * quarters / 4
        admission.settle(120, actual)
        one.log.closed(
            a_call(
                self._caller.workspace_id,
                cost_usd=actual,
                started_at=one.clock.now(),
                tokens=TokenCount(100, 20),
            )
        )

    def end_all(self) -> None:
        """End what is under way."""
        while self._calls:
            self._end(0, quarters=4, released=False)


@settings(max_examples=12, deadline=None)
@given(st.lists(STEP, max_size=25))
async def test_spent_and_leased_never_pass_the_limit_and_nothing_leaks(
    app_url: str, admin_url: str, steps: list[tuple[str, int, int]]
) -> None:
    books = Books(admin_url)
    caller = Caller(books.workspace())
    limit = books.limit(caller.workspace_id, "cost_usd", str(AMOUNT))
    with tempfile.TemporaryDirectory() as folder:
        async with AsyncExitStack() as stack:
            running = [
                await stack.enter_async_context(
                    replica(app_url, Path(folder), alone=True, recall_seconds=0.01)
                )
                for _ in range(3)
            ]
            scene = Scene(running, caller)
            for step in steps:
                await scene.step(*step)
                assert books.spent(limit) + books.leased(limit) <= AMOUNT, step
                assert books.spent(limit) == books.cost(caller.workspace_id)
            scene.end_all()
        assert books.leased(limit) == 0
        assert books.spent(limit) == books.cost(caller.workspace_id) <= AMOUNT


@given(st.sampled_from(Period), st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001
def test_windows_tile_time(period: Period, naive: datetime) -> None:
    moment = naive.replace(tzinfo=UTC)
    window = window_of(period, moment)
    assert window.start <= moment < window.end
    assert window_of(period, window.start) == window
    following = window_of(period, window.end)
    assert following.start == window.end
    assert window_of(period, window.end - timedelta(microseconds=1)) == window


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        (Period.MINUTE, "2026-12-31T23:59:00+00:00", "2027-01-01T00:00:00+00:00"),
        (Period.DAY, "2026-12-31T00:00:00+00:00", "2027-01-01T00:00:00+00:00"),
        (Period.MONTH, "2026-12-01T00:00:00+00:00", "2027-01-01T00:00:00+00:00"),
    ],
)
def test_windows_are_the_calendars_in_utc(period: Period, start: str, end: str) -> None:
    eastern = datetime.fromisoformat("2027-01-01T05:59:30+06:00")
    window = window_of(period, eastern)
    assert (window.start.isoformat(), window.end.isoformat()) == (start, end)
    assert window_of(None, eastern) is ALWAYS


@pytest.fixture
def books(admin_url: str) -> Books:
    return Books(admin_url)


async def test_a_new_window_begins_empty_and_calls_count_where_they_began(
    books: Books, app_url: str, tmp_path: Path
) -> None:
    caller = Caller(books.workspace())
    limit = books.limit(caller.workspace_id, "requests", "2", period="minute")
    async with replica(app_url, tmp_path) as one:
        await one.call(caller)
        late = await one.admit(caller)
        began = one.clock.now()
        with pytest.raises(LimitExceeded):
            await one.call(caller)
        one.clock.advance(timedelta(seconds=30))
        await one.call(caller)
        await one.call(caller)
        with pytest.raises(LimitExceeded) as refused:
            await one.call(caller)
        assert refused.value.retry_after == 60
        late.settle(120, Decimal("0.01"))
        one.log.closed(a_call(caller.workspace_id, started_at=began))
        await one.log.flush()
    counted = books.execute(
        "SELECT window_start, spent FROM limit_counters WHERE limit_id = %s ORDER BY 1", limit
    )
    minute = NOW.replace(second=0)
    assert counted == [(minute, 2), (minute + timedelta(minutes=1), 2)]
    assert books.leased(limit) == 0


async def test_a_call_does_not_queue_behind_others_where_there_is_room_for_all(
    books: Books, app_url: str, tmp_path: Path
) -> None:
    caller = Caller(books.workspace())
    books.limit(caller.workspace_id, "tokens", "100000000")
    async with replica(app_url, tmp_path, alone=True) as one:
        (await one.admit(caller, tokens=10)).release()
        waiting = [asyncio.create_task(one.admit(caller, tokens=2_000)) for _ in range(20)]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        assert not all(task.done() for task in waiting)
        late = one.admit(caller, tokens=10)
        with pytest.raises(StopIteration) as let_through:
            late.send(None)  # without waiting for anything
        let_through.value.value.release()
        for admission in await asyncio.gather(*waiting):
            admission.release()


async def test_a_lease_without_a_sign_of_life_comes_back(books: Books, app_url: str, tmp_path: Path) -> None:
    caller = Caller(books.workspace())
    limit = books.limit(caller.workspace_id, "requests", "10")
    gone = ids.uuid7()
    place = (limit, NOW.replace(day=1, hour=0, minute=0, second=0))
    books.execute(
        "INSERT INTO limit_counters (limit_id, window_start, workspace_id) VALUES (%s, %s, %s)",
        *place,
        ids.decode("ws", caller.workspace_id),
    )
    books.execute(
        "INSERT INTO limit_leases (limit_id, window_start, workspace_id, replica, amount, since, expires_at)"
        " VALUES (%s, %s, %s, %s, 10, now(), now() + interval '1 second')",
        *place,
        ids.decode("ws", caller.workspace_id),
        gone,
    )
    async with replica(app_url, tmp_path, recall_seconds=0.1) as one:
        with pytest.raises(LimitExceeded):
            await one.call(caller)

        async def let_through() -> bool:
            try:
                await one.call(caller)
            except LimitExceeded:
                return False
            return True

        await eventually(let_through)


async def test_without_the_database_a_process_goes_on_with_what_it_holds(
    books: Books, app_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller, free = Caller(books.workspace()), Caller(books.workspace())
    books.limit(caller.workspace_id, "requests", "800")
    async with replica(app_url, tmp_path) as one:
        await one.call(caller)
        await one.call(free)
        with monkeypatch.context() as outage:
            outage.setattr(Database, "begin", Database("postgresql://nobody@127.0.0.1:1/none").begin)
            passed = await until_unavailable(one, caller)
            assert 0 < passed < 800
            await one.call(free)
        await eventually(lambda: goes_through(one, caller))


async def test_a_process_that_was_frozen_past_its_lease_asks_anew(
    books: Books, app_url: str, tmp_path: Path
) -> None:
    caller = Caller(books.workspace())
    limit = books.limit(caller.workspace_id, "requests", "20")
    async with (
        replica(app_url, tmp_path, alone=True) as frozen,
        replica(app_url, tmp_path, alone=True, recall_seconds=0.01) as other,
    ):
        await frozen.call(caller)
        under_way = await frozen.admit(caller)
        began = frozen.clock.now()
        await frozen.log.flush()
        await asyncio.gather(*frozen.limits._tasks)  # a refill under way would lock the row, or renew it
        assert books.leased(limit) >= 1
        [bucket] = frozen.limits._buckets.values()
        bucket.valid_until = 1e-9
        books.execute(
            "UPDATE limit_leases SET expires_at = now() - interval '1 s' WHERE limit_id = %s", limit
        )
        for _ in range(15):
            await other.call(caller)
        for _ in range(3):
            await frozen.call(caller)
        with pytest.raises(LimitExceeded):
            await frozen.call(caller)
        under_way.settle(120, Decimal("0.01"))
        frozen.log.closed(a_call(caller.workspace_id, started_at=began))
        for one in (frozen, other):
            await one.log.flush()
            assert books.spent(limit) + books.leased(limit) <= 20
    assert books.spent(limit) == 20
    assert books.leased(limit) == 0


async def until_unavailable(one: Replica, caller: Caller) -> int:
    """How many calls are let through before the database must be asked."""
    for passed in range(1000):
        try:
            await one.call(caller)
        except LimitsUnavailable:
            return passed
    pytest.fail("the share never ended")


async def goes_through(one: Replica, caller: Caller) -> bool:
    """Whether a call is let through now."""
    try:
        await one.call(caller)
    except LimitsUnavailable:
        return False
    return True


async def test_a_lowered_limit_is_not_passed_by_what_ending_calls_give_back(
    admin_url: str, app_url: str, tmp_path: Path
) -> None:
    books = Books(admin_url)
    caller = Caller(books.workspace())
    limit = books.limit(caller.workspace_id, "concurrent", "9")
    async with replica(app_url, tmp_path) as one:
        under_way = [await one.admit(caller) for _ in range(5)]
        books.execute("UPDATE limits SET amount = 2 WHERE id = %s", limit)

        async def refused() -> bool:
            try:
                (await one.admit(caller)).release()
            except LimitExceeded:
                return True
            return False

        await eventually(refused)
        for ending in under_way[:3]:  # four, three, then two are under way: no room for another
            ending.settle(0, Decimal(0))
            with pytest.raises(LimitExceeded):
                await one.admit(caller)
        under_way[3].settle(0, Decimal(0))

        async def let_through() -> bool:
            return not await refused()

        await eventually(let_through)
