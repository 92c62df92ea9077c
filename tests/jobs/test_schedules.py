"""Schedules: one run a period, whatever the clocks say."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from answerable.jobs import TaskRegistry
from answerable.jobs.registry import Periodic
from answerable.jobs.schedule import Scheduler, latest_period, next_period
from answerable.kit.db import Session
from answerable.kit.runtime import Runtime
from tests.jobs.conftest import STALL, Bench
from tests.jobs.program import registry

_NOON = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)


class HandClock:
    """A scheduler's clock that the test moves."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    async def __call__(self, session: Session) -> datetime:
        return self.moment


async def nothing(runtime: Runtime, period: datetime) -> None:
    """A periodic function."""


async def test_two_schedulers_an_hour_apart_run_each_period_once(bench: Bench, seed: int) -> None:
    rng = random.Random(seed)
    schedules = (Periodic("five", "*/5 * * * *", nothing), Periodic("hourly", "7 * * * *", nothing))
    clocks = [HandClock(_NOON), HandClock(_NOON + timedelta(hours=1))]
    schedulers = [Scheduler(bench.database, schedules, stall_seconds=STALL, now=clock) for clock in clocks]
    runs: Counter[tuple[str, datetime]] = Counter()
    for _ in range(120):
        for clock in clocks:
            clock.moment += timedelta(minutes=1)
        for scheduler in rng.sample(schedulers, k=rng.randint(1, 2)):
            runs.update(await scheduler.tick())
    for scheduler in schedulers:
        runs.update(await scheduler.tick())
    assert set(runs.values()) == {1}
    # No period of the faster clock passed without its run, save those that nobody ticked in.
    fives = sorted(period for name, period in runs if name == "five")
    assert fives[-1] == latest_period("*/5 * * * *", clocks[1].moment)
    assert len(fives) >= 20
    tickets = bench.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'answerable.period'")
    assert tickets == [(sum(runs.values()),)]


async def test_schedulers_ask_the_database_for_the_time(bench: Bench) -> None:
    schedules = (Periodic("five", "*/5 * * * *", nothing),)
    one, other = (Scheduler(bench.database, schedules, stall_seconds=STALL) for _ in range(2))
    await one.tick()
    bench.execute("UPDATE job_schedules SET last_period = last_period - interval '5 minutes'")
    ((_, period),) = await other.tick()
    ((now,),) = bench.execute("SELECT now()")
    assert isinstance(now, datetime)
    assert timedelta(0) <= now - period < timedelta(minutes=6)
    # Another period may have begun meanwhile; this one is not queued again.
    assert [again for _, again in await one.tick() if again <= period] == []


async def test_between_periods_only_the_time_is_asked_for(bench: Bench) -> None:
    schedules = (Periodic("five", "*/5 * * * *", nothing), Periodic("hourly", "7 * * * *", nothing))
    clock = HandClock(_NOON)
    scheduler = Scheduler(bench.database, schedules, stall_seconds=STALL, now=clock)
    await scheduler.tick()
    bench.execute("DELETE FROM job_schedules")
    clock.moment = _NOON + timedelta(minutes=5) - timedelta(microseconds=1)
    assert await scheduler.tick() == []
    assert bench.execute("SELECT name FROM job_schedules") == [], "the schedules were written once more"
    clock.moment = _NOON + timedelta(minutes=5)
    await scheduler.tick()
    assert len(bench.execute("SELECT name FROM job_schedules")) == 2


async def test_a_worker_runs_what_is_due(bench: Bench) -> None:
    clock = HandClock(_NOON)
    scheduler = Scheduler(bench.database, registry.schedules, stall_seconds=STALL, now=clock)
    await scheduler.tick()
    clock.moment += timedelta(minutes=1)
    assert await scheduler.tick() == [("minutely", _NOON + timedelta(minutes=1))]
    bench.worker()
    await bench.marked("period", "2026-06-15T12:01:00+00:00")


@pytest.mark.parametrize(
    ("cron", "moment", "period"),
    [
        ("*/5 * * * *", _NOON, _NOON),
        ("*/5 * * * *", _NOON + timedelta(minutes=4, seconds=59), _NOON),
        ("0 0 * * *", _NOON, datetime(2026, 6, 15, tzinfo=UTC)),
        ("0 0 1 * *", _NOON, datetime(2026, 6, 1, tzinfo=UTC)),
    ],
)
def test_a_period_begins_with_its_first_instant(cron: str, moment: datetime, period: datetime) -> None:
    assert latest_period(cron, moment) == period
    following = next_period(cron, moment)
    assert following > moment
    assert latest_period(cron, following) == following
    assert latest_period(cron, following - timedelta(seconds=1)) == period


def test_a_schedule_that_cron_cannot_read_is_refused() -> None:
    with pytest.raises(ValueError, match="no cron line"):
        TaskRegistry().periodic("bad", "every day")
