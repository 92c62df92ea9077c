"""The scripted provider's server: HTTP/1.1 by hand, so that it can misbehave at every byte.

It runs on a thread of its own; clients of any kind, also blocking ones, can talk to it.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from tests.factories.upstream import protocols
from tests.factories.upstream.script import Behaviour, Fail, Hang, RawBytes, Reply

_REASONS = {200: "OK", 400: "Bad Request", 404: "Not Found", 429: "Too Many Requests"}


class _Reader(asyncio.StreamReader):
    """A stream that tells when the client leaves, without reading from it."""

    def __init__(self) -> None:
        super().__init__()
        self.left = asyncio.Event()

    def feed_eof(self) -> None:
        self.left.set()
        super().feed_eof()

    def set_exception(self, exc: Exception) -> None:
        self.left.set()
        super().set_exception(exc)


@dataclass
class Seen:
    """One request as it came. `left` says that the client went away before the answer's end."""

    method: str
    path: str
    headers: dict[str, str]
    raw: bytes = b""
    body: dict[str, Any] = field(default_factory=dict)
    left: bool = False
    sent_frames: int = 0


class Upstream:
    """A provider. Requests take, in this order: the behaviour of the model that they name
    (`by_model`), the next of the queue (`script`), `default`."""

    def __init__(self) -> None:
        self.default: Behaviour = Reply()
        self.by_model: dict[str, Behaviour] = {}
        self.model_names = ["small", "large"]
        self.seen: list[Seen] = []
        self.connections = 0
        self._queue: deque[Behaviour] = deque()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True, name="upstream")
        self._listening = threading.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._held = asyncio.Event()
        self.port = 0

    @property
    def url(self) -> str:
        """The server's address, without a path."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def openai_url(self) -> str:
        """The base URL for OpenAI clients."""
        return f"{self.url}/v1"

    @property
    def last(self) -> Seen:
        """The latest request."""
        return self.seen[-1]

    def script(self, *behaviours: Behaviour) -> None:
        """What the next requests get, one each."""
        self._queue.extend(behaviours)

    def release(self) -> None:
        """Let streams go on that hold."""
        self._loop.call_soon_threadsafe(self._held.set)

    def reset(self) -> None:
        """Forget what was seen and scripted."""
        self._loop.call_soon_threadsafe(self._held.clear)
        self._queue.clear()
        self.by_model.clear()
        self.seen.clear()
        self.default = Reply()

    def start(self) -> Upstream:
        """Listen; returns itself."""
        self._thread.start()
        assert self._listening.wait(60)
        return self

    def stop(self) -> None:
        """Close every connection and end the thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def __enter__(self) -> Upstream:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            self._loop.create_server(
                lambda: asyncio.StreamReaderProtocol(_Reader(), self._connected), "127.0.0.1", 0
            )
        )
        self.port = server.sockets[0].getsockname()[1]
        self._listening.set()
        self._loop.run_forever()
        server.close()
        for task in self._tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*self._tasks, return_exceptions=True))
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        assert isinstance(reader, _Reader)
        self._tasks.add(task)
        self.connections += 1
        try:
            while await self._serve(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client left, or the server stops
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _serve(self, reader: _Reader, writer: asyncio.StreamWriter) -> bool:
        """One request; whether the connection stays."""
        seen = await _read(reader)
        self.seen.append(seen)
        exchange = _Exchange(seen, reader.left, writer, self._held)
        model = protocols.model_of(seen.path, seen.body)
        if seen.method == "GET" or model not in self.by_model:
            behaviour = self._queue.popleft() if self._queue and seen.method != "GET" else self.default
        else:
            behaviour = self.by_model[model]
        answer = protocols.answer(
            seen.method, seen.path, seen.headers, seen.body, behaviour, self.model_names
        )
        return await exchange.play(behaviour, answer)


class _Exchange:
    """One request's answer on its way out."""

    def __init__(
        self, seen: Seen, left: asyncio.Event, writer: asyncio.StreamWriter, held: asyncio.Event
    ) -> None:
        self._seen, self._left, self._writer, self._held = seen, left, writer, held

    async def play(self, behaviour: Behaviour, answer: protocols.Answer) -> bool:
        """Send the answer as the script says; whether the connection may serve another request."""
        if isinstance(behaviour, RawBytes):
            await self._send(behaviour.data)
            return False
        if isinstance(behaviour, Hang):
            if behaviour.after_headers:
                await self._send(_head(200, {"content-type": "text/event-stream"}, None))
            await self._left.wait()
            self._seen.left = True
            return False
        if not await self._pause(behaviour.wait):
            return False
        headers = {"content-type": answer.media_type, **behaviour.headers}
        if answer.frames is None:
            return await self._whole(behaviour, answer, headers)
        assert isinstance(behaviour, Reply)
        await self._send(_head(answer.status, headers, None))
        return await self._stream(behaviour, answer.frames)

    async def _whole(
        self, behaviour: Reply | Fail, answer: protocols.Answer, headers: dict[str, str]
    ) -> bool:
        data = _head(answer.status, headers, len(answer.body)) + answer.body
        if isinstance(behaviour, Reply) and behaviour.frames is not None and answer.status == 200:
            await self._send(data[: len(data) - len(answer.body) // 2])
            return False
        return await self._send(data)

    async def _stream(self, reply: Reply, frames: Iterable[bytes]) -> bool:
        for number, piece in enumerate(frames):
            if number == reply.frames:
                return await self._break(reply)
            if number and not await self._pause(reply.gap):
                return False
            if number == reply.hold and not await self._released():
                return False
            for part in _drips(_crlf(piece) if reply.crlf else piece, reply.drip):
                await self._send(b"%x\r\n%b\r\n" % (len(part), part))
            if self._left.is_set():
                self._seen.left = True
                return False
            self._seen.sent_frames += 1
        return await self._send(b"0\r\n\r\n")

    async def _break(self, reply: Reply) -> bool:
        if reply.then == "cut":
            return False
        piece = b"data: {not json\n\n"
        if reply.then == "error":
            document = {"type": "overloaded_error", "message": "Scripted overload.", "code": 529}
            text = json.dumps({"type": "error", "error": {**document, "status": "UNAVAILABLE"}})
            piece = f"event: error\ndata: {text}\n\n".encode()
        return await self._send(b"%x\r\n%b\r\n0\r\n\r\n" % (len(piece), piece))

    async def _pause(self, seconds: float) -> bool:
        """Wait; whether the client is still there."""
        if seconds:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._left.wait(), seconds)
        self._seen.left = self._left.is_set()
        return not self._seen.left

    async def _released(self) -> bool:
        """Wait until the stream may go on; whether the client is still there."""
        waits = {asyncio.ensure_future(self._held.wait()), asyncio.ensure_future(self._left.wait())}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waits:
                each.cancel()
        self._seen.left = self._left.is_set()
        return not self._seen.left

    async def _send(self, data: bytes) -> bool:
        """Send; nothing when the client left. Returns True: the connection may stay."""
        if not self._left.is_set():
            self._writer.write(data)
            with suppress(ConnectionError):
                await self._writer.drain()
            await asyncio.sleep(0)  # let the loop notice a client that left
        return True


async def _read(reader: asyncio.StreamReader) -> Seen:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip("\r\n").split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    if headers.get("transfer-encoding") == "chunked":
        raw = b"".join([piece async for piece in _chunked(reader)])
    else:
        raw = await reader.readexactly(int(headers.get("content-length", "0")))
    seen = Seen(method, path, headers, raw)
    try:
        body = json.loads(raw) if raw else {}
    except ValueError:
        body = {}
    seen.body = body if isinstance(body, dict) else {}
    return seen


async def _chunked(reader: asyncio.StreamReader) -> Any:
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        yield await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readexactly(2)


def _head(status: int, headers: dict[str, str], length: int | None) -> bytes:
    framing = "transfer-encoding: chunked" if length is None else f"content-length: {length}"
    lines = [f"HTTP/1.1 {status} {_REASONS.get(status, 'Scripted')}", framing]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _drips(piece: bytes, size: int | None) -> Iterator[bytes]:
    step = size or len(piece)
    return (piece[at : at + step] for at in range(0, len(piece), step))


def _crlf(piece: bytes) -> bytes:
    return piece.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
