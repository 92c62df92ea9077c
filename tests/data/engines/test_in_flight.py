"""Equal work that is wanted at the same time is done once, and by nobody's leaving lost."""

from __future__ import annotations

import asyncio

import pytest

from answerable.data.engines.in_flight import InFlight


class Work:
    """Work that ends when it is told to."""

    def __init__(self) -> None:
        self.begun = self.stopped = 0
        self.end = asyncio.Event()

    async def __call__(self) -> int:
        self.begun += 1
        try:
            await self.end.wait()
        except asyncio.CancelledError:
            self.stopped += 1
            raise
        return self.begun


async def begin(flight: InFlight[int], work: Work, *keys: str) -> list[asyncio.Task[int]]:
    """Some who want the work under these keys, all of them waiting."""
    waiting = [asyncio.create_task(flight.join(key, work)) for key in keys]
    for _ in range(3):  # each begins, and so does what they wait for
        await asyncio.sleep(0)
    return waiting


async def test_equal_work_is_done_once_and_other_work_beside_it() -> None:
    flight, work = InFlight[int](), Work()
    waiting = await begin(flight, work, "a", "a", "b")
    assert work.begun == 2
    work.end.set()
    assert await asyncio.gather(*waiting) == [2, 2, 2]
    assert await flight.join("a", work) == 3  # what is done is not kept here


async def test_who_leaves_takes_nothing_from_the_others() -> None:
    flight, work = InFlight[int](), Work()
    first, second = await begin(flight, work, "a", "a")
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    assert not second.done()
    work.end.set()
    assert (await second, work.stopped) == (1, 0)


async def test_work_that_nobody_waits_for_is_stopped_and_begun_anew() -> None:
    flight, work = InFlight[int](), Work()
    both = await begin(flight, work, "a", "a")
    for each in both:
        each.cancel()
    await asyncio.wait(both)
    (late,) = await begin(flight, work, "a")
    assert (work.begun, work.stopped) == (2, 1)
    work.end.set()
    assert await late == 2


async def test_a_failure_is_told_to_all_and_kept_for_nobody() -> None:
    flight = InFlight[int]()

    async def fail() -> int:
        await asyncio.sleep(0)
        raise ValueError

    found = await asyncio.gather(*(flight.join("a", fail) for _ in range(3)), return_exceptions=True)
    assert [type(each) for each in found] == [ValueError] * 3
    work = Work()
    work.end.set()
    assert await flight.join("a", work) == 1
