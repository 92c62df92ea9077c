"""A web process that is killed in the middle of many streams."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import psycopg

from answerable.api.assembly import build_runtime
from answerable.inference.usage.log import UsageLog
from answerable.kit import ids
from answerable.kit.settings import Settings
from tests.api.relay.gateway import Bed, chat
from tests.api.relay.test_leaving import streaming
from tests.factories.upstream import Reply, Upstream
from tests.factories.waiting import eventually
from tests.factories.web import on_folder, web_process

STREAMS = 200
ANSWERED = 40
_CALL_ID = re.compile(rb"x-answerable-call-id: (\S+)", re.IGNORECASE)


async def test_every_stream_of_a_killed_process_has_its_row(
    bed: Bed, upstream: Upstream, relay_settings: Settings, app_url: str, tmp_path: Path
) -> None:
    upstream.default = Reply(endless=True, gap=0.1)
    settings = on_folder(relay_settings, tmp_path)
    async with web_process(settings, app_url) as web, AsyncExitStack() as clients:
        await asyncio.gather(*(_begin(clients, bed, web.url) for _ in range(STREAMS)))
        await web.kill()
    successor = build_runtime(settings, app_url)
    await successor.get(UsageLog).replay()
    await successor.close()
    rows = await bed.rows(STREAMS)
    assert {row.outcome for row in rows} == {"interrupted"}
    assert all(row.input_tokens > 0 for row in rows)
    assert {row.model for row in rows} == {"large"}
    with psycopg.connect(bed.admin_url, autocommit=True) as connection:
        told = connection.execute(
            "SELECT DISTINCT provider, price_version <> '' FROM usage_records WHERE workspace_id = %s",
            [ids.decode("ws", bed.owner.workspace_id)],
        ).fetchall()
    assert told == [("main", True)]


async def test_the_process_beside_a_killed_one_serves_on_and_writes_what_that_left(
    bed: Bed, upstream: Upstream, relay_settings: Settings, app_url: str, tmp_path: Path
) -> None:
    upstream.by_model["large"] = Reply(endless=True, gap=0.1)
    settings = on_folder(relay_settings, tmp_path)
    settings.inference.usage.replay_seconds = 0.2
    settings.inference.usage.flush_seconds = 60  # so that the killed one has written nothing
    async with (
        web_process(settings, app_url) as victim,
        web_process(settings, app_url) as sibling,
        AsyncExitStack() as clients,
    ):
        answered = [await _answered(bed, victim.url) for _ in range(ANSWERED)]
        begun = await asyncio.gather(*(_begin(clients, bed, victim.url) for _ in range(STREAMS)))
        beside = await _begin(clients, bed, sibling.url)
        answered += [await _answered(bed, victim.url) for _ in range(ANSWERED)]
        await victim.kill()
        after = [await _answered(bed, sibling.url) for _ in range(ANSWERED)]
        rows = await _rows(bed, len(answered) + len(begun))
        assert beside not in rows
        expected = dict.fromkeys(answered, "answered") | dict.fromkeys(begun, "interrupted")
        assert {call: outcome for call, outcome in rows.items() if call not in after} == expected
    heir = build_runtime(settings, app_url)
    await heir.get(UsageLog).replay()
    await heir.close()
    expected |= dict.fromkeys(after, "answered") | {beside: "interrupted"}
    assert await _rows(bed, len(expected)) == expected


async def _begin(clients: AsyncExitStack, bed: Bed, url: str) -> str:
    """A stream that goes on after its first event; returns the call's id."""
    body = chat("large", stream=True)
    reader, _ = await clients.enter_async_context(streaming(bed, body, url))
    found = _CALL_ID.search(await reader.readuntil(b"\r\n\r\n"))
    await reader.readuntil(b"\n\n")
    assert found is not None
    return found.group(1).decode()


async def _answered(bed: Bed, url: str) -> str:
    """A whole answer; returns the call's id."""
    async with httpx.AsyncClient(headers={"authorization": f"Bearer {bed.key}"}) as client:
        answer = await client.post(f"{url}/v1/chat/completions", json=chat())
    assert answer.status_code == 200, answer.text
    return str(answer.headers["x-answerable-call-id"])


async def _rows(bed: Bed, count: int) -> dict[str, str]:
    """The outcome of each call that has a row, once so many have; AssertionError for a call with two."""

    async def found() -> list[tuple[str, str]]:
        rows = await asyncio.to_thread(_read, bed)
        return rows if len(rows) >= count else []

    rows = await eventually(found)
    assert [call for call, times in Counter(call for call, _ in rows).items() if times > 1] == []
    return dict(rows)


def _read(bed: Bed) -> list[tuple[str, str]]:
    with psycopg.connect(bed.admin_url, autocommit=True) as connection:
        found = connection.execute(
            "SELECT id, outcome FROM usage_records WHERE workspace_id = %s",
            [ids.decode("ws", bed.owner.workspace_id)],
        ).fetchall()
    return [(ids.encode("call", call), outcome) for call, outcome in found]
