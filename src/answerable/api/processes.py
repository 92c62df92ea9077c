"""The bodies of the system's processes: one that serves HTTP, one that works through jobs."""

from __future__ import annotations

import asyncio
import gc
import resource
import socket

import uvicorn

from answerable.api.app import create_app, front_door
from answerable.api.assembly import build_runtime
from answerable.api.protocol import protocol_with
from answerable.data.questions.grammar.english import english
from answerable.jobs import worker
from answerable.kit.settings import Settings
from answerable.knowledge.embedding import TextEncoder, document_encoder
from answerable.knowledge.sources.watching import FolderWatch
from answerable.telemetry.exporting import exported_traces
from answerable.telemetry.logs import configure_logs

_BACKLOG = 2048
_OPEN_FILES = 65_536
_DRAIN_SECONDS = 10


def listen(host: str, port: int) -> socket.socket:
    """A listening socket that several web processes can share. OSError when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns off the delay of small writes only where the protocol is named; without it each answer
    # waits 40 ms for the client's delayed acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    listener.setblocking(False)
    return listener


def allow_open_files() -> int:
    """Raise this process's limit of open files to what the system lets it have, up to 65,536: each connection
    is a file, and the usual 1,024 end with about 990 open streams. Returns the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, _OPEN_FILES)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return soft
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted


def make_ready() -> None:
    """Build what no request should have to wait for, and let the collector pass over all that is there.

    The grammar's hundred thousand places take 0.2 s to build, twice that while they are looked through for
    garbage, and 0.1 s of every full collection. Before a fork this also keeps the shared pages shared.
    """
    gc.disable()
    try:
        english()
    finally:
        gc.enable()
    gc.collect()
    gc.freeze()


def run_web(settings: Settings, database_url: str, listener: socket.socket) -> None:
    """Serve HTTP on the socket until SIGTERM; open requests get a few seconds to end."""
    configure_logs(settings.log.level, settings.log.format)
    allow_open_files()
    app = front_door(create_app(build_runtime(settings, database_url)))
    make_ready()
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http=protocol_with(settings.http.header_seconds),
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        backlog=_BACKLOG,
        timeout_keep_alive=settings.http.keep_alive_seconds,
        timeout_graceful_shutdown=_DRAIN_SECONDS,
    )
    with exported_traces(settings.tracing, "answerable-web"):
        uvicorn.Server(config).run(sockets=[listener])


def run_worker(settings: Settings, database_url: str) -> None:
    """Work through jobs until SIGTERM."""
    configure_logs(settings.log.level, settings.log.format)
    with exported_traces(settings.tracing, "answerable-worker"):
        asyncio.run(_work(settings, database_url))


async def _work(settings: Settings, database_url: str) -> None:
    runtime = build_runtime(settings, database_url)
    runtime.provide(TextEncoder, document_encoder)
    runtime.get(FolderWatch).start()
    try:
        await worker.run_worker(runtime)
    finally:
        await runtime.close()
