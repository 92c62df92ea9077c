"""A stream on its way to a client who may be slow, may leave, or may lose access."""

from __future__ import annotations

import asyncio
import contextlib

from answerable.api.relay.exchange import Exchange
from answerable.api.relay.presence import ClientPresence
from answerable.inference.gateway import ByteStream
from answerable.inference.usage.record import Outcome
from answerable.kit.errors import Unauthenticated

_FAREWELL_SECONDS = 1.0


class ConnectionMustEnd(Exception):
    """A response cannot be completed: only cutting its connection tells the client."""


async def send_stream(
    exchange: Exchange,
    stream: ByteStream,
    presence: ClientPresence,
    *,
    drain_seconds: float,
    drain_bytes: int,
) -> None:
    """Send all of it, each part when it is there. With `drain_seconds` above 0 a client that leaves
    does not end the call at once.

    Raises ConnectionMustEnd for a broken stream that has no words for it.
    """
    try:
        while True:
            data = await stream.read()
            if presence.left_at is not None:
                break
            if stream.broken and not data:
                raise ConnectionMustEnd
            await exchange.part(data, last=stream.ended)
            if stream.ended:
                return
        if drain_seconds > 0:
            await stream.drain(drain_seconds, drain_bytes)
    except asyncio.CancelledError:
        stream.abandon(presence.reason())
        if presence.stopped is None:
            raise
        _take_back_the_cancelling()
        if presence.stopped == "access":
            await _say_goodbye(exchange, stream)
    finally:
        stream.abandon(Outcome.ABANDONED)


async def _say_goodbye(exchange: Exchange, stream: ByteStream) -> None:
    words = stream.broken_off(Unauthenticated("Your access has ended or changed."))
    # Who does not read gets no words: the connection ends instead.
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_FAREWELL_SECONDS):
            await exchange.part(words, last=bool(words))
            if words:
                return
    raise ConnectionMustEnd


def _take_back_the_cancelling() -> None:
    task = asyncio.current_task()
    if task is not None:
        task.uncancel()
