"""Kept answers in Redis, for who has it.

Redis takes no part in PostgreSQL's transactions. What was forgotten is never given out, because its mark is
in PostgreSQL; the sweep removes it from Redis within a minute. Redis 7 or Valkey is needed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar, cast

import numpy as np
import redis.asyncio
import redis.exceptions

from answerable.inference.cache import redis_scripts
from answerable.inference.cache.kept import SealedAnswer, Vector
from answerable.inference.cache.store import Near, StoreBounds, StoreUnavailable
from answerable.kit.clock import Clock

T = TypeVar("T")

Forgotten = Callable[[str], Awaitable[Sequence[tuple[str, float]] | None]]
"""The tags that a workspace forgot lately, with the moments; None for a workspace that is gone."""

_WORKSPACES = "answerable:cached_answers"
_MOST_COMPARED = 1_000
_CONNECT_SECONDS = 2.0
_ANSWER_SECONDS = 5.0
_Failures = (redis.exceptions.RedisError, OSError)


class RedisAnswers:
    """Answers by workspace. `forgotten` tells the sweep what to remove."""

    def __init__(self, url: str, clock: Clock, bounds: StoreBounds, forgotten: Forgotten) -> None:
        """Connects on first use."""
        self._redis = redis.asyncio.Redis.from_url(
            url, socket_connect_timeout=_CONNECT_SECONDS, socket_timeout=_ANSWER_SECONDS
        )
        self._put = self._redis.register_script(redis_scripts.PUT)
        self._sweep = self._redis.register_script(redis_scripts.SWEEP)
        self._clock = clock
        self._bounds = bounds
        self._forgotten = forgotten

    async def get(self, workspace_id: str, key: bytes) -> bytes | None:
        """The sealed answer of that key."""
        async with _unavailable():
            return await self._read(workspace_id, key.hex())

    async def near(
        self, workspace_id: str, scope: bytes, encoder: str, vector: Vector, *, count: int
    ) -> Sequence[Near]:
        """The nearest answers of that scope and encoder; at most a thousand are compared."""
        name = f"{_prefix(workspace_id)}scope:{scope.hex()}"
        async with _unavailable():
            listed = await _given(self._redis.hgetall(name), dict[bytes, bytes])
            mark = encoder.encode() + b"\0"
            size = len(mark) + 2 * vector.size
            keys = [key for key, kept in listed.items() if kept.startswith(mark) and len(kept) == size]
            if not keys:
                return []
            packed = b"".join(listed[key][len(mark) :] for key in keys)
            kept = np.frombuffer(packed, "<f2").reshape(len(keys), vector.size).astype(np.float32)
            cosines = kept @ vector
            found = []
            for place in np.argsort(-cosines)[:count]:
                sealed = await self._read(workspace_id, keys[place].decode())
                if sealed is not None:
                    key = bytes.fromhex(keys[place].decode())
                    found.append(Near(key, sealed, float(cosines[place])))
            return found

    async def put(self, workspace_id: str, answers: Sequence[SealedAnswer]) -> None:
        """Keep answers; those that expire first make room."""
        async with _unavailable():
            await self._redis.sadd(_WORKSPACES, workspace_id)
            for answer in answers:
                values: list[bytes | str | int | float] = [
                    answer.key.hex(),
                    answer.sealed,
                    answer.size,
                    repr(answer.seen),
                    repr(answer.expires_at),
                    repr(self._now()),
                    self._bounds.max_entries,
                    self._bounds.max_bytes,
                    "" if answer.scope is None else answer.scope.hex(),
                    _packed(answer),
                    _MOST_COMPARED,
                    *answer.tags,
                ]
                await self._put(keys=[_prefix(workspace_id)], args=values)

    async def sweep(self) -> int:
        """Remove what is past its time, was forgotten, or belongs to a workspace that is gone; returns how
        many, those of the gone not counted."""
        removed = 0
        async with _unavailable():
            for name in await _given(self._redis.smembers(_WORKSPACES), set[bytes]):
                workspace_id = name.decode()
                forgotten = await self._forgotten(workspace_id)
                prefix = _prefix(workspace_id)
                if forgotten is None:
                    async for key in self._redis.scan_iter(f"{_escaped(prefix)}*", count=500):
                        await self._redis.unlink(key)
                    await self._redis.srem(_WORKSPACES, workspace_id)
                    continue
                pairs = [value for tag, moment in forgotten for value in (tag, repr(moment))]
                removed += int(await self._sweep(keys=[prefix], args=[repr(self._now()), *pairs]))
        return removed

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()

    async def _read(self, workspace_id: str, key: str) -> bytes | None:
        name = f"{_prefix(workspace_id)}answer:{key}"
        sealed, expires = await _given(self._redis.hmget(name, ["sealed", "expires"]), list[bytes | None])
        if sealed is None or expires is None or float(expires) <= self._now():
            return None
        return sealed

    def _now(self) -> float:
        return self._clock.now().timestamp()


@asynccontextmanager
async def _unavailable() -> AsyncIterator[None]:
    try:
        yield
    except _Failures as error:
        raise StoreUnavailable(type(error).__name__) from error


async def _given(answer: object, kind: type[T]) -> T:
    """What Redis answers; its client's types leave open whether one must wait."""
    del kind
    return await cast("Awaitable[T]", answer)


def _prefix(workspace_id: str) -> str:
    return f"answerable:{{{workspace_id}}}:"


def _escaped(pattern: str) -> str:
    return pattern.replace("[", "\\[").replace("*", "\\*").replace("?", "\\?")


def _packed(answer: SealedAnswer) -> bytes:
    if answer.vector is None:
        return b""
    return answer.encoder.encode() + b"\0" + answer.vector.astype("<f2").tobytes()
