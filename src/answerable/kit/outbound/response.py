"""One answer of another server, read while it arrives, with a bounded part of it in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Protocol

from answerable.kit.outbound.failure import FailedStage, OutboundFailure

# Beyond this many unread bytes the connection is not read any more, until they are fetched.
HIGH_WATER = 64 * 1024


class Source(Protocol):
    """The connection that an answer comes from, as the answer sees it."""

    def resume(self) -> None:
        """Go on reading after a pause."""
        ...

    def abort(self) -> None:
        """Close at once."""
        ...


class OutboundResponse:
    """Status, headers (lower-case names, repeated ones joined by commas) and the body as it comes.

    `complete` says that the body has wholly arrived, though maybe not been read; `framed` that its
    end was marked, not only the end of the connection; `paused` that the reader lags behind.
    """

    __slots__ = (
        "_buffered",
        "_chunks",
        "_failure",
        "_loop",
        "_source",
        "_waiter",
        "complete",
        "framed",
        "headers",
        "paused",
        "status",
    )

    def __init__(self, loop: asyncio.AbstractEventLoop, source: Source) -> None:
        self.status = 0
        self.headers: Mapping[str, str] = {}
        self.complete = False
        self.framed = True
        self._loop = loop
        self._source: Source | None = source
        self._chunks: list[bytes] = []
        self._buffered = 0
        self.paused = False
        self._failure: OutboundFailure | None = None
        self._waiter: asyncio.Future[None] | None = None

    async def read(self) -> bytes:
        """What has arrived since the last call, waiting for it if need be; b"" at the end.

        Raises OutboundFailure when the answer breaks. Cancelling closes the connection.
        """
        if not self._chunks and not self.complete and self._failure is None:
            await self.wait()
        chunks = self._chunks
        if chunks:
            data = chunks[0] if len(chunks) == 1 else b"".join(chunks)
            chunks.clear()
            self._buffered = 0
            if self.paused:
                self.paused = False
                if self._source is not None:
                    self._source.resume()
            return data
        if self._failure is not None:
            raise self._failure
        return b""

    async def read_whole(self, limit: int) -> bytes:
        """The rest of the body. Raises OutboundFailure(PROTOCOL) beyond `limit` bytes."""
        data = await self.read()
        if self.complete and not self._chunks and len(data) <= limit:
            return data
        parts, size = [data], len(data)
        while data and size <= limit:
            data = await self.read()
            parts.append(data)
            size += len(data)
        if size > limit:
            self.abort()
            raise OutboundFailure(FailedStage.PROTOCOL, f"The answer has more than {limit:,} bytes.")
        return b"".join(parts)

    def abort(self) -> None:
        """Give the rest up: the connection is closed, unless the body has arrived."""
        source, self._source = self._source, None
        if source is not None:
            source.abort()

    async def wait(self) -> None:
        """Returns when there is something to read, or an end. Cancelling closes the connection."""
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        except asyncio.CancelledError:
            self.abort()
            raise
        finally:
            self._waiter = None

    @property
    def drained(self) -> bool:
        """Whether the whole body has arrived and been read."""
        return self.complete and not self._chunks

    @property
    def failure(self) -> OutboundFailure | None:
        """Why there will be no more bytes than those that arrived; None while all is well."""
        return self._failure

    def put(self, data: bytes) -> bool:
        """Called by the connection with bytes of the body; true asks it to pause."""
        self._chunks.append(data)
        self._buffered += len(data)
        self._wake()
        if self._buffered > HIGH_WATER and not self.paused:
            self.paused = True
            return True
        return False

    def end(self) -> None:
        """Called by the connection when the body is whole; it has no part in this answer any more."""
        self.complete = True
        self._source = None
        self._wake()

    def fail(self, failure: OutboundFailure) -> None:
        """Called when the rest will not come; what arrived can still be read."""
        if not self.complete and self._failure is None:
            self._failure = failure
            self._source = None
            self._wake()

    def _wake(self) -> None:
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            waiter.set_result(None)
