"""Warm children without shared ones: a server process loads the libraries once and forks a fresh child for
each call, which locks itself down as any other and reads nothing but its own file."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import tempfile
from asyncio.subprocess import DEVNULL
from collections.abc import Callable, Sequence
from pathlib import Path

from answerable.kit.sandbox import fork_loop
from answerable.kit.sandbox.limits import JsonObject, Limits
from answerable.kit.sandbox.parent import Child, Task, call_once
from answerable.kit.sandbox.process import environment, import_roots, python

_START = (
    "import sys; sys.path[:0] = sys.argv[1:sys.argv.index('--')]; "
    "from answerable.kit.sandbox.fork_loop import main; main()"
)
_KILLED = -signal.SIGKILL
_GOODBYE_SECONDS = 5.0


class ForkServer:
    """Calls of any target in fresh children that start warm. `modules` are loaded beforehand.

    The server process starts with the first call, is replaced after `recycle_after` forks, and ends after
    `idle_seconds` without a call. When it dies, the calls under way fail as crashes and the next starts
    another.
    """

    def __init__(
        self, modules: Sequence[str], *, recycle_after: int = 1000, idle_seconds: float = 300
    ) -> None:
        self._modules = tuple(modules)
        self._recycle_after = recycle_after
        self._idle_seconds = idle_seconds
        self._turn = asyncio.Lock()
        self._server: _Server | None = None
        self._calls = 0
        self._timer: asyncio.TimerHandle | None = None
        self._farewells: set[asyncio.Task[None]] = set()

    async def run(
        self,
        target: str,
        payload: JsonObject,
        *,
        limits: Limits,
        read: Sequence[Path] = (),
        write: Sequence[Path] = (),
        on_progress: Callable[[JsonObject], None] | None = None,
    ) -> JsonObject:
        """As `answerable.kit.sandbox.run`, whose every limit and failure it shares."""
        task = Task(target, limits, read, write)
        self._calls += 1
        if self._timer is not None:
            self._timer.cancel()
        try:
            return await call_once(limits, lambda: self._start(task), payload, on_progress)
        finally:
            self._calls -= 1
            if self._calls == 0 and self._server is not None:
                loop = asyncio.get_running_loop()
                self._timer = loop.call_later(self._idle_seconds, self._retire)

    async def close(self) -> None:
        """End the server, and the calls under way."""
        if self._timer is not None:
            self._timer.cancel()
        self._retire()
        await asyncio.gather(*self._farewells)

    async def _start(self, task: Task) -> Child:
        return await Child.start(task, self._fork)

    async def _fork(self, _roots: Sequence[str], _scratch: str) -> ForkedProcess:
        async with self._turn:
            server = self._server
            if server is not None and (not server.alive or server.forks >= self._recycle_after):
                self._retire()
                server = None
            if server is None:
                server = self._server = await _Server.start(self._modules)
            return await server.fork()

    def _retire(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            farewell = asyncio.ensure_future(server.close(wait_for_children=self._calls > 0))
            self._farewells.add(farewell)
            farewell.add_done_callback(self._farewells.discard)


class ForkedProcess:
    """A fork of the server, which alone can wait for it: `ended` gets its return code."""

    requests: asyncio.StreamWriter
    answers: asyncio.StreamReader
    errors: asyncio.StreamReader

    def __init__(self, pid: int, server: _Server) -> None:
        self.pid = pid
        self.parent = server.pid
        self._server = server
        self.ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    @property
    def returncode(self) -> int | None:
        return self.ended.result() if self.ended.done() else None

    async def wait(self) -> None:
        await asyncio.shield(self.ended)

    def kill(self) -> None:
        if not self.ended.done():
            self._server.kill(self.pid)


class _Server:
    def __init__(self, process: asyncio.subprocess.Process, control: socket.socket, home: str) -> None:
        self._process = process
        self._control = control
        self._home = home
        self._spawned: asyncio.Queue[ForkedProcess] = asyncio.Queue()
        self._children: dict[int, ForkedProcess] = {}
        self._empty = asyncio.Event()
        self._empty.set()
        self._listening = asyncio.create_task(self._listen())
        self.pid = process.pid
        self.forks = 0

    @classmethod
    async def start(cls, modules: Sequence[str]) -> _Server:
        roots, _ = import_roots(*modules)
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        home = tempfile.mkdtemp(prefix="answerable-sandbox-")
        try:
            process = await asyncio.create_subprocess_exec(
                *python(_START), *roots, "--", str(os.getpid()), *modules,
                stdin=theirs.fileno(), stdout=DEVNULL, cwd=home, env=environment(home),
                start_new_session=True,
            )  # fmt: skip
        except BaseException:
            ours.close()
            shutil.rmtree(home, ignore_errors=True)
            raise
        finally:
            theirs.close()
        return cls(process, ours, home)

    @property
    def alive(self) -> bool:
        return not self._listening.done()

    async def fork(self) -> ForkedProcess:
        """One more child. ConnectionError when the server has died."""
        ours, theirs = socket.socketpair()
        errors, errors_end = os.pipe()
        self.forks += 1
        try:
            command = fork_loop.COMMAND.pack(fork_loop.SPAWN, 0)
            socket.send_fds(self._control, [command], [theirs.fileno(), errors_end])
            # Shielded, so that a caller who leaves takes its own child out of the line. Without its
            # socket that child ends by itself.
            process = await asyncio.shield(asyncio.ensure_future(self._next_spawned()))
        except BaseException:
            ours.close()
            os.close(errors)
            raise
        finally:
            theirs.close()
            os.close(errors_end)
        try:
            # From here on the pipe is its transport's, which closes it when the child has gone.
            process.errors = await _reader_of(errors)
        except BaseException:
            ours.close()
            raise
        process.answers, process.requests = await asyncio.open_connection(sock=ours)
        return process

    def kill(self, pid: int) -> None:
        """Kill one of its children; nothing happens when the server is dead, and its children with it."""
        with contextlib.suppress(OSError):
            self._control.send(fork_loop.COMMAND.pack(fork_loop.KILL, pid))

    async def close(self, *, wait_for_children: bool) -> None:
        """End the server, after the last of its children where that is wanted."""
        if wait_for_children and self.alive:
            await self._empty.wait()
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_WR)
        try:
            async with asyncio.timeout(_GOODBYE_SECONDS):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        await asyncio.wait([self._listening])
        self._control.close()
        await asyncio.to_thread(shutil.rmtree, self._home, True)

    async def _next_spawned(self) -> ForkedProcess:
        getting = asyncio.ensure_future(self._spawned.get())
        await asyncio.wait([getting, self._listening], return_when=asyncio.FIRST_COMPLETED)
        if not getting.done():
            getting.cancel()
            raise ConnectionError("the fork server died")
        return getting.result()

    async def _listen(self) -> None:
        """Take its replies until it is gone; then everything that it forked is gone too."""
        loop = asyncio.get_running_loop()
        pending = b""
        try:
            while data := await loop.sock_recv(self._control, 4096):
                pending += data
                while len(pending) >= fork_loop.REPLY.size:
                    self._note(*fork_loop.REPLY.unpack_from(pending))
                    pending = pending[fork_loop.REPLY.size :]
        except OSError:
            pass
        finally:
            for pid in list(self._children):
                self._note(fork_loop.EXITED, pid, _KILLED)

    def _note(self, kind: bytes, pid: int, status: int) -> None:
        if kind == fork_loop.SPAWNED:
            self._children[pid] = ForkedProcess(pid, self)
            self._spawned.put_nowait(self._children[pid])
            self._empty.clear()
            return
        child = self._children.pop(pid)
        if not child.ended.done():
            child.ended.set_result(status)
        if not self._children:
            self._empty.set()


async def _reader_of(descriptor: int) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    pipe = os.fdopen(descriptor, "rb", buffering=0)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
    return reader
