"""Runs across two web processes on one database: any of them serves a stream, and one finishes what the other
left when it died."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing
from pathlib import Path

import httpx
import psycopg
import pytest

from answerable.kit import ids
from answerable.kit.settings import Settings
from tests.chat.asking.conftest import Desk, writes
from tests.chat.asking.live import FIRST, Event, events_of, following, held_after_first, until
from tests.chat.asking.test_written_answers import OPEN
from tests.chat.conversations import new_session, part, replay, session, shown, text
from tests.factories.callers import Caller
from tests.factories.system import random_moments
from tests.factories.upstream import Hang
from tests.factories.waiting import eventually
from tests.factories.web import WebProcess, on_folder, web_process

pytestmark = pytest.mark.usefixtures("worker")

WRITTEN = "Expenses over €500 need the department head's approval."


@pytest.fixture
def replica_settings(settings: Settings, tmp_path: Path) -> Settings:
    """Processes that miss a dead one soon."""
    copied = on_folder(settings, tmp_path)
    copied.chat.lease_seconds = 1
    return copied


@pytest.fixture
async def desk(desk: Desk) -> Desk:
    """A desk whose model is asked, and says nothing yet."""
    await desk.alias("cheap")
    desk.upstream.default = Hang()
    return desk


async def at(caller: Caller, web: WebProcess, stack: AsyncExitStack) -> Caller:
    """The same person, who asks this process."""
    client = await stack.enter_async_context(httpx.AsyncClient(base_url=web.url, timeout=60))
    return Caller(client, caller.token, caller.email, caller.workspace_id, caller.user_id)


def asking(caller: Caller, chat: str, content: str = OPEN) -> AsyncIterator[Event]:
    return events_of(caller, "POST", f"/api/v1/chat/sessions/{chat}/messages", json={"content": content})


async def begun(
    desk: Desk, caller: Caller, chat: str, stack: AsyncExitStack
) -> tuple[str, AsyncIterator[Event]]:
    """A run that waits for its model, and its further events."""
    before = len(desk.upstream.seen)
    stream = await stack.enter_async_context(aclosing(asking(caller, chat)))  # type: ignore[type-var]
    _, name, data = await anext(stream)
    assert name == "run.started"

    async def asked() -> bool:
        return len(desk.upstream.seen) > before

    await eventually(asked)
    return data["run_id"], stream


async def test_a_run_left_by_a_killed_process_is_finished_by_another_and_loses_nothing(
    desk: Desk, replica_settings: Settings, app_url: str
) -> None:
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(web_process(replica_settings, app_url))
        two = await stack.enter_async_context(web_process(replica_settings, app_url))
        here, there = await at(desk.owner, one, stack), await at(desk.owner, two, stack)
        chat = await new_session(here)
        run_id, _ = await begun(desk, here, chat, stack)

        assert (await session(there, chat))["running"] == [
            {"run_id": run_id, "message_id": (await shown(there, chat))[1]["id"]}
        ]
        assert (await shown(there, chat))[1]["status"] == "running"
        elsewhere = asyncio.create_task(_all(following(there, run_id, after=1)))
        desk.upstream.default = writes((WRITTEN, [1]))
        await one.kill()
        events = await asyncio.wait_for(elsewhere, 60)

        assert events[-1][1] == "answer"
        assert [number for number, _, _ in events] == list(range(2, len(events) + 2))
        question, reply = await shown(there, chat)
        assert (text(question), text(reply)) == (OPEN, events[-1][2]["text"])
        assert WRITTEN in text(reply)
        assert (await session(there, chat))["running"] == []
        assert (await replay(there, run_id))[1:] == events


async def test_another_process_shows_what_is_written_and_keeps_it_when_the_writer_is_killed(
    desk: Desk, replica_settings: Settings, app_url: str
) -> None:
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(web_process(replica_settings, app_url))
        two = await stack.enter_async_context(web_process(replica_settings, app_url))
        here, there = await at(desk.owner, one, stack), await at(desk.owner, two, stack)
        desk.upstream.default = held_after_first()
        chat = await new_session(here)
        run_id, _ = await begun(desk, here, chat, stack)
        elsewhere = await stack.enter_async_context(aclosing(following(there, run_id, after=1)))  # type: ignore[type-var]
        first = await asyncio.wait_for(until(elsewhere, "delta"), 60)
        await one.kill()
        rest = await asyncio.wait_for(_all(elsewhere), 60)

        assert [name for _, name, _ in rest] == ["warning", "answer"]
        answer = rest[-1][2]
        assert (answer["status"], answer["text"]) == ("partial", f"{FIRST} [1]")
        assert answer["warnings"][0]["code"] == "broken_off"
        assert (await replay(there, run_id))[1:] == first + rest
        reply = (await shown(there, chat))[1]
        assert (reply["status"], text(reply)) == ("complete", answer["text"])
        await desk.check_quotes(answer)
        assert len(desk.upstream.seen) == 1, "what was read is not written again"


async def test_a_run_cancelled_at_another_process_ends_its_stream_here(
    desk: Desk, replica_settings: Settings, app_url: str
) -> None:
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(web_process(replica_settings, app_url))
        two = await stack.enter_async_context(web_process(replica_settings, app_url))
        here, there = await at(desk.owner, one, stack), await at(desk.owner, two, stack)
        chat = await new_session(here)
        run_id, stream = await begun(desk, here, chat, stack)
        assert (await there.post(f"/api/v1/runs/{run_id}/cancel")).status_code == 202
        _, name, data = await asyncio.wait_for(anext(stream), 60)
        assert (name, data["code"]) == ("error", "run_cancelled")
        reply = (await shown(there, chat))[1]
        assert (reply["status"], part(reply, "error")["code"]) == ("cancelled", "run_cancelled")
        assert (await there.post(f"/api/v1/runs/{run_id}/cancel")).status_code == 202


async def test_the_next_question_waits_for_the_answer_before(
    desk: Desk, replica_settings: Settings, app_url: str
) -> None:
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(web_process(replica_settings, app_url))
        here = await at(desk.owner, one, stack)
        chat = await new_session(here)
        run_id, _ = await begun(desk, here, chat, stack)
        for streamed in (True, False):
            url = f"/api/v1/chat/sessions/{chat}/messages"
            refused = await here.post(url, json={"content": "And then?", "stream": streamed})
            assert (refused.status_code, refused.json()["code"]) == (409, "run_under_way")
            assert run_id in refused.json()["detail"]


async def test_a_run_that_kills_each_process_ends_with_a_clear_error(
    desk: Desk, replica_settings: Settings, app_url: str
) -> None:
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(web_process(replica_settings, app_url))
        two = await stack.enter_async_context(web_process(replica_settings, app_url))
        here, there = await at(desk.owner, one, stack), await at(desk.owner, two, stack)
        chat = await new_session(here)
        run_id, _ = await begun(desk, here, chat, stack)
        with psycopg.connect(desk.admin_url, autocommit=True) as connection:
            connection.execute(
                "UPDATE run_leases SET attempt = 3 WHERE run_id = %s", [ids.decode("run", run_id)]
            )
        await one.kill()
        events = await asyncio.wait_for(_all(following(there, run_id, after=1)), 60)
        assert [(number, name, data["code"]) for number, name, data in events] == [(2, "error", "run_lost")]
        reply = (await shown(there, chat))[1]
        assert (reply["status"], part(reply, "error")["code"]) == ("failed", "run_lost")


async def test_a_revoked_key_ends_its_open_stream_and_its_next_request(
    desk: Desk, replica_settings: Settings, app_url: str
) -> None:
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(web_process(replica_settings, app_url))
        made = (await desk.owner.post("/api/v1/api-keys", json={"name": "app"})).json()
        client = (await at(desk.owner, one, stack)).client
        key = Caller(client, made["key"])
        chat = await new_session(key)
        run_id, stream = await begun(desk, key, chat, stack)
        assert (await desk.owner.delete(f"/api/v1/api-keys/{made['id']}")).status_code == 204
        with pytest.raises((httpx.RemoteProtocolError, StopAsyncIteration)):
            await asyncio.wait_for(anext(stream), 60)
        for path in (f"runs/{run_id}/events", f"chat/sessions/{chat}", f"chat/sessions/{chat}/messages"):
            assert (await key.get(f"/api/v1/{path}")).status_code == 401


CONVERSATIONS = 24
KILLS = 4


async def test_conversations_end_once_however_often_processes_are_killed(
    desk: Desk, replica_settings: Settings, app_url: str
) -> None:
    moments = random_moments()
    desk.upstream.default = writes((WRITTEN, [1]))
    async with AsyncExitStack() as stack:
        webs = [await stack.enter_async_context(web_process(replica_settings, app_url)) for _ in range(2)]
        chats = [await new_session(desk.owner) for _ in range(CONVERSATIONS)]
        turns = itertools.cycle(range(2))
        gate = asyncio.Semaphore(4)
        heard: dict[str, list[Event]] = {chat: [] for chat in chats}

        async def converse(chat: str) -> None:
            async with gate, httpx.AsyncClient(base_url=webs[next(turns)].url, timeout=60) as client:
                caller = Caller(client, desk.owner.token, workspace_id=desk.owner.workspace_id)
                try:
                    async for event in asking(caller, chat):
                        heard[chat].append(event)
                except (httpx.HTTPError, json.JSONDecodeError):
                    return  # the process was killed: before it had the question, or after

        conversations = asyncio.gather(*(converse(chat) for chat in chats))
        for _ in range(KILLS):
            await asyncio.sleep(moments.uniform(0.05, 0.6))
            victim = moments.randrange(2)
            await webs[victim].kill()
            webs[victim] = await stack.enter_async_context(web_process(replica_settings, app_url))
        await conversations

        there = await at(desk.owner, webs[0], stack)
        assert any(heard.values())
        for chat, before in heard.items():
            await eventually(lambda chat=chat: _settled(there, chat), seconds=60)  # type: ignore[misc]
            messages = await shown(there, chat)
            # What was accepted is there whole: a question with one answer, which can be read again. The kill
            # may have come before.
            roles = [message["role"] for message in messages]
            assert roles == ["user", "assistant"] or (roles == [] and not before)
            for reply in messages[1:]:
                assert (reply["status"], WRITTEN in text(reply)) == ("complete", True)
                events = await replay(there, reply["run_id"])
                assert events[: len(before)] == before
                assert events[-1][2]["text"] == text(reply)


async def _settled(caller: Caller, chat: str) -> bool:
    return not (await session(caller, chat))["running"]


async def _all(stream: AsyncIterator[Event]) -> list[Event]:
    return [event async for event in stream]
