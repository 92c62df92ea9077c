"""Load and upstream of the gateway's bench, as lean as can be: raw protocols on one event loop.

Both run on the same core; the gateway has the other one to itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

FRAMES = 20
_WORD = "relayed word "


def _frame(content: str | None, finish: str | None = None) -> bytes:
    delta = {} if content is None else {"content": content}
    document = {
        "id": "chatcmpl-bench",
        "object": "chat.completion.chunk",
        "created": 1_700_000_000,
        "model": "bench-model",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }
    return b"data: %b\n\n" % json.dumps(document).encode()


def _usage_frame() -> bytes:
    usage = {"prompt_tokens": 12, "completion_tokens": FRAMES, "total_tokens": 12 + FRAMES}
    document = {"id": "chatcmpl-bench", "object": "chat.completion.chunk", "model": "bench-model",
                "created": 1_700_000_000, "choices": [], "usage": usage}  # fmt: skip
    return b"data: %b\n\n" % json.dumps(document).encode()


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


STREAM_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
STREAM_CHUNKS = [
    *(_chunk(_frame(_WORD)) for _ in range(FRAMES - 1)),
    _chunk(_frame(None, "stop")),
    _chunk(_usage_frame()),
    _chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n",
]
_PLAIN_BODY = json.dumps(
    {
        "id": "chatcmpl-bench",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "bench-model",
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": _WORD * 20}, "finish_reason": "stop"}
        ],
        "usage": {"prompt_tokens": 12, "completion_tokens": 40, "total_tokens": 52},
    }
).encode()
PLAIN = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (
    len(_PLAIN_BODY),
    _PLAIN_BODY,
)


class UpstreamConnection(asyncio.Protocol):
    """A provider's end of one connection. `gap` seconds pass between two frames of a stream; without a
    gap each frame is a write of its own, all of one stream in one turn of the loop."""

    def __init__(self, gap: Callable[[], float]) -> None:
        self._gap = gap
        self._held = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands."""
        self._transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        """Answer each whole request."""
        data = self._held + data
        while True:
            end = data.find(b"\r\n\r\n")
            if end < 0:
                break
            at = data.lower().find(b"content-length:", 0, end)
            length = 0 if at < 0 else int(data[at + 15 : data.find(b"\r\n", at)])
            if len(data) < end + 4 + length:
                break
            body = data[end + 4 : end + 4 + length]
            data = data[end + 4 + length :]
            self._answer(streamed=b'"stream":true' in body.replace(b" ", b""))
        self._held = data

    def _answer(self, *, streamed: bool) -> None:
        assert self._transport is not None
        if not streamed:
            self._transport.write(PLAIN)
            return
        self._transport.write(STREAM_HEAD)
        gap = self._gap()
        if gap:
            self._pace(0, gap)
            return
        for chunk in STREAM_CHUNKS:
            self._transport.write(chunk)

    def _pace(self, number: int, gap: float) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        self._transport.write(STREAM_CHUNKS[number])
        if number + 1 < len(STREAM_CHUNKS):
            asyncio.get_running_loop().call_later(gap, self._pace, number + 1, gap)


@dataclass
class Upstream:
    """The provider. `gap` may be changed between runs."""

    gap: float = 0.0
    port: int = 0
    _server: asyncio.Server | None = field(default=None, repr=False)

    async def start(self) -> None:
        """Listen on a free port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: UpstreamConnection(lambda: self.gap), "127.0.0.1", 0, backlog=4096
        )
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()


class Caller(asyncio.Protocol):
    """One connection of a client. `on_done` is called with each whole answer's status and size."""

    def __init__(
        self, on_done: Callable[[Caller, int, int], None], on_lost: Callable[[Caller], None]
    ) -> None:
        self._on_done = on_done
        self._on_lost = on_lost
        self._parts: list[bytes] = []
        self._size = 0
        self._wanted = 0
        self.transport: asyncio.Transport | None = None
        self.sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands."""
        self.transport = transport  # type: ignore[assignment]

    def ask(self, request: bytes) -> None:
        """Send a request."""
        assert self.transport is not None
        self._parts.clear()
        self._size = self._wanted = 0
        self.sent_at = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        """A part of the answer."""
        self._parts.append(data)
        self._size += len(data)
        if not self._wanted:
            head = data if len(self._parts) == 1 else b"".join(self._parts)
            end = head.find(b"\r\n\r\n")
            if end < 0:
                return
            at = head.lower().find(b"content-length:", 0, end)
            self._wanted = -1 if at < 0 else end + 4 + int(head[at + 15 : head.find(b"\r\n", at)])
        whole = self._size >= self._wanted if self._wanted > 0 else data.endswith(b"0\r\n\r\n")
        if whole:
            self._on_done(self, int(self._parts[0][9:12]), self._size)

    def connection_lost(self, error: Exception | None) -> None:
        """The gateway closed."""
        del error
        self._on_lost(self)


@dataclass(frozen=True)
class Target:
    """A gateway under load: where it listens, its process, and what makes a call acceptable there."""

    name: str
    port: int
    pid: int
    headers: str = ""
    model: str = "bench-model"

    def request(self, *, stream: bool) -> bytes:
        """The bytes of one call."""
        content = "What is the answer to the question that was asked before this one? " * 3
        document: dict[str, object] = {
            "model": self.model,
            "messages": [{"role": "user", "content": content}],
            "max_tokens": 200,
        }
        if stream:
            document["stream"] = True
        body = json.dumps(document).encode()
        head = (
            f"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1:{self.port}\r\n"
            f"content-type: application/json\r\n{self.headers}content-length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


class Load:
    """Closed and open loops of calls against one gateway."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._failed = 0
        self._sizes: set[int] = set()

    async def per_second(self, *, stream: bool, connections: int, seconds: float) -> dict[str, float]:
        """Calls that are answered a second, each connection asking again as soon as it was answered."""
        loop = asyncio.get_running_loop()
        request = self._target.request(stream=stream)
        done = failed = 0
        going = True
        callers: list[Caller] = []

        def answered(caller: Caller, status: int, size: int) -> None:
            nonlocal done, failed
            done += 1
            if status != 200 or (stream and size < 2_000):
                failed += 1
            if going:
                caller.ask(request)

        for _ in range(connections):
            _, caller = await loop.create_connection(
                lambda: Caller(answered, lambda _: None), "127.0.0.1", self._target.port
            )
            callers.append(caller)
        for caller in callers:
            caller.ask(request)
        await asyncio.sleep(min(1.0, seconds / 3))
        total, done, started, busy = done, 0, time.perf_counter(), time.process_time()
        await asyncio.sleep(seconds)
        count, elapsed = done, time.perf_counter() - started
        load = (time.process_time() - busy) / elapsed
        going = False
        for caller in callers:
            if caller.transport is not None:
                caller.transport.close()
        return {
            "per_second": round(count / elapsed, 1),
            "failed": failed,
            "calls": total + done,
            "load_core": round(load, 2),
        }

    async def calls(self, count: int, *, stream: bool, connections: int) -> dict[str, int]:
        """So many calls, each connection asking again as soon as it was answered; how many failed."""
        loop = asyncio.get_running_loop()
        request = self._target.request(stream=stream)
        left = count - connections
        done = failed = 0
        over = asyncio.Event()

        def answered(caller: Caller, status: int, size: int) -> None:
            nonlocal done, failed, left
            done += 1
            failed += status != 200 or (stream and size < 2_000)
            if left > 0:
                left -= 1
                caller.ask(request)
            elif done >= count:
                over.set()

        callers: list[Caller] = []
        for _ in range(connections):
            _, caller = await loop.create_connection(
                lambda: Caller(answered, lambda _: over.set()), "127.0.0.1", self._target.port
            )
            callers.append(caller)
        for caller in callers:
            caller.ask(request)
        await over.wait()
        lost = count - done  # a connection that the gateway closed
        for caller in callers:
            if caller.transport is not None:
                caller.transport.close()
        return {"done": done, "failed": failed + lost}

    async def latencies(self, *, rate: float, seconds: float) -> dict[str, float]:
        """Latency in milliseconds of plain calls that start at a fixed rate, whatever the answers do."""
        loop = asyncio.get_running_loop()
        request = self._target.request(stream=False)
        free: deque[Caller] = deque()
        returned = asyncio.Event()
        times: list[float] = []
        failed = 0

        def answered(caller: Caller, status: int, size: int) -> None:
            nonlocal failed
            del size
            times.append(time.perf_counter() - caller.sent_at)
            failed += status != 200
            free.append(caller)
            returned.set()

        for _ in range(32):
            _, caller = await loop.create_connection(
                lambda: Caller(answered, lambda _: None), "127.0.0.1", self._target.port
            )
            free.append(caller)
        callers = list(free)
        start = loop.time()
        for number in range(int(rate * seconds)):
            delay = start + number / rate - loop.time()
            if delay > 0:
                await asyncio.sleep(delay)
            while not free:  # every connection waits: the gateway is behind
                returned.clear()
                await returned.wait()
            free.popleft().ask(request)
        while len(free) < len(callers):
            returned.clear()
            await returned.wait()
        for caller in callers:
            if caller.transport is not None:
                caller.transport.close()
        kept = sorted(times[len(times) // 10 :])  # the first ones warm up
        return {
            "p50_ms": round(1000 * kept[len(kept) // 2], 3),
            "p99_ms": round(1000 * kept[int(len(kept) * 0.99)], 3),
            "failed": failed,
        }

    async def at_once(self, count: int, *, limit_seconds: float) -> dict[str, float]:
        """Streams that are all open at the same time; how many of them came whole."""
        loop = asyncio.get_running_loop()
        request = self._target.request(stream=True)
        whole = lost = 0
        over = asyncio.Event()

        def answered(caller: Caller, status: int, size: int) -> None:
            nonlocal whole
            del caller
            whole += status == 200 and size > 2_000
            if whole + lost >= count:
                over.set()

        def closed(caller: Caller) -> None:
            nonlocal lost
            del caller
            lost += 1
            if whole + lost >= count:
                over.set()

        callers: list[Caller] = []
        for _ in range(count):
            _, caller = await loop.create_connection(
                lambda: Caller(answered, closed), "127.0.0.1", self._target.port
            )
            callers.append(caller)
        started = time.perf_counter()
        for caller in callers:
            caller.ask(request)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), limit_seconds)
        seconds = time.perf_counter() - started
        complete = whole
        for caller in callers:
            if caller.transport is not None:
                caller.transport.close()
        return {"streams": count, "complete": complete, "seconds": round(seconds, 2)}
