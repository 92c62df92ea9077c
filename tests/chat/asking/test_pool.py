"""Nothing that holds a connection waits for another: a crowd would lock itself up until the pool gives up."""

from __future__ import annotations

import asyncio
from collections import Counter

import httpx
import pytest

from answerable.kit.settings import Settings
from tests.chat.asking.conftest import Desk, writes
from tests.chat.asking.test_written_answers import OPEN
from tests.chat.conversations import new_session, say, say_streaming
from tests.factories.callers import Caller
from tests.factories.uploads import ORDERS, upload_dataset
from tests.factories.web import web_process

pytestmark = pytest.mark.usefixtures("worker")

QUESTIONS = (
    "total amount by country",
    "only Germany",
    "When was Northwind Traders founded?",
    OPEN,
    "number of orders, and when was Northwind Traders founded?",
)


@pytest.fixture
def one_connection(settings: Settings) -> Settings:
    """Settings of a server whose pool is a single connection."""
    narrow = settings.model_copy(deep=True)
    narrow.database.pool_size, narrow.database.max_overflow = 1, 0
    return narrow


async def test_one_connection_is_enough_for_many_conversations_at_once(
    desk: Desk, one_connection: Settings, app_url: str
) -> None:
    assert (await upload_dataset(desk.owner, "orders.csv", ORDERS))["status"] == "ready"
    await desk.alias("cheap")
    desk.upstream.default = writes(("Expenses over €500 need the department head's approval.", [1]))
    async with (
        web_process(one_connection, app_url) as web,
        httpx.AsyncClient(base_url=web.url, timeout=90) as client,
    ):
        caller = Caller(client, desk.owner.token, desk.owner.email, desk.owner.workspace_id)

        async def converse(*, streamed: bool) -> list[str]:
            chat = await new_session(caller)
            if streamed:
                return [(await say_streaming(caller, chat, asked))[-1][1] for asked in QUESTIONS]
            return [(await say(caller, chat, asked))["reply"]["status"] for asked in QUESTIONS]

        ends = await asyncio.gather(*(converse(streamed=number % 2 == 0) for number in range(6)))
    told = Counter(end for conversation in ends for end in conversation)
    assert told == {"answer": 3 * len(QUESTIONS), "complete": 3 * len(QUESTIONS)}
