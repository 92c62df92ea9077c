"""An open stream of a run ends soon after the access of whoever reads it has ended or narrowed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace

import httpx
import psycopg
import pytest

from answerable.kit import ids
from tests.chat.asking.conftest import Desk, writes
from tests.chat.asking.live import FIRST, Event, events_of, following, held_after_first, until
from tests.chat.asking.test_written_answers import OPEN
from tests.chat.conversations import new_session
from tests.factories.callers import Caller, Workspace
from tests.factories.upstream import Reply

pytestmark = pytest.mark.usefixtures("worker")

WRITING: Reply = replace(writes(*[(FIRST, [1])] * 12), pieces=48, gap=0.25)
"""A sentence each second, for twelve seconds: there is news all the time."""


async def disable(desk: Desk, person: Caller) -> None:
    with psycopg.connect(desk.admin_url, autocommit=True) as connection:
        connection.execute(
            "UPDATE users SET disabled_at = now() WHERE id = %s", [ids.decode("usr", person.user_id)]
        )


async def demote(desk: Desk, person: Caller) -> None:
    answer = await desk.owner.patch(_member(desk, person), json={"role": "viewer"})
    assert answer.status_code == 200, answer.text


async def remove(desk: Desk, person: Caller) -> None:
    assert (await desk.owner.delete(_member(desk, person))).status_code == 204


async def revoke(desk: Desk, key: Caller) -> None:
    keys = (await desk.owner.get("/api/v1/api-keys")).json()["items"]
    (found,) = [item["id"] for item in keys if key.token.startswith(item["prefix"])]
    assert (await desk.owner.delete(f"/api/v1/api-keys/{found}")).status_code == 204


def _member(desk: Desk, person: Caller) -> str:
    return f"/api/v1/workspaces/{desk.owner.workspace_id}/members/{person.user_id}"


ENDS = pytest.mark.parametrize(
    ("end", "status"),
    [(disable, 401), (remove, 404), (demote, 200), (revoke, 401)],
    ids=["disabled", "removed", "demoted", "key revoked"],
)
End = Callable[[Desk, Caller], Awaitable[None]]


async def _reader(desk: Desk, end: End) -> Caller:
    if end is revoke:
        made = (await desk.owner.post("/api/v1/api-keys", json={"name": "app"})).json()
        return Caller(desk.owner.client, made["key"])
    return await Workspace(desk.owner.workspace_id, desk.owner).member("editor")


async def _rest(stream: AsyncIterator[Event]) -> list[Event]:
    """What still comes of a stream that may be cut."""
    found: list[Event] = []
    with contextlib.suppress(httpx.RemoteProtocolError):
        async for event in stream:
            found += [event]
    return found


@ENDS
@pytest.mark.parametrize("busy", [False, True], ids=["quiet", "busy"])
async def test_a_conversations_stream_ends_with_its_readers_access(
    desk: Desk, end: End, status: int, busy: bool
) -> None:
    await desk.alias("cheap")
    desk.upstream.default = WRITING if busy else held_after_first()
    reader = await _reader(desk, end)
    chat = await new_session(reader)
    url = f"/api/v1/chat/sessions/{chat}/messages"
    async with aclosing(events_of(reader, "POST", url, json={"content": OPEN})) as stream:  # type: ignore[type-var]
        first = await asyncio.wait_for(until(stream, "delta"), 60)
        run_id = first[0][2]["run_id"]
        await end(desk, reader)
        rest = await asyncio.wait_for(_rest(stream), 60)
    assert "answer" not in {name for _, name, _ in rest}
    again = await _opened(reader, run_id)
    assert again == status
    desk.upstream.release()


async def _opened(reader: Caller, run_id: str) -> int:
    """The status that a stream of the run opens with now; it is not read."""
    url = f"/api/v1/runs/{run_id}/events"
    async with reader.client.stream("GET", url, headers=reader.headers) as answer:
        return answer.status_code


async def test_the_other_streams_of_a_run_go_on(desk: Desk) -> None:
    await desk.alias("cheap")
    desk.upstream.default = held_after_first()
    key = await _reader(desk, revoke)
    asked = events_of(key, "POST", "/api/v1/ask", json={"question": OPEN, "stream": True})
    async with aclosing(asked) as stream:  # type: ignore[type-var]
        first = await asyncio.wait_for(until(stream, "delta"), 60)
        run_id = first[0][2]["run_id"]
        async with aclosing(following(desk.owner, run_id)) as own:  # type: ignore[type-var]
            await asyncio.wait_for(until(own, "delta"), 60)
            await revoke(desk, key)
            assert await asyncio.wait_for(_rest(stream), 60) == []
            desk.upstream.release()
            assert (await asyncio.wait_for(_rest(own), 60))[-1][1] == "answer"
