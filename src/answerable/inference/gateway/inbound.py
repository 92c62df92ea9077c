"""A call as it comes over HTTP, and what is answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct, field

from answerable.inference.cache.wish import ANYTHING, CacheWish
from answerable.inference.dialects.head import Head
from answerable.inference.failures import UpstreamFailure
from answerable.inference.gateway.own_call import Floor
from answerable.inference.gateway.presence import ALWAYS_THERE, Presence
from answerable.inference.operation import Caller, Operation
from answerable.inference.usage.record import Outcome
from answerable.kit.errors import AnswerableError

Headers = tuple[tuple[bytes, bytes], ...]


class ByteStream(Protocol):
    """A streamed answer: whoever holds one reads it to its end, drains it, or abandons it."""

    ended: bool
    broken: bool

    async def read(self) -> bytes:
        """The next bytes; `ended` then says whether they are the last, `broken` that they are an error."""
        ...

    async def drain(self, seconds: float, limit: int) -> None:
        """The client has left: read on within bounds, to learn what the call really used."""
        ...

    def abandon(self, outcome: Outcome) -> None:
        """Stop; nothing happens after the end."""
        ...

    def broken_off(self, failure: UpstreamFailure | AnswerableError) -> bytes:
        """The client's error event for a stream that is ended from our side."""
        ...


class Inbound(Struct, frozen=True):
    """One call. `headers` are the client's, lower-case names: adapters hand some of them on. `floor` answers
    without a model, where the caller may ask that."""

    caller: Caller
    operation: Operation
    head: Head
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    presence: Presence = ALWAYS_THERE
    trace_id: str | None = None
    floor: Floor | None = None
    cache: CacheWish = ANYTHING


class Reply(Struct, frozen=True):
    """What is answered: a whole body, whose call is already on the books, or a stream of bytes."""

    content_type: bytes
    headers: Headers
    body: bytes = b""
    stream: ByteStream | None = None
