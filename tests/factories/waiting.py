"""Waiting for a condition with a deadline, instead of sleeping and hoping."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

_PAUSE_SECONDS = 0.02


def wait_until(condition: Callable[[], T], *, seconds: float = 60) -> T:
    """The condition's first true value. AssertionError past the deadline."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"did not come true within {seconds} s"
        time.sleep(_PAUSE_SECONDS)
    return value


async def eventually(condition: Callable[[], Awaitable[T]], *, seconds: float = 60) -> T:
    """The asynchronous condition's first true value. AssertionError past the deadline."""
    deadline = time.monotonic() + seconds
    while not (value := await condition()):
        assert time.monotonic() < deadline, f"did not come true within {seconds} s"
        await asyncio.sleep(_PAUSE_SECONDS)
    return value
