"""Clients that leave, are slow, or lose their access, while a call is under way."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import httpx
import psutil
import pytest

from answerable.api.assembly import build_runtime
from answerable.identity.admissions import Admissions
from answerable.kit.db.notifications import Notifications
from answerable.kit.runtime import Runtime
from answerable.kit.settings import Settings
from tests.api.relay.gateway import Bed, chat, new_bed, served
from tests.factories.upstream import Hang, Reply, Upstream
from tests.factories.waiting import eventually

FRAMES = 6


@asynccontextmanager
async def streaming(
    bed: Bed, body: dict[str, object], url: str | None = None, path: str = "/v1/chat/completions"
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A stream on a socket of its own, from its head on."""
    place = urlsplit(url or bed.url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    data = json.dumps(body).encode()
    writer.write(
        f"POST {path} HTTP/1.1\r\nhost: {place.netloc}\r\nauthorization: Bearer {bed.key}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(data)}\r\n\r\n".encode()
        + data
    )
    await writer.drain()
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


@pytest.mark.parametrize("frame", range(FRAMES + 3))
async def test_a_client_may_leave_at_every_frame(bed: Bed, upstream: Upstream, frame: int) -> None:
    upstream.default = Reply(pieces=FRAMES, gap=0.03)
    async with streaming(bed, chat(stream=True)) as (reader, _):
        for _ in range(frame):
            await reader.readuntil(b"\n\n")
        await eventually(lambda: _asked(upstream))
    (row,) = await bed.rows(1)
    # The answer is read to its end without the client, so that what is counted is what was used.
    assert (row.input_tokens, row.output_tokens, row.estimated) == (11, 7, False)
    assert row.outcome in {"abandoned", "answered"}
    if frame < FRAMES:
        assert row.outcome == "abandoned"


@pytest.mark.parametrize("path", ["chat/completions", "messages", "responses"])
@pytest.mark.parametrize("kind", ["anthropic", "gemini"])
async def test_a_client_may_leave_at_every_frame_of_every_protocol(
    bed: Bed, upstream: Upstream, kind: str, path: str
) -> None:
    await bed.provider(upstream, "other", "theirs", kind=kind)
    upstream.default = Reply(pieces=FRAMES, gap=0.02)
    body: dict[str, object] = {"model": "theirs", "stream": True}
    if path == "responses":
        body["input"] = "Hello?"
    else:
        body |= {"messages": [{"role": "user", "content": "Hello?"}], "max_tokens": 99}
    frames = range(FRAMES + 2)
    for frame in frames:
        upstream.seen.clear()
        async with streaming(bed, body, path=f"/v1/{path}") as (reader, _):
            for _ in range(frame):
                await reader.readuntil(b"\n\n")
            await eventually(lambda: _asked(upstream))
    for row in await bed.rows(len(frames)):
        assert (row.input_tokens, row.output_tokens, row.estimated) == (11, 7, False)
        assert row.outcome in {"abandoned", "answered"}


async def _asked(upstream: Upstream) -> bool:
    return bool(upstream.seen)


async def test_a_client_may_leave_before_a_whole_answer(bed: Bed, upstream: Upstream) -> None:
    upstream.default = Reply(wait=0.4)
    async with streaming(bed, chat()):
        await eventually(lambda: _asked(upstream))
    (row,) = await bed.rows(1)
    assert (row.outcome, row.input_tokens, row.output_tokens) == ("abandoned", 11, 7)


@asynccontextmanager
async def another(settings: Settings, app_url: str, **relay: object) -> AsyncIterator[tuple[str, Runtime]]:
    """One more replica on the same database, with relay settings of its own."""
    changed = settings.model_copy(deep=True)
    changed.inference.relay = changed.inference.relay.model_copy(update=relay)
    runtime = build_runtime(changed, app_url)
    async with served(runtime) as url:
        yield url, runtime
    await runtime.close()


@pytest.mark.parametrize("relay", [{"on_leave": "cancel"}, {"drain_seconds": 0.1}, {"drain_bytes": 10}])
async def test_an_answer_that_nobody_reads_is_not_read_for_ever(
    bed: Bed, upstream: Upstream, relay_settings: Settings, app_url: str, relay: dict[str, object]
) -> None:
    upstream.default = Reply(endless=True, gap=0.02)
    async with another(relay_settings, app_url, **relay) as (url, _):
        async with streaming(bed, chat(stream=True), url) as (reader, _):
            await reader.readuntil(b"\n\n")
        await eventually(lambda: _left(upstream))
        (row,) = await bed.rows(1)
    assert row.outcome == "abandoned"
    assert row.estimated
    assert row.output_tokens > 0


async def _left(upstream: Upstream) -> bool:
    return bool(upstream.seen) and upstream.last.left


async def test_a_client_that_leaves_before_the_first_byte_frees_the_provider(
    bed: Bed, upstream: Upstream, relay_settings: Settings, app_url: str
) -> None:
    upstream.default = Hang()
    async with another(relay_settings, app_url, on_leave="cancel") as (url, _):
        async with streaming(bed, chat(stream=True), url):
            await eventually(lambda: _asked(upstream))
        await eventually(lambda: _left(upstream))
        (row,) = await bed.rows(1)
    assert row.outcome == "abandoned"


async def test_a_slow_client_holds_the_provider_back(bed: Bed, upstream: Upstream) -> None:
    upstream.default = Reply(text="x" * 2_000, pieces=2, endless=True)
    before = psutil.Process().memory_info().rss
    async with streaming(bed, chat(stream=True)) as (reader, _):
        await reader.readuntil(b"\n\n")
        sent = -1
        # The provider is stopped once every buffer on the way is full.
        for _ in range(200):
            if sent == upstream.last.sent_frames:
                break
            sent = upstream.last.sent_frames
            await asyncio.sleep(0.1)
        else:
            pytest.fail("the provider was never held back")
        assert psutil.Process().memory_info().rss - before < 60_000_000
    await bed.rows(1)


async def test_a_revoked_key_ends_its_open_stream_and_its_next_call(bed: Bed, upstream: Upstream) -> None:
    upstream.default = Reply(endless=True, gap=0.02)
    async with streaming(bed, chat(stream=True)) as (reader, _):
        await reader.readuntil(b"\n\n")
        revoked = await bed.owner.delete(f"/api/v1/api-keys/{bed.key_id}")
        assert revoked.status_code == 204
        answer = await bed.client.post("/v1/chat/completions", json=chat())
        assert answer.status_code == 401
        rest = await asyncio.wait_for(to_the_end(reader), 60)
    assert b'"code":"unauthenticated"' in rest
    assert rest.endswith(b"0\r\n\r\n")
    (row,) = await bed.rows(1)
    assert row.outcome == "cancelled"
    await eventually(lambda: _left(upstream))


async def to_the_end(reader: asyncio.StreamReader) -> bytes:
    """The last of a response that comes in chunks."""
    data = b""
    while not data.endswith(b"0\r\n\r\n"):
        more = await reader.read(65_536)
        if not more:
            break
        data = (data + more)[-4_000:]
    return data


async def test_another_replica_hears_of_a_revoked_key(
    bed: Bed, upstream: Upstream, relay_settings: Settings, app_url: str
) -> None:
    async with another(relay_settings, app_url) as (url, _), httpx.AsyncClient(base_url=url) as client:
        headers = {"authorization": f"Bearer {bed.key}"}

        async def status() -> int:
            return (await client.post("/v1/chat/completions", json=chat(), headers=headers)).status_code

        assert [await status(), await status()] == [200, 200]
        assert (await bed.owner.delete(f"/api/v1/api-keys/{bed.key_id}")).status_code == 204
        # Within the notification's latency, far below the age at which it would be asked anew.
        await eventually(lambda: _is(status, 401), seconds=2)


async def _is(status: object, wanted: int) -> bool:
    return bool(await status() == wanted)  # type: ignore[operator]


async def test_whoever_is_removed_from_a_workspace_calls_no_more(
    bed: Bed, relay_client: httpx.AsyncClient, relay_url: str, admin_url: str
) -> None:
    guest = await new_bed(relay_client, relay_url, admin_url)
    invited = await bed.owner.post(
        f"/api/v1/workspaces/{bed.owner.workspace_id}/invitations",
        json={"email": guest.owner.email, "role": "editor"},
    )
    accepted = await relay_client.post(
        "/api/v1/invitations/accept",
        json={"token": invited.json()["token"]},
        headers={"authorization": f"Bearer {guest.owner.token}"},
    )
    assert accepted.status_code == 200
    headers = {"authorization": f"Bearer {guest.owner.token}", "x-workspace": bed.owner.workspace_id}

    async def status() -> int:
        return (await relay_client.post("/v1/chat/completions", json=chat(), headers=headers)).status_code

    assert await status() == 200
    gone = await bed.owner.delete(
        f"/api/v1/workspaces/{bed.owner.workspace_id}/members/{guest.owner.user_id}"
    )
    assert gone.status_code == 204
    assert await status() == 404
    await guest.client.aclose()


async def test_without_notifications_nothing_is_remembered(
    bed: Bed, relay_settings: Settings, app_url: str, admin_url: str
) -> None:
    async with another(relay_settings, app_url) as (url, runtime), httpx.AsyncClient(base_url=url) as client:
        headers = {"authorization": f"Bearer {bed.key}"}
        assert (await client.get("/v1/models", headers=headers)).status_code == 200
        heard = runtime.get(Notifications)
        await eventually(lambda: _listens(heard))
        kept = await runtime.get(Admissions).admit(bed.key)
        assert kept is await runtime.get(Admissions).admit(bed.key)
        await heard.close()
        assert kept is not await runtime.get(Admissions).admit(bed.key)


async def _listens(heard: object) -> bool:
    return bool(heard.listening)  # type: ignore[attr-defined]
