"""Making the next item while the one before is used."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import TypeVar

Item = TypeVar("Item")


async def one_ahead(items: AsyncGenerator[Item, None]) -> AsyncGenerator[Item, None]:
    """The items in order, each next one in the making while the one before is used. Several of these one
    upon the other are a line of workers, each with one item in hand."""

    async def following() -> tuple[Item] | None:
        try:
            return (await anext(items),)
        except StopAsyncIteration:
            return None

    upcoming = asyncio.create_task(following())
    try:
        while (made := await upcoming) is not None:
            upcoming = asyncio.create_task(following())
            yield made[0]
    finally:
        upcoming.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await upcoming
        await items.aclose()
