"""Many calls: those that are open at the same time all end whole, and those that ended leave nothing."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from urllib.parse import urlsplit

from answerable.inference.usage.log import UsageLog
from answerable.kit.runtime import Runtime
from tests.api.relay.gateway import Bed, chat
from tests.api.relay.test_leaving import streaming, to_the_end
from tests.factories.upstream import Reply, Upstream
from tests.factories.waiting import eventually

AT_ONCE = 300
CALLS = 1_500
CONNECTIONS = 16
# A hundred bytes a call: one object of each that stayed would be more.
GROWTH_BYTES = 100 * CALLS


async def test_streams_that_are_open_at_once_all_come_whole(bed: Bed, upstream: Upstream) -> None:
    upstream.default = Reply(text="one two three four five six", pieces=6, gap=0.2)

    async def whole() -> bytes:
        async with streaming(bed, chat(stream=True)) as (reader, _):
            return await to_the_end(reader)

    answers = await asyncio.gather(*(whole() for _ in range(AT_ONCE)))
    assert len(upstream.seen) == AT_ONCE
    assert all(answer.count(b'"content":"') >= 6 for answer in answers)
    assert all(b"data: [DONE]" in answer for answer in answers)
    rows = await bed.rows(AT_ONCE)
    assert {(row.outcome, row.input_tokens, row.output_tokens) for row in rows} == {("answered", 11, 7)}


async def test_calls_that_ended_leave_no_memory_behind(
    bed: Bed, upstream: Upstream, relay_runtime: Runtime
) -> None:
    log = relay_runtime.get(UsageLog)

    async def held() -> int:
        """What the system's own code has allocated and still holds, in bytes."""

        async def written() -> bool:
            return log.waiting_bytes == 0

        await eventually(written)
        upstream.seen.clear()
        gc.collect()
        ours = tracemalloc.Filter(True, "*/answerable/*")
        return sum(
            each.size for each in tracemalloc.take_snapshot().filter_traces([ours]).statistics("filename")
        )

    tracemalloc.start()
    try:
        await _calls(bed, CALLS)  # caches, connections and counters reach their size
        before = await held()
        await _calls(bed, CALLS)
        assert await held() - before < GROWTH_BYTES
    finally:
        tracemalloc.stop()
    await bed.rows(2 * CALLS)


async def _calls(bed: Bed, count: int) -> None:
    """So many calls on a few connections, half of them streamed."""
    left = iter(range(count))
    place = urlsplit(bed.url)

    async def client() -> None:
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        for number in left:
            writer.write(_request(bed, place.netloc, streamed=number % 2 == 0))
            await _answered(reader)
        writer.close()

    await asyncio.gather(*(client() for _ in range(CONNECTIONS)))


def _request(bed: Bed, host: str, *, streamed: bool) -> bytes:
    stream = b"true" if streamed else b"false"
    body = b'{"model":"small","messages":[{"role":"user","content":"Hello?"}],"stream":%b}' % stream
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {bed.key}\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _answered(reader: asyncio.StreamReader) -> None:
    """Read one answer to its end."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    assert head.startswith(b"http/1.1 200 "), head
    _, told, rest = head.partition(b"content-length: ")
    if told:
        await reader.readexactly(int(rest.split(b"\r\n")[0]))
    else:
        await reader.readuntil(b"0\r\n\r\n")
