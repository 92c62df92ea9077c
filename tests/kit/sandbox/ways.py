"""The two ways to call in a sandbox, held to the same tests: a cold child and a fork of a warm server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from pathlib import Path

from answerable.kit.sandbox import ForkServer, JsonObject, Limits
from answerable.kit.sandbox import run as run_cold

SERVER: ContextVar[ForkServer | None] = ContextVar("SERVER", default=None)


async def run(
    target: str,
    payload: JsonObject,
    *,
    limits: Limits,
    read: Sequence[Path] = (),
    write: Sequence[Path] = (),
    on_progress: Callable[[JsonObject], None] | None = None,
) -> JsonObject:
    """A call in the way that the test runs in."""
    server = SERVER.get()
    way = run_cold if server is None else server.run
    return await way(target, payload, limits=limits, read=read, write=write, on_progress=on_progress)
