"""Calls never wait long for what they can do without."""

from __future__ import annotations

import asyncio

from answerable.inference.cache.bounded import BoundedWait
from answerable.inference.cache.store import StoreUnavailable


class Moment:
    """A clock that the test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


async def forever() -> str:
    """Never ends."""
    await asyncio.Event().wait()
    return "never"


async def failing() -> str:
    """A store that is away."""
    raise StoreUnavailable("away")


async def good() -> str:
    """A store that answers."""
    return "there"


async def test_what_is_slow_is_not_waited_for_and_then_left_alone() -> None:
    moment = Moment()
    wait = BoundedWait(0.01, "store", now=moment)
    assert [await wait.get(forever) for _ in range(3)] == [None, None, None]
    assert wait.paused
    assert await wait.get(good) is None
    moment.now += 1.1
    assert await wait.get(good) == "there"
    assert not wait.paused
    await wait.close()


async def test_a_failed_try_doubles_the_pause() -> None:
    moment = Moment()
    wait = BoundedWait(1, "store", now=moment)
    for _ in range(3):
        assert await wait.get(failing) is None
    moment.now += 1.1
    assert await wait.get(failing) is None
    moment.now += 1.1
    assert wait.paused
    moment.now += 1
    assert await wait.get(good) == "there"
    await wait.close()
